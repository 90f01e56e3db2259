"""`ladebog` alone, `months` and `sessions`: how things stand, what to do next, what was charged."""

import csv
import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.demo import DEMO_NOW, DemoServer
from pipeline.settings.editing import write_demo
from tests.cli.test_sql_limits import run_on_a_terminal
from tests.demo import expected_marts
from tests.scenarios.demo_logbook import DemoLogbook


def next_step(logbook: DemoLogbook, *, after: timedelta = timedelta()) -> str:
    out = logbook.do(after=after).out
    assert len(out.splitlines()) <= 10
    (step,) = [line for line in out.splitlines() if line.startswith("Next: ")]
    return step.removeprefix("Next: ")


def test_without_a_logbook_it_says_how_to_begin(tmp_path: Path) -> None:
    nowhere = DemoLogbook(tmp_path / "nowhere")
    assert nowhere.do().out == (
        f"There is no logbook in {nowhere.home} yet.\n"
        "Next: Set up an account: ladebog account add home --url https://OPERATOR\n"
        "To try everything with a made-up driver: ladebog demo\n"
        "All commands: ladebog --help\n"
    )


def test_a_new_account_is_led_to_its_login_and_its_first_run(empty_logbook: DemoLogbook, operator: DemoServer) -> None:
    assert next_step(empty_logbook) == "Log in: ladebog login demo"
    empty_logbook.store_login(operator.tenant)
    assert next_step(empty_logbook) == "Fetch your sessions: ladebog run"


@pytest.mark.system
def test_a_driver_is_led_from_claim_to_claim(logbook: DemoLogbook) -> None:
    out = logbook.do().out
    assert "to claim        2025-09, 642.35 DKK, and 1 later month\n" in out
    assert next_step(logbook) == "Claim the oldest outstanding month: ladebog claim create 2025-09"
    assert next_step(logbook, after=timedelta(days=4)) == "Fetch what is new: ladebog run"
    for month in ("2025-10", "2025-09"):
        logbook.do("claim", "create", month, "--without-receipts")
    assert next_step(logbook) == "When claim 1 is paid, record it: ladebog claim mark 1 paid"
    logbook.do("claim", "mark", "1", "rejected")
    command = "ladebog claim reverse 1 --reason TEXT"
    assert next_step(logbook) == f"Reverse the rejected claim 1, so that its sessions can be claimed again: {command}"
    rejected = f"  rejected: claim 1: {command} (then its sessions can be claimed again)\n"
    assert rejected in logbook.do("claim", "list").out
    logbook.do("claim", "reverse", "1", "--reason", "rejected")
    assert next_step(logbook) == "Claim the oldest outstanding month: ladebog claim create 2025-10"
    assert "rejected: claim" not in logbook.do("claim", "list").out
    logbook.do("claim", "create", "2025-10", "--without-receipts")
    for number in ("2", "4"):
        logbook.do("claim", "mark", number, "paid")
    assert next_step(logbook) == "Have new sessions fetched every day: ladebog schedule install"
    write_demo(logbook.paths.settings, DEMO_NOW)
    assert next_step(logbook) == "Nothing to do. See what was charged: ladebog months"


def test_several_accounts_have_a_line_each_and_no_more_than_fit(logbook: DemoLogbook) -> None:
    for number in range(6):
        logbook.do("account", "add", f"other{number}", "--url", "http://127.0.0.1:9")
    out = logbook.do().out
    assert len(out.splitlines()) <= 10
    assert "and 3 accounts more: ladebog status" in out
    assert next_step(logbook) == "Log in: ladebog login other0"


def test_the_months_are_those_of_the_operator(shared_logbook: DemoLogbook, operator: DemoServer) -> None:
    expected = {
        (f"{row['month']:%Y-%m}", row["currency"]): (row["sessions"], row["energy_kwh"], row["amount_incl_tax"])
        for row in expected_marts.months(operator.tenant)
    }
    lines = [line.split() for line in shared_logbook.do("months").out.splitlines()]
    names, *rows = lines
    assert " ".join(names) == "month sessions kWh incl. tax tax currency per kWh state"
    found = {(row[0], row[5]): (int(row[1]), Decimal(row[2]), Decimal(row[3])) for row in rows}
    assert len(found) == len(rows) >= 3
    complete = {key: value for key, value in found.items() if key[0] > "2025-09"}
    assert complete == {key: value for key, value in expected.items() if key in complete}
    assert [" ".join(row[7:]) for row in rows][-1] == "not closed"


