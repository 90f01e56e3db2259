"""The conserving split: the marts equal the rules worked out by hand, for thousands of drawn sessions side by side.

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
from tests.sql.split_archive import DividedByHand, Row, Rows, SplitArchive

pytestmark = pytest.mark.system

DRAWN = int(os.environ.get("LADEBOG_DRAWN_SESSIONS", "2000"))
LATE = DRAWN // 5  # these arrive after a first transform; at most a thousand at a time are computed again
SESSION = ("account", "session_id")
HOURS = ("account", "session_id", "hour_start")
DAYS = ("account", "session_id", "day")
MONTHS = ("account", "session_id", "month")


class Compared(NamedTuple):
    """The marts, and the same sessions divided by hand."""

    archive: SplitArchive
    by_hand: DividedByHand


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Compared]:
    by_hand = DividedByHand(draw_sessions())
    logbook = new_logbook(tmp_path_factory.mktemp("split") / "logbook")
    with logbook.lock(), open_writer(logbook) as connection:
        archive = SplitArchive(connection, logbook.raw)
        arriving = iter(by_hand.sessions.items())
        archive.add(dict(islice(arriving, DRAWN - LATE)))
        while late := dict(islice(arriving, 900)):
            archive.add(late)
        yield Compared(archive, by_hand)


def draw_sessions() -> list[ChargedSession]:
    """Many sessions from Hypothesis, for a single transform."""
    sessions: list[ChargedSession] = []

    @settings(
        max_examples=DRAWN,
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


def check(expected: Rows, actual: Rows, drawn: Compared, key: tuple[str, ...]) -> None:
    """Compare row by row; the first difference is shown with its session, which can become a test case."""
    for at in sorted(expected.keys() | actual.keys(), key=str):
        if expected.get(at) != actual.get(at):
            session = drawn.by_hand.sessions.get(at[1]) if "session_id" in key else None
            pytest.fail(f"{at}\nby hand {expected.get(at)}\nmart    {actual.get(at)}\n{session!r}")


def compare(drawn: Compared, table: str, key: tuple[str, ...], expected: Rows) -> None:
    columns = next(iter(expected.values())).keys()
    check(expected, drawn.archive.rows(table, key, columns), drawn, key)


def test_session_hours_are_as_by_hand(drawn: Compared) -> None:
    compare(drawn, "session_hours", HOURS, drawn.by_hand.session_hours())


def test_session_days_are_as_by_hand(drawn: Compared) -> None:
    compare(drawn, "intermediate.session_days", DAYS, drawn.by_hand.session_days())


def test_session_months_are_as_by_hand(drawn: Compared) -> None:
    compare(drawn, "session_months", MONTHS, drawn.by_hand.session_months())


@pytest.mark.parametrize("unit", ["day", "month"])
def test_totals_under_both_attributions_are_as_by_hand(drawn: Compared, unit: str) -> None:
    compare(drawn, f"{unit}s", ("account", unit, "currency", "attribution"), drawn.by_hand.totals(unit))


def test_hours_sum_to_days_days_to_months_and_months_to_the_session(drawn: Compared) -> None:
    figures = ("energy_kwh", "amount_incl_tax")
    hours = drawn.archive.rows("session_hours", HOURS, figures)
    days = drawn.archive.rows("intermediate.session_days", DAYS, (*figures, "tax_amount"))
    months = drawn.archive.rows("session_months", MONTHS, (*figures, "tax_amount"))
    sessions = drawn.archive.rows("sessions", SESSION, (*figures, "tax_amount"))
    assert summed(hours, lambda account, name, begins: (account, name, local_day(account, begins))) == only(
        days, figures
    )
    assert summed(days, lambda account, name, day: (account, name, day.replace(day=1))) == months
    assert summed(months, lambda account, name, month: (account, name)) == sessions


def test_days_sum_to_months_and_both_attributions_to_the_same(drawn: Compared) -> None:
    figures = ("energy_kwh", "amount_incl_tax", "tax_amount")
    keys = ("account", "currency", "attribution")
    days = drawn.archive.rows("days", (*keys, "day"), figures)
    months = drawn.archive.rows("months", (*keys, "month"), figures)
    assert summed(days, lambda *key: (*key[:3], key[3].replace(day=1))) == months
    energy_and_money = summed(only(months, figures[:2]), lambda account, currency, how, month: (account, currency, how))
    for account, currency, how in energy_and_money:
        assert energy_and_money[account, currency, how] == energy_and_money[account, currency, "stop"]


def summed(rows: Rows, above: Callable[..., tuple[Any, ...]]) -> Rows:
    """Sums by the key that `above` computes from a row's key; a sum with an unknown value is unknown."""
    groups: defaultdict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for key, row in rows.items():
        groups[above(*key)].append(row)
    return {
        key: {
            name: None if None in (column := [row[name] for row in members]) else sum(column, Decimal(0))
            for name in members[0]
        }
        for key, members in groups.items()
    }


def only(rows: Rows, names: tuple[str, ...]) -> Rows:
    return {key: {name: row[name] for name in names} for key, row in rows.items()}


def local_day(account: str, moment: datetime) -> date:
    return moment.astimezone(ACCOUNTS[account].zone).date()
