"""`ladebog schedule` with a real systemd user manager: it accepts the units, and their services run."""

import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.source.credentials.store import FILE_VARIABLE
from tests.cli.refusal import refusal
from tests.operations.schedule.awkward_logbook import as_typed, awkward_logbook, ladebog, run_in_the_past
from tests.scenarios.demo_logbook import DemoLogbook, Outcome

pytestmark = pytest.mark.schedule

_TIMEOUT = 60.0  # seconds
_CHANGED_TIMER = "OnCalendar=Mon *-*-* 06:15:00"


@pytest.fixture(scope="module")
def logbook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoLogbook]:
    with awkward_logbook(tmp_path_factory.mktemp("systemd")) as logbook:
        run_in_the_past(logbook, timedelta(days=1))
        yield logbook


@pytest.fixture
def units(manager: dict[str, str]) -> Path:
    """The folder of the user's units."""
    return Path(manager["HOME"]) / ".config" / "systemd" / "user"


@pytest.fixture
def terminal(logbook: DemoLogbook, manager: dict[str, str]) -> Iterator["Terminal"]:
    yield Terminal(logbook, manager)
    ladebog(logbook, "schedule", "remove", environment=manager)


class Terminal:
    """Commands in the environment of a user with systemd."""

    def __init__(self, logbook: DemoLogbook, manager: dict[str, str]) -> None:
        self._logbook = logbook
        self._manager = manager

    def schedule(self, *arguments: str, **environment: str) -> Outcome:
        return ladebog(self._logbook, "schedule", *arguments, environment=self._manager | environment)

    def systemctl(self, *arguments: str) -> str:
        command = ["systemctl", "--user", "--no-pager", *arguments]
        process = subprocess.run(command, env=self._manager, capture_output=True, text=True, timeout=300, check=False)
        assert process.returncode == 0, process.stderr
        return process.stdout


def unit_names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("ladebog-*"))


@pytest.mark.parametrize("at", ["00:00", "06:15", "23:59"])
def test_systemd_accepts_the_printed_units(
    terminal: Terminal, manager: dict[str, str], tmp_path: Path, at: str
) -> None:
    printed = terminal.schedule("print", "systemd", "--at", at).out
    files = []
    for part in printed.split(f"# {manager['HOME']}")[1:]:
        path, _, text = part.partition("\n")
        files.append(tmp_path / Path(path).name)
        files[-1].write_text(text, "utf-8")
    assert len(files) == 4
    command = ["systemd-analyze", "--user", "verify", *map(str, files)]
    process = subprocess.run(command, env=manager, capture_output=True, text=True, check=False)
    assert (process.returncode, process.stdout, process.stderr) == (0, "", "")


def test_units_are_installed_changed_shown_and_removed(terminal: Terminal, logbook: DemoLogbook, units: Path) -> None:
    outcome = terminal.schedule("install")
    assert outcome.code == 0, outcome
    assert outcome.out.splitlines()[:2] == [
        f"systemd can read the logins ({logbook.credentials}).",
        f"systemd runs {logbook.home} daily at 06:15.",
    ]
    first_units = {name: (units / name).read_bytes() for name in unit_names(units)}
    job = min(first_units).removesuffix("-active.service")
    assert list(first_units) == [f"{job}-active.service", f"{job}-active.timer", f"{job}.service", f"{job}.timer"]
    assert terminal.schedule("install").code == 0
    assert first_units == {name: (units / name).read_bytes() for name in unit_names(units)}
    assert terminal.schedule("install", "--at", "21:40").code == 0
    timers = terminal.systemctl("show", f"{job}.timer", f"{job}-active.timer", "--property=ActiveState,TimersCalendar")
    assert timers.count("ActiveState=active") == 2
    assert "OnCalendar=*-*-* 21:40:00 " in timers
    assert "OnCalendar=*-*-* *:20,50:00 " in timers
    shown = terminal.schedule("show").out
    assert shown.startswith(f"systemd runs {logbook.home} daily at 21:40.\n  next run ")
    assert ", up to 30 minutes later, at random\n" in shown
    removal = terminal.schedule("remove")
    assert (removal.code, removal.out) == (0, f"systemd no longer runs {logbook.home}.\n")
    assert unit_names(units) == []
    assert "0 timers listed." in terminal.systemctl("list-timers", "--all")
    assert terminal.schedule("remove").out == f"Nothing was scheduled for {logbook.home}.\n"


