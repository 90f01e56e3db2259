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
def no_scheduler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without a scheduler."""
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.usefixtures("no_scheduler")
@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], "There is neither a systemd for your user nor a crontab program here."),
        (["--using", "systemd"], "There is no systemd for your user here."),
        (["--using", "cron"], "There is no crontab program here."),
    ],
)
def test_without_a_scheduler_installation_is_refused(
    shared_logbook: DemoLogbook, options: list[str], expected: str
) -> None:
    message, advice = refusal(shared_logbook.run("schedule", "install", *options), 1)
    assert message == expected
    assert advice.startswith("Keep this running instead, for example in a container: ladebog schedule run")


def test_a_schedule_needs_a_login(empty_logbook: DemoLogbook, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "crontab"
    program.write_text("#!/bin/sh\nexit 9\n", "utf-8")  # must not be called
    program.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    for command in (["install"], ["probe"]):
        message, advice = refusal(empty_logbook.run("schedule", *command), 4)
        assert message == f"No login is stored for account demo in {empty_logbook.credentials}."
        assert advice == "Log in first: ladebog login demo"


def test_a_probe_reports_where_the_login_can_be_read(shared_logbook: DemoLogbook) -> None:
    assert (
        shared_logbook.do("schedule", "probe").out
        == f"The logins of demo can be read from {shared_logbook.credentials}.\n"
    )


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
def test_invalid_times_are_refused(shared_logbook: DemoLogbook, arguments: list[str], expected: str) -> None:
    message, _ = refusal(shared_logbook.run("schedule", *arguments), 2)
    assert message == expected


@pytest.mark.usefixtures("no_scheduler")
def test_show_and_remove_report_that_nothing_is_scheduled(shared_logbook: DemoLogbook) -> None:
    not_scheduled = f"Nothing is scheduled for {shared_logbook.home}. Schedule it with: ladebog schedule install\n"
    assert shared_logbook.do("schedule", "show").out == not_scheduled
    assert shared_logbook.do("schedule", "remove").out == f"Nothing was scheduled for {shared_logbook.home}.\n"
    assert next_run(shared_logbook.paths, DEMO_NOW) is None


@pytest.mark.usefixtures("no_scheduler")
def test_show_reports_a_running_loop(logbook: DemoLogbook) -> None:
    lock = LoopLock(logbook.paths)
    with lock.held():
        lock.write_next_run(DEMO_NOW)
        assert next_run(logbook.paths, DEMO_NOW) == NextRun("loop", DEMO_NOW)
        shown = logbook.do("schedule", "show").out
    assert shown.startswith(f"A loop (ladebog schedule run) runs {logbook.home}.\n  next run        2025-11-12 ")


def test_launchd_gets_a_property_list_for_each_job(shared_logbook: DemoLogbook) -> None:
    outcome = shared_logbook.do("schedule", "print", "launchd", "--at", "21:40")
    assert outcome.err == "This output for launchd is untested: check that it runs.\n"
    first, second = outcome.out.split("# ~/Library/LaunchAgents/")[1:]
    daily, active = (plistlib.loads(part.partition("\n")[2].encode()) for part in (first, second))
    assert daily["StartCalendarInterval"] == {"Hour": 21, "Minute": 40}
    assert daily["ProgramArguments"][1:] == ["--home", str(shared_logbook.home), "run"]
    assert daily["EnvironmentVariables"] == {FILE_VARIABLE: str(shared_logbook.credentials)}
    assert active["StartInterval"] == 1800
    assert active["ProgramArguments"][-2:] == ["run", "--if-active"]


def test_the_task_scheduler_gets_a_line_for_each_job(shared_logbook: DemoLogbook) -> None:
    outcome = shared_logbook.do("schedule", "print", "schtasks")
    assert outcome.err == "This output for schtasks is untested: check that it runs.\n"
    variable, daily, active = outcome.out.splitlines()
    assert variable == f"setx {FILE_VARIABLE} {shared_logbook.credentials}"
    assert daily.endswith(f'--home {shared_logbook.home} run" /SC DAILY /ST 06:15')
    assert active.endswith(' --quiet run --if-active" /SC MINUTE /MO 30')


def test_a_path_that_no_scheduler_can_use_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScheduleError, match="has a line break or another character"):
        Job.of_logbook(tmp_path / "two\nlines")
    with pytest.raises(ScheduleError, match="has a line break or another character"):
        Job.of_logbook(Path(os.fsdecode(os.fsencode(tmp_path) + b"/bl\xe5b\xe6r")))


def test_different_paths_to_one_logbook_give_one_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "one")
    monkeypatch.chdir(tmp_path)
    assert Job.of_logbook(Path("one")).name == Job.of_logbook(tmp_path / "link").name
    assert Job.of_logbook(Path("one")).name != Job.of_logbook(Path("two")).name


def test_without_a_script_next_to_python_the_module_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert Job(tmp_path).command("run") == [
        *(str(tmp_path / "python"), "-P", "-m", "pipeline.cli.main", "--home", str(tmp_path), "run")
    ]
