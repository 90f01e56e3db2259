"""The charts show the figures of the marts: in their drawings, wide and narrow, and in their tables."""

import re
from collections import defaultdict
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from lxml.html import HtmlElement

from pipeline.logbook.folder import Logbook
from tests.reports.page.conftest import OpenPage
from tests.reports.page.parsed_page import ParsedPage, number, page_of, text_of
from tests.scenarios.demo_archive import DemoArchive
from tests.scenarios.written_logbook import ChargedSession, WrittenLogbook

_FORMS = ("wide", "narrow")


def asked(archive: DemoArchive, query: str) -> list[tuple[Any, ...]]:
    with archive.reading() as connection:
        return connection.execute(query).fetchall()


def bars(page: ParsedPage, chart: str, form: str, class_: str) -> list[HtmlElement]:
    return page.all(f".chart.{chart} svg.{form} rect.{class_}")


def sizes(elements: list[HtmlElement], side: str) -> list[float]:
    return [float(element.get(side)) for element in elements]


def test_the_months_table_has_the_mart(demo_page: ParsedPage, fetched_demo: DemoArchive) -> None:
    months = asked(
        fetched_demo,
        "select strftime(month, '%B %Y'), sessions, energy_kwh, amount_incl_tax, tax_amount, "
        "round(average_price_incl_tax, 4) from months where currency = 'DKK' order by year(month) desc, month",
    )
    assert len(months) == 15
    shown = [(row[0], *(number(cell) for cell in row[1:6])) for row in demo_page.figures("months")]
    assert shown == months
    assert [row[6] for row in demo_page.figures("months")].count("not closed") == 1


@pytest.mark.parametrize("form", _FORMS)
@pytest.mark.parametrize(("class_", "column"), [("energy", "energy_kwh"), ("cost", "amount_incl_tax")])
def test_the_bars_of_the_months_are_as_long_as_the_figures(
    demo_page: ParsedPage, fetched_demo: DemoArchive, form: str, class_: str, column: str
) -> None:
    values = asked(
        fetched_demo,
        f"select {column}, max({column}) over (partition by year(month)) from months "  # noqa: S608 (our own names)
        "where currency = 'DKK' order by year(month) desc, month",
    )
    found = sizes(bars(demo_page, "months", form, class_), "height" if form == "wide" else "width")
    longest = max(found)
    assert found == pytest.approx([longest * float(value / highest) for value, highest in values], abs=0.06)


def test_a_month_that_is_not_closed_is_pale(demo_page: ParsedPage) -> None:
    assert [len(bars(demo_page, "months", form, "open")) for form in _FORMS] == [2, 2]
    assert demo_page.texts(".chart.months .note") == ["Pale: the month is not closed yet."]


def test_the_calendar_has_each_day_of_the_mart(demo_page: ParsedPage, fetched_demo: DemoArchive) -> None:
    days = asked(
        fetched_demo,
        "select strftime(day, '%A %-d %B %Y'), sessions, energy_kwh, amount_incl_tax from days where currency = 'DKK' "
        "order by year(day) desc, day",
    )
    shown = [(row[0], *(number(cell) for cell in row[1:])) for row in demo_page.figures("calendar")]
    assert shown == days
    assert len(demo_page.all(".chart.calendar svg.wide rect")) == len(days)
    dashes = [path.get("d").count("M") for path in demo_page.all(".chart.calendar svg.narrow path.day")]
    assert sum(dashes) == len(days)


@pytest.mark.page
def test_a_day_has_its_figures_under_the_pointer(
    open_page: OpenPage, demo_page: ParsedPage, fetched_demo: DemoArchive
) -> None:
    days = asked(
        fetched_demo,
        "select strftime(day, '%A %-d %B %Y'), energy_kwh, amount_incl_tax from days where currency = 'DKK' "
        "order by year(day) desc, day",
    )
    titles = open_page(demo_page).find(".calendar svg.wide rect title").all_text_contents()
    assert titles == [f"{day}: {energy:,.3f} kWh, {amount:,.2f} DKK" for day, energy, amount in days]


