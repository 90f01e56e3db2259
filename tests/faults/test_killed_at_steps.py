"""`kill -9` at each step of a run, before it and after it: the next run goes on, and in the end nothing tells."""

import random
from pathlib import Path

import pytest

from pipeline.demo import DemoServer
from tests.faults.conftest import NOW, Tried
from tests.faults.kept import assert_whole, held, lost, told
from tests.faults.processes import KILLED, Starter
from tests.faults.steps import STEPS, Counted, KilledAt, Step
from tests.scenarios.demo_logbook import DemoLogbook

pytestmark = pytest.mark.faults

_MOMENTS = 4


@pytest.fixture(scope="session")
def counted(begun: DemoLogbook, tmp_path_factory: pytest.TempPathFactory) -> Counted:
    """How often a run that nothing disturbs comes to each step."""
    folder = tmp_path_factory.mktemp("counted")
    calls = Counted(folder / "calls")
    Starter(begun.copied(folder / "logbook"), NOW).do("run", fault=calls)
    return calls


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_killed_at(
    step: Step,
    young: DemoServer,
    new: DemoLogbook,
    undisturbed: DemoLogbook,
    counted: Counted,
    tmp_path: Path,
    tried: Tried,
) -> None:
    possible = [(call, is_after) for call in range(1, counted.calls(step) + 1) for is_after in (False, True)]
    draw = random.Random(f"killed at {step.name}")  # noqa: S311 (draws moments)
    for call, is_after in draw.sample(possible, min(_MOMENTS, len(possible))):
        logbook = new.copied(tmp_path / f"{call}-{is_after}")
        starter = Starter(logbook, NOW)
        assert starter.run("run", fault=KilledAt(step, call, is_after)).code == KILLED
        before = held(logbook)
        starter.do("run")
        tried(f"killed at {step.name}", 1, lost(before, logbook))
        assert_whole(logbook, young.tenant)
        assert told(undisturbed) == told(logbook)
