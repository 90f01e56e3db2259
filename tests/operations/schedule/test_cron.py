"""`ladebog schedule` with a crontab: other lines are kept, and cron starts the runs."""

import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.logbook.folder import Logbook
from pipeline.operations.schedule.next_run import next_run
from pipeline.source.credentials.store import FILE_VARIABLE
from tests.cli.refusal import refusal
from tests.operations.schedule.awkward_logbook import as_typed, awkward_logbook, ladebog, run_in_the_past
from tests.scenarios.demo_logbook import DEMO_NOW, DemoLogbook

pytestmark = [pytest.mark.schedule, pytest.mark.usefixtures("crontab")]

_INSTALL = ("schedule", "install", "--using", "cron")
_TIMEOUT = 150.0  # seconds: two of cron's minutes, and the run
_OTHER_LINES = [
    b'# my own\nMAILTO=""\n\n5 4 * * 1\techo 100\\% sure >/dev/null  \n',
    b"\n\n# bl\xe5b\xe6r, not UTF-8\n@daily true\n"
    b"# ladebog-00000000: runs of /elsewhere\n1 1 * * * true\n# ladebog-00000000 ends\n\n",
]


def read_crontab() -> bytes:
    return subprocess.run(["crontab", "-l"], capture_output=True, check=False).stdout


def write_crontab(crontab: bytes) -> None:
    subprocess.run(["crontab", "-"], input=crontab, check=True)


@pytest.fixture(scope="module")
def logbook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoLogbook]:
    with awkward_logbook(tmp_path_factory.mktemp("cron")) as logbook:
        run_in_the_past(logbook, timedelta(days=1))
        yield logbook


@pytest.mark.parametrize("other_lines", _OTHER_LINES)
def test_other_lines_of_the_crontab_are_unchanged(logbook: DemoLogbook, other_lines: bytes) -> None:
    write_crontab(other_lines)
    assert ladebog(logbook, *_INSTALL).code == 0
    first_crontab = read_crontab()
    assert first_crontab.startswith(other_lines)
    assert ladebog(logbook, *_INSTALL).code == 0
    assert read_crontab() == first_crontab
    write_crontab(first_crontab + other_lines)
    assert ladebog(logbook, *_INSTALL, "--at", "21:40").code == 0
    changed_crontab = read_crontab()
    assert changed_crontab.startswith(other_lines)
    assert changed_crontab.endswith(b" ends\n" + other_lines)
    assert b"\n40 21 * * * " in changed_crontab
    assert b"\n20,50 * * * * " in changed_crontab
    assert b"15 6 * * *" not in changed_crontab
    assert ladebog(logbook, "schedule", "remove").code == 0
    assert read_crontab() == other_lines + other_lines


def test_a_user_without_a_crontab_has_no_crontab_after_removal(logbook: DemoLogbook) -> None:
    outcome = ladebog(logbook, *_INSTALL)
    assert outcome.code == 0, outcome
    assert outcome.out.startswith(
        f"cron can read the logins ({logbook.credentials}).\ncron runs {logbook.home} daily at 06:15.\n  next run "
    )
    assert ladebog(logbook, "schedule", "show").out == "".join(outcome.out.splitlines(keepends=True)[1:-2])
    removal = ladebog(logbook, "schedule", "remove")
    assert (removal.code, removal.out) == (0, f"cron no longer runs {logbook.home}.\n")
    assert subprocess.run(["crontab", "-l"], capture_output=True, check=False).returncode == 1
    assert ladebog(logbook, "schedule", "remove").out == f"Nothing was scheduled for {logbook.home}.\n"
    install = as_typed(logbook, "schedule install")
    not_scheduled = f"Nothing is scheduled for {logbook.home}. Schedule it with: {install}\n"
    assert ladebog(logbook, "schedule", "show").out == not_scheduled


