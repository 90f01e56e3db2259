"""A run is dated by the machine's clock, but never before an answer that is in the archive."""

from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.raw.answer import Answer
from tests.extract.odd_operator import NOW, OddOperator, odd_archives, stopped
from tests.scenarios.small_archive import detail, listed, listing

pytestmark = pytest.mark.system

MARCH = stopped("m", "2025-03-10")
BEFORE = NOW - timedelta(hours=1)
AHEAD = NOW + timedelta(hours=3)
# What was imported before the run, and when the run begins.
IMPORTS: dict[str, tuple[list[Answer], object]] = {
    "a detail without a time": ([detail(MARCH, None)], NOW),
    "a list without a time": ([listing(listed(MARCH), fetched_at=None)], NOW),
    "both": ([detail(MARCH, None), listing(listed(MARCH), fetched_at=None)], NOW),
    "one with an earlier time besides": ([detail(MARCH, NOW - timedelta(days=9)), listing(fetched_at=None)], NOW),
    "one with a later time": ([detail(MARCH, AHEAD), listing(fetched_at=None)], AHEAD),
}


def test_an_import_without_times_does_not_date_the_next_run(tmp_path: Path) -> None:
    operators = {account: OddOperator([("2025-03-10", MARCH)]) for account in IMPORTS}
    with odd_archives(tmp_path / "logbook", operators) as archives:
        for account, odd in archives.items():
            odd.archive.of(account).add(*IMPORTS[account][0], command="import", began_at=BEFORE)
            odd.fetch()
        runs = dict(odd.archive.rows("select account, min(started_at) from runs where command = 'extract' group by 1"))
    assert runs == {account: began_at for account, (_, began_at) in IMPORTS.items()}
