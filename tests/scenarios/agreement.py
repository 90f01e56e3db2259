"""Compares an archive with its tenant's data, and checks that its segments are complete and form a chain."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from pipeline.clock import last_of_month
from pipeline.demo import Tenant
from pipeline.logbook.files import file_sha256
from pipeline.raw.answer import Endpoint
from pipeline.raw.lines import read_lines, read_run_record
from pipeline.raw.segments import finished_segments
from tests.demo import expected_marts
from tests.scenarios.demo_logbook import DemoLogbook

Row = dict[str, Any]

# The expected rows of a mart, and the columns that order both.
EXPECTED_MARTS: dict[str, tuple[Callable[[Tenant], list[Row]], tuple[str, ...]]] = {
    "sessions": (expected_marts.sessions, ("session_id",)),
    "charging_periods": (expected_marts.charging_periods, ("session_id", "started_at")),
    "power_samples": (expected_marts.power_samples, ("session_id", "sampled_at")),
    "session_hours": (expected_marts.session_hours, ("session_id", "hour_start")),
    "session_months": (expected_marts.session_months, ("session_id", "month")),
    "days": (expected_marts.days, ("day", "currency")),
    "days_split": (lambda tenant: expected_marts.days(tenant, "split"), ("day", "currency")),
    "months": (expected_marts.months, ("month", "currency")),
    "months_split": (lambda tenant: expected_marts.months(tenant, "split"), ("month", "currency")),
}


def assert_marts_are_as_expected(logbook: DemoLogbook, tenant: Tenant) -> None:
    """Each mart has the expected rows and no others."""
    for mart, (expected_rows, key) in EXPECTED_MARTS.items():
        expected = sorted(expected_rows(tenant), key=lambda row: tuple(row[name] for name in key))
        columns = ", ".join(expected[0])
        actual = logbook.ask(f"select {columns} from {mart} order by {', '.join(key)}")  # noqa: S608
        assert _only_in(expected, actual) == _only_in(actual, expected) == []
        assert expected == actual
    assert expected_marts.active(tenant) == logbook.value("select active from account_states")


def _only_in(rows: list[Row], others: list[Row]) -> list[Row]:
    """The first few rows that are not in `others`, to read when two long marts differ."""
    known = {tuple(row.values()) for row in others}
    return [row for row in rows if tuple(row.values()) not in known][:3]


def assert_segments_form_a_chain(logbook: DemoLogbook) -> None:
    """Every segment is readable, ends with its run's record and names the one before it; none is unfinished."""
    folder = logbook.paths.raw / "demo"
    before: tuple[str | None, str | None] = (None, None)
    for segment in finished_segments(folder):
        lines = [line for line, _ in read_lines(segment)]
        kinds = [line.endpoint for line in lines]
        assert kinds.count(Endpoint.RUN) == 1
        record = read_run_record(lines[-1])
        assert (record.previous_segment, record.previous_sha256) == before
        before = segment.name, file_sha256(segment)
    assert list(folder.glob("*/*.part")) == []


def details_requested(requests: list[Any]) -> list[str]:
    """The ids of the sessions whose details were requested from a server, sorted."""
    paths = [request.path.split("/") for request in requests]
    return sorted(parts[-1] for parts in paths if parts[-2] == "session")


def months_listed(requests: list[Any]) -> list[tuple[str, str]]:
    """The months that a server was asked to list, in order, each once."""
    return [days for days in _windows(requests) if _is_month(*days)]


def parts_listed(requests: list[Any]) -> list[tuple[str, str]]:
    """The parts of months that a server was asked to list, in order, each once."""
    return [days for days in _windows(requests) if not _is_month(*days)]


def _windows(requests: list[Any]) -> list[tuple[str, str]]:
    listings = [request.query for request in requests if request.path.endswith("/session_history")]
    return list(dict.fromkeys((query["start_date"], query["end_date"]) for query in listings))


def _is_month(first: str, last: str) -> bool:
    return first[8:] == "01" and last == str(last_of_month(date.fromisoformat(first)))
