"""`kill -9` before and after each step of a run: the next run continues, and the result is the same as without."""

import random
from pathlib import Path

import pytest

from pipeline.demo import DemoServer
from tests.faults.conftest import NOW, Record
from tests.faults.content import assert_complete, count_lost, items, marts
from tests.faults.processes import KILLED, Starter
from tests.faults.steps import STEPS, KilledAt, Step, StepCounter
from tests.scenarios.demo_logbook import DemoLogbook

pytestmark = pytest.mark.faults

_CALLS_PER_STEP = 4


@pytest.fixture(scope="session")
def step_counter(shared_new_logbook: DemoLogbook, tmp_path_factory: pytest.TempPathFactory) -> StepCounter:
    """Counts how often a run without faults reaches each step."""
    folder = tmp_path_factory.mktemp("counted")
    counter = StepCounter(folder / "calls")
    Starter(shared_new_logbook.copied(folder / "logbook"), NOW).do("run", fault=counter)
    return counter


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_run_killed_at_a_step_completes_when_repeated(
    step: Step,
    new_operator: DemoServer,
    new_logbook: DemoLogbook,
    shared_archived_logbook: DemoLogbook,
    step_counter: StepCounter,
    tmp_path: Path,
    record: Record,
) -> None:
    kill_points = [(call, is_after) for call in range(1, step_counter.calls(step) + 1) for is_after in (False, True)]
    draw = random.Random(f"killed at {step.name}")  # noqa: S311 (draws calls)
    for call, is_after in draw.sample(kill_points, min(_CALLS_PER_STEP, len(kill_points))):
        logbook = new_logbook.copied(tmp_path / f"{call}-{is_after}")
        starter = Starter(logbook, NOW)
        assert starter.run("run", fault=KilledAt(step, call, is_after)).code == KILLED
        items_before = items(logbook)
        starter.do("run")
        record(f"killed at {step.name}", 1, count_lost(items_before, logbook))
        assert_complete(logbook, new_operator.tenant)
        assert marts(shared_archived_logbook) == marts(logbook)
