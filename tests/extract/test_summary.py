"""What a run counts of the sessions that the operator lists."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli.run import summary_line
from tests.extract.odd_operator import OddOperator, odd_archive, stopped

pytestmark = pytest.mark.system

NOT_CHARGED: dict[str, Any] = {"energy": 0, "totalAmount": 0}


def test_only_sessions_that_have_not_ended_are_active(tmp_path: Path) -> None:
    days = {day: f"2025-05-{day:02}" for day in range(1, 9)}
    sessions = [
        stopped("finished", days[1]),
        stopped("active", days[2], status="active", stoppedAt=None),
        stopped("stopping", days[3], status="stopping", stoppedAt=None),
        stopped("failed", days[4], status="failed", **NOT_CHARGED),
        stopped("expired", days[5], status="expired", stoppedAt=None, **NOT_CHARGED),
        stopped("unknown", days[6], status="unknown", startedAt=None, stoppedAt=None, **NOT_CHARGED),
        stopped("charged", days[7], status="failed"),
        stopped("unreadable", days[8], energy="much"),
    ]
    operator = OddOperator(list(zip(days.values(), sessions, strict=True)))
    with odd_archive(tmp_path / "logbook", operator) as odd:
        assert summary_line("home", odd.extract()).startswith(
            "home: 8 listed, 2 new, 0 corrected, 0 unchanged, 2 active, 3 never charged, 1 quarantined; "
        )
        odd.clock.moment += timedelta(hours=1)
        assert summary_line("home", odd.extract()).startswith(
            "home: 8 listed, 0 new, 0 corrected, 2 unchanged, 2 active, 3 never charged, 0 quarantined; "
        )
        odd.clock.moment += timedelta(hours=1)
        operator.sessions = [
            (days[1], stopped("finished", days[1], status="failed", **NOT_CHARGED)),
            (days[2], stopped("active", days[2], status="failed", **NOT_CHARGED)),
            (days[4], stopped("failed", days[4])),
        ]
        assert summary_line("home", odd.extract(since=None)).startswith(
            "home: 3 listed, 1 new, 1 corrected, 0 unchanged, 0 active, 1 never charged, 0 quarantined; "
        )


@pytest.mark.parametrize(
    ("faults", "new"),
    [
        ({"page_size": 2, "sent": {"page=2": b'{"session_history": "none"}'}}, 2),
        ({"cap": 2, "failing": ["start_date=2025-03-09"]}, 6),
        ({"cap": 2, "sent": {"start_date=2025-03-13": b"[]"}}, 6),
    ],
    ids=["second page", "half of a half", "half of a half is no list"],
)
def test_sessions_of_a_list_that_ends_early_are_counted_as_listed(
    tmp_path: Path, faults: dict[str, Any], new: int
) -> None:
    days = [f"2025-03-{day:02}" for day in (30, 28, 15, 10, 3, 2)]
    operator = OddOperator([(day, stopped(day, day)) for day in days], **faults)
    with odd_archive(tmp_path / "logbook", operator) as odd:
        summary = odd.extract()
    assert summary.error is not None
    assert (summary.listed, summary.new) == (new, new)