def test_the_next_run_is_at_the_installed_time(logbook: DemoLogbook) -> None:
    assert next_run(Logbook(logbook.home), DEMO_NOW) is None
    assert ladebog(logbook, *_INSTALL, "--at", "21:40").code == 0
    planned_run = next_run(Logbook(logbook.home), DEMO_NOW)
    assert planned_run is not None
    assert planned_run.by == "cron"
    assert f"{planned_run.at.astimezone():%H:%M}" == "21:40"
    assert timedelta() < planned_run.at - DEMO_NOW <= timedelta(days=1)


def test_the_printed_lines_are_the_installed_ones(logbook: DemoLogbook) -> None:
    assert ladebog(logbook, *_INSTALL).code == 0
    assert ladebog(logbook, "schedule", "print", "cron").out.encode() == read_crontab()


def test_logins_that_cron_cannot_read_are_refused(logbook: DemoLogbook, tmp_path: Path) -> None:
    # They are in XDG_DATA_HOME, which cron does not set.
    credentials_file = tmp_path / "ladebog" / "credentials.json"
    credentials_file.parent.mkdir()
    credentials_file.write_bytes(logbook.credentials.read_bytes())
    credentials_file.chmod(0o600)
    environment = {
        "XDG_DATA_HOME": str(tmp_path),
        FILE_VARIABLE: "",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }
    message, advice = refusal(ladebog(logbook, *_INSTALL, environment=environment), 1)
    assert message.startswith("A job of cron cannot read the logins: No login is stored for account demo in ")
    install = as_typed(logbook, "schedule install")
    assert advice == f"Name the file for it: export {FILE_VARIABLE}={credentials_file} && {install}"
    assert read_crontab() == b""


def test_lines_without_their_end_marker_are_refused(logbook: DemoLogbook) -> None:
    assert ladebog(logbook, *_INSTALL).code == 0
    incomplete = b"".join(read_crontab().splitlines(keepends=True)[:-1])
    write_crontab(incomplete)
    for command in (_INSTALL, ("schedule", "remove"), ("schedule", "show")):
        message, advice = refusal(ladebog(logbook, *command), 1)
        assert message.startswith("The crontab has the line '# ladebog-")
        assert advice == "Remove Ladebog's lines with: crontab -e"
    assert read_crontab() == incomplete


def test_times_that_were_changed_by_hand_are_shown(logbook: DemoLogbook) -> None:
    assert ladebog(logbook, *_INSTALL).code == 0
    crontab_before = read_crontab()
    write_crontab(crontab_before.replace(b"\n15 6 * * * ", b"\n15 6,18 * * * "))
    assert ladebog(logbook, "schedule", "show").out.startswith(
        f"cron runs {logbook.home} at the times 15 6,18 * * *.\n"
    )
    write_crontab(crontab_before.replace(b"\n15 6 * * * ", b"\n@daily "))
    message, advice = refusal(ladebog(logbook, "schedule", "show"), 1)
    assert message.startswith("The crontab was changed by hand: '@daily ")
    assert advice == f"Replace it with: {as_typed(logbook, 'schedule install')}"
    assert ladebog(logbook, *_INSTALL).code == 0
    assert read_crontab() == crontab_before


@pytest.mark.usefixtures("cron_daemon")
def test_cron_starts_a_run(logbook: DemoLogbook) -> None:
    assert ladebog(logbook, *_INSTALL).code == 0
    daily = b"\n15 6 * * * "
    assert daily in read_crontab()
    write_crontab(read_crontab().replace(daily, b"\n* * * * * "))
    deadline = time.monotonic() + _TIMEOUT
    while not list(logbook.paths.reports.glob("*.xlsx")):
        assert time.monotonic() < deadline, "cron started nothing"
        time.sleep(1)
    assert ladebog(logbook, "schedule", "remove").code == 0
    outcomes = [row["outcome"] for row in logbook.ask("select outcome from runs")]
    assert len(outcomes) > 1
    assert set(outcomes) == {"complete"}
