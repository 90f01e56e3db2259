"""The table of sessions: what it shows without a script, and sorting, searching and paging with it, in Chromium."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from pipeline.logbook.folder import Logbook
from pipeline.settings.schema import Language
from pipeline.text import is_printable
from tests.reports.page.conftest import OpenPage
from tests.reports.page.opened_page import PHONE
from tests.reports.page.parsed_page import ParsedPage, number, page_of
from tests.scenarios.demo_archive import DemoArchive
from tests.scenarios.written_logbook import ChargedSession, WrittenLogbook

_SCRIPT = "</script><script>document.title = 'changed'</script><img src=x onerror=alert(1)>"


def stored_sessions(archive: DemoArchive, order: str = "started_at desc", where: str = "true") -> list[dict[str, Any]]:
    with archive.reading() as connection:
        connection.execute("set timezone = 'UTC'")
        cursor = connection.execute(f"select * from sessions where {where} order by {order}")  # noqa: S608
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def wall_times(sessions: list[dict[str, Any]]) -> list[str]:
    return [f"{session['started_local']:%-d %B %Y %H:%M}" for session in sessions]


def test_the_newest_sessions_can_be_read_without_a_script(demo_page: ParsedPage, fetched_demo: DemoArchive) -> None:
    sessions = stored_sessions(fetched_demo)[:25]
    rows = [row.split(" Indkørslen ") for row in demo_page.texts(".list tbody tr")]
    assert [row[0] for row in rows] == wall_times(sessions)
    assert [number(row[1].split()[0]) for row in rows] == [session["energy_kwh"] for session in sessions]
    assert [number(row[1].split()[1]) for row in rows] == [session["amount_incl_tax"] for session in sessions]
    assert demo_page.texts(".pager p") == ["1–25 of 142"]


def test_the_data_of_the_script_has_every_session_of_the_mart(demo_page: ParsedPage, fetched_demo: DemoArchive) -> None:
    (account,) = json.loads(demo_page.one("#data").text_content())["accounts"]
    given = [dict(zip(account["fields"], row, strict=True)) for row in account["rows"]]
    assert [
        (row["session_id"], Decimal(str(row["energy_kwh"])), Decimal(str(row["amount_incl_tax"]))) for row in given
    ] == [
        (session["session_id"], session["energy_kwh"], session["amount_incl_tax"])
        for session in stored_sessions(fetched_demo)
    ]


def hostile_page(folder: Path) -> ParsedPage:
    sessions = [
        ChargedSession(id="1", stopped="2025-03-05T17:00:00+00:00", note=_SCRIPT, address="<b>Home</b> & away"),
        ChargedSession(
            id="2", stopped="2025-03-06T17:00:00+00:00", energy_wh=0, amount="1200", currency="JPY", minor_digits=0
        ),
    ]
    WrittenLogbook(folder).publish(sessions)
    return page_of(Logbook(folder))


@pytest.mark.system
def test_markup_in_a_note_stays_text(tmp_path: Path) -> None:
    page = hostile_page(tmp_path / "home")
    assert page.text.count("<script") == 2
    assert "<img" not in page.text
    assert _SCRIPT in page.texts(".list small")


@pytest.mark.system
def test_what_cannot_be_seen_is_replaced_in_texts_from_outside(tmp_path: Path) -> None:
    hidden = "\x00 \x1b[31m \u202e \u200b \ufeff"
    stopped = "2025-03-05T17:00:00+00:00"
    sessions = [ChargedSession(id=f"1{hidden}", stopped=stopped, note=f"Note{hidden}", address=f"Place{hidden}")]
    WrittenLogbook(tmp_path / "home").publish(sessions)
    page = page_of(Logbook(tmp_path / "home"))
    shown = "\N{SYMBOL FOR NULL} \N{SYMBOL FOR ESCAPE}[31m \ufffd \ufffd \ufffd"
    assert page.texts(".list tbody .place span") == [f"Place{shown}"]
    assert page.texts(".list tbody .place small") == [f"Note{shown}"]
    (account,) = json.loads(page.one("#data").text_content())["accounts"]
    row = dict(zip(account["fields"], account["rows"][0], strict=True))
    assert [row[field] for field in ("session_id", "charge_point", "note")] == [
        f"{text}{shown}" for text in ("1", "Place", "Note")
    ]
    assert is_printable(page.text.replace("\n", ""))


@pytest.mark.page
def test_the_script_shows_the_rows_that_were_there(open_page: OpenPage, demo_page: ParsedPage) -> None:
    opened, unscripted = open_page(demo_page), open_page(demo_page, java_script_enabled=False)
    assert len(opened.texts(".list tbody tr")) == 25
    assert opened.texts(".list tbody tr") == unscripted.texts(".list tbody tr")
    assert opened.shown == unscripted.shown
    assert unscripted.texts(".filters, .pager button") == []
    assert len(unscripted.texts(".sessions noscript")) == 1


@pytest.mark.page
def test_danish_rows_are_the_same_with_and_without_the_script(open_page: OpenPage, fetched_demo: DemoArchive) -> None:
    page = page_of(fetched_demo.logbook, "da")
    opened, unscripted = open_page(page), open_page(page, java_script_enabled=False)
    assert opened.texts(".list tbody tr") == unscripted.texts(".list tbody tr")
    assert opened.column("energy_kwh")[0] == "63,086"


@pytest.mark.page
def test_all_pages_together_have_all_sessions(
    open_page: OpenPage, demo_page: ParsedPage, fetched_demo: DemoArchive
) -> None:
    opened = open_page(demo_page)
    energies = opened.column("energy_kwh")
    while opened.find(".later").get_attribute("aria-disabled") == "false":
        opened.find(".later").click()
        energies += opened.column("energy_kwh")
    assert [number(energy) for energy in energies] == [row["energy_kwh"] for row in stored_sessions(fetched_demo)]
    assert opened.shown == "126–142 of 142"
    opened.find(".earlier").click()
    assert opened.shown == "101–125 of 142"


@pytest.mark.page
@pytest.mark.parametrize(
    ("heading", "field", "first", "then"),
    [
        ("kWh", "energy_kwh", "energy_kwh desc", "energy_kwh"),
        ("Cost", "amount_incl_tax", "amount_incl_tax desc", "amount_incl_tax"),
        ("Started", "started_at", "started_at", "started_at desc"),
    ],
)
def test_a_heading_sorts_and_reverses(
    open_page: OpenPage,
    demo_page: ParsedPage,
    fetched_demo: DemoArchive,
    heading: str,
    field: str,
    first: str,
    then: str,
) -> None:
    opened = open_page(demo_page)
    for order, state in ((first, "descending" if "desc" in first else "ascending"), (then, None)):
        opened.page.get_by_role("button", name=heading, exact=True).click()
        expected = stored_sessions(fetched_demo, f"{order}, started_at desc")[:25]
        if field == "started_at":
            assert opened.column("started") == wall_times(expected)
        else:
            assert [number(text.split()[0]) for text in opened.column(field)] == [row[field] for row in expected]
        if state:
            assert opened.find("[aria-sort]").get_attribute("aria-sort") == state
    assert opened.find("[aria-sort]").count() == 1


@pytest.mark.page
def test_sessions_without_a_price_come_last_in_either_order(open_page: OpenPage, tmp_path: Path) -> None:
    opened = open_page(hostile_page(tmp_path / "home"))
    for _ in range(2):
        opened.page.get_by_role("button", name="per kWh").click()
        assert opened.find(".list tbody [data-field=price_incl_tax]").all_inner_texts() == ["2.5000", ""]
    assert opened.column("amount_incl_tax") == ["25.00 DKK", "1,200 JPY"]


@pytest.mark.page
def test_a_search_and_a_month_limit_the_sessions(
    open_page: OpenPage, demo_page: ParsedPage, fetched_demo: DemoArchive
) -> None:
    opened = open_page(demo_page)
    opened.page.get_by_label("Stopped in").select_option("2025-03")
    march = stored_sessions(fetched_demo, where="strftime(stopped_local, '%Y-%m') = '2025-03'")
    assert opened.column("started") == wall_times(march)
    assert opened.shown == "1–11 of 11"
    opened.page.get_by_label("Stopped in").select_option("2024")
    assert opened.shown == "1–25 of 36"
    opened.page.get_by_label("Stopped in").select_option("")
    opened.page.get_by_label("Search").fill("øsende ÆBLEGRØD")
    assert opened.column("started") == wall_times(stored_sessions(fetched_demo, where="note like '%æblegrød%'"))
    opened.page.get_by_label("Search").fill("nothing like it")
    assert (opened.column("started"), opened.shown) == ([], "No session matches.")


@pytest.mark.page
@pytest.mark.parametrize("typed", ["10/09/2025", "10.09.2025", "2025-09-10", "10 september", "10/9/2025"])
@pytest.mark.parametrize("language", ["da", "en"])
def test_a_search_finds_a_day_as_it_is_typed(
    open_page: OpenPage, fetched_demo: DemoArchive, language: Language, typed: str
) -> None:
    opened = open_page(page_of(fetched_demo.logbook, language))
    opened.find(".filters input").fill(typed)
    september = stored_sessions(fetched_demo, where="strftime(started_local, '%Y-%m-%d') = '2025-09-10'")
    assert len(september) == 1
    day = "10.09.2025" if language == "da" else "10 September 2025"
    found = [text[: len(day)] for text in opened.column("started")]
    assert day in found
    assert len(found) == 1 or typed == "10 september", "which is also in rows of another day, at 10 o'clock"


@pytest.mark.page
def test_a_search_is_announced_once_after_the_last_key(open_page: OpenPage, demo_page: ParsedPage) -> None:
    opened = open_page(demo_page)
    assert opened.find(".sessions [aria-live], .sessions [role=status]").count() == 1
    opened.page.evaluate(
        "window.said = []; new MutationObserver(() => said.push(document.querySelector('.announcement').textContent))"
        ".observe(document.querySelector('.announcement'), {childList: true})"
    )
    opened.find(".filters input").press_sequentially("march 2025", delay=20)
    expect(opened.find(".announcement")).to_have_text("11 sessions")
    opened.page.get_by_role("button", name="kWh", exact=True).click()
    expect(opened.find(".announcement")).to_have_text("Sorted by kWh, highest first. 1–11 of 11")
    assert opened.page.evaluate("said") == ["11 sessions", "Sorted by kWh, highest first. 1–11 of 11"]


@pytest.mark.page
def test_markup_in_a_note_stays_text_with_the_script(open_page: OpenPage, tmp_path: Path) -> None:
    opened = open_page(hostile_page(tmp_path / "home"))
    assert opened.column("remark") == [_SCRIPT]
    assert "<b>Home</b> & away" in opened.column("charge_point")
    assert opened.page.title() == "Charging log: home"
    assert opened.find("img").count() == 0


@pytest.mark.page
def test_on_a_phone_sessions_are_cards_that_fit(open_page: OpenPage, demo_page: ParsedPage) -> None:
    opened = open_page(demo_page, **PHONE)
    assert opened.page.evaluate("document.documentElement.scrollWidth") == 390
    card = opened.find(".list tbody tr").first
    started, cost = (card.locator(f"[data-field={field}]").bounding_box() for field in ("started", "amount_incl_tax"))
    place = card.locator(".place").bounding_box()
    assert started is not None and cost is not None and place is not None
    assert place["y"] > started["y"] and abs(started["y"] - cost["y"]) < started["height"]
    assert card.get_by_role("cell").count() == 5


@pytest.mark.page
def test_the_table_works_with_the_keyboard_alone(open_page: OpenPage, demo_page: ParsedPage) -> None:
    opened = open_page(demo_page)
    opened.find(".filters input").focus()
    opened.press("Tab", "Tab")
    assert opened.focused == "Started"
    opened.press("Tab", "Tab", "Enter")
    assert opened.focused == "kWh"
    energies = [number(text) for text in opened.column("energy_kwh")]
    assert energies == sorted(energies, reverse=True)
    expect(opened.find(".announcement")).to_have_text("Sorted by kWh, highest first. 1–25 of 142")
    opened.find(".later").focus()
    for _ in range(5):
        opened.press("Enter")
    assert opened.shown == "126–142 of 142"
    assert opened.focused == "Next page"
