"""The curves of the page are those of the marts: as packed, and as the script shows them in Chromium."""

import base64
import json
import zlib
from decimal import ROUND_HALF_UP, Decimal
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from pipeline.logbook.folder import Logbook
from tests.reports.page.conftest import OpenPage
from tests.reports.page.opened_page import PHONE, OpenedPage
from tests.reports.page.parsed_page import ParsedPage, number, page_of
from tests.scenarios.demo_archive import DemoArchive
from tests.scenarios.written_logbook import ChargedSession, WrittenLogbook


def unpacked(page: ParsedPage) -> dict[str, list[Any]]:
    """By session its start, then the columns of its samples, prices and costs, with differences summed up."""
    (account,) = json.loads(page.one("#data").text_content())["accounts"]
    starts, *columns = json.loads(zlib.decompress(base64.b64decode(account["curves"])))
    summed = [[list(accumulate(differences)) for differences in column] for column in columns]
    ids = [row[account["fields"].index("session_id")] for row in account["rows"]]
    kinds = (list(zip(*summed[part], strict=True)) for part in (slice(0, 2), slice(2, 5), slice(5, 9)))
    return {key: list(entry) for key, *entry in zip(ids, starts, *kinds, strict=True)}


def asked(archive: DemoArchive, query: str) -> list[tuple[Any, ...]]:
    with archive.reading() as connection:
        return connection.execute(query).fetchall()


def test_every_sample_of_the_mart_is_packed(demo_page: ParsedPage, fetched_demo: DemoArchive) -> None:
    samples = asked(
        fetched_demo,
        "select session_id, epoch(sampled_at), power_kw from power_samples order by session_id, sampled_at",
    )
    packed = [
        (session_id, entry[0] + second, watts)
        for session_id, entry in sorted(unpacked(demo_page).items())
        if entry[1]
        for second, watts in zip(*entry[1], strict=True)
    ]
    assert len(packed) == len(samples) > 25_000
    for (found_id, second, watts), (session_id, moment, power_kw) in zip(packed, samples, strict=True):
        assert (found_id, watts) == (session_id, round(power_kw * 1000))
        assert abs(second - moment) <= 1


def test_every_price_of_the_mart_is_packed(demo_page: ParsedPage, fetched_demo: DemoArchive) -> None:
    prices = asked(
        fetched_demo,
        "select session_id, price_incl_tax from charging_periods where price_incl_tax is not null "
        "order by session_id, period",
    )
    packed = [
        (session_id, Decimal(price) / 1_000_000)
        for session_id, entry in sorted(unpacked(demo_page).items())
        if entry[2]
        for price in entry[2][2]
    ]
    millionth = Decimal("0.000001")
    assert packed == [(session_id, price.quantize(millionth, ROUND_HALF_UP)) for session_id, price in prices]


def test_the_cost_adds_up_to_the_bill_and_the_energy_to_the_meter(
    demo_page: ParsedPage, fetched_demo: DemoArchive
) -> None:
    entries = unpacked(demo_page)
    sessions = asked(fetched_demo, "select session_id, energy_kwh, amount_incl_tax from sessions")
    assert len(entries) == len(sessions)
    for session_id, energy, amount in sessions:
        assert Decimal(entries[session_id][3][3][-1]) / 1000 == amount
        energies = entries[session_id][3][2]
        assert Decimal(sum(energies)) / 1000 == energy


def open_session(opened: OpenedPage, place: int = 0) -> None:
    opened.find(".list tbody button").nth(place).click()
    opened.find("dialog .cost canvas").wait_for()


def drawn_pixels(opened: OpenedPage, plot: str) -> int:
    """How many pixels of a plot's canvas are drawn on."""
    return int(
        opened.find(f"dialog .{plot} canvas").evaluate(
            "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data"
            ".reduce((count, value, place) => count + (place % 4 === 3 && value > 0), 0)"
        )
    )


@pytest.mark.page
@pytest.mark.parametrize("options", [{}, PHONE, {"color_scheme": "dark"}], ids=["desktop", "phone", "dark"])
def test_a_session_opens_with_its_plots_and_figures(
    open_page: OpenPage, demo_page: ParsedPage, fetched_demo: DemoArchive, options: dict[str, Any]
) -> None:
    opened = open_page(demo_page, **options)
    open_session(opened, 4)
    assert opened.texts("dialog h2") == ["25 October 2025 23:10 – 26 October 2025 08:00"]
    assert "Energy 61.697 kWh" in opened.texts("dialog dl div")
    assert all(drawn_pixels(opened, plot) > 5_000 for plot in ("curve", "cost"))
    hours = asked(
        fetched_demo,
        "select energy_kwh, sum(amount_incl_tax) over (order by hour_start) from session_hours "
        "where session_id = '713806' order by hour_start",
    )
    shown = [row.split()[-2:] for row in opened.texts("dialog details tbody >> nth=0 >> tr")]
    assert [(number(energy), number(amount)) for energy, amount in shown] == hours
    starts = opened.texts("dialog details tbody >> nth=1 >> th")
    assert starts[:3] == ["23:10 CEST", "23:20 CEST", "00:00 CEST"]
    assert starts[4:6] == ["02:00 CEST", "02:00 CET"], "the clock is put back in this night"
    assert "02:00 CEST–02:00 CET" in opened.texts("dialog details tbody >> nth=0 >> th")


