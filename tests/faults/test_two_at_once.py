"""Several runs of one logbook at the same time, and other programs that have the published database open."""

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.demo import DemoServer
from tests.cli.refusal import refusal
from tests.faults.conftest import NOW, Record
from tests.faults.content import assert_complete, count_lost, items, marts
from tests.faults.processes import Starter
from tests.scenarios.demo_logbook import DemoLogbook

pytestmark = pytest.mark.faults

_READ_ON_REQUEST = """
import sys
import duckdb

with duckdb.connect(sys.argv[1], read_only=True) as connection:
    for _ in sys.stdin:
        print(connection.execute("select count(*), sum(energy_kwh) from sessions").fetchall(), flush=True)
"""


def test_several_runs_at_once_do_not_disturb_each_other(
    new_operator: DemoServer,
    new_logbook: DemoLogbook,
    shared_archived_logbook: DemoLogbook,
    record: Record,
    tmp_path: Path,
) -> None:
    new_operator.faults.slow = 0.02
    for number in range(3):
        logbook = new_logbook.copied(tmp_path / f"pair-{number}")
        starter = Starter(logbook, NOW)
        running = [starter.start("run") for _ in range(3)]
        outcomes = [command.outcome() for command in running]
        items_before, message, advice = items(logbook), "", ""
        assert {outcome.code for outcome in outcomes} <= {0, 75}
        assert 0 in [outcome.code for outcome in outcomes]
        for outcome in outcomes:
            if outcome.code == 75:
                message, advice = refusal(outcome, 75)
                assert message.startswith(f"Another run is writing to {logbook.home} (")
                assert advice == "Wait for it to end, then run the same command again"
        starter.do("run")
        record("several runs at once", 1, count_lost(items_before, logbook), message, advice)
        assert marts(shared_archived_logbook) == marts(logbook)
        assert_complete(logbook, new_operator.tenant)


_KEEP_OPEN = """
import sys
import duckdb

with duckdb.connect(sys.argv[1]) as connection:
    print(flush=True)
    sys.stdin.read()
"""


def test_a_run_replaces_a_database_that_another_program_has_open(
    new_operator: DemoServer, archived_logbook: DemoLogbook, shared_archived_logbook: DemoLogbook, record: Record
) -> None:
    items_before, path = items(archived_logbook), archived_logbook.paths.database
    with subprocess.Popen(
        [sys.executable, "-c", _KEEP_OPEN, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        message, advice = refusal(archived_logbook.run("sql", "select 1"), 75)
        assert message == f"Another program has {path} open (process {other.pid})."
        assert advice == "Close it, then run the same command again"
        archived_logbook.do("run", now=NOW)  # replaces the file that the other program has open
        archived_logbook.do("sql", "select 1")
        other.communicate()
    record("another program writes to the database", 1, count_lost(items_before, archived_logbook), message, advice)
    assert marts(shared_archived_logbook) == marts(archived_logbook)
    assert_complete(archived_logbook, new_operator.tenant)


def test_a_reader_keeps_its_rows_while_runs_replace_the_database(
    new_operator: DemoServer, archived_logbook: DemoLogbook, record: Record
) -> None:
    items_before = items(archived_logbook)
    with subprocess.Popen(
        [sys.executable, "-c", _READ_ON_REQUEST, str(archived_logbook.paths.database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as reader:
        assert reader.stdin is not None
        assert reader.stdout is not None

        def read_rows() -> str:
            assert reader.stdin is not None
            assert reader.stdout is not None
            print(file=reader.stdin, flush=True)
            return reader.stdout.readline()

        first_rows = read_rows()
        for session in list(new_operator.tenant.sessions.values())[:3]:
            new_operator.tenant.correct(session.id, energy_wh=session.energy_wh + 1_000)
            Starter(archived_logbook, NOW).do("run")
            assert read_rows() == first_rows
            record("reader has the database open", 1, count_lost(items_before, archived_logbook))
        reader.stdin.close()
    assert_complete(archived_logbook, new_operator.tenant)