def test_the_colours_of_days_have_their_unit(demo_page: ParsedPage) -> None:
    names = demo_page.texts("section.year:nth-of-type(1) .calendar .keys li")
    assert len(names) == 5
    assert all(re.fullmatch(r"up to [\d.,]+ kWh", name) for name in names)
    heard = demo_page.all(".keys:not([aria-hidden])")
    assert {keys.getparent().get("class") for keys in heard} == {"chart months", "chart hours", "chart money"}


def test_a_darker_day_has_more_energy(demo_page: ParsedPage, fetched_demo: DemoArchive) -> None:
    energies = [
        row[0]
        for row in asked(
            fetched_demo, "select energy_kwh from days where currency = 'DKK' and year(day) = 2025 order by day"
        )
    ]
    levels = [
        int(cell.get("class")[-1]) for cell in demo_page.all("section.year:nth-of-type(1) .calendar svg.wide rect")
    ]
    by_level = defaultdict(list)
    for level, energy in zip(levels, energies, strict=True):
        by_level[level].append(energy)
    ordered = [by_level[level] for level in sorted(by_level)]
    assert len(ordered) >= 3
    assert all(max(lower) <= min(higher) for lower, higher in pairwise(ordered))


def test_the_hours_sum_to_the_year(demo_page: ParsedPage, fetched_demo: DemoArchive) -> None:
    rows = demo_page.figures("hours")
    assert (
        sum(number(row[1]) for row in rows)
        == asked(fetched_demo, "select sum(energy_kwh) from months where currency = 'DKK'")[0][0]
    )
    assert (
        sum(number(row[2]) for row in rows)
        == asked(fetched_demo, "select sum(amount_incl_tax) from months where currency = 'DKK'")[0][0]
    )
    assert (
        len(bars(demo_page, "hours", "wide", "energy"))
        == len(bars(demo_page, "hours", "narrow", "energy"))
        == len(rows)
    )


def test_the_price_of_an_hour_is_its_cost_per_kwh(demo_page: ParsedPage) -> None:
    for row in demo_page.figures("hours"):
        if number(row[1]):
            assert number(row[3]) == pytest.approx(number(row[2]) / number(row[1]), abs=Decimal("0.0001"))


@pytest.mark.system
def test_energy_whose_hour_is_assumed_is_stated(tmp_path: Path) -> None:
    page = archive_of(
        tmp_path / "one",
        ChargedSession(id="1", stopped="2024-03-05T17:00:00+00:00"),
        ChargedSession(id="2", stopped="2024-03-06T17:00:00+00:00", has_curve=False, energy_wh=7_000),
        ChargedSession(id="3", stopped="2023-03-06T17:00:00+00:00"),
    )
    (note,) = [text for text in page.texts(".hours .note") if "assumed" in text]
    assert note.startswith("The hour of 7.000 kWh is assumed: ")
    assert [row[4:] for row in page.figures("hours")] == [["0.000"], ["0.000"], ["7.000"], [], []]


def test_the_dearest_and_the_cheapest_hour_are_stated(demo_page: ParsedPage) -> None:
    year = "section.year:nth-of-type(1) .hours"
    hours = [[text_of(cell) for cell in row.cssselect("th, td")] for row in demo_page.all(f"{year} tbody tr")]
    hours.sort(key=lambda row: number(row[3]))
    assert demo_page.texts(f"{year} .note")[1:] == [
        f"Dearest hour: {hours[-1][0]}, {hours[-1][3]} DKK per kWh. "
        f"Cheapest hour: {hours[0][0]}, {hours[0][3]} DKK per kWh."
    ]