def test_a_claimed_month_names_its_claim(logbook: DemoLogbook) -> None:
    logbook.do("claim", "create", "2025-10", "--without-receipts")
    (line,) = [line for line in logbook.do("months").out.splitlines() if line.startswith("2025-10")]
    assert line.endswith("  claim 1")


def test_sessions_are_the_newest_or_those_of_a_month(shared_logbook: DemoLogbook, operator: DemoServer) -> None:
    expected = {row["session_id"]: row for row in expected_marts.sessions(operator.tenant)}
    out = shared_logbook.do("sessions").out
    names, *lines = out.splitlines()
    assert names.split()[:4] == ["session", "started", "duration", "kWh"]
    rows = [line.split() for line in lines[:20]]
    assert [row[0] for row in rows] == sorted((row[0] for row in rows), key=lambda one: expected[one]["stopped_at"])
    for session_id, _, _, _, _, energy, amount, *_ in rows:
        row = expected[session_id]
        assert (Decimal(energy), Decimal(amount)) == (row["energy_kwh"], row["amount_incl_tax"])
    assert lines[-1].startswith("The newest of ")
    october = shared_logbook.do("sessions", "--month", "2025-10").out.splitlines()[1:]
    months = expected_marts.months(operator.tenant)
    assert len(october) == sum(row["sessions"] for row in months if row["month"] == date(2025, 10, 1))
    assert shared_logbook.do("sessions", "--month", "2020-01").out == "No session stopped in 2020-01.\n"


def test_sessions_are_sorted_by_a_figure(shared_logbook: DemoLogbook) -> None:
    for sort, name in (("cost", "amount_incl_tax"), ("energy", "energy_kwh"), ("price", "average_price_incl_tax")):
        out = shared_logbook.do("sessions", "--sort", sort, "--format", "csv").out
        figures = [Decimal(row[name]) for row in csv.DictReader(out.splitlines())]
        assert figures == sorted(figures, reverse=True)
    cost, *_ = shared_logbook.do("sessions", "--sort", "cost").out.splitlines()[1:]
    assert "144.88" in cost
    assert "The highest by cost of " in shared_logbook.do("sessions", "--sort", "cost").out


def test_months_and_sessions_are_printed_for_other_programs(shared_logbook: DemoLogbook) -> None:
    query = (
        "select account, month, sessions, energy_kwh, amount_incl_tax, tax_amount, currency "
        "from months order by month, currency"
    )
    expected = list(csv.reader(shared_logbook.do("sql", query, "--format", "csv").out.splitlines()))
    found = list(csv.reader(shared_logbook.do("months", "--format", "csv").out.splitlines()))
    assert [row[:7] for row in found] == expected
    sessions = json.loads(shared_logbook.do("sessions", "--format", "json").out)
    assert len(sessions) > 20
    assert list(sessions[0])[:3] == ["account", "session_id", "started_local"]


def test_without_rows_there_are_still_the_names_of_the_columns(empty_logbook: DemoLogbook) -> None:
    empty_logbook.do("transform")
    assert empty_logbook.do("months", "--format", "csv").out.startswith("account,month,sessions,")
    assert empty_logbook.do("sessions", "--format", "json").out == "[]\n"


def test_a_logbook_without_sessions_says_so(empty_logbook: DemoLogbook) -> None:
    empty_logbook.do("transform")
    for command in (["months"], ["sessions"], ["session", "list"]):
        assert empty_logbook.do(*command).out == "No session has finished yet.\n"


@pytest.mark.system
@pytest.mark.parametrize(
    "arguments",
    [(), ("months",), ("sessions",), ("session", "list"), ("status",), ("audit",), ("check",), ("claim", "list")],
)
def test_each_table_fits_80_columns_with_the_ids_whole(shared_logbook: DemoLogbook, arguments: tuple[str, ...]) -> None:
    printed, _ = run_on_a_terminal(shared_logbook, *arguments, COLUMNS="80")
    assert [line for line in printed.splitlines() if len(line) > 80] == []
    if arguments in (("sessions",), ("session", "list"), ("audit",)):
        assert "713806" in printed
