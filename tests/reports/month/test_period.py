"""Periods: how they are written, and their days and months."""

from datetime import date

import pytest

from reports.month.period import ReportPeriod


def test_a_month_has_its_days_and_names() -> None:
    march = ReportPeriod.parse("2025-03")
    assert march == ReportPeriod.parse("2025-3")
    assert (march.name, march.label, march.is_year) == ("2025-03", "March 2025", False)
    assert (march.first_month, march.last_month, march.last_day) == (date(2025, 3, 1),) * 2 + (date(2025, 3, 31),)
    assert march.months == (date(2025, 3, 1),)
    assert march.days == tuple(date(2025, 3, day) for day in range(1, 32))


def test_a_year_has_its_months_and_days() -> None:
    year = ReportPeriod.parse("2024")
    assert (year.name, year.label, year.is_year) == ("2024", "2024", True)
    assert (year.first_month, year.last_month, year.last_day) == (
        date(2024, 1, 1),
        date(2024, 12, 1),
        date(2024, 12, 31),
    )
    assert year.months == tuple(date(2024, month, 1) for month in range(1, 13))
    assert len(year.days) == 366


@pytest.mark.parametrize(
    "text",
    [
        "2025-13",
        "2025-00",
        "../x",
        "25-3",
        "2025-003",
        "٢٠٢٥-٠٣",
        "٢٠٢٥",
        "1999",
        "2101-01",
        "2025-03\n",
        " 2025",
        "",
        "2025-03-01",
    ],
)
def test_other_texts_are_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="is not a period: write a month like 2025-03 or a year like 2025") as refusal:
        ReportPeriod.parse(text)
    assert repr(text) in str(refusal.value)


def test_a_month_outside_the_calendar_is_refused() -> None:
    with pytest.raises(ValueError, match="'2025-13' is not a period"):
        ReportPeriod(2025, 13)