def test_the_services_start_runs(terminal: Terminal, logbook: DemoLogbook, units: Path) -> None:
    assert terminal.schedule("install").code == 0
    job = unit_names(units)[0].removesuffix("-active.service")
    terminal.systemctl("start", f"{job}-active.service")
    terminal.systemctl("start", f"{job}.service")
    assert logbook.value("select count(*) from runs") > 1
    assert list(logbook.paths.reports.glob("*.xlsx")) != []
    with logbook.paths.lock():  # exit code 75: it is started again in a quarter of an hour
        terminal.systemctl("start", f"{job}.service", "--no-block")
        deadline = time.monotonic() + _TIMEOUT
        while "SubState=auto-restart" not in terminal.systemctl("show", f"{job}.service", "--property=SubState"):
            assert time.monotonic() < deadline
            time.sleep(0.1)
    terminal.systemctl("stop", f"{job}.service")


def test_logins_that_systemd_cannot_read_are_refused(
    terminal: Terminal, logbook: DemoLogbook, units: Path, tmp_path: Path
) -> None:
    credentials_file = tmp_path / "ladebog" / "credentials.json"
    credentials_file.parent.mkdir()
    credentials_file.write_bytes(logbook.credentials.read_bytes())
    credentials_file.chmod(0o600)
    null_keyring = "keyring.backends.null.Keyring"
    outcome = terminal.schedule(
        "install", **{"XDG_DATA_HOME": str(tmp_path), FILE_VARIABLE: "", "PYTHON_KEYRING_BACKEND": null_keyring}
    )
    message, advice = refusal(outcome, 1)
    assert message.startswith("A job of systemd cannot read the logins: No login is stored for account demo in ")
    install = as_typed(logbook, "schedule install")
    assert advice == f"Name the file for it: export {FILE_VARIABLE}={credentials_file} && {install}"
    assert unit_names(units) == []
    assert "probe" not in terminal.systemctl("list-units", "--all")


@pytest.mark.usefixtures("crontab")
def test_installing_for_another_scheduler_removes_the_first(terminal: Terminal, units: Path) -> None:
    assert terminal.schedule("install").code == 0
    assert terminal.schedule("install", "--using", "cron").code == 0
    assert unit_names(units) == []
    assert terminal.schedule("show").out.startswith("cron runs ")
    assert terminal.schedule("install").code == 0
    assert terminal.schedule("show").out.startswith("systemd runs ")
    assert subprocess.run(["crontab", "-l"], capture_output=True, check=False).returncode == 1


def test_show_refuses_a_timer_that_was_changed_by_hand(terminal: Terminal, logbook: DemoLogbook, units: Path) -> None:
    assert terminal.schedule("install").code == 0
    (timer,) = [path for path in units.glob("ladebog-*.timer") if "active" not in path.name]
    timer.write_text(timer.read_text("utf-8").replace("OnCalendar=*-*-* 06:15:00", _CHANGED_TIMER), "utf-8")
    message, advice = refusal(terminal.schedule("show"), 1)
    assert message == f"{timer} was changed by hand."
    assert advice.endswith(f"or replace it with: {as_typed(logbook, 'schedule install')}")
    assert terminal.schedule("install").code == 0
    assert terminal.schedule("show").code == 0
    timer.write_text(_CHANGED_TIMER, "utf-8")
    assert terminal.schedule("remove").code == 0
