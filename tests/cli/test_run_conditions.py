"""`ladebog run --if-active --if-older`: without a reason the operator gets no request."""

from datetime import timedelta

import pytest

from pipeline.demo import DemoServer
from pipeline.logbook.folder import Logbook
from pipeline.operations.schedule.due import active_sessions, last_run_began
from tests.scenarios.demo_logbook import DEMO_NOW, DemoLogbook

_HALF_AN_HOUR = timedelta(minutes=30)
_ACTIVE_ID = "select session_id from staging.sessions where not is_finished"


@pytest.mark.system
def test_if_active_runs_while_a_session_is_active_and_once_after_it_ended(
    logbook: DemoLogbook, operator: DemoServer
) -> None:
    logbook.store_login(operator.tenant)
    active = logbook.value(_ACTIVE_ID)
    outcome = logbook.run("run", "--if-active", after=_HALF_AN_HOUR)
    assert outcome.code in (0, 3), outcome
    assert outcome.out.startswith(f"Active at the last run: {active}.\ndemo: ")
    operator.tenant.finish_active(DEMO_NOW + timedelta(minutes=40))
    outcome = logbook.run("run", "--if-active", after=2 * _HALF_AN_HOUR)
    assert outcome.code in (0, 3), outcome
    assert logbook.value("select count(*) from sessions where session_id = ?", active) == 1
    operator.requests.clear()
    assert logbook.do("run", "--if-active", after=3 * _HALF_AN_HOUR).out == "Nothing to do for now.\n"
    assert logbook.do("-q", "run", "--if-active", after=3 * _HALF_AN_HOUR).out == ""
    assert operator.requests == []


@pytest.mark.parametrize("after", [timedelta(hours=26), timedelta(days=8)], ids=["runs have failed since", "for ever"])
def test_a_session_is_not_active_long_after_the_last_run(shared_logbook: DemoLogbook, after: timedelta) -> None:
    assert active_sessions(shared_logbook.paths, ["demo"], DEMO_NOW) == [shared_logbook.value(_ACTIVE_ID)]
    assert active_sessions(shared_logbook.paths, ["other"], DEMO_NOW) == []
    assert active_sessions(shared_logbook.paths, ["demo"], DEMO_NOW + after) == []


@pytest.mark.system
def test_a_session_that_was_never_stopped_is_not_active_for_ever(logbook: DemoLogbook, operator: DemoServer) -> None:
    logbook.store_login(operator.tenant)
    logbook.archive("--since", "2025-11-01", after=timedelta(days=8))
    assert len(logbook.ask(_ACTIVE_ID)) == 1
    assert active_sessions(logbook.paths, ["demo"], DEMO_NOW + timedelta(days=8)) == []


@pytest.mark.system
def test_if_older_runs_when_the_last_run_is_old(logbook: DemoLogbook, operator: DemoServer) -> None:
    logbook.store_login(operator.tenant)
    outcome = logbook.do("run", "--if-older", "25", after=timedelta(hours=24, minutes=59))
    assert outcome.out == "Nothing to do for now.\n"
    assert operator.requests == []
    assert logbook.run("run", "--if-older", "25", after=timedelta(hours=25, minutes=1)).code in (0, 3)
    assert operator.requests != []
    assert logbook.do("run", "--if-older", "25", after=timedelta(hours=26)).out == "Nothing to do for now.\n"


def test_a_failed_run_counts_as_the_last_run(logbook: DemoLogbook, operator: DemoServer) -> None:
    operator.tenant.expire_token()
    operator.tenant.refresh(
        operator.tenant.refresh_token
    )  # another program renews it, so our refresh token is no longer valid
    later = timedelta(hours=26)
    assert logbook.run("run", "--if-older", "25", after=later).code == 4
    assert logbook.do("run", "--if-older", "25", after=later + _HALF_AN_HOUR).out == "Nothing to do for now.\n"


@pytest.mark.system
def test_before_the_first_run_if_active_does_nothing_and_if_older_runs(
    empty_logbook: DemoLogbook, operator: DemoServer
) -> None:
    empty_logbook.store_login(operator.tenant)
    assert empty_logbook.do("run", "--if-active").out == "Nothing to do for now.\n"
    assert last_run_began(empty_logbook.paths, ["demo"], DEMO_NOW) is None
    assert empty_logbook.run("run", "--if-active", "--if-older", "25").code in (0, 3)
    last_run_at = last_run_began(empty_logbook.paths, ["demo"], DEMO_NOW + _HALF_AN_HOUR)
    assert last_run_at is not None
    assert DEMO_NOW <= last_run_at < DEMO_NOW + _HALF_AN_HOUR


def test_after_the_clock_was_set_back_the_last_run_began_now(shared_logbook: DemoLogbook) -> None:
    earlier = DEMO_NOW - timedelta(days=300)
    assert last_run_began(shared_logbook.paths, ["demo"], earlier) == earlier


def test_a_conditional_run_ends_without_an_error_while_another_run_is_in_progress(logbook: DemoLogbook) -> None:
    with Logbook(logbook.home).lock():
        assert logbook.run("run").code == 75
        outcome = logbook.do("run", "--if-active")
    assert "Another run is writing to" in outcome.out
    assert outcome.err == ""


@pytest.mark.parametrize("hours", ["0", "-1", "x"])
def test_invalid_hours_are_refused(shared_logbook: DemoLogbook, hours: str) -> None:
    assert shared_logbook.run("run", "--if-older", hours).code == 2
