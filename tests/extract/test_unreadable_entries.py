"""A session whose entry in the list cannot be read: its details are fetched, and count."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.extract.odd_operator import OddArchive, OddOperator, odd_archive, odd_archives, stopped
from tests.scenarios.small_archive import listed

pytestmark = pytest.mark.system

_UNLISTED = "1999-01-01"
GOOD = ("2025-04-10", stopped("a", "2025-04-10"))
BAD = stopped("bad", "2025-03-20")
FAULTS: dict[str, dict[str, object]] = {
    "energy that is a text": {"energy": "x"},
    "no energy": {"energy": None},
    "year 1": {"startedAt": "0001-01-01T00:00:00Z"},
    "a currency without a code": {"currency": {}},
    "no status": {"status": None},
}


def operator_with(fault: dict[str, object]) -> OddOperator:
    """An operator that lists session `bad` with a fault, and sends its details without one."""
    return OddOperator([GOOD, ("2025-03-20", json.dumps(listed({**BAD, **fault}))), (_UNLISTED, BAD)])


def findings(odd: OddArchive) -> list[tuple[str, str | None]]:
    return odd.archive.rows(
        "select rule, session_id from check_results where account = ? "
        "and (rule like 'unreadable%' or rule = 'month_not_closed' and month < '2025-05-01') order by all",
        odd.account,
    )


@pytest.fixture
def archives(tmp_path: Path) -> Iterator[dict[str, OddArchive]]:
    with odd_archives(tmp_path / "logbook", {name: operator_with(fault) for name, fault in FAULTS.items()}) as archives:
        yield archives


def transform(archives: dict[str, OddArchive]) -> None:
    next(iter(archives.values())).archive.transform()


def test_the_details_are_fetched_once_and_count_and_the_entry_is_a_warning(archives: dict[str, OddArchive]) -> None:
    for _ in range(2):
        for odd in archives.values():
            odd.fetch()
            odd.clock.moment += timedelta(days=1)
    transform(archives)
    for odd in archives.values():
        assert odd.archived() == ["a", "bad"]
        assert odd.closed() == ["2025-03", "2025-04"]
        assert findings(odd) == [("unreadable_entry", "bad")]
        assert len(odd.operator.asked_for("bad")) == 1
        odd.operator.sessions = [GOOD, ("2025-03-20", BAD)]
        odd.fetch()
    transform(archives)
    for odd in archives.values():
        assert (odd.archived(), findings(odd)) == (["a", "bad"], [])
        assert len(odd.operator.asked_for("bad")) == 1


def test_an_entry_that_changes_is_a_reason_to_fetch_the_details_again(archives: dict[str, OddArchive]) -> None:
    changes = {"corrected": {"totalAmount": 99}, "unchanged": {}}
    for odd in archives.values():
        odd.operator.sessions = [GOOD, ("2025-03-20", BAD)]
        odd.fetch()
    for odd, (name, fault) in zip(archives.values(), FAULTS.items(), strict=True):
        odd.clock.moment += timedelta(hours=1)
        odd.operator.sessions = [
            GOOD,
            ("2025-03-20", json.dumps(listed({**BAD, **fault}))),
            (_UNLISTED, {**BAD, **changes["unchanged" if name == "no status" else "corrected"]}),
        ]
        for _ in range(2):
            odd.fetch()
            odd.clock.moment += timedelta(hours=1)
    transform(archives)
    for name, odd in archives.items():
        assert len(odd.operator.asked_for("bad")) == 2
        amount = odd.archive.value(
            "select amount_incl_tax from sessions where session_id = 'bad' and account = ?", name
        )
        assert (amount == 99) == (name != "no status")
        assert findings(odd) == [("unreadable_entry", "bad")]


@pytest.mark.parametrize("is_refetched", [True, False])
def test_a_run_follows_the_advice(tmp_path: Path, is_refetched: bool) -> None:
    """The details could not be fetched when their month was listed, and its list has not changed since."""
    with odd_archive(tmp_path / "logbook", operator_with(FAULTS["energy that is a text"])) as odd:
        odd.operator.failing = ["/session/bad?"]
        odd.extract()
        assert findings(odd) == [("month_not_closed", None), ("unreadable_session", "bad")]
        (advice,) = odd.archive.rows("select detail from check_results where rule = 'unreadable_session'")
        assert "Ask for its details with: ladebog run. " in advice[0]
        odd.operator.failing = ()
        odd.clock.moment += timedelta(days=1)
        if is_refetched:
            odd.extract(date(2025, 3, 1), refetch=True)
        else:
            odd.extract(None)
        assert findings(odd) == [("unreadable_entry", "bad")]


def test_a_refetch_asks_for_all_that_a_plain_run_asks_for(tmp_path: Path) -> None:
    """Sessions that are known, and those of which nothing could be read: neither the entry, nor the details."""
    operator = operator_with(FAULTS["no energy"])
    operator.sessions += [("2025-03-12", stopped("m", "2025-03-12")), ("2025-04-12", stopped("n", "2025-04-12"))]
    operator.sent = {f"/session/{name}?": b"null" for name in ("bad", "m")}
    with odd_archive(tmp_path / "logbook", operator) as odd:
        odd.extract()
        odd.operator.asked.clear()
        odd.fetch(refetch=True)
        assert [len(odd.operator.asked_for(name)) for name in ("a", "bad", "m", "n")] == [1, 1, 1, 1]
