"""A second run that finds nothing new sends few requests, stores nothing and changes nothing."""

from datetime import timedelta

import pytest

from pipeline.demo import DemoServer
from pipeline.raw.answer import Endpoint
from pipeline.raw.lines import read_lines, read_run_record
from pipeline.raw.segments import finished_segments
from tests.scenarios.agreement import assert_segments_form_a_chain, months_listed
from tests.scenarios.demo_logbook import DemoLogbook

pytestmark = pytest.mark.system

ONE_HOUR = timedelta(hours=1)
_ANSWERS = "select count(*) from facts.answers where endpoint <> 'run'"
_FACTS = """
    select table_name, estimated_size as rows
    from duckdb_tables()
    where table_name not in ('answers', 'runs', 'windows', 'segments', 'settings', 'unchanged_answers')
    order by all
"""


def test_only_listings_charge_points_and_prices_are_fetched(operator: DemoServer, logbook: DemoLogbook) -> None:
    report = logbook.archive(after=ONE_HOUR)
    paths = [request.path.removeprefix("/api/v1/app/") for request in operator.requests]
    assert paths == [
        "personal/charge-points",
        "tariffs/tou/148964/price-periods",
        # Two pages of each month: only the second shows that the operator ignores paging.
        *["profile/session_history"] * 6,
    ]
    assert months_listed(operator.requests) == [
        ("2025-11-01", "2025-11-30"),
        ("2025-10-01", "2025-10-31"),
        ("2025-09-01", "2025-09-30"),
    ]
    assert report.startswith(
        "demo: 25 listed, 0 new, 0 corrected, 24 unchanged, 1 active, 0 quarantined; 8 requests in "
    )


def test_no_fact_and_no_mart_changes(operator: DemoServer, logbook: DemoLogbook) -> None:
    marts, facts, answers = logbook.marts(), logbook.ask(_FACTS), logbook.value(_ANSWERS)
    logbook.archive(after=ONE_HOUR)
    assert logbook.value("select count(*) from runs") == 2
    assert facts == logbook.ask(_FACTS)
    assert answers == logbook.value(_ANSWERS)
    after = logbook.marts()
    # Only the times of the last listing and run are new.
    (state,), (state_before,) = after.pop("account_states"), marts.pop("account_states")
    assert state["last_run_at"] > state_before["last_run_at"]
    assert [row | {"listed_at": None} for row in marts.pop("month_states")] == [
        row | {"listed_at": None} for row in after.pop("month_states")
    ]
    assert marts == after


def test_the_new_segment_holds_only_the_record_of_its_run(operator: DemoServer, logbook: DemoLogbook) -> None:
    logbook.archive(after=ONE_HOUR)
    old, new = finished_segments(logbook.paths.raw / "demo")
    ((line, _),) = read_lines(new)
    record = read_run_record(line)
    assert (line.endpoint, record.command, record.outcome) == (Endpoint.RUN, "extract", "complete")
    assert record.previous_segment == old.name
    assert [(window.month, window.pages, window.sessions, window.missing) for window in record.windows] == [
        ("2025-11-01", 1, 4, []),
        ("2025-10-01", 1, 11, []),
        ("2025-09-01", 1, 10, []),
    ]
    assert record.counts == {
        "listed": 25,
        "new": 0,
        "corrected": 0,
        "unchanged": 24,
        "active": 1,
        "never_charged": 0,
        "quarantined": 0,
        "requests": 8,
    }
    assert_segments_form_a_chain(logbook)
