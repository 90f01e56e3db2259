"""`ladebog audit`."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.context import Context, account_option, pass_context
from pipeline.cli.options import MONTH
from pipeline.cli.output import print_line
from pipeline.cli.terminal import show, terminal_width
from pipeline.settings.schema import Account
from pipeline.text import counted

if TYPE_CHECKING:
    from rich.table import Table

_VERDICTS = ("ok", "minimum price", "overbilled", "underbilled", "cannot tell")
_MINOR_UNITS = {"DKK": "øre", "NOK": "øre", "SEK": "öre", "EUR": "cent"}
_STYLES = {"overbilled": "red", "underbilled": "yellow", "cannot tell": "dim"}
_WIDTH_WITH_REASONS = 110  # columns that a terminal needs to show each reason next to its verdict


@click.command()
@click.option("--month", type=MONTH, help="Only sessions that stopped in this local month. Default: all.")
@account_option
@pass_context
def audit(context: Context, month: datetime | None, account_name: str | None) -> None:
    """Recompute each bill and compare it with what was billed.

    Each bill is recomputed from the session's own power curve, its prices and the tariff in force. The difference is
    the billed amount minus the recomputed one, in minor units of the currency (øre for kroner). A difference up to
    1 percent and 0.05 of the currency is ok, because the operator's meter lags behind the curve.

    \b
    Example:  ladebog audit --month 2025-03
    """
    from pipeline.database import models
    from pipeline.database.connection import open_published, rows

    logbook, settings = context.open()
    first = month.date() if month else None
    for account in settings.chosen_accounts(account_name):
        with open_published(logbook) as connection:
            parameters = {"account": account.name, "timezone": account.timezone, "month": first}
            audits = rows(connection, models.query("audited_sessions"), parameters)
        _show(account, audits, f"in {month:%Y-%m}" if month else "yet")


def _show(account: Account, audits: Sequence[dict[str, Any]], period_text: str) -> None:
    from rich.text import Text

    if not audits:
        print_line(f"{account.name}: no finished session {period_text}.")
        return
    width = terminal_width()
    with_reasons = width is None or width >= _WIDTH_WITH_REASONS
    show(_table(audits, with_reasons=with_reasons))
    if not with_reasons:
        for reason, sessions in _by_reason(audits).items():
            show(Text(f"{reason}: {', '.join(sessions)}"))
    print_line()
    print_line(f"{account.name}: {_summary(audits)}")


def _table(audits: Sequence[dict[str, Any]], *, with_reasons: bool) -> "Table":
    from rich import box
    from rich.table import Table
    from rich.text import Text

    gap = 1 if with_reasons else 0  # in addition to the one column of the box
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, gap, 0, 0))
    for name, justify in (
        ("session", "left"),
        ("stopped", "left"),
        ("kWh", "right"),
        ("billed", "right"),
        ("recomputed", "right"),
        (_difference(audits), "right"),
        ("%", "right"),
        ("verdict", "left"),
    ):
        table.add_column(name, justify=justify, no_wrap=with_reasons, overflow="fold")  # type: ignore[arg-type]  # (the two words above)
    if with_reasons:
        table.add_column("reason", overflow="fold")
    for row in audits:
        cells = [
            Text(row["session_id"]),
            Text(f"{row['stopped']:%Y-%m-%d %H:%M}"),
            Text(f"{row['energy_kwh']:.3f}"),
            Text(f"{row['billed']:.{row['digits']}f} {row['currency']}"),
            Text("" if row["recomputed"] is None else f"{row['recomputed']:.{row['digits']}f}"),
            Text("" if row["difference"] is None else _in_minor_units(row)),
            Text("" if row["difference_percent"] is None else _signed(row["difference_percent"], 2)),
            Text(row["verdict"], _STYLES.get(row["verdict"], "")),
        ]
        table.add_row(*cells, *([Text(row["reason"] or "")] if with_reasons else []))
    return table


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
