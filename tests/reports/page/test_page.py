"""The page as a whole: nothing outside it, a strict policy, what it says first, and text from outside as text."""

import base64
import hashlib
import re
from pathlib import Path

from pipeline.logbook.folder import Logbook
from tests.reports.page.parsed_page import ParsedPage, page_of, text_of
from tests.scenarios.demo_archive import DemoArchive
from tests.scenarios.written_logbook import WrittenLogbook


def policy(page: ParsedPage) -> dict[str, str]:
    content = page.one("meta[http-equiv='Content-Security-Policy']").get("content")
    return dict(part.strip().split(" ", 1) for part in content.split(";"))


def sha256_of(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_the_policy_allows_only_the_style_and_the_script_of_the_page(demo_page: ParsedPage) -> None:
    assert policy(demo_page) == {
        "default-src": "'none'",
        "style-src": sha256_of(demo_page.one("style").text_content()),
        "script-src": sha256_of(demo_page.one("script:not([type])").text_content()),
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert demo_page.all("[style]") == []


def test_the_page_refers_to_nothing_outside_it(demo_page: ParsedPage) -> None:
    assert demo_page.all("link, img, iframe, object, embed, base") == []
    assert [link for link in re.findall(r"(?:src|href)=\"([^\"]*)", demo_page.text) if not link.startswith("#")] == []
    assert "url(" not in demo_page.text
    assert "@import" not in demo_page.text


def test_the_same_archive_gives_the_same_page(demo_page: ParsedPage, fetched_demo: DemoArchive) -> None:
    assert page_of(fetched_demo.logbook).text == demo_page.text


def test_the_head_has_the_newest_closed_month(demo_page: ParsedPage, fetched_demo: DemoArchive) -> None:
    with fetched_demo.reading() as connection:
        query = "select energy_kwh, amount_incl_tax, tax_amount from months where month = '2024-10-01'"
        ((energy, cost, tax),) = connection.execute(query).fetchall()
    assert demo_page.texts("h1") == ["demo, newest closed month October 2025"]
    assert demo_page.texts(".large > div") == [
        f"Energy 339.8 kWh 11 sessions October 2024: {energy:.1f}",
        f"Cost 482.24 DKK October 2024: {cost:.2f}",
        f"Of which Moms 96.45 DKK October 2024: {tax:.2f}",
        "Average price 1.42 DKK per kWh \N{MINUS SIGN}9.2% against October 2024 (1.56)",
    ]


def test_the_page_says_what_is_due_and_what_needs_attention(demo_page: ParsedPage) -> None:
    due = demo_page.texts(".due li")
    assert due[:3] == ["October 2025 482.24 DKK", "September 2025 737.36 DKK", "August 2025 385.67 DKK"]
    assert len(due) == 15
    assert demo_page.texts(".tasks code") == ["ladebog claim create 2024-09"]
    assert demo_page.texts(".tasks ul:not(.due) li") == ["Warnings: 4"]


def test_the_page_states_its_language(demo_page: ParsedPage, fetched_demo: DemoArchive) -> None:
    assert demo_page.one("html").get("lang") == "en-GB"
    assert page_of(fetched_demo.logbook, "da").one("html").get("lang") == "da"


def test_days_in_english_name_their_month(demo_page: ParsedPage) -> None:
    shown = " ".join(demo_page.texts("main"))
    assert re.findall(r"\b\d\d?[/.]\d\d?[/.]\d{4}", shown) == []
    assert demo_page.one("footer p").text_content().startswith("Figures as of 12 November 2025 06:15. ")


def test_each_year_can_be_chosen_and_the_newest_is(demo_page: ParsedPage) -> None:
    assert demo_page.texts("fieldset label") == ["2025", "2024"]
    assert ["checked" in choice.attrib for choice in demo_page.all("fieldset input")] == [True, False]
    assert [year.get("aria-label") for year in demo_page.all(".year")] == ["2025", "2024"]


def test_a_year_says_which_sessions_its_sums_leave_out(demo_page: ParsedPage) -> None:
    assert demo_page.texts(".sums") == [
        "105 sessions, 3,469.2 kWh, 5,757.53 DKK; sessions in other currencies: 1",
        "36 sessions, 1,145.6 kWh, 1,821.13 DKK",
    ]


def test_the_contents_lead_to_every_chart_and_part(demo_page: ParsedPage) -> None:
    links = demo_page.all("nav a")
    assert [text_of(link) for link in links[:4]] == ["Months", "Days", "Hours", "Money"]
    assert len(links) == 2 * 4 + 3
    targets = [link.get("href").removeprefix("#") for link in links]
    names = [element.get("id") for element in demo_page.all("[id]")]
    assert all(names.count(target) == 1 for target in targets)
    titles = [text_of(demo_page.one(f"[id='{target}'] > h2")) for target in targets]
    assert titles[3] == titles[7] == "Where the money went"


def test_an_account_without_sessions_has_no_charts(tmp_path: Path) -> None:
    WrittenLogbook(tmp_path / "home").publish()
    page = page_of(Logbook(tmp_path / "home"))
    assert page.texts("h1") == ["home No month is closed yet."]
    assert page.texts(".tasks p") == ["Nothing is waiting to be claimed.", "Nothing needs your attention."]
    assert page.all("svg, .large") == []


def test_without_archived_accounts_the_page_says_what_to_do(tmp_path: Path) -> None:
    logbook = WrittenLogbook(tmp_path / "home")
    logbook.publish()
    Logbook(tmp_path / "home").settings.write_text('[account.other]\nurl = "https://other.example.invalid"\n', "utf-8")
    page = page_of(Logbook(tmp_path / "home"))
    assert page.texts("main p") == ["Nothing is archived yet. Fetch your sessions with: ladebog run"]
