"""A session that the operator neither lists nor finds by its id has no details to wait for."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.extract.odd_operator import NOW, OddOperator, odd_archives, stopped
from tests.scenarios.small_archive import listed, listing

pytestmark = pytest.mark.system

MARCH, GONE = stopped("m", "2025-03-10"), stopped("x", "2025-03-20")
GONE_ITEM = ("2025-03-20", json.dumps(listed(GONE)))  # listed, but its details are answered with 404
IMPORTED = "imported, neither listed nor found"
UNLISTED = "listed without details, then not listed"
LISTED = "listed, not found"
FAILING = "imported, not listed, its details answered with 500"
NOT_FOUND = ["Session x was not found by the operator (404)."]


def test_a_session_that_is_neither_listed_nor_found_holds_no_month_open(tmp_path: Path) -> None:
    operators = {
        IMPORTED: OddOperator([("2025-03-10", MARCH)]),
        UNLISTED: OddOperator([("2025-03-10", MARCH), GONE_ITEM]),
        LISTED: OddOperator([("2025-03-10", MARCH), GONE_ITEM]),
        FAILING: OddOperator([("2025-03-10", MARCH)], failing=["/session/x?"]),
    }
    with odd_archives(tmp_path / "logbook", operators) as archives:
        history = listing(listed(MARCH), listed(GONE), fetched_at=None)
        for account in (IMPORTED, FAILING):
            archives[account].archive.of(account).add(history, command="import", began_at=NOW - timedelta(hours=1))
        archives[IMPORTED].archive.transform()
        for account, odd in archives.items():
            warnings = odd.fetch(since=None).warnings
            assert (account, warnings == NOT_FOUND) == (account, account != FAILING)
        operators[UNLISTED].sessions.pop()
        for odd in archives.values():
            odd.clock.moment += timedelta(hours=1)
            odd.fetch()
        odd.archive.transform()
        closed = {account: "2025-03" in odd.closed() for account, odd in archives.items()}
        assert closed == {IMPORTED: True, UNLISTED: True, LISTED: False, FAILING: False}
        findings = """
            select account, rule from check_results
            where session_id = 'x' and rule not in ('no_power_history', 'session_in_two_accounts')
        """
        assert set(odd.archive.rows(findings)) == {
            (IMPORTED, "imported_session"),
            (IMPORTED, "vanished"),
            (UNLISTED, "vanished"),
            (LISTED, "missing_detail"),
            (FAILING, "imported_session"),
            (FAILING, "missing_detail"),
        }
        operators[IMPORTED].sessions.append(GONE_ITEM)
        archives[IMPORTED].clock.moment += timedelta(hours=1)
        archives[IMPORTED].extract()
        assert "2025-03" not in archives[IMPORTED].closed()