@pytest.mark.page
def test_a_session_is_opened_and_closed_by_keyboard(open_page: OpenPage, demo_page: ParsedPage) -> None:
    opened = open_page(demo_page)
    opened.find(".list tbody button").nth(2).focus()
    started = opened.focused
    opened.press("Enter")
    opened.find("dialog .cost canvas").wait_for()
    assert opened.focused == "Close"
    opened.press("Escape")
    assert not opened.find("dialog").is_visible()
    assert opened.focused == started
    opened.press("Enter")
    opened.find("dialog .cost canvas").wait_for()
    opened.press("Enter")
    assert not opened.find("dialog").is_visible()
    expect(opened.find("dialog canvas")).to_have_count(0)


@pytest.mark.page
def test_a_session_without_a_power_history_says_so(open_page: OpenPage, tmp_path: Path) -> None:
    WrittenLogbook(tmp_path / "home").publish(
        [
            ChargedSession(
                id="1",
                started="2025-03-05T15:00:00+00:00",
                stopped="2025-03-05T16:30:00+00:00",
                has_curve=False,
                note="at <home>",
            )
        ]
    )
    opened = open_page(page_of(Logbook(tmp_path / "home")))
    open_session(opened)
    assert opened.texts("dialog .missing") == ["The operator has no power history of this session."]
    assert opened.texts("dialog .assumed") == [
        "When its energy flowed is unknown: all of it is put in the hour of the stop."
    ]
    assert opened.texts("dialog thead >> nth=0 >> th")[3:] == ["DKK per kWh", "kWh", "Cost so far, DKK"]
    rows = [row.split() for row in opened.texts("dialog details tbody >> nth=0 >> tr")]
    assert [(hour, energy) for hour, energy, _ in rows] == [("16:00–17:00", "0.000"), ("17:00–17:30", "10.000")]
    assert opened.texts("dialog .remark") == ["at <home>"]
    assert opened.find("dialog .curve canvas").count() == 0
    assert drawn_pixels(opened, "cost") > 1_000


@pytest.mark.page
def test_a_session_whose_energy_is_divided_by_charging_periods_says_so(
    open_page: OpenPage, fetched_demo: DemoArchive
) -> None:
    query = "select distinct session_id from session_hours where placed_by = 'charging periods' and energy_kwh > 0"
    ((session_id,), *_) = asked(fetched_demo, query)
    opened = open_page(page_of(fetched_demo.logbook, "da"))
    opened.page.get_by_label("Søg").fill(session_id)
    open_session(opened)
    assert opened.texts("dialog .assumed") == ["Hvornår energien blev leveret, er antaget efter ladeperiodernes tid."]
    powers = opened.find("dialog details tbody").first.locator("td:nth-child(2), td:nth-child(3)")
    assert set(powers.all_inner_texts()) == {""}


@pytest.mark.page
def test_times_in_one_minute_have_their_seconds(open_page: OpenPage, tmp_path: Path) -> None:
    WrittenLogbook(tmp_path / "home").publish(
        [
            ChargedSession(id="1", started="2025-03-05T16:30:00+00:00", stopped="2025-03-05T17:00:04+00:00"),
            ChargedSession(id="2", started="2025-03-04T16:30:00+00:00", stopped="2025-03-04T16:30:40+00:00"),
        ]
    )
    opened = open_page(page_of(Logbook(tmp_path / "home")))
    hours = "dialog details tbody >> nth=0 >> th"
    open_session(opened)
    assert opened.texts(hours) == ["17:30–18:00", "18:00:00–18:00:04"]
    opened.press("Escape")
    open_session(opened, 1)
    assert opened.texts(hours) == ["17:30:00–17:30:40"]


@pytest.mark.page
def test_the_plots_follow_the_width_and_the_colours(open_page: OpenPage, demo_page: ParsedPage) -> None:
    opened = open_page(demo_page)
    open_session(opened)
    canvas = opened.find("dialog .curve canvas")
    wide = canvas.bounding_box()
    opened.page.set_viewport_size({"width": 600, "height": 800})
    narrow = canvas.bounding_box()
    assert wide is not None and narrow is not None
    assert narrow["width"] < 600 < wide["width"]
    light = canvas.evaluate("canvas => canvas.toDataURL()")
    opened.page.emulate_media(color_scheme="dark")
    opened.find("dialog .curve canvas").wait_for()
    assert opened.find("dialog .curve canvas").evaluate("canvas => canvas.toDataURL()") != light
