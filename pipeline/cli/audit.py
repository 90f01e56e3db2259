"""`ladebog audit`."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import click

from pipeline.cli.context import Context, account_option, pass_context
from pipeline.cli.money import in_decimals
from pipeline.cli.options import MONTH, wide_option
from pipeline.cli.output import print_line
from pipeline.cli.paragraph import print_hanging
from pipeline.cli.table import show_table
from pipeline.cli.terminal import DIM, ERROR, WARNING, Marked, NumberText, terminal_width
from pipeline.settings.schema import Account
from pipeline.text import counted

_VERDICTS = ("ok", "minimum price", "overbilled", "underbilled", "cannot tell")
_MINOR_UNITS = {"DKK": "øre", "NOK": "øre", "SEK": "öre", "EUR": "cent"}
_STYLES = {"overbilled": ERROR, "underbilled": WARNING, "cannot tell": DIM}
_WIDTH_WITH_REASONS = 110  # columns that a terminal needs to show each reason next to its verdict


@click.command()
@click.option("--month", type=MONTH, help="Only sessions that stopped in this local month. Default: all.")
@account_option
@wide_option
@pass_context
def audit(context: Context, month: datetime | None, account_name: str | None, wide: bool) -> None:
    """Recompute each bill and compare it with what was billed.

    It compares the amount that the operator billed with what the session should have cost: the meter's kWh times the
    price per kWh that the operator stated for each time of charging, and the tariff's fees and minimum price. The power
    curve shows how much was charged at which price. It does not check the meter, nor the prices themselves.

    The difference is the billed amount minus the recomputed one, in minor units of the currency (øre for kroner): above
    zero if too much was billed. Up to 1 percent of the recomputed amount plus 0.05 of the currency is ok, because the
    curve is less exact than the meter.

    \b
    Example:  ladebog audit --month 2025-03
    """
    from pipeline.database import models
    from pipeline.database.connection import open_published, rows

    logbook, settings = context.open_to_read()
    first = month.date() if month else None
    for account in settings.chosen_accounts(account_name):
        with open_published(logbook) as connection:
            parameters = {"account": account.name, "timezone": account.timezone, "month": first}
            audits = rows(connection, models.query("audited_sessions"), parameters)
        _show(account, audits, f"in {month:%Y-%m}" if month else "yet", wide=wide)


def _show(account: Account, audits: Sequence[dict[str, Any]], period_text: str, *, wide: bool) -> None:
    if not audits:
        print_hanging("", f"{account.name}: no finished session {period_text}.")
        return
    width = terminal_width()
    with_reasons = wide or width is None or width >= _WIDTH_WITH_REASONS
    names = ["session", "stopped", "kWh", *_amount_names(audits), _difference(audits), "%", "verdict"]
    rows = [_cells(row, with_currency="currency" in names) for row in audits]
    if with_reasons:
        names.append("reason")
        rows = [[*cells, row["reason"]] for cells, row in zip(rows, audits, strict=True)]
    show_table(names, rows, expendable=("%", "currency"), wide=wide)
    if not with_reasons:
        for reason, sessions in _by_reason(audits).items():
            print_hanging("", f"{reason}: {', '.join(sessions)}")
    print_line()
    print_hanging("", f"{account.name}: {_summary(audits)}")


def _amount_names(audits: Sequence[dict[str, Any]]) -> list[str]:
    """The headings of the amounts, with the currency if there is only one."""
    currencies = {row["currency"] for row in audits}
    return (
        [f"billed {currencies.pop()}", "recomputed"] if len(currencies) == 1 else ["currency", "billed", "recomputed"]
    )


def _cells(row: dict[str, Any], *, with_currency: bool) -> list[Any]:
    return [
        row["session_id"],
        f"{row['stopped']:%Y-%m-%d %H:%M}",
        row["energy_kwh"],
        *([row["currency"]] if with_currency else []),
        in_decimals(row["billed"], row["currency"]),
        in_decimals(row["recomputed"], row["currency"]),
        NumberText("" if row["difference"] is None else _in_minor_units(row)),
        NumberText("" if row["difference_percent"] is None else _signed(row["difference_percent"], 2)),
        Marked(row["verdict"], _STYLES.get(row["verdict"], "")),
    ]


def _in_minor_units(row: dict[str, Any]) -> str:
    return _signed(row["difference"].scaleb(row["digits"]), 0)


def _signed(number: Decimal, digits: int) -> str:
    return f"{number:+.{digits}f}" if number else f"{number:.{digits}f}"


def _difference(audits: Sequence[dict[str, Any]]) -> str:
    """The heading of the differences, with their unit."""
    names = {_MINOR_UNITS.get(row["currency"], "minor") for row in audits if row["difference"] is not None}
    return f"± {names.pop()}" if len(names) == 1 else "± minor"


def _by_reason(audits: Sequence[dict[str, Any]]) -> dict[str, list[str]]:
    sessions: dict[str, list[str]] = {}
    for row in audits:
        if row["reason"]:
            sessions.setdefault(f"{row['verdict']}, {row['reason']}", []).append(row["session_id"])
    return sessions


def _summary(audits: Sequence[dict[str, Any]]) -> str:
    counts = Counter(row["verdict"] for row in audits)
    recomputed_audits = [row for row in audits if row["verdict"] != "cannot tell"]
    sums: dict[tuple[str, int], Decimal] = {}
    for row in recomputed_audits:
        currency = row["currency"], row["digits"]
        sums[currency] = sums.get(currency, Decimal()) + row["difference"]
    verdicts_text = ", ".join(f"{counts[verdict]} {verdict}" for verdict in _VERDICTS if counts[verdict])
    differences = ", ".join(f"{_signed(total, digits)} {code}" for (code, digits), total in sorted(sums.items()))
    text = f"{counted(len(audits), 'session')}: {verdicts_text}."
    return f"{text} Billed minus recomputed: {differences}." if differences else text
