"""The result set of a report: its sessions, and figures that equal those of the marts."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from reports.month.period import ReportPeriod
from reports.month.report import Report, read_report
from tests.scenarios.written_logbook import HOME, WrittenLogbook


def ids(report: Report) -> list[str]:
    return [session["session_id"] for session in report.sessions]


def test_a_session_belongs_to_the_month_it_stopped_in_by_local_time(report_logbook: WrittenLogbook) -> None:
    assert ids(report_logbook.report("2025-03")) == ["1", "2"]
    assert ids(report_logbook.report("2025-04")) == [
        "3",
        "4",
        "5",
    ]  # 3 stopped at half past midnight on the first of April
    assert ids(report_logbook.report("2025")) == ["1", "2", "3", "4", "5"]


def test_sessions_that_stopped_at_the_same_time_are_ordered_by_id(report_logbook: WrittenLogbook) -> None:
    assert ids(report_logbook.report("2021-03")) == ["a", "b", "c"]


def test_rows_have_exactly_the_columns_of_their_marts(report_logbook: WrittenLogbook) -> None:
    report = report_logbook.report("2025-03")
    assert tuple(report.sessions[0]) == report.session_columns
    assert tuple(report.months[0]) == report.month_columns


def test_a_months_total_equals_its_row_in_the_mart(report_logbook: WrittenLogbook) -> None:
    report = report_logbook.report("2025-04")
    not_in_totals = {"account", "month"}
    assert [dict(total) for total in report.totals] == [
        {name: value for name, value in row.items() if name not in not_in_totals} for row in report.months
    ]


def test_a_years_total_sums_its_months_and_never_two_currencies(report_logbook: WrittenLogbook) -> None:
    danish_total, euro_total = report_logbook.report("2025").totals
    assert danish_total == {
        "currency": "DKK",
        "sessions": 4,
        "energy_kwh": Decimal("37.342"),
        "amount_incl_tax": Decimal("83.840"),
        "tax_amount": Decimal("16.770"),
        "amount_excl_tax": Decimal("67.070"),
        "average_price_incl_tax": Decimal("2.245193"),
        "max_kw": Decimal("11.040000"),
    }
    assert (euro_total["currency"], euro_total["amount_incl_tax"]) == ("EUR", Decimal("18.300"))


def test_one_unknown_tax_makes_the_years_total_unknown(report_logbook: WrittenLogbook) -> None:
    (total,) = report_logbook.report("2022").totals
    assert (total["tax_amount"], total["amount_excl_tax"], total["sessions"]) == (None, None, 2)
    assert report_logbook.report("2022-03").totals[0]["tax_amount"] == Decimal("5.000")


def test_days_are_in_the_accounts_time_zone(report_logbook: WrittenLogbook) -> None:
    assert [row["day"] for row in report_logbook.report("2025-03").days] == [date(2025, 3, 5), date(2025, 3, 30)]
    assert report_logbook.report("2025-04").days[0]["day"] == date(2025, 4, 1)


def test_a_period_without_sessions_is_an_empty_report(report_logbook: WrittenLogbook) -> None:
    report = report_logbook.report("2020-01")
    assert (report.sessions, report.totals, report.months, report.days) == ((), (), (), ())
    assert "account" in report.session_columns
    assert not report.is_closed


def test_an_account_that_was_never_fetched_is_an_empty_report(report_logbook: WrittenLogbook) -> None:
    other = type(HOME)(name="work", url=HOME.url, timezone="Europe/London", currency="GBP")
    report = report_logbook.report_of(other, "2025-03")
    assert (report.sessions, report.timezone, report.currency) == ((), "Europe/London", "GBP")


def test_minor_digits_come_from_the_operator(report_logbook: WrittenLogbook) -> None:
    assert report_logbook.report("2023-03").minor_digits == {"DKK": 2, "EUR": 2, "JPY": 0}


def test_a_period_is_closed_when_all_its_months_are(report_logbook: WrittenLogbook) -> None:
    assert report_logbook.report("2025-03").is_closed
    assert not report_logbook.report("2025").is_closed


def test_the_tax_has_a_name_if_all_sessions_agree(report_logbook: WrittenLogbook) -> None:
    report = report_logbook.report("2024-03")
    assert (report.tax_name("DKK"), report.tax_name("EUR"), report.tax_name("GBP")) == ("Moms", "MwSt", "tax")
    assert report.tax_name() == "tax"


def test_a_naive_time_is_refused(report_logbook: WrittenLogbook) -> None:
    with report_logbook.read() as connection, pytest.raises(ValueError, match="aware"):
        read_report(connection, HOME, ReportPeriod(2025, 3), generated_at=datetime(2025, 4, 3))  # noqa: DTZ001 (on purpose)
