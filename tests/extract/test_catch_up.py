"""A machine that was switched off for months fetches everything that it missed or that changed meanwhile."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.demo import DEMO_NOW, DemoServer, Faults, Tenant
from pipeline.settings.schema import Source
from pipeline.source.credentials.file import FileCredentials
from pipeline.source.credentials.secret import Secret
from tests.conftest import reset_server
from tests.demo import expected_marts
from tests.scenarios.agreement import assert_marts_are_as_expected, assert_segments_form_a_chain, details_requested
from tests.scenarios.demo_logbook import DemoLogbook

pytestmark = pytest.mark.system

EASTER = datetime(2025, 4, 19, 12, tzinfo=UTC)  # in the middle of the session that idles from Friday to Sunday
HALF_A_YEAR_LATER = datetime(2025, 10, 19, 12, tzinfo=UTC)


def tenant_at(operator: DemoServer, logbook: DemoLogbook, now: datetime) -> Tenant:
    """The tenant at that time; its login is stored."""
    tenant = Tenant(now=now)
    reset_server(operator, tenant)
    logbook.store_login(tenant)
    return tenant


@pytest.fixture(scope="module")
def archive_at_easter(shared_server: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> DemoLogbook:
    """The archive at EASTER. Tests copy it."""
    logbook = DemoLogbook.begin(tmp_path_factory.mktemp("easter") / "logbook", shared_server.url, client_id="1")
    tenant = tenant_at(shared_server, logbook, EASTER)
    logbook.archive("--since", "2024-09-01", now=EASTER)
    assert_marts_are_as_expected(logbook, tenant)
    return logbook


@pytest.fixture
def logbook_at_easter(archive_at_easter: DemoLogbook, tmp_path: Path) -> DemoLogbook:
    return archive_at_easter.copied(tmp_path / "logbook")


def test_a_machine_that_was_off_for_half_a_year_catches_up(
    operator: DemoServer, logbook_at_easter: DemoLogbook
) -> None:
    before = Tenant(now=EASTER)
    (active,) = expected_marts.active(before)
    assert active == before.scene("long_idle").id

    tenant = tenant_at(operator, logbook_at_easter, HALF_A_YEAR_LATER)
    assert [before.sessions.keys() - tenant.sessions.keys(), len(tenant.sessions) - len(before.sessions)] == [set(), 61]
    # Corrected meanwhile: in the first winter, shortly before and while the machine was off, and the active session.
    corrected = [tenant.scene(name).id for name in ("year_end", "note_formula", "partly_negative", "long_idle")]
    for session_id in corrected:
        tenant.correct(session_id, energy_wh=12_345, amount=Decimal("6.78"))
    logbook_at_easter.archive(now=HALF_A_YEAR_LATER)
    assert_marts_are_as_expected(logbook_at_easter, tenant)
    assert_segments_form_a_chain(logbook_at_easter)
    new = tenant.sessions.keys() - before.sessions.keys() - set(expected_marts.active(tenant))
    # The session that was the newest then was paid meanwhile.
    newest = max(expected_marts.sessions(before), key=lambda row: row["stopped_at"])["session_id"]
    assert sorted({*corrected, *new, newest}) == details_requested(operator.requests)
    revisions = {row["session_id"]: row["revision"] for row in logbook_at_easter.ask("select * from sessions")}
    assert [revisions[session_id] for session_id in corrected] == [2, 2, 1, 1]
    assert logbook_at_easter.ask("from month_states where not is_closed and month < '2025-10-01'") == []


def test_a_login_that_ends_during_the_run_is_renewed(operator: DemoServer, logbook_at_easter: DemoLogbook) -> None:
    tenant = tenant_at(operator, logbook_at_easter, HALF_A_YEAR_LATER)
    FileCredentials(logbook_at_easter.credentials).write(logbook_at_easter.account, Secret(token=tenant.token))
    operator.faults = Faults(expired_token=True, expire_after=40)
    assert logbook_at_easter.run("run", now=HALF_A_YEAR_LATER).code == 4
    fetched = details_requested([request for request in operator.requests if request.status == 200])
    assert 10 < len(fetched) < 61
    logbook_at_easter.do("transform", now=HALF_A_YEAR_LATER)
    assert logbook_at_easter.ask("select outcome from runs order by started_at") == [
        {"outcome": "complete"},
        {"outcome": "failed"},
    ]

    operator.faults = Faults()
    operator.requests.clear()
    tenant.refresh(tenant.refresh_token)
    logbook_at_easter.store_login(tenant)
    logbook_at_easter.archive(now=HALF_A_YEAR_LATER + timedelta(hours=1))
    assert_marts_are_as_expected(logbook_at_easter, tenant)
    # Only the requests in progress when the login ended are sent again.
    again = set(fetched) & set(details_requested(operator.requests))
    assert len(again - set(expected_marts.active(tenant))) <= Source().at_a_time


def test_sessions_that_the_operator_added_late_are_found_after_more_than_a_year(
    operator: DemoServer, new_logbook: DemoLogbook
) -> None:
    now = datetime(2024, 10, 5, 12, tzinfo=UTC)
    tenant = tenant_at(operator, new_logbook, now)
    operator.faults.empty_listing_months = frozenset({"2024-09"})
    new_logbook.archive("--since", "2024-09-01", now=now)
    missed = [
        session.id for session in tenant.sessions.values() if session.started_at < datetime(2024, 9, 30, tzinfo=UTC)
    ]
    assert len(missed) > 5
    tenant = tenant_at(operator, new_logbook, DEMO_NOW)
    new_logbook.archive()
    assert set(missed) <= set(details_requested(operator.requests))
    assert_marts_are_as_expected(new_logbook, tenant)
