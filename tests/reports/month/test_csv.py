"""The CSV files, read back with the csv module."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from reports.month.csv import write_months, write_sessions
from reports.month.report import Report
from tests.scenarios.written_logbook import WrittenLogbook


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def report_with_note(report: Report, note: str) -> Report:
    return replace(report, sessions=({**report.sessions[0], "note": note},))


@pytest.mark.system
def test_a_session_has_every_column_of_the_mart(report_logbook: WrittenLogbook, tmp_path: Path) -> None:
    report = report_logbook.report("2025-03")
    path = tmp_path / "sessions.csv"
    write_sessions(report, path)
    with report_logbook.read() as connection:
        columns = [column for column, *_ in connection.execute("describe sessions").fetchall()]
    first, second = read(path)
    assert list(first) == columns
    hashes = {name: report.sessions[1][name] for name in ("document_sha256", "curve_sha256")}
    assert second == {
        "account": "home",
        "session_id": "2",
        "kind": "private",
        "charge_point": "Hjemme",
        "evse": "2317",
        "car": "",
        "started_at": "2025-03-29T23:10:00+01:00",  # the clock goes forward in this session
        "stopped_at": "2025-03-30T16:33:51+02:00",
        "started_local": "2025-03-29T23:10:00",
        "stopped_local": "2025-03-30T16:33:51",
        "duration_s": "59031",
        "idle_s": "600",
        "energy_kwh": "10.873",
        "currency": "DKK",
        "amount_incl_tax": "19.60",
        "tax_name": "Moms",
        "tax_rate": "0.250000",
        "tax_amount": "3.92",
        "amount_excl_tax": "15.68",
        "average_kw": "5.500000",
        "max_kw": "11.040000",
        "power_samples": "984",
        "payment_status": "paid",
        "stop_reason": "evDisconnected",
        "note": '=HYPERLINK("x")',
        "origin": "fetched",
        "revision": "1",
        **hashes,
    }


def test_months_have_every_column_of_the_mart(report_logbook: WrittenLogbook, tmp_path: Path) -> None:
    path = tmp_path / "months.csv"
    write_months(report_logbook.report("2025-04"), path)
    assert path.read_text("utf-8").splitlines() == [
        "account,month,currency,sessions,energy_kwh,amount_incl_tax,tax_amount,amount_excl_tax,"
        "average_price_incl_tax,max_kw",
        "home,2025-04-01,DKK,2,5.000,12.50,2.50,10.00,2.500000,11.040000",
        "home,2025-04-01,EUR,1,30.000,18.30,,,0.610000,11.040000",
    ]


def test_unknown_figures_are_empty(report_logbook: WrittenLogbook, tmp_path: Path) -> None:
    path = tmp_path / "sessions.csv"
    write_sessions(report_logbook.report("2025-04"), path)
    euro_session = read(path)[2]
    assert (euro_session["currency"], euro_session["tax_rate"], euro_session["tax_amount"]) == ("EUR", "", "")


def test_amounts_have_the_decimals_of_their_currency(report_logbook: WrittenLogbook, tmp_path: Path) -> None:
    path = tmp_path / "sessions.csv"
    write_sessions(report_logbook.report("2023"), path)
    assert read(path)[0]["amount_incl_tax"] == "1200"


def test_bytes_are_utf_8_without_byte_order_mark_and_with_line_feeds(
    report_logbook: WrittenLogbook, tmp_path: Path
) -> None:
    path = tmp_path / "sessions.csv"
    write_sessions(report_logbook.report("2025-03"), path)
    assert path.read_bytes().startswith(b"account,session_id,")
    assert b"\r" not in path.read_bytes()
    assert "Ærø 🚗" in path.read_text("utf-8")


@pytest.mark.parametrize("note", ["a\nb", "a\rb", "a\r\nb", 'say "x", y', "\x00\x07", "æøå 🚗", "x" * 40_000])
def test_text_is_read_back_unchanged(report_logbook: WrittenLogbook, tmp_path: Path, note: str) -> None:
    path = tmp_path / "sessions.csv"
    write_sessions(report_with_note(report_logbook.report("2025-03"), note), path)
    (row,) = read(path)
    assert row["note"] == note


def test_a_lone_surrogate_is_replaced(report_logbook: WrittenLogbook, tmp_path: Path) -> None:
    path = tmp_path / "sessions.csv"
    write_sessions(report_with_note(report_logbook.report("2025-03"), "a\ud83db"), path)
    assert read(path)[0]["note"] == "a\ufffdb"


def test_a_period_without_sessions_has_column_names_only(report_logbook: WrittenLogbook, tmp_path: Path) -> None:
    report = report_logbook.report("2020")
    write_sessions(report, tmp_path / "sessions.csv")
    assert (tmp_path / "sessions.csv").read_text("utf-8") == ",".join(report.session_columns) + "\n"
