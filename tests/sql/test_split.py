"""The split: for thousands of drawn sessions, the marts equal the rows that the rules give in plain Python.

LADEBOG_DRAWN_SESSIONS sets how many are drawn; for a longer search set it to 50000, for example.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from pipeline.database.connection import open_writer
from tests.scenarios.new_logbook import new_logbook
from tests.sql.charged_sessions import ACCOUNTS, ChargedSession, charged_sessions
from tests.sql.split_archive import ExpectedMarts, Row, Rows, SplitArchive

pytestmark = pytest.mark.system

DRAWN_SESSIONS = int(os.environ.get("LADEBOG_DRAWN_SESSIONS", "2000"))
# These arrive after a first transform; at most a thousand at a time are computed again.
LATE_SESSIONS = DRAWN_SESSIONS // 5
SESSION = ("account", "session_id")
HOURS = ("account", "session_id", "hour_start")
DAYS = ("account", "session_id", "day")
MONTHS = ("account", "session_id", "month")


class Comparison(NamedTuple):
    """The marts, and their expected rows."""

    archive: SplitArchive
    expected: ExpectedMarts


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Comparison]:
    expected = ExpectedMarts(draw_sessions())
    logbook = new_logbook(tmp_path_factory.mktemp("split") / "logbook")
    with logbook.lock(), open_writer(logbook) as connection:
        archive = SplitArchive(connection, logbook.raw)
        arriving_sessions = iter(expected.sessions.items())
        archive.add(dict(islice(arriving_sessions, DRAWN_SESSIONS - LATE_SESSIONS)))
        while late_sessions := dict(islice(arriving_sessions, 900)):
            archive.add(late_sessions)
        yield Comparison(archive, expected)


def draw_sessions() -> list[ChargedSession]:
    """Many sessions from Hypothesis, for a single transform."""
    sessions: list[ChargedSession] = []

    @settings(
        max_examples=DRAWN_SESSIONS,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(charged_sessions())
    def draw(session: ChargedSession) -> None:
        sessions.append(session)

    draw()
    return sessions


def check(expected: Rows, actual: Rows, comparison: Comparison, key: tuple[str, ...]) -> None:
    """Compare row by row; the first difference is shown with its session, which can become a test case."""
    for row_key in sorted(expected.keys() | actual.keys(), key=str):
        if expected.get(row_key) != actual.get(row_key):
            session = comparison.expected.sessions.get(row_key[1]) if "session_id" in key else None
            pytest.fail(f"{row_key}\nexpected {expected.get(row_key)}\nmart     {actual.get(row_key)}\n{session!r}")


def compare(comparison: Comparison, table: str, key: tuple[str, ...], expected: Rows) -> None:
    columns = next(iter(expected.values())).keys()
    check(expected, comparison.archive.rows(table, key, columns), comparison, key)


def test_session_hours_are_as_expected(comparison: Comparison) -> None:
    compare(comparison, "session_hours", HOURS, comparison.expected.session_hours())


def test_session_days_are_as_expected(comparison: Comparison) -> None:
    compare(comparison, "intermediate.session_days", DAYS, comparison.expected.session_days())


def test_session_months_are_as_expected(comparison: Comparison) -> None:
    compare(comparison, "session_months", MONTHS, comparison.expected.session_months())


@pytest.mark.parametrize("unit", ["day", "month"])
def test_totals_under_both_attributions_are_as_expected(comparison: Comparison, unit: str) -> None:
    key = ("account", unit, "currency", "attribution")
    compare(comparison, f"intermediate.{unit}_totals", key, comparison.expected.totals(unit))


def test_hours_sum_to_days_days_to_months_and_months_to_the_session(comparison: Comparison) -> None:
    figures = ("energy_kwh", "amount_incl_tax")
    hours = comparison.archive.rows("session_hours", HOURS, figures)
    days = comparison.archive.rows("intermediate.session_days", DAYS, (*figures, "tax_amount"))
    months = comparison.archive.rows("session_months", MONTHS, (*figures, "tax_amount"))
    sessions = comparison.archive.rows("sessions", SESSION, (*figures, "tax_amount"))
    assert sums_by(hours, lambda account, name, begins: (account, name, local_day(account, begins))) == select_columns(
        days, figures
    )
    assert sums_by(days, lambda account, name, day: (account, name, day.replace(day=1))) == months
    assert sums_by(months, lambda account, name, month: (account, name)) == sessions


def test_days_sum_to_months_and_both_attributions_to_the_same(comparison: Comparison) -> None:
    figures = ("energy_kwh", "amount_incl_tax", "tax_amount")
    keys = ("account", "currency", "attribution")
    days = comparison.archive.rows("intermediate.day_totals", (*keys, "day"), figures)
    months = comparison.archive.rows("intermediate.month_totals", (*keys, "month"), figures)
    assert sums_by(days, lambda *key: (*key[:3], key[3].replace(day=1))) == months
    energy_and_money = sums_by(
        select_columns(months, figures[:2]),
        lambda account, currency, attribution, month: (account, currency, attribution),
    )
    for account, currency, attribution in energy_and_money:
        assert energy_and_money[account, currency, attribution] == energy_and_money[account, currency, "stop"]


def sums_by(rows: Rows, group_key: Callable[..., tuple[Any, ...]]) -> Rows:
    """Sums by the key that `above` computes from a row's key; a sum with an unknown value is unknown."""
    groups: defaultdict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for key, row in rows.items():
        groups[group_key(*key)].append(row)
    return {
        key: {
            name: None if None in (column := [row[name] for row in members]) else sum(column, Decimal(0))
            for name in members[0]
        }
        for key, members in groups.items()
    }


def select_columns(rows: Rows, names: tuple[str, ...]) -> Rows:
    return {key: {name: row[name] for name in names} for key, row in rows.items()}


def local_day(account: str, moment: datetime) -> date:
    return moment.astimezone(ACCOUNTS[account].zone).date()
