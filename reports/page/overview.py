"""What the page says first of an account: the newest closed month, what is due to be claimed, what needs attention."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reports.page.claims import covers
from reports.page.figures import AccountFigures
from reports.page.words import PageWords

_COUNTS = {"details": "details_missing", "quarantined": "quarantined", "errors": "errors", "warnings": "warnings"}
_MOST_DUE = 3  # that are listed one by one; the others are folded away


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One large figure: its name, its value with its unit, and remarks, such as the figure of the year before."""

    name: str
    value: str
    unit: str
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Due:
    """What can be claimed, or was claimed and is not paid: what it is about, and its amount."""

    name: str
    amount: str


@dataclass(frozen=True, kw_only=True)
class Overview:
    """The head of an account. `command` claims the oldest month that is due, or else the corrections."""

    month: str
    figures: tuple[Figure, ...]
    due: tuple[Due, ...]
    earlier_due: tuple[Due, ...]
    command: str
    unpaid: tuple[Due, ...]
    more_unpaid: tuple[Due, ...]
    attention: tuple[str, ...]


def overview_of(figures: AccountFigures, words: PageWords, account_option: str) -> Overview:
    """The head of an account; `account_option` is what a command needs to name it, empty where there is only one."""
    outstanding = figures.outstanding
    due = [
        *(
            _due(words.text("due.corrections"), entry.amount_incl_tax, entry.currency, words)
            for entry in outstanding.corrections
        ),
        *(
            _due(words.month(date.fromisoformat(f"{entry.month}-01")), entry.amount_incl_tax, entry.currency, words)
            for entry in reversed(outstanding.months)
        ),
    ]
    covered = {claim["number"]: covers(claim, words) for claim in figures.claims}
    unpaid = [
        _due(
            words.text(
                "due.claim",
                number=claim.number,
                covers=covered[claim.number],
                state=words.text(f"claim_state.{claim.state}"),
            ),
            claim.amount_incl_tax,
            claim.currency,
            words,
        )
        for claim in outstanding.unpaid
    ]
    return Overview(
        month=words.month(figures.head["month"]) if figures.head["month"] else "",
        figures=_figures(figures, words) if figures.head["month"] else (),
        due=tuple(due[:_MOST_DUE]),
        earlier_due=tuple(due[_MOST_DUE:]),
        command=_command(figures, account_option),
        unpaid=tuple(unpaid[:_MOST_DUE]),
        more_unpaid=tuple(unpaid[_MOST_DUE:]),
        attention=tuple(_attention(figures, words, account_option)),
    )


def _due(name: str, amount: Decimal, currency: str, words: PageWords) -> Due:
    return Due(name=name, amount=f"{words.exact(amount)} {currency}")


def _command(figures: AccountFigures, account_option: str) -> str:
    if figures.outstanding.months:
        return f"ladebog claim create {figures.outstanding.months[0].month}{account_option}"
    return f"ladebog claim create --corrections{account_option}" if figures.outstanding.corrections else ""


def _figures(figures: AccountFigures, words: PageWords) -> tuple[Figure, ...]:
    head, currency, digits = figures.head, figures.currency, figures.digits(figures.currency)
    count = head["sessions"]
    sessions = words.text("head.session" if count == 1 else "head.sessions", count=words.count(count))
    price = head["average_price_incl_tax"]

    def money(amount: Decimal) -> str:
        return words.money(amount, digits)

    return (
        Figure(
            name=words.text("head.energy"),
            value=words.energy(head["energy_kwh"]),
            unit="kWh",
            remarks=(sessions, *_year_before(figures, "energy_year_before", words.energy, words)),
        ),
        Figure(
            name=words.text("head.cost"),
            value=words.known_money(head["amount_incl_tax"], digits),
            unit=currency,
            remarks=_year_before(figures, "amount_year_before", money, words),
        ),
        Figure(
            name=words.text("head.of_which", tax=words.tax_in_text(head["tax_name"])),
            value=words.known_money(head["tax_amount"], digits),
            unit=currency,
            remarks=_year_before(figures, "tax_year_before", money, words),
        ),
        Figure(
            name=words.text("head.price"),
            value="–" if price is None else words.short_price(price),
            unit=words.text("head.per_kwh", currency=currency),
            remarks=(_change(figures, words),),
        ),
    )


def _month_before(figures: AccountFigures, words: PageWords) -> str:
    month: date = figures.head["month"]
    return words.month(month.replace(year=month.year - 1))


def _year_before(
    figures: AccountFigures, column: str, text_of: Callable[[Decimal], str], words: PageWords
) -> tuple[str, ...]:
    """The same month's figure a year before; nothing if there is none."""
    value = figures.head[column]
    if value is None:
        return ()
    return (words.text("head.year_before", month=_month_before(figures, words), value=text_of(value)),)


def _change(figures: AccountFigures, words: PageWords) -> str:
    head, month = figures.head, _month_before(figures, words)
    if head["price_change_percent"] is None:
        return words.text("head.no_change", month=month)
    return words.text(
        "head.change",
        percent=words.percent(head["price_change_percent"]),
        month=month,
        price=words.short_price(head["price_year_before"]),
    )


def _attention(figures: AccountFigures, words: PageWords, account_option: str) -> list[str]:
    head = figures.head
    outcome = []
    if head["last_outcome"] == "failed":
        reason = head["last_error"] or words.text("unknown")
        outcome = [words.text("attention.failed", reason=reason, account_option=account_option)]
    elif head["last_outcome"] == "interrupted":
        outcome = [words.text("attention.interrupted")]
    counts = {name: head[column] for name, column in _COUNTS.items() if head[column]}
    rejected = [
        words.text("attention.rejected", number=number, account_option=account_option)
        for number in figures.outstanding.rejected
    ]
    counted = [words.text(f"attention.{name}", count=words.count(count)) for name, count in counts.items()]
    return [*outcome, *rejected, *counted]
