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


def measure(starter: Starter, *arguments: str) -> float:
    """The duration of a command that is not killed, in seconds."""
    started_at = time.monotonic()
    starter.do(*arguments)
    return time.monotonic() - started_at


def test_a_run_completes_after_being_killed_several_times(
    new_operator: DemoServer,
    new_logbook: DemoLogbook,
    shared_archived_logbook: DemoLogbook,
    tmp_path: Path,
    record: Record,
) -> None:
    new_operator.faults.slow = 0.005
    duration = measure(Starter(new_logbook.copied(tmp_path / "measured"), NOW), "run")
    draw, starter, killed = random.Random(1), Starter(new_logbook, NOW), 0  # noqa: S311 (draws times)
    for _ in range(20):
        items_before = items(new_logbook)
        killed += starter.start("run").kill(duration * draw.random()).code == KILLED
        record("killed at random", 1, count_lost(items_before, new_logbook))
    starter.do("run")
    assert count_lost(items_before, new_logbook) == 0
    assert_complete(new_logbook, new_operator.tenant)
    assert marts(shared_archived_logbook) == marts(new_logbook)
    assert killed > 0


def test_a_killed_transform_leaves_the_published_database_unchanged(
    new_operator: DemoServer, new_logbook: DemoLogbook, archived_logbook: DemoLogbook, record: Record
) -> None:
    marts_before, items_before = marts(archived_logbook), items(archived_logbook)
    path = archived_logbook.paths.writer_database
    starter, draw = Starter(archived_logbook, NOW), random.Random(2)  # noqa: S311 (draws times)

    def reset_database() -> None:
        for file in archived_logbook.paths.state.glob("writer.duckdb*"):
            file.unlink()
        path.write_bytes(new_logbook.paths.writer_database.read_bytes())

    reset_database()
    duration = measure(starter, "transform")
    for _ in range(6):
        reset_database()
        starter.start("transform").kill(duration * draw.random())
        assert marts_before == marts(archived_logbook)  # meanwhile readers have a complete database
        starter.do("transform")
        record("killed at random", 1, count_lost(items_before, archived_logbook))
        assert marts_before == marts(archived_logbook)
    assert_complete(archived_logbook, new_operator.tenant)


@pytest.mark.parametrize("leftover", ["an empty file", "a database without tables"])
def test_a_database_left_by_a_killed_command_is_built_again(
    leftover: str, new_operator: DemoServer, archived_logbook: DemoLogbook, record: Record
) -> None:
    marts_before, items_before = marts(archived_logbook), items(archived_logbook)
    archived_logbook.paths.writer_database.unlink()
    if leftover == "an empty file":
        archived_logbook.paths.writer_database.touch()
    else:
        duckdb.connect(str(archived_logbook.paths.writer_database)).close()
        archived_logbook.paths.writer_database.with_name("writer.duckdb.sha256").unlink()
    assert archived_logbook.run("transform", now=NOW).err == ""
    record("killed while the database was created", 1, count_lost(items_before, archived_logbook))
    assert marts_before == marts(archived_logbook)
    assert_complete(archived_logbook, new_operator.tenant)
