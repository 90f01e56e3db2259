"""Claims with their states, findings with what to do, and several accounts on one page."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pipeline.logbook.folder import Logbook
from reports.page.words import PageWords
from tests.reports.page.conftest import OpenPage
from tests.reports.page.parsed_page import ParsedPage, page_of
from tests.scenarios.claimed_logbook import MARCH, ClaimedLogbook, ServedSession, local
from tests.scenarios.demo_archive import DemoArchive

_FIRST = ServedSession("1", local(date(2025, 3, 5)))
_SECOND = ServedSession("2", local(date(2025, 3, 6)), energy_wh=20_000, amount="50.00")


@pytest.fixture
def logbook(tmp_path: Path) -> ClaimedLogbook:
    """March is claimed, with two sessions."""
    claimed = ClaimedLogbook.begin(tmp_path / "logbook")
    claimed.extract(_FIRST, _SECOND)
    claimed.claim(MARCH)
    claimed.update()
    return claimed


def page_of_claims(logbook: ClaimedLogbook) -> ParsedPage:
    return page_of(Logbook(logbook.root))


def claim_column(page: ParsedPage) -> list[str]:
    return page.texts(".list tbody [data-field=claim]")


@pytest.mark.system
def test_a_claim_has_its_state_and_its_sessions_have_its_number(logbook: ClaimedLogbook) -> None:
    page = page_of_claims(logbook)
    (row,) = page.texts(".claims tbody tr")
    assert row.startswith("1 March 2025 ")
    assert row.endswith(" 30.000 75.00 DKK made")
    assert claim_column(page) == ["no. 1", "no. 1"]
    assert page.texts(".unpaid .due li") == ["No. 1, March 2025, made 75.00 DKK"]
    assert page.texts(".tasks code") == []


@pytest.mark.system
def test_a_rejected_claim_needs_attention_until_it_is_reversed(logbook: ClaimedLogbook) -> None:
    logbook.mark(1, "rejected")
    logbook.update()
    page = page_of_claims(logbook)
    assert page.texts(".unpaid") == []
    assert page.texts(".attention li")[0] == (
        "Claim no. 1 was rejected. Reverse it with: ladebog claim reverse 1 --reason TEXT. "
        "Then its sessions can be claimed again."
    )
    logbook.reverse(1)
    logbook.update()
    assert not any("rejected" in text for text in page_of_claims(logbook).texts(".attention li"))


@pytest.mark.system
def test_claims_that_are_not_paid_fold_after_the_third(tmp_path: Path) -> None:
    logbook = ClaimedLogbook.begin(tmp_path / "logbook")
    months = [date(2025, month, 1) for month in (1, 2, 3, 4)]
    logbook.extract(*(ServedSession(f"{month:%m}", local(month.replace(day=5))) for month in months))
    for month in months:
        logbook.claim(month)
    logbook.mark(2, "sent")
    logbook.update()
    page = page_of(Logbook(logbook.root), "da")
    assert page.texts(".tasks h2") == ["Klar til udlæg", "Kræver opmærksomhed", "Udlæg, der ikke er betalt"]
    assert page.texts(".unpaid > .due li")[:2] == [
        "Nr. 1, januar 2025, lavet 25,00 DKK",
        "Nr. 2, februar 2025, sendt 25,00 DKK",
    ]
    assert page.texts(".unpaid details") == ["1 flere Nr. 4, april 2025, lavet 25,00 DKK"]


@pytest.mark.system
def test_a_reversed_claim_is_due_again(logbook: ClaimedLogbook) -> None:
    logbook.reverse(1)
    logbook.update()
    page = page_of_claims(logbook)
    reversal, claim = page.texts(".claims tbody tr")
    assert reversal.startswith("2 Reversal of no. 1 ")
    assert "\N{MINUS SIGN}75.00 DKK" in reversal
    assert " reversed " in claim
    assert claim_column(page) == ["to be claimed", "to be claimed"]
    assert page.texts(".tasks code") == ["ladebog claim create 2025-03"]


@pytest.mark.system
def test_a_correction_of_a_claimed_month_is_due(logbook: ClaimedLogbook) -> None:
    logbook.extract(replace(_SECOND, amount="60.00"))
    logbook.update()
    page = page_of_claims(logbook)
    assert "Corrections of claimed months 10.00 DKK" in page.texts(".due li")
    assert page.texts(".tasks code") == ["ladebog claim create --corrections"]


@pytest.mark.system
def test_a_session_that_is_not_claimed_is_left_out(logbook: ClaimedLogbook) -> None:
    logbook.extract(ServedSession("3", local(date(2025, 4, 5))), months=(date(2025, 4, 1),))
    logbook.decide("exclude", "3")
    logbook.update()
    assert claim_column(page_of_claims(logbook)) == ["left out", "no. 1", "no. 1"]


def test_a_session_that_a_correction_withdraws_is_on_no_claim(logbook: ClaimedLogbook) -> None:
    logbook.decide("exclude", "2")
    logbook.update()
    assert claim_column(page_of_claims(logbook)) == ["left out, still in no. 1", "no. 1"]
    logbook.corrections()
    logbook.update()
    assert claim_column(page_of_claims(logbook)) == ["left out", "no. 1"]
    logbook.decide("include", "2")
    logbook.update()
    assert claim_column(page_of_claims(logbook)) == ["to be claimed", "no. 1"]


def test_a_finding_has_its_title_its_session_and_what_to_do(demo_page: ParsedPage, fetched_demo: DemoArchive) -> None:
    with fetched_demo.reading() as connection:
        details = connection.execute(
            "select detail from check_results order by severity, month desc, session_id desc"
        ).fetchall()
    shown = demo_page.texts(".findings li p:last-child")
    assert [text.split(". ", 1)[1] for text in shown] == [detail.split(". ", 1)[1] for (detail,) in details]
    assert shown[0].startswith("The operator states that the payment of 86.94 DKK is: pending. ")
    assert demo_page.texts(".findings li p:first-child")[0] == (
        "Warning The session is not paid November 2025, session 721595"
    )


def two_accounts(folder: Path) -> ParsedPage:
    home = ClaimedLogbook.begin(folder / "logbook", '[account.work]\nurl = "https://operator.example.invalid"\n')
    work = ClaimedLogbook(home.root, account="work", moment=home.moment)
    home.extract(_FIRST, months=(MARCH,))
    work.extract(_FIRST, _SECOND, months=(MARCH,))
    home.update()
    return page_of(Logbook(home.root))


@pytest.mark.system
def test_each_account_has_its_own_part(tmp_path: Path) -> None:
    page = two_accounts(tmp_path)
    assert page.texts("nav a") == ["home", "work"]
    assert [link.get("href") for link in page.all("nav a")] == ["#account-1", "#account-2"]
    assert page.texts(".account") == ["home, newest closed month", "work, newest closed month"]
    assert page.texts(".findings b") == ["Error", "Error"]
    assert page.texts(".attention li") == ["Errors: 1", "Errors: 1"]
    names = [element.get("id") for element in page.all("[id]")]
    assert len(names) == len(set(names))
    assert len({choice.get("name") for choice in page.all("fieldset input")}) == 2


@pytest.mark.page
def test_the_sessions_of_each_account_are_searched_apart(open_page: OpenPage, tmp_path: Path) -> None:
    opened = open_page(two_accounts(tmp_path))
    assert opened.find(".pager p").all_inner_texts() == ["1–1 of 1", "1–2 of 2"]
    opened.page.get_by_label("Search").nth(1).fill("nothing")
    assert opened.find(".pager p").all_inner_texts() == ["1–1 of 1", "No session matches."]
    opened.find("#account-1-sessions tbody button").click()
    opened.find("dialog canvas").first.wait_for()
    assert opened.texts("dialog dl div")[0] == "Energy 10.000 kWh"


def test_every_value_that_the_page_prints_has_a_text() -> None:
    for words in (PageWords("da", "UTC"), PageWords("en", "UTC")):
        for state in ("made", "sent", "approved", "paid", "rejected", "reversed"):
            assert words.has(f"claim_state.{state}")
