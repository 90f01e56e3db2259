"""`kill -9` at random times: the next run continues, and the result is the same as without."""

import random
import time
from pathlib import Path

import duckdb
import pytest

from pipeline.demo import DemoServer
from tests.faults.conftest import NOW, Record
from tests.faults.content import assert_complete, count_lost, items, marts
from tests.faults.processes import KILLED, Starter
from tests.scenarios.demo_logbook import DemoLogbook

pytestmark = pytest.mark.faults


def seconds(starter: Starter, *arguments: str) -> float:
    """The duration of a command that is not killed, in seconds."""
    began = time.monotonic()
    starter.do(*arguments)
    return time.monotonic() - began


def test_a_run_completes_after_being_killed_several_times(
    young_operator: DemoServer, new_logbook: DemoLogbook, undisturbed: DemoLogbook, tmp_path: Path, record: Record
) -> None:
    young_operator.faults.slow = 0.005
    duration = seconds(Starter(new_logbook.copied(tmp_path / "measured"), NOW), "run")
    draw, starter, killed = random.Random(1), Starter(new_logbook, NOW), 0  # noqa: S311 (draws times)
    for _ in range(20):
        before = items(new_logbook)
        killed += starter.start("run").kill(duration * draw.random()).code == KILLED
        record("killed at random", 1, count_lost(before, new_logbook))
    starter.do("run")
    assert count_lost(before, new_logbook) == 0
    assert_complete(new_logbook, young_operator.tenant)
    assert marts(undisturbed) == marts(new_logbook)
    assert killed > 0


def test_a_killed_transform_leaves_the_published_database_unchanged(
    young_operator: DemoServer, new_logbook: DemoLogbook, archived_logbook: DemoLogbook, record: Record
) -> None:
    before, everything = marts(archived_logbook), items(archived_logbook)
    path = archived_logbook.paths.writer_database
    starter, draw = Starter(archived_logbook, NOW), random.Random(2)  # noqa: S311 (draws times)

    def reset_database() -> None:
        for file in archived_logbook.paths.state.glob("writer.duckdb*"):
            file.unlink()
        path.write_bytes(new_logbook.paths.writer_database.read_bytes())

    reset_database()
    duration = seconds(starter, "transform")
    for _ in range(6):
        reset_database()
        starter.start("transform").kill(duration * draw.random())
        assert before == marts(archived_logbook)  # meanwhile readers have a complete database
        starter.do("transform")
        record("killed at random", 1, count_lost(everything, archived_logbook))
        assert before == marts(archived_logbook)
    assert_complete(archived_logbook, young_operator.tenant)


@pytest.mark.parametrize("leftover", ["an empty file", "a database without tables"])
def test_killed_while_the_database_was_created(
    leftover: str, young_operator: DemoServer, archived_logbook: DemoLogbook, record: Record
) -> None:
    before, everything = marts(archived_logbook), items(archived_logbook)
    archived_logbook.paths.writer_database.unlink()
    if leftover == "an empty file":
        archived_logbook.paths.writer_database.touch()
    else:
        duckdb.connect(str(archived_logbook.paths.writer_database)).close()
        archived_logbook.paths.writer_database.with_name("writer.duckdb.sha256").unlink()
    assert archived_logbook.run("transform", now=NOW).err == ""
    record("killed while the database was created", 1, count_lost(everything, archived_logbook))
    assert before == marts(archived_logbook)
    assert_complete(archived_logbook, young_operator.tenant)
