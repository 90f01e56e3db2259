"""The machine's clock was wrong and is set back: what is fetched later still counts as later, and nothing is missed."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from pipeline.demo import DemoServer, Tenant
from tests.conftest import renew
from tests.faults.conftest import NOW, Tried
from tests.faults.kept import assert_whole, held, lost
from tests.scenarios.agreement import assert_marts_are_the_truth, details_asked
from tests.scenarios.demo_logbook import DemoLogbook

pytestmark = pytest.mark.faults

_CLOSED = "select max(month) from month_states where is_closed"
_LAST_MONTH = date(2024, 9, 1)
_DOCUMENTS = "select count(*) from documents where endpoint in ('session', 'session_history')"


@pytest.mark.parametrize("ahead", [timedelta(minutes=5), timedelta(days=1), timedelta(days=400)], ids=str)
def test_between_runs(ahead: timedelta, young: DemoServer, new: DemoLogbook, tried: Tried) -> None:
    outcome = new.do("run", now=NOW + ahead)
    assert ("note: This machine's clock is " in outcome.err) is (ahead >= timedelta(days=1))
    assert new.value(_CLOSED) == _LAST_MONTH  # by the operator's clock, whatever this machine's says
    before, documents = held(new), new.value(_DOCUMENTS)
    corrected = next(session.id for session in young.tenant.sessions.values() if session.stopped_at)
    young.tenant.correct(corrected, energy_wh=1_234, amount=Decimal("5.00"))
    young.requests.clear()
    new.do("run", now=NOW + timedelta(hours=1))
    assert new.value(_CLOSED) == _LAST_MONTH
    assert details_asked(young.requests) == [corrected]
    assert new.value(_DOCUMENTS) == documents + 2  # its entry in the listing, and its detail
    assert_whole(new, young.tenant)
    # A month later there is more to fetch, whatever the clock said once.
    later = NOW + timedelta(days=30)
    renew(young, Tenant(now=later))
    young.tenant.correct(corrected, energy_wh=1_234, amount=Decimal("5.00"))
    new.keep_login(young.tenant)
    new.do("extract", now=later)
    new.do("transform", now=later)
    tried("clock set back between runs", 1, lost(before, new))
    assert_whole(new, young.tenant)


@pytest.mark.parametrize("behind", [timedelta(hours=2), timedelta(days=3_650)], ids=str)
def test_a_clock_that_is_behind(behind: timedelta, young: DemoServer, archived: DemoLogbook, tried: Tried) -> None:
    """A machine whose battery is flat begins in the past: what is new is listed all the same."""
    before, later = held(archived), NOW + timedelta(days=20)
    renew(young, Tenant(now=later))
    archived.keep_login(young.tenant)
    archived.do("extract", "--since", "2024-09-01", now=later)
    newest = next(reversed([session.id for session in young.tenant.sessions.values() if session.stopped_at]))
    young.tenant.correct(newest, energy_wh=1_234)
    archived.do("extract", now=later - behind)
    archived.do("transform", now=later - behind)
    tried("clock behind", 1, lost(before, archived))
    assert_marts_are_the_truth(archived, young.tenant)
