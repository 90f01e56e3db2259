"""The result set of a report: its sessions, and figures that equal those of the marts."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from reports.month.period import ReportPeriod
from reports.month.report import Report, read_report
from tests.scenarios.written_logbook import HOME, WrittenLogbook


def ids(report: Report) -> list[str]:
    return [session["session_id"] for session in report.sessions]


def test_a_session_belongs_to_the_month_it_stopped_in_by_local_time(rich: WrittenLogbook) -> None:
    assert ids(rich.report("2025-03")) == ["1", "2"]
    assert ids(rich.report("2025-04")) == ["3", "4", "5"]  # 3 stopped at half past midnight on the first of April
    assert ids(rich.report("2025")) == ["1", "2", "3", "4", "5"]


def test_sessions_that_stopped_at_the_same_time_are_ordered_by_id(rich: WrittenLogbook) -> None:
    assert ids(rich.report("2021-03")) == ["a", "b", "c"]


def test_rows_have_exactly_the_columns_of_their_marts(rich: WrittenLogbook) -> None:
    report = rich.report("2025-03")
    assert tuple(report.sessions[0]) == report.session_columns
    assert tuple(report.months[0]) == report.month_columns


def test_a_months_total_is_its_row(rich: WrittenLogbook) -> None:
    report = rich.report("2025-04")
    not_in_totals = {"account", "month", "attribution"}
    assert [dict(total) for total in report.totals] == [
        {name: value for name, value in row.items() if name not in not_in_totals} for row in report.months
    ]


def test_a_years_total_sums_its_months_and_never_two_currencies(rich: WrittenLogbook) -> None:
    danish, foreign = rich.report("2025").totals
    assert danish == {
        "currency": "DKK",
        "sessions": 4,
        "energy_kwh": Decimal("37.342"),
        "amount_incl_tax": Decimal("83.840"),
        "tax_amount": Decimal("16.770"),
        "amount_excl_tax": Decimal("67.070"),
        "average_price_incl_tax": Decimal("2.245193"),
        "max_kw": Decimal("11.040000"),
    }
    assert (foreign["currency"], foreign["amount_incl_tax"]) == ("EUR", Decimal("18.300"))


def test_one_unknown_tax_makes_the_years_total_unknown(rich: WrittenLogbook) -> None:
    (total,) = rich.report("2022").totals
    assert (total["tax_amount"], total["amount_excl_tax"], total["sessions"]) == (None, None, 2)
    assert rich.report("2022-03").totals[0]["tax_amount"] == Decimal("5.000")


def test_days_are_local(rich: WrittenLogbook) -> None:
    assert [row["day"] for row in rich.report("2025-03").days] == [date(2025, 3, 5), date(2025, 3, 30)]
    assert rich.report("2025-04").days[0]["day"] == date(2025, 4, 1)


def test_a_period_without_sessions_is_an_empty_report(rich: WrittenLogbook) -> None:
    report = rich.report("2020-01")
    assert (report.sessions, report.totals, report.months, report.days) == ((), (), (), ())
    assert "account" in report.session_columns
    assert not report.is_closed


def test_an_account_that_was_never_fetched_is_an_empty_report(rich: WrittenLogbook) -> None:
    other = type(HOME)(name="work", url=HOME.url, timezone="Europe/London", currency="GBP")
    report = rich.report_of(other, "2025-03")
    assert (report.sessions, report.timezone, report.currency) == ((), "Europe/London", "GBP")


def test_minor_digits_come_from_the_operator(rich: WrittenLogbook) -> None:
    assert rich.report("2023-03").minor_digits == {"DKK": 2, "EUR": 2, "JPY": 0}


def test_a_period_is_closed_when_all_its_months_are(rich: WrittenLogbook) -> None:
    assert rich.report("2025-03").is_closed
    assert not rich.report("2025").is_closed


def test_the_tax_has_a_name_if_all_sessions_agree(rich: WrittenLogbook) -> None:
    report = rich.report("2024-03")
    assert (report.tax_name("DKK"), report.tax_name("EUR"), report.tax_name("GBP")) == ("Moms", "MwSt", "tax")
    assert report.tax_name() == "tax"


def test_a_naive_time_is_refused(rich: WrittenLogbook) -> None:
    with rich.read() as connection, pytest.raises(ValueError, match="aware"):
        read_report(connection, HOME, ReportPeriod(2025, 3), generated_at=datetime(2025, 4, 3))  # noqa: DTZ001 (meant)
