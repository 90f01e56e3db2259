"""`kill -9` at any moment: the next run goes on, and in the end nothing tells."""

import random
import time
from pathlib import Path

import duckdb
import pytest

from pipeline.demo import DemoServer
from tests.faults.conftest import NOW, Tried
from tests.faults.kept import assert_whole, held, lost, told
from tests.faults.processes import KILLED, Starter
from tests.scenarios.demo_logbook import DemoLogbook

pytestmark = pytest.mark.faults


def seconds(starter: Starter, *arguments: str) -> float:
    """How long a command takes that nothing disturbs."""
    began = time.monotonic()
    starter.do(*arguments)
    return time.monotonic() - began


def test_one_run_killed_again_and_again(
    young: DemoServer, new: DemoLogbook, undisturbed: DemoLogbook, tmp_path: Path, tried: Tried
) -> None:
    young.faults.slow = 0.005
    duration = seconds(Starter(new.copied(tmp_path / "measured"), NOW), "run")
    draw, starter, killed = random.Random(1), Starter(new, NOW), 0  # noqa: S311 (draws moments)
    for _ in range(20):
        before = held(new)
        killed += starter.start("run").kill(duration * draw.random()).code == KILLED
        tried("killed at random", 1, lost(before, new))
    starter.do("run")
    assert lost(before, new) == 0
    assert_whole(new, young.tenant)
    assert told(undisturbed) == told(new)
    assert killed > 0


def test_transform_killed_on_its_way(young: DemoServer, new: DemoLogbook, archived: DemoLogbook, tried: Tried) -> None:
    before, everything = told(archived), held(archived)
    path = archived.paths.writer_database
    starter, draw = Starter(archived, NOW), random.Random(2)  # noqa: S311 (draws moments)

    def forget() -> None:
        for file in archived.paths.state.glob("writer.duckdb*"):
            file.unlink()
        path.write_bytes(new.paths.writer_database.read_bytes())

    forget()
    duration = seconds(starter, "transform")
    for _ in range(6):
        forget()
        starter.start("transform").kill(duration * draw.random())
        assert before == told(archived)  # whoever reads meanwhile has a whole database
        starter.do("transform")
        tried("killed at random", 1, lost(everything, archived))
        assert before == told(archived)
    assert_whole(archived, young.tenant)


@pytest.mark.parametrize("left", ["an empty file", "a database without tables"])
def test_killed_while_the_database_was_made(left: str, young: DemoServer, archived: DemoLogbook, tried: Tried) -> None:
    before, everything = told(archived), held(archived)
    archived.paths.writer_database.unlink()
    if left == "an empty file":
        archived.paths.writer_database.touch()
    else:
        duckdb.connect(str(archived.paths.writer_database)).close()
        archived.paths.writer_database.with_name("writer.duckdb.sha256").unlink()
    assert archived.run("transform", now=NOW).err == ""
    tried("killed while the database was made", 1, lost(everything, archived))
    assert before == told(archived)
    assert_whole(archived, young.tenant)
