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

_READER = """
import sys
import duckdb

with duckdb.connect(sys.argv[1], read_only=True) as connection:
    for _ in sys.stdin:
        print(connection.execute("select count(*), sum(energy_kwh) from sessions").fetchall(), flush=True)
"""


def test_several_runs_at_once_do_not_disturb_each_other(
    young_operator: DemoServer, new_logbook: DemoLogbook, undisturbed: DemoLogbook, record: Record, tmp_path: Path
) -> None:
    young_operator.faults.slow = 0.02
    for number in range(3):
        logbook = new_logbook.copied(tmp_path / f"pair-{number}")
        starter = Starter(logbook, NOW)
        running = [starter.start("run") for _ in range(3)]
        outcomes = [command.outcome() for command in running]
        before, message, advice = items(logbook), "", ""
        assert {outcome.code for outcome in outcomes} <= {0, 75}
        assert 0 in [outcome.code for outcome in outcomes]
        for outcome in outcomes:
            if outcome.code == 75:
                message, advice = refusal(outcome, 75)
                assert message.startswith(f"Another run is writing to {logbook.home} (")
                assert advice == "Wait for it to end, then run the same command again"
        starter.do("run")
        record("several runs at once", 1, count_lost(before, logbook), message, advice)
        assert marts(undisturbed) == marts(logbook)
        assert_complete(logbook, young_operator.tenant)


_WRITER = """
import sys
import duckdb

with duckdb.connect(sys.argv[1]) as connection:
    print(flush=True)
    sys.stdin.read()
"""


def test_a_run_while_another_program_writes_to_the_database(
    young_operator: DemoServer, archived_logbook: DemoLogbook, undisturbed: DemoLogbook, record: Record
) -> None:
    before, path = items(archived_logbook), archived_logbook.paths.database
    with subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        message, advice = refusal(archived_logbook.run("sql", "select 1"), 75)
        assert message == f"Another program has {path} open (process {other.pid})."
        assert advice == "Close it, then run the same command again"
        archived_logbook.do("run", now=NOW)  # replaces the file that the other program has open
        archived_logbook.do("sql", "select 1")
        other.communicate()
    record("another program writes to the database", 1, count_lost(before, archived_logbook), message, advice)
    assert marts(undisturbed) == marts(archived_logbook)
    assert_complete(archived_logbook, young_operator.tenant)


def test_a_run_while_a_reader_has_the_database_open(
    young_operator: DemoServer, archived_logbook: DemoLogbook, record: Record
) -> None:
    before = items(archived_logbook)
    with subprocess.Popen(
        [sys.executable, "-c", _READER, str(archived_logbook.paths.database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as reader:
        assert reader.stdin is not None
        assert reader.stdout is not None

        def ask() -> str:
            assert reader.stdin is not None
            assert reader.stdout is not None
            print(file=reader.stdin, flush=True)
            return reader.stdout.readline()

        first = ask()
        for session in list(young_operator.tenant.sessions.values())[:3]:
            young_operator.tenant.correct(session.id, energy_wh=session.energy_wh + 1_000)
            Starter(archived_logbook, NOW).do("run")
            assert ask() == first
            record("reader has the database open", 1, count_lost(before, archived_logbook))
        reader.stdin.close()
    assert_complete(archived_logbook, young_operator.tenant)
