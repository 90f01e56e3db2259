"""systemd's timers of this user: they catch up after the machine was off."""

import os
import re
import shutil
from datetime import time
from pathlib import Path

import platformdirs

from pipeline.errors import ScheduleError
from pipeline.logbook.folder import write_text
from pipeline.operations.schedule.job import PROBE, Job
from pipeline.operations.schedule.scheduler import Called, call
from pipeline.operations.schedule.times import DueTimes, time_of_day
from pipeline.schedule.units import ON_CALENDAR, RANDOM_DELAY_MINUTES, service, units

_ANY_TIME = time()


class Systemd:
    """The user's own service manager."""

    name = "systemd"
    delay = f"up to {RANDOM_DELAY_MINUTES} minutes later, by chance"

    def __init__(self) -> None:
        self.folder = platformdirs.user_config_path("systemd") / "user"

    def is_available(self) -> bool:
        if not shutil.which("systemctl") or not os.environ.get("XDG_RUNTIME_DIR"):
            return False
        return _systemctl("show", "--property=Version").code == 0

    def probe(self, job: Job) -> str | None:
        runtime = Path(os.environ["XDG_RUNTIME_DIR"])
        unit = runtime / "systemd" / "user" / f"{job.name}-probe.service"
        said = runtime / f"{job.name}-probe.txt"
        said.unlink(missing_ok=True)
        write_text(unit, service("Ladebog: a probe", job, PROBE, f"StandardError=file:{said}\n"))
        try:
            _systemctl("daemon-reload").checked()
            started = _systemctl("start", unit.name)
            if not started.code:
                return None
            return (said.read_text("utf-8", "replace") if said.is_file() else "") or started.err
        finally:
            unit.unlink()
            said.unlink(missing_ok=True)
            _systemctl("reset-failed", unit.name)
            _systemctl("daemon-reload")

    def install(self, job: Job, at: time) -> None:
        for name, text in units(job, at).items():
            write_text(self.folder / name, text)
        _systemctl("daemon-reload").checked()
        _systemctl("enable", *self._timers(job)).checked()
        _systemctl("restart", *self._timers(job)).checked()

    def is_installed(self, job: Job) -> bool:
        return (self.folder / f"{job.name}.timer").is_file()

    def due_times(self, job: Job) -> DueTimes:
        timer = self.folder / f"{job.name}.timer"
        calendar = re.search(rf"^{re.escape(ON_CALENDAR)}(\d\d:\d\d):00$", timer.read_text("utf-8"), re.MULTILINE)
        if not calendar:
            raise ScheduleError(
                f"{timer} was changed by hand.",
                "See when it starts with: systemctl --user list-timers, or make it anew: ladebog schedule install",
            )
        return DueTimes.daily(time_of_day(calendar[1]))

    def remove(self, job: Job) -> None:
        _systemctl("disable", "--now", *self._timers(job)).checked()
        for name in units(job, _ANY_TIME):
            (self.folder / name).unlink(missing_ok=True)
        _systemctl("daemon-reload").checked()

    def about(self, job: Job) -> dict[str, str]:
        return {"where": f"{self.folder / job.name}*", "output": f"journalctl --user --unit {job.name}"}

    def warnings(self) -> list[str]:
        shown = call(["loginctl", "show-user", str(os.getuid()), "--property=Linger", "--value"])
        if shown.out.strip() == b"yes":
            return []
        return ["The timers run while you are logged in. To run without you too: loginctl enable-linger"]

    def _timers(self, job: Job) -> list[str]:
        return [name for name in units(job, _ANY_TIME) if name.endswith(".timer")]


def _systemctl(*arguments: str) -> Called:
    return call(["systemctl", "--user", *arguments])
