"""`ladebog report`, `run` and `status`: what they write, and where."""

import csv
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from pipeline.demo import DemoServer
from tests.demo import expected_marts
from tests.scenarios.demo_logbook import DemoLogbook


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_report_of_a_year_has_a_file_per_format(shared_logbook: DemoLogbook, tmp_path: Path) -> None:
    out = shared_logbook.do("report", "2025", "--output", str(tmp_path)).out
    files = ["demo-2025.xlsx", "demo-2025-sessions.csv", "demo-2025-months.csv"]
    assert out.splitlines()[:3] == [str(tmp_path / name) for name in files]
    assert out.splitlines()[3].startswith(
        "  Not closed: January, February, March, April, May, June, July and August 2025 ("
    )
    assert names_in(tmp_path) == sorted(files)
    assert [path.stat().st_mode & 0o777 for path in tmp_path.iterdir()] == [0o600] * 3


def test_a_report_in_one_format_is_written_to_the_named_folder(
    shared_logbook: DemoLogbook, operator: DemoServer, tmp_path: Path
) -> None:
    folder = tmp_path / "new" / "folder"
    outcome = shared_logbook.do("-q", "report", "2025-10", "--format", "csv", "--output", str(folder))
    expected = ["demo-2025-10-sessions.csv", "demo-2025-10-months.csv"]
    assert outcome.out.splitlines() == [str(folder / name) for name in expected]
    assert names_in(folder) == sorted(expected)
    with (folder / "demo-2025-10-sessions.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    october = [row for row in expected_marts.sessions(operator.tenant) if f"{row['stopped_at']:%Y-%m}" == "2025-10"]
    assert sorted((row["session_id"], Decimal(row["energy_kwh"]), Decimal(row["amount_incl_tax"])) for row in rows) == [
        (row["session_id"], row["energy_kwh"], row["amount_incl_tax"]) for row in october
    ]


@pytest.mark.system
def test_run_writes_the_report_of_the_last_closed_month(operator: DemoServer, logbook: DemoLogbook) -> None:
    operator.faults.empty_listing_calls = 1_000  # other tests check the listing
    outcome = logbook.do("run")
    files = ["demo-2025-10.xlsx", "demo-2025-10-sessions.csv", "demo-2025-10-months.csv"]
    paths = [str(logbook.paths.reports / name) for name in files]
    assert outcome.out.splitlines()[1:5] == [*paths, "demo, 2025-11"]
    assert outcome.out.splitlines()[5].startswith("  warning  unpaid  ")
    assert names_in(logbook.paths.reports) == sorted([*files, "ladebog.html"])
    workbook = openpyxl.load_workbook(logbook.paths.reports / "demo-2025-10.xlsx", read_only=True)
    assert len(workbook.sheetnames) >= 2


@pytest.mark.system
def test_a_month_without_sessions_is_reported_as_closed(empty_logbook: DemoLogbook, operator: DemoServer) -> None:
    empty_logbook.store_login(operator.tenant)
    operator.faults.empty_listing_calls = 1_000
    out = empty_logbook.do("run").out
    months = empty_logbook.ask("select month, is_closed from month_states order by month desc limit 2")
    assert [row["is_closed"] for row in months] == [False, True]
    assert "demo-2025-10.xlsx" in out


def test_the_status_of_a_logbook_that_is_up_to_date_has_no_gaps(
    shared_logbook: DemoLogbook, operator: DemoServer
) -> None:
    raw_bytes = sum(path.stat().st_size for path in shared_logbook.paths.raw.rglob("*.gz"))
    lines = shared_logbook.do("status", after=timedelta(hours=3, minutes=30)).out.splitlines()
    assert lines == [
        f"Logbook {shared_logbook.home}",
        f"  database        {shared_logbook.paths.database.stat().st_size / 1e6:.1f} MB",
        "",
        f"demo  {operator.url}",
        "  login           valid until 2026-11-12, ends in 365 days; a run renews it",
        "  last run        2025-11-12 06:15, complete",
        "  last success    2025-11-12 06:15, 3 hours ago",
        "  next run        not scheduled",
        "  sessions        24 finished, since 2025-09-01",
        "  newest session  2025-11-10 07:05, 2 days 2 hours ago",
        f"  active          {operator.tenant.scene('active').id}",
        "  closed up to    2025-10",
        "  gaps            none",
        "  quarantined     none",
        "  findings        0 errors, 1 warning: ladebog check --account demo",
        "  claims          outstanding: 2025-09: 10 sessions, 342.364 kWh, 642.35 DKK: ladebog claim create 2025-09",
        "                  outstanding: 2025-10: 11 sessions, 339.801 kWh, 482.24 DKK: ladebog claim create 2025-10",
        f"  raw             {raw_bytes / 1e3:.1f} kB",
    ]
