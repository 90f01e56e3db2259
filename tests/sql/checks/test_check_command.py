"""`ladebog check`: what it prints, and its exit codes."""

from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.cli.context import Context
from pipeline.clock import SystemClock
from pipeline.logbook.folder import Logbook
from tests.sql.checks import operator_data
from tests.sql.checks.operator_data import Listing, OperatorData, Session

HOME = OperatorData(
    sessions=(
        Session(fields={"paymentStatus": "pending"}),
        Session(id="2", started="2025-04-05T18:00:00+00:00", fields={"arePricesTaxInclusive": False}),
    ),
    listings=(Listing(), Listing(month="2025-04", at="2025-05-10T00:00:00+00:00")),
)
WORK = OperatorData(charge_points={"2025-04-01T00:00:00+00:00": {"data": "none"}})


@pytest.fixture(scope="module")
def logbook_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("checked") / "logbook"
    operator_data.write_logbook(root, {"home": HOME, "work": WORK})
    return root


def check(logbook_folder: Path, *arguments: str) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LADEBOG_HOME", str(logbook_folder))
        return main.run(["check", *arguments], Context(SystemClock()))


def test_findings_are_grouped_by_account_and_month(logbook_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(logbook_folder) == 3
    home_march, unpaid, home_april, tax, work, charge_points, count = capsys.readouterr().out.splitlines()
    assert (home_march, home_april, work) == ("home, 2025-03", "home, 2025-04", "work, no single month")
    assert unpaid.split()[:3] == ["warning", "unpaid", "1"]
    assert tax.split()[:3] == ["error", "unknown_tax", "2"]
    assert charge_points.split()[:2] == ["warning", "unreadable_charge_point"]
    assert count == "1 error, 2 warnings."


def test_a_finding_ends_with_its_id(logbook_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check(logbook_folder, "--month", "2025-03", "--account", "home")
    ids = {row["rule"]: row["finding_id"] for row in operator_data.findings(Logbook(logbook_folder))}
    assert capsys.readouterr().out.splitlines()[1].endswith(f"  ({ids['unpaid']})")


@pytest.mark.parametrize(
    ("arguments", "code", "count"),
    [
        (["--month", "2025-03"], 0, "0 errors, 2 warnings."),
        (["--month", "2025-04"], 3, "1 error, 1 warning."),
        (["--month", "2025-04", "--account", "home"], 3, "1 error, 0 warnings."),
        (["--account", "work"], 0, "0 errors, 1 warning."),
        (["--month", "2024-01", "--account", "home"], 0, "0 errors, 0 warnings."),
    ],
)
def test_the_exit_code_depends_only_on_the_findings_asked_for(
    logbook_folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, count: str
) -> None:
    assert check(logbook_folder, *arguments) == code
    assert capsys.readouterr().out.splitlines()[-1] == count


def test_an_invalid_month_is_a_usage_error(logbook_folder: Path) -> None:
    assert check(logbook_folder, "--month", "March") == 2


def test_an_unknown_account_is_a_usage_error(logbook_folder: Path) -> None:
    assert check(logbook_folder, "--account", "nobody") == 2
