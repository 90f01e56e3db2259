"""A session that is no longer listed is reported as missing and kept in the archive."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from pipeline.demo import DemoServer, Tenant
from pipeline.demo.answers import history_entry
from pipeline.demo.model import ZONE, DemoSession
from tests.conftest import reset_server
from tests.demo import expected_marts
from tests.scenarios.agreement import assert_marts_are_as_expected, details_requested
from tests.scenarios.demo_logbook import DemoLogbook

pytestmark = pytest.mark.system

ONE_HOUR = timedelta(hours=1)
OCTOBER = date(2025, 10, 1)
_MISSING = """
    select month, sessions, missing from facts.windows
    where run_id = (select arg_max(run_id, started_at) from runs)
    order by month desc
"""


def within_october(session: DemoSession) -> bool:
    days = [moment.astimezone(ZONE).date() for moment in (session.started_at, session.stopped_at) if moment]
    return [day.replace(day=1) for day in days] == [OCTOBER, OCTOBER]


def test_an_empty_listing_of_a_month_deletes_nothing(operator: DemoServer, logbook: DemoLogbook) -> None:
    operator.faults.empty_listing_months = frozenset({"2025-10"})
    logbook.archive(after=ONE_HOUR)
    assert_marts_are_as_expected(logbook, operator.tenant)
    expected = sorted(session.id for session in operator.tenant.sessions.values() if within_october(session))
    assert len(expected) == 11
    assert logbook.ask(_MISSING) == [
        {"month": date(2025, 11, 1), "sessions": 4, "missing": []},
        {"month": OCTOBER, "sessions": 0, "missing": expected},
        {"month": date(2025, 9, 1), "sessions": 10, "missing": []},
    ]


def test_sessions_that_are_listed_again_are_as_before(operator: DemoServer, logbook: DemoLogbook) -> None:
    documents = logbook.value("select count(*) from documents")
    operator.faults.empty_listing_calls = 3
    logbook.archive(after=ONE_HOUR)
    assert operator.faults.empty_listing_calls == 0
    assert logbook.ask(_MISSING)[0]["sessions"] == 0
    assert_marts_are_as_expected(logbook, operator.tenant)
    logbook.archive(after=2 * ONE_HOUR)
    # While the active session was in no listing, its details were fetched.
    active = expected_marts.active(operator.tenant)
    assert details_requested(operator.requests) == active
    assert logbook.value("select count(*) from documents where key <> ?", active[0]) == documents - 1
    assert logbook.ask(_MISSING) == [
        {"month": date(2025, 11, 1), "sessions": 4, "missing": []},
        {"month": OCTOBER, "sessions": 11, "missing": []},
        {"month": date(2025, 9, 1), "sessions": 10, "missing": []},
    ]


def test_a_session_known_only_from_a_listing_is_a_session(operator: DemoServer, new_logbook: DemoLogbook) -> None:
    tenant = Tenant(now=datetime(2024, 11, 9, 12, tzinfo=UTC))
    reset_server(operator, tenant)
    new_logbook.store_login(tenant)
    listing = new_logbook.folder / "history.json"
    entries = [history_entry(session) for session in tenant.sessions.values()]
    listing.write_bytes(msgspec.json.encode({"session_history": entries}))
    new_logbook.do("import", "--fetched-at", tenant.now.isoformat(), str(listing), now=tenant.now)
    known = ("session_id", "kind", "charge_point", "evse", "started_at", "stopped_at", "duration_s", "energy_kwh")
    known += ("currency", "amount_incl_tax", "note", "payment_status", "stop_reason")
    expected = [{name: row[name] for name in known} for row in expected_marts.sessions(tenant)]
    assert expected == new_logbook.ask(f"select {', '.join(known)} from sessions order by session_id")  # noqa: S608
    assert new_logbook.value("select count(*) from power_samples") == 0
    assert new_logbook.value("select details_missing from account_states") == len(expected)
    # No detail was fetched, so the next run fetches them all.
    new_logbook.archive("--since", "2024-09-01", after=ONE_HOUR, now=tenant.now)
    assert_marts_are_as_expected(new_logbook, tenant)
