"""A new version of the operator's API: fields are added, removed, or get another type or an unknown value.

A figure is then correct or unknown. A document that cannot be read is reported, and does not affect others. Once the
operator answers as before, the archive is complete again.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.demo import DEMO_NOW, DemoServer, Tenant
from pipeline.demo.endpoints import DemoAnswer
from tests.demo import expected_marts
from tests.faults.conftest import NOW, Record
from tests.faults.content import assert_complete, count_lost, items
from tests.scenarios.demo_logbook import DemoLogbook

pytestmark = pytest.mark.faults

_AN_HOUR = timedelta(hours=1)

Json = dict[str, Any]
Change = Callable[[Any], Any]

_NEW_VALUE = "brand-new"
_COUNT_COLUMNS = ("power_samples",)  # counts of what was received, which may be lower
_CHANGES: dict[str, Change | None] = {
    "removed": None,
    "null": lambda value: None,
    "another type": lambda value: {"value": value},
    "number as string": lambda value: str(value),
    "unknown value": lambda value: _NEW_VALUE if isinstance(value, str) else value,
}


class ChangedApiServer(DemoServer):
    """Changes one field in each session's detail: for each session another field or another change."""

    def __init__(self, tenant: Tenant) -> None:
        super().__init__(tenant)
        self.changes: dict[str, tuple[tuple[str, ...], str]] = {}

    def answer(self, method: str, path: str, query: dict[str, str], token: str, body: bytes) -> DemoAnswer:
        answer = super().answer(method, path, query, token, body)
        session_id = path.rpartition("/")[2]
        if answer.status != 200 or session_id not in self.changes:
            return answer
        changed = copy.deepcopy(answer.body)
        field_path, change = self.changes[session_id]
        _alter(changed["session"], field_path, _CHANGES[change])
        return replace(answer, body=changed)


def _alter(document: Json, path: tuple[str, ...], change: Change | None) -> None:
    *parents, name = path
    for part in parents:
        found = document.get(part)
        document = found[0] if isinstance(found, list) and found else found if isinstance(found, dict) else {}
    if name in document and change is None:
        del document[name]
    elif name in document and change is not None:
        document[name] = change(document[name])


def _paths(document: Json) -> Iterator[tuple[str, ...]]:
    """The paths of all fields of a session's detail, also in the first element of each list."""
    for name, value in document.items():
        yield (name,)
        inner = value[0] if isinstance(value, list) and value else value
        if isinstance(inner, dict):
            yield from ((name, *path) for path in _paths(inner))


def test_a_changed_field_loses_no_session_and_gives_no_wrong_figure(tmp_path: Path, record: Record) -> None:
    tenant = Tenant(now=DEMO_NOW)
    with ChangedApiServer(tenant) as server:
        logbook = DemoLogbook.begin(tmp_path / "drift", server.url, client_id="1")
        logbook.store_login(tenant)
        finished = [session.id for session in tenant.sessions.values() if session.stopped_at]
        sample = DemoServer.answer(
            server, "GET", f"/api/v1/app/session/{finished[0]}", {"withPowerHistory": "1"}, tenant.token, b""
        ).body["session"]
        changes = [(path, change) for path in _paths(sample) for change in _CHANGES]
        server.changes = dict(zip(finished, _spread(changes, len(finished)), strict=True))
        logbook.archive("--since", "2024-09-01")
        items_before = items(logbook)
        _assert_correct_or_unknown(logbook, tenant)
        record("fields removed, retyped or with unknown values", len(finished), 0)
        server.changes = {}
        logbook.archive("--since", "2024-09-01", "--refetch", after=_AN_HOUR)
        record("fields restored", 1, count_lost(items_before, logbook))
        assert_complete(logbook, tenant)


def _spread(changes: list[Any], number: int) -> list[Any]:
    """This many of the changes, evenly spread."""
    return [changes[index * len(changes) // number] for index in range(number)]


def _assert_correct_or_unknown(logbook: DemoLogbook, tenant: Tenant) -> None:
    unreadable = {row["key"] for row in logbook.ask("select key from intermediate.unreadable")}
    expected = {row["session_id"]: row for row in expected_marts.sessions(tenant)}
    columns = ", ".join(next(iter(expected.values())))
    rows = logbook.ask(f"select {columns} from sessions")  # noqa: S608
    assert {row["session_id"] for row in rows} == set(expected)  # no session is lost
    differences = [
        (row["session_id"], name, value, expected[row["session_id"]][name])
        for row in rows
        if row["session_id"] not in unreadable
        for name, value in row.items()
        if value not in (expected[row["session_id"]][name], None, _NEW_VALUE)
    ]
    assert [found for found in differences if found[1] not in _COUNT_COLUMNS] == []
    assert all(value < correct_value for _, name, value, correct_value in differences if name in _COUNT_COLUMNS)


class ChangedListServer(DemoServer):
    """Sends each entry of its lists with an energy that cannot be read, while `is_changed`."""

    is_changed = True

    def answer(self, method: str, path: str, query: dict[str, str], token: str, body: bytes) -> DemoAnswer:
        answer = super().answer(method, path, query, token, body)
        if not self.is_changed or answer.status != 200 or not path.endswith("/session_history"):
            return answer
        changed = copy.deepcopy(answer.body)
        for item in changed["session_history"]:
            item["session"]["energy"] = _NEW_VALUE
        return replace(answer, body=changed)


def test_lists_whose_entries_cannot_be_read_lose_no_session(tmp_path: Path, record: Record) -> None:
    tenant = Tenant(now=NOW)
    with ChangedListServer(tenant) as server:
        logbook = DemoLogbook.begin(tmp_path / "drift", server.url, client_id="1")
        logbook.store_login(tenant)
        logbook.run("run", now=NOW)
        sessions = {row["session_id"] for row in expected_marts.sessions(tenant)}
        assert {row["session_id"] for row in logbook.ask("select session_id from sessions")} == sessions
        items_before = items(logbook)
        server.is_changed = False
        logbook.run("run", now=NOW + _AN_HOUR)
        record("entries of a list cannot be read", len(sessions), count_lost(items_before, logbook))
        assert_complete(logbook, tenant)


def test_a_run_accepts_unknown_fields(new_operator: DemoServer, new_logbook: DemoLogbook, record: Record) -> None:
    new_operator.faults.unknown_fields = True
    new_logbook.do("run", now=new_operator.tenant.now)
    items_before = items(new_logbook)
    new_operator.faults.unknown_fields = False
    new_logbook.do("run", now=new_operator.tenant.now)
    record("fields added", len(new_operator.tenant.sessions), count_lost(items_before, new_logbook))
    assert_complete(new_logbook, new_operator.tenant)
