"""The machine's clock is set back: answers fetched later still count as later, and no session is missed."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from pipeline.demo import DemoServer, Tenant
from tests.conftest import reset_server
from tests.faults.conftest import NOW, Record
from tests.faults.content import assert_complete, count_lost, items
from tests.scenarios.agreement import assert_marts_are_as_expected, details_requested
from tests.scenarios.demo_logbook import DemoLogbook

pytestmark = pytest.mark.faults

_LAST_CLOSED_MONTH = "select max(month) from month_states where is_closed"
_LAST_MONTH = date(2024, 9, 1)
_DOCUMENTS = "select count(*) from documents where endpoint in ('session', 'session_history')"


@pytest.mark.parametrize("time_ahead", [timedelta(minutes=5), timedelta(days=1), timedelta(days=400)], ids=str)
def test_corrections_after_the_clock_was_set_back_are_fetched(
    time_ahead: timedelta, new_operator: DemoServer, new_logbook: DemoLogbook, record: Record
) -> None:
    outcome = new_logbook.do("run", now=NOW + time_ahead)
    assert ("note: This machine's clock is " in outcome.err) is (time_ahead >= timedelta(days=1))
    assert new_logbook.value(_LAST_CLOSED_MONTH) == _LAST_MONTH  # by the operator's clock, not by this machine's
    items_before, documents = items(new_logbook), new_logbook.value(_DOCUMENTS)
    corrected_id = next(session.id for session in new_operator.tenant.sessions.values() if session.stopped_at)
    new_operator.tenant.correct(corrected_id, energy_wh=1_234, amount=Decimal("5.00"))
    new_operator.requests.clear()
    new_logbook.do("run", now=NOW + timedelta(hours=1))
    assert new_logbook.value(_LAST_CLOSED_MONTH) == _LAST_MONTH
    assert details_requested(new_operator.requests) == [corrected_id]
    assert new_logbook.value(_DOCUMENTS) == documents + 2  # its entry in the list, and its detail
    assert_complete(new_logbook, new_operator.tenant)
    # A month later there is more to fetch, although the clock was ahead before.
    later = NOW + timedelta(days=30)
    reset_server(new_operator, Tenant(now=later))
    new_operator.tenant.correct(corrected_id, energy_wh=1_234, amount=Decimal("5.00"))
    new_logbook.store_login(new_operator.tenant)
    new_logbook.do("extract", now=later)
    new_logbook.do("transform", now=later)
    record("clock set back between runs", 1, count_lost(items_before, new_logbook))
    assert_complete(new_logbook, new_operator.tenant)


@pytest.mark.parametrize("time_behind", [timedelta(hours=2), timedelta(days=3_650)], ids=str)
def test_a_clock_in_the_past_loses_no_session(
    time_behind: timedelta, new_operator: DemoServer, archived_logbook: DemoLogbook, record: Record
) -> None:
    """A machine with a flat battery starts with a time in the past; new sessions are still listed."""
    items_before, later = items(archived_logbook), NOW + timedelta(days=20)
    reset_server(new_operator, Tenant(now=later))
    archived_logbook.store_login(new_operator.tenant)
    archived_logbook.do("extract", "--since", "2024-09-01", now=later)
    newest_id = next(reversed([session.id for session in new_operator.tenant.sessions.values() if session.stopped_at]))
    new_operator.tenant.correct(newest_id, energy_wh=1_234)
    archived_logbook.do("extract", now=later - time_behind)
    archived_logbook.do("transform", now=later - time_behind)
    record("clock behind", 1, count_lost(items_before, archived_logbook))
    assert_marts_are_as_expected(archived_logbook, new_operator.tenant)
