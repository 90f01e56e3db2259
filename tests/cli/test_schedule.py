"""`ladebog schedule`, the parts that need neither systemd nor cron."""

import os
import plistlib
import sys
from pathlib import Path

import pytest

from pipeline.errors import ScheduleError
from pipeline.operations.schedule.job import Job
from pipeline.operations.schedule.loop import LoopLock
from pipeline.operations.schedule.next_run import NextRun, next_run
from pipeline.source.credentials.store import FILE_VARIABLE
from tests.cli.refusal import refusal
from tests.scenarios.demo_logbook import DEMO_NOW, DemoLogbook


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without a scheduler."""
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.usefixtures("nowhere")
@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], "There is neither a systemd for your user nor a crontab program here."),
        (["--using", "systemd"], "There is no systemd for your user here."),
        (["--using", "cron"], "There is no crontab program here."),
    ],
)
def test_a_machine_without_a_scheduler(kept: DemoLogbook, options: list[str], expected: str) -> None:
    message, advice = refusal(kept.run("schedule", "install", *options), 1)
    assert message == expected
    assert advice.startswith("Keep this running instead, for example in a container: ladebog schedule run")


def test_a_login_comes_first(bare: DemoLogbook, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "crontab"
    program.write_text("#!/bin/sh\nexit 9\n", "utf-8")  # is not to be called
    program.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    for command in (["install"], ["probe"]):
        message, advice = refusal(bare.run("schedule", *command), 4)
        assert message == f"No login of account demo is stored in {bare.credentials}."
        assert advice == "Log in first: ladebog login demo"


def test_a_probe_that_finds_the_login(kept: DemoLogbook) -> None:
    assert kept.do("schedule", "probe").out == f"The logins of demo can be read from {kept.credentials}.\n"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["install", "--at", "25:00"], "Invalid value for '--at': '25:00' is not a time of day, for example 06:15."),
        (
            ["run", "--cron", "6 15"],
            "Invalid value for '--cron': '6 15' has 2 fields, not the five of cron, for example 15 6 * * *.",
        ),
    ],
)
def test_invalid_times(kept: DemoLogbook, arguments: list[str], expected: str) -> None:
    message, _ = refusal(kept.run("schedule", *arguments), 2)
    assert message == expected


@pytest.mark.usefixtures("nowhere")
def test_nothing_is_scheduled(kept: DemoLogbook) -> None:
    nothing = f"Nothing is scheduled for {kept.home}. Schedule it with: ladebog schedule install\n"
    assert kept.do("schedule", "show").out == nothing
    assert kept.do("schedule", "remove").out == f"Nothing was scheduled for {kept.home}.\n"
    assert next_run(kept.paths, DEMO_NOW) is None


@pytest.mark.usefixtures("nowhere")
def test_a_loop_is_seen(logbook: DemoLogbook) -> None:
    lock = LoopLock(logbook.paths)
    with lock.held():
        lock.write_next_run(DEMO_NOW)
        assert next_run(logbook.paths, DEMO_NOW) == NextRun("loop", DEMO_NOW)
        shown = logbook.do("schedule", "show").out
    assert shown.startswith(f"A loop (ladebog schedule run) runs {logbook.home}.\n  next run        2025-11-12 ")


def test_property_lists_for_launchd(kept: DemoLogbook) -> None:
    outcome = kept.do("schedule", "print", "launchd", "--at", "21:40")
    assert outcome.err == "This output for launchd is untested: check that it runs.\n"
    first, second = outcome.out.split("# ~/Library/LaunchAgents/")[1:]
    daily, active = (plistlib.loads(part.partition("\n")[2].encode()) for part in (first, second))
    assert daily["StartCalendarInterval"] == {"Hour": 21, "Minute": 40}
    assert daily["ProgramArguments"][1:] == ["--home", str(kept.home), "run"]
    assert daily["EnvironmentVariables"] == {FILE_VARIABLE: str(kept.credentials)}
    assert active["StartInterval"] == 1800
    assert active["ProgramArguments"][-2:] == ["run", "--if-active"]


def test_lines_for_the_task_scheduler(kept: DemoLogbook) -> None:
    outcome = kept.do("schedule", "print", "schtasks")
    assert outcome.err == "This output for schtasks is untested: check that it runs.\n"
    variable, daily, active = outcome.out.splitlines()
    assert variable == f"setx {FILE_VARIABLE} {kept.credentials}"
    assert daily.endswith(f'--home {kept.home} run" /SC DAILY /ST 06:15')
    assert active.endswith(' --quiet run --if-active" /SC MINUTE /MO 30')


def test_a_path_that_no_scheduler_can_use(tmp_path: Path) -> None:
    with pytest.raises(ScheduleError, match="has a line break or another character"):
        Job.of_logbook(tmp_path / "two\nlines")
    with pytest.raises(ScheduleError, match="has a line break or another character"):
        Job.of_logbook(Path(os.fsdecode(os.fsencode(tmp_path) + b"/bl\xe5b\xe6r")))


def test_each_logbook_has_one_job_however_its_path_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "one")
    monkeypatch.chdir(tmp_path)
    assert Job.of_logbook(Path("one")).name == Job.of_logbook(tmp_path / "link").name
    assert Job.of_logbook(Path("one")).name != Job.of_logbook(Path("two")).name


def test_without_a_script_beside_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert Job(tmp_path).command("run") == [
        *(str(tmp_path / "python"), "-P", "-m", "pipeline.cli.main", "--home", str(tmp_path), "run")
    ]
