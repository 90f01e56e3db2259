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
from tests.operations.schedule.at_operator import awkward_logbook, fetch_begun, ladebog
from tests.scenarios.demo_logbook import DEMO_NOW, DemoLogbook

pytestmark = [pytest.mark.schedule, pytest.mark.usefixtures("crontab")]

_INSTALL = ("schedule", "install", "--using", "cron")
_TIMEOUT = 150.0  # seconds: two of cron's minutes, and the run
_OTHERS = [
    b'# my own\nMAILTO=""\n\n5 4 * * 1\techo 100\\% sure >/dev/null  \n',
    b"\n\n# bl\xe5b\xe6r, not UTF-8\n@daily true\n"
    b"# ladebog-00000000: runs of /elsewhere\n1 1 * * * true\n# ladebog-00000000 ends\n\n",
]


def listed() -> bytes:
    return subprocess.run(["crontab", "-l"], capture_output=True, check=False).stdout


def keep(crontab: bytes) -> None:
    subprocess.run(["crontab", "-"], input=crontab, check=True)


@pytest.fixture(scope="module")
def logbook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoLogbook]:
    with awkward_logbook(tmp_path_factory.mktemp("cron")) as made:
        fetch_begun(made, timedelta(days=1))
        yield made


@pytest.mark.parametrize("others", _OTHERS)
def test_other_lines_of_the_crontab_are_unchanged(logbook: DemoLogbook, others: bytes) -> None:
    keep(others)
    assert ladebog(logbook, *_INSTALL).code == 0
    first = listed()
    assert first.startswith(others)
    assert ladebog(logbook, *_INSTALL).code == 0
    assert listed() == first
    keep(first + others)
    assert ladebog(logbook, *_INSTALL, "--at", "21:40").code == 0
    changed = listed()
    assert changed.startswith(others)
    assert changed.endswith(b" ends\n" + others)
    assert b"\n40 21 * * * " in changed
    assert b"\n20,50 * * * * " in changed
    assert b"15 6 * * *" not in changed
    assert ladebog(logbook, "schedule", "remove").code == 0
    assert listed() == others + others


def test_a_user_without_a_crontab_has_no_crontab_after_removal(logbook: DemoLogbook) -> None:
    outcome = ladebog(logbook, *_INSTALL)
    assert outcome.code == 0, outcome
    assert outcome.out.startswith(
        f"cron can read the logins ({logbook.credentials}).\ncron runs {logbook.home} daily at 06:15.\n  next run "
    )
    assert ladebog(logbook, "schedule", "show").out == "".join(outcome.out.splitlines(keepends=True)[1:-2])
    removed = ladebog(logbook, "schedule", "remove")
    assert (removed.code, removed.out) == (0, f"cron no longer runs {logbook.home}.\n")
    assert subprocess.run(["crontab", "-l"], capture_output=True, check=False).returncode == 1
    assert ladebog(logbook, "schedule", "remove").out == f"Nothing was scheduled for {logbook.home}.\n"
    nothing = f"Nothing is scheduled for {logbook.home}. Schedule it with: ladebog schedule install\n"
    assert ladebog(logbook, "schedule", "show").out == nothing


def test_the_next_run(logbook: DemoLogbook) -> None:
    assert next_run(Logbook(logbook.home), DEMO_NOW) is None
    assert ladebog(logbook, *_INSTALL, "--at", "21:40").code == 0
    found = next_run(Logbook(logbook.home), DEMO_NOW)
    assert found is not None
    assert found.by == "cron"
    assert f"{found.at.astimezone():%H:%M}" == "21:40"
    assert timedelta() < found.at - DEMO_NOW <= timedelta(days=1)


def test_the_printed_lines_are_the_installed_ones(logbook: DemoLogbook) -> None:
    assert ladebog(logbook, *_INSTALL).code == 0
    assert ladebog(logbook, "schedule", "print", "cron").out.encode() == listed()


def test_logins_that_cron_cannot_read_are_refused(logbook: DemoLogbook, tmp_path: Path) -> None:
    # They are in XDG_DATA_HOME, which cron does not set.
    there = tmp_path / "ladebog" / "credentials.json"
    there.parent.mkdir()
    there.write_bytes(logbook.credentials.read_bytes())
    there.chmod(0o600)
    environment = {
        "XDG_DATA_HOME": str(tmp_path),
        FILE_VARIABLE: "",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }
    message, advice = refusal(ladebog(logbook, *_INSTALL, environment=environment), 1)
    assert message.startswith("A job of cron cannot read the logins: No login is stored for account demo in ")
    assert advice == f"Name the file for it: export {FILE_VARIABLE}={there}, then: ladebog schedule install"
    assert listed() == b""


def test_lines_without_their_end_marker_are_refused(logbook: DemoLogbook) -> None:
    assert ladebog(logbook, *_INSTALL).code == 0
    torn = b"".join(listed().splitlines(keepends=True)[:-1])
    keep(torn)
    for command in (_INSTALL, ("schedule", "remove"), ("schedule", "show")):
        message, advice = refusal(ladebog(logbook, *command), 1)
        assert message.startswith("The crontab has the line '# ladebog-")
        assert advice == "Remove Ladebog's lines with: crontab -e"
    assert listed() == torn


def test_times_that_were_changed_by_hand_are_shown(logbook: DemoLogbook) -> None:
    assert ladebog(logbook, *_INSTALL).code == 0
    installed = listed()
    keep(installed.replace(b"\n15 6 * * * ", b"\n15 6,18 * * * "))
    assert ladebog(logbook, "schedule", "show").out.startswith(
        f"cron runs {logbook.home} at the times 15 6,18 * * *.\n"
    )
    keep(installed.replace(b"\n15 6 * * * ", b"\n@daily "))
    message, advice = refusal(ladebog(logbook, "schedule", "show"), 1)
    assert message.startswith("The crontab was changed by hand: '@daily ")
    assert advice == "Replace it with: ladebog schedule install"
    assert ladebog(logbook, *_INSTALL).code == 0
    assert listed() == installed


@pytest.mark.usefixtures("cron_daemon")
def test_cron_starts_runs(logbook: DemoLogbook) -> None:
    assert ladebog(logbook, *_INSTALL).code == 0
    daily = b"\n15 6 * * * "
    assert daily in listed()
    keep(listed().replace(daily, b"\n* * * * * "))
    until = time.monotonic() + _TIMEOUT
    while not list(logbook.paths.reports.glob("*.xlsx")):
        assert time.monotonic() < until, "cron started nothing"
        time.sleep(1)
    assert ladebog(logbook, "schedule", "remove").code == 0
    outcomes = [row["outcome"] for row in logbook.ask("select outcome from runs")]
    assert len(outcomes) > 1
    assert set(outcomes) == {"complete"}
