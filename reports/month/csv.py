"""The marts' rows as CSV, for machines: comma, decimal point, UTF-8 without a byte order mark, one line feed per row.

Text is written as the operator sent it, even if a spreadsheet would read it as a formula (`=1+1`): a program that
reads the CSV would have to undo any guard. For people there is the workbook.
"""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from reports.excel.text import replace_surrogates
from reports.month.report import Report, Row

_MONEY = frozenset({"amount_incl_tax", "tax_amount", "amount_excl_tax"})


def write_sessions(report: Report, path: Path) -> None:
    """Write the period's sessions with exactly the columns of the `sessions` mart.

    Times are ISO 8601 with the offset of the account's zone, amounts have their currency's decimals, null is empty.
    """
    _write(path, report.session_columns, report.sessions, report.minor_digits, report.zone)


def write_months(report: Report, path: Path) -> None:
    """Write the period's months with exactly the columns of the `months` mart."""
    _write(path, report.month_columns, report.months, report.minor_digits, report.zone)


def _write(
    path: Path, columns: Sequence[str], rows: Iterable[Row], minor_digits: Mapping[str, int], zone: ZoneInfo
) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        write = rows_to(file)
        write(columns)
        for row in rows:
            digits = minor_digits[row["currency"]]
            write([field(row[column], digits if column in _MONEY else None, zone) for column in columns])


def rows_to(file: TextIO) -> Callable[[Iterable[str]], object]:
    """A function that writes one row of fields to a file."""
    # Older Pythons quote only the characters of the line terminator: with both, a lone carriage return is quoted too.
    return csv.writer(_LineFeeds(file), lineterminator="\r\n").writerow


def field(value: Any, digits: int | None, zone: ZoneInfo) -> str:
    """A value for machines; `digits` is the number of decimals of an amount of money, and None for all else.

    A time without an offset is a wall time already.
    """
    match value:
        case None:
            return ""
        case datetime():
            return (value.astimezone(zone) if value.tzinfo else value).isoformat()
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}" if digits is None else f"{value:.{digits}f}"
        case _:
            return replace_surrogates(str(value))


class _LineFeeds:
    """A file that ends each row with a line feed only."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, row: str) -> int:
        return self._file.write(row.removesuffix("\r\n") + "\n")