def test_the_money_is_divided_as_in_the_mart(demo_page: ParsedPage, fetched_demo: DemoArchive) -> None:
    months = asked(
        fetched_demo,
        "select spot_amount_excl_tax, markup_amount_excl_tax, tax_amount, unexplained_amount, amount_incl_tax "
        "from month_prices where currency = 'DKK' order by year(month) desc, month",
    )
    assert [tuple(number(cell) for cell in row[1:]) for row in demo_page.figures("money")] == months
    for form in _FORMS:
        parts = demo_page.all(f"section.year:nth-of-type(1) .money svg.{form} rect")
        assert len(parts) == 11 * 4


def archive_of(folder: Path, *sessions: ChargedSession) -> ParsedPage:
    WrittenLogbook(folder).publish(sessions)
    return page_of(Logbook(folder))


@pytest.mark.system
def test_a_month_of_unknown_tax_is_not_divided(tmp_path: Path) -> None:
    page = archive_of(
        tmp_path / "one",
        ChargedSession(id="1", stopped="2024-03-05T17:00:00+00:00", prices_include_tax=False),
        ChargedSession(id="2", stopped="2024-04-05T17:00:00+00:00", amount="12.5"),
    )
    assert [len(bars(page, "money", form, "unknown")) for form in _FORMS] == [1, 1]
    march, april = page.figures("money")
    assert march[2:] == ["unknown", "unknown", "unknown", "25.00"]
    assert april[1:] == ["unknown", "unknown", "2.50", "10.00", "12.50"]


@pytest.mark.system
def test_energy_without_a_known_price_is_named_and_drawn_as_the_rest(tmp_path: Path) -> None:
    WrittenLogbook(tmp_path).publish([ChargedSession(id="1", stopped="2024-04-05T17:00:00+00:00", amount="12.5")])
    page = page_of(Logbook(tmp_path))
    assert [len(bars(page, "money", "wide", part)) for part in ("spot", "markup", "tax", "rest", "unknown")] == [
        *(0, 0, 1, 1, 0),
    ]
    assert page.texts(".money .keys li") == ["Spot price unknown", "Markup unknown", "Moms 2.50", "Other 10.00"]
    assert "The spot price of 10.000 kWh is not known" in page.texts(".money .note")[1]
    danish = page_of(Logbook(tmp_path), "da")
    assert "Spotprisen for 10,000 kWh er ikke kendt" in danish.texts(".money .note")[1]


@pytest.mark.system
def test_a_bill_below_zero_is_drawn_below_the_axis(tmp_path: Path) -> None:
    page = archive_of(
        tmp_path / "one",
        ChargedSession(id="1", stopped="2024-03-05T17:00:00+00:00", amount="-10"),
        ChargedSession(id="2", stopped="2024-04-05T17:00:00+00:00", amount="20"),
    )
    credit, bill = bars(page, "months", "wide", "cost")
    axis = float(bill.get("y")) + float(bill.get("height"))
    assert float(credit.get("y")) == pytest.approx(axis, abs=0.1)
    assert float(credit.get("height")) == pytest.approx(float(bill.get("height")) / 2, abs=0.1)
    assert page.figures("months")[0][3] == "\N{MINUS SIGN}10.00"


def test_sessions_without_energy_have_no_price(tmp_path: Path) -> None:
    page = archive_of(tmp_path / "one", ChargedSession(id="1", stopped="2024-03-05T17:00:00+00:00", energy_wh=0))
    assert page.figures("months")[0][2:6] == ["0.000", "25.00", "5.00", ""]
    assert page.all(".chart.hours path.price") == []


def test_other_currencies_are_apart(demo_page: ParsedPage) -> None:
    assert demo_page.texts(".foreign tbody tr") == ["July 2025 1 38.596 19.22 EUR"]


def test_amounts_have_the_decimals_of_their_currency(tmp_path: Path) -> None:
    page = archive_of(
        tmp_path / "one",
        ChargedSession(id="1", stopped="2024-03-05T17:00:00+00:00", currency="JPY", minor_digits=0, amount="1200"),
    )
    assert page.texts(".foreign tbody tr") == ["March 2024 1 10.000 1,200 JPY"]
    assert page.all(".chart") == []
