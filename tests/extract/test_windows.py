"""Which months a run of the demo operator lists, and which details it fetches."""

from datetime import UTC, date, datetime, timedelta

import pytest

from pipeline.demo import DemoServer, Tenant
from pipeline.demo.model import ZONE
from tests.conftest import FullDemo, reset_server
from tests.demo import expected_marts
from tests.scenarios.agreement import assert_marts_are_as_expected, details_requested, months_listed, parts_listed
from tests.scenarios.demo_logbook import DemoLogbook

pytestmark = pytest.mark.system


def months(newest: str, oldest: str) -> list[tuple[str, str]]:
    """The windows of whole months from `newest` back to `oldest`, both like 2025-11."""
    windows = []
    year, month = map(int, newest.split("-"))
    while (text := f"{year}-{month:02}") >= oldest:
        next_month = date(year + month // 12, month % 12 + 1, 1)
        windows.append((f"{text}-01", str(next_month - timedelta(days=1))))
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return windows


def test_the_first_run_goes_back_until_two_years_were_empty(full_demo: FullDemo) -> None:
    assert months("2025-11", "2022-09") == months_listed(list(full_demo.requests))  # the first session: September 2024
    assert len(details_requested(list(full_demo.requests))) == 142
    # No month has more sessions, so this one is listed again in parts; each has fewer, so nothing was cut off.
    assert parts_listed(list(full_demo.requests)) == [("2025-05-01", "2025-05-16"), ("2025-05-17", "2025-05-31")]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--since", "2025-03-10", "--until", "2025-04-20"), months("2025-04", "2025-03")),
        (("--since", "2025-09-30"), months("2025-11", "2025-09")),
        (("--since", "2024-02-29", "--until", "2024-02-29"), months("2024-02", "2024-02")),
        (("--until", "2025-10-05"), months("2025-10", "2025-09")),
    ],
)
def test_since_and_until_are_widened_to_whole_months(
    operator: DemoServer, logbook: DemoLogbook, options: tuple[str, ...], expected: list[tuple[str, str]]
) -> None:
    logbook.do("extract", *options, after=timedelta(hours=1))
    assert expected == months_listed(operator.requests)
    # Besides these, only the session that was active is fetched, unless it was in a listing.
    is_listed = expected[0][0] >= "2025-11-01"
    assert details_requested(operator.requests) == ([] if is_listed else expected_marts.active(operator.tenant))


def test_refetch_fetches_the_details_of_all_listed_sessions(operator: DemoServer, logbook: DemoLogbook) -> None:
    logbook.do("extract", "--since", "2025-03-10", "--until", "2025-04-20", "--refetch", after=timedelta(hours=1))
    started = {
        session.id: f"{session.started_at.astimezone(ZONE):%Y-%m}" for session in operator.tenant.sessions.values()
    }
    listed = [session_id for session_id, month in started.items() if month in ("2025-03", "2025-04")]
    assert len(listed) == 20
    assert sorted(listed + expected_marts.active(operator.tenant)) == details_requested(operator.requests)


def test_a_refetch_skips_active_sessions(operator: DemoServer, logbook: DemoLogbook) -> None:
    logbook.do("extract", "--since", "2025-11-01", "--refetch", after=timedelta(hours=1))
    assert operator.tenant.scene("active").id not in details_requested(operator.requests)
    assert len(details_requested(operator.requests)) == 3


def test_recent_months_are_listed_by_every_run_and_a_year_every_week(
    operator: DemoServer, logbook: DemoLogbook
) -> None:
    tenant, old = operator.tenant, operator.tenant.scene("year_end")
    tenant.correct(old.id, energy_wh=1)

    def listed(**since: int) -> list[tuple[str, str]]:
        operator.requests.clear()
        logbook.do("extract", after=timedelta(**since))
        return months_listed(operator.requests)

    assert listed(days=6, hours=23) == months("2025-11", "2025-09")
    assert details_requested(operator.requests) == []
    # A correction in last winter is too old for the runs in between.
    assert listed(days=7, hours=1) == months("2025-11", "2024-11")
    assert details_requested(operator.requests) == [old.id]
    logbook.do("transform", after=timedelta(days=8))
    assert_marts_are_as_expected(logbook, tenant)
    assert listed(days=14) == months("2025-11", "2025-10")
    assert listed(days=14, hours=2) == months("2025-11", "2024-11")


def test_a_run_catches_up_after_months(operator: DemoServer, new_logbook: DemoLogbook) -> None:
    autumn, winter = datetime(2024, 10, 20, 12, tzinfo=UTC), datetime(2025, 2, 10, 12, tzinfo=UTC)
    for now, options in ((autumn, ["--since", "2024-09-01"]), (winter, [])):
        tenant = Tenant(now=now)
        reset_server(operator, tenant)
        new_logbook.store_login(tenant)
        new_logbook.archive(*options, now=now)
        assert_marts_are_as_expected(new_logbook, tenant)


def test_a_run_catches_up_after_more_than_a_year(operator: DemoServer, new_logbook: DemoLogbook) -> None:
    operator.faults.empty_listing_calls = 1_000
    new_logbook.do("extract", "--since", "2024-09-01", now=datetime(2024, 9, 20, 12, tzinfo=UTC))
    operator.requests.clear()
    new_logbook.do("extract")
    assert months("2025-11", "2024-08") == months_listed(operator.requests)


def test_an_extract_of_a_few_months_does_not_count_as_the_first_run(
    operator: DemoServer, new_logbook: DemoLogbook
) -> None:
    operator.faults.empty_listing_calls = 1_000
    new_logbook.do("extract", "--since", "2025-10-01", "--until", "2025-10-31")
    operator.requests.clear()
    new_logbook.do("extract", after=timedelta(hours=1))
    assert len(months_listed(operator.requests)) >= 24
