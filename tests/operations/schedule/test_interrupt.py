"""Ctrl-C at any time of a run: a short message, what was fetched is kept, and the next run continues."""

import os
import random
import signal
import subprocess
from pathlib import Path

import pytest

from pipeline.source.credentials.store import FILE_VARIABLE
from tests.operations.schedule.awkward_logbook import LADEBOG, awkward_logbook
from tests.scenarios.agreement import assert_segments_form_a_chain

pytestmark = pytest.mark.system

_INTERRUPTED_RUNS = 8
_TIMEOUT = 60.0  # seconds


def test_a_run_stops_once_when_interrupted_several_times(tmp_path: Path) -> None:
    draw = random.Random(3)  # noqa: S311 (draws times)
    with awkward_logbook(tmp_path) as logbook:
        codes = []
        for _ in range(_INTERRUPTED_RUNS):
            with subprocess.Popen(
                [LADEBOG, "--home", str(logbook.home), "-q", "run"],
                env=os.environ | {FILE_VARIABLE: str(logbook.credentials)},
                stderr=subprocess.PIPE,
                text=True,
            ) as process:
                try:
                    process.wait(0.5 + 3 * draw.random())
                except subprocess.TimeoutExpired:
                    process.send_signal(signal.SIGINT)
                _, err = process.communicate(timeout=_TIMEOUT)
                codes.append(process.returncode)
                if process.returncode == 130:
                    stop_message = "ladebog: stopped. What was fetched is kept; run the same command again to go on."
                    assert err.split("\n")[-2:] == [stop_message, ""]
                    assert "Error" not in err
                else:
                    assert process.returncode in (0, 3), err
        assert codes.count(130) > _INTERRUPTED_RUNS / 2
        logbook.do("transform")
        assert_segments_form_a_chain(logbook)
        outcomes = {row["outcome"] for row in logbook.ask("select outcome from runs")}
        assert outcomes <= {"complete", "interrupted"}
