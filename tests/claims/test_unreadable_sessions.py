"""A person may exclude a session that cannot be read: its month waits for it no longer."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli.context import Context
from pipeline.cli.main import run
from tests.scenarios.claimed_logbook import MARCH, ClaimedLogbook, ServedSession, local

STATE = "select is_closed, quarantined from month_states where month = '2025-03-01'"
FINDINGS = "select session_id from check_results where rule = 'unreadable_session'"
UNREADABLE: dict[str, dict[str, Any]] = {
    "no currency": {"currency": None},
    "no start": {"startedAt": None, "status": "failed"},
    "energy that is no number": {"energy": "much"},
}


@dataclass
class UnreadableSession(ServedSession):
    fields: dict[str, Any] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        return super().body() | self.fields


def _decide(logbook: ClaimedLogbook, action: str) -> None:
    arguments = ["--home", str(logbook.root), "session", action, "broken", "--reason", "no car charged"]
    assert run(arguments, Context(clock=logbook)) == 0


@pytest.mark.system
@pytest.mark.parametrize("has_details", [True, False], ids=["details", "only listed"])
@pytest.mark.parametrize("fields", UNREADABLE.values(), ids=UNREADABLE)
def test_an_excluded_session_that_cannot_be_read_keeps_no_month_open(
    tmp_path: Path, fields: dict[str, Any], has_details: bool
) -> None:
    logbook = ClaimedLogbook.begin(tmp_path / "logbook")
    logbook.extract(ServedSession("1", local(MARCH)))
    logbook.extract(UnreadableSession("broken", local(MARCH, hour=20), fields=fields), details=has_details)
    logbook.update()
    documents = 1 + has_details
    assert logbook.rows(STATE) == [(False, documents)]
    assert logbook.rows(FINDINGS) == [("broken",)] * documents
    _decide(logbook, "exclude")
    assert logbook.rows(STATE) == [(True, 0)]
    assert logbook.rows(FINDINGS) == []
    _decide(logbook, "include")
    assert logbook.rows(STATE) == [(False, documents)]


def test_the_finding_names_the_command_that_excludes(tmp_path: Path) -> None:
    logbook = ClaimedLogbook.begin(tmp_path / "logbook")
    logbook.extract(UnreadableSession("it's", local(MARCH), fields={"currency": None}))
    logbook.update()
    [(detail,)] = logbook.rows("select distinct right(detail, 73) from check_results where rule = 'unreadable_session'")
    assert detail.endswith("exclude it: ladebog session exclude --reason TEXT 'it'\"'\"'s'")
