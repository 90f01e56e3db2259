"""What a report does not know: each note speaks when it must, and only then."""

from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from tests.reports.written_logbook import HOME, ChargedSession, WrittenLogbook


@dataclass(frozen=True)
class Month:
    """A month with something amiss (or nothing), and all that its report says of it."""

    notes: tuple[str, ...]
    sessions: tuple[ChargedSession, ...] = ()
    listed_at: str | None = "2030-01-01T00:00:00+00:00"


MONTHS = {
    "2025-01": Month(sessions=(ChargedSession(id="sound", stopped="2025-01-31T22:59:59+00:00"),), notes=()),
    "2025-02": Month(
        sessions=(ChargedSession(id="unlisted", stopped="2025-02-28T10:00:00+00:00"),),
        listed_at=None,
        notes=("Not closed: February 2025 (no complete listing yet).",),
    ),
    "2025-03": Month(
        listed_at="2025-04-01T21:59:59+00:00",
        notes=(
            "Not closed: March 2025 "
            "(last complete listing 2025-04-01 23:59, too early: one from 2025-04-02 00:00 on closes it).",
        ),
    ),
    "2025-04": Month(listed_at="2025-05-01T22:00:00+00:00", notes=()),
    "2025-05": Month(listed_at=None, notes=("Not closed: May 2025 (no complete listing yet).",)),
    "2025-06": Month(
        sessions=(ChargedSession(id="listed", stopped="2025-06-30T14:33:51+00:00", has_detail=False),),
        notes=(
            "Not closed: June 2025 (details missing or out of date: 1 session).",
            "Known from a listing only, without their details: 1 session, listed (2025-06-30).",
            "Without a power history, so when their energy flowed is not known: 1 session, listed (2025-06-30).",
        ),
    ),
    "2025-07": Month(
        sessions=(ChargedSession(id="broken", stopped="2025-07-03T14:33:51+00:00", broken_detail=True),),
        notes=(
            "Not closed: July 2025 (cannot be read: a document of 1 session).",
            "Known from a listing only, without their details: 1 session, broken (2025-07-03).",
            "Without a power history, so when their energy flowed is not known: 1 session, broken (2025-07-03).",
        ),
    ),
    "2025-08": Month(
        sessions=tuple(
            ChargedSession(id=f"s{day}", stopped=f"2025-08-0{day}T10:00:00+00:00", has_curve=False)
            for day in range(1, 8)
        ),
        notes=(
            "Without a power history, so when their energy flowed is not known: 7 sessions, s1 (2025-08-01), "
            "s2 (2025-08-02), s3 (2025-08-03), s4 (2025-08-04), s5 (2025-08-05) and 2 more.",
        ),
    ),
    "2025-09": Month(
        sessions=(ChargedSession(id="empty", stopped="2025-09-03T10:00:00+00:00", energy_wh=0, has_curve=False),),
        notes=(),
    ),
    "2025-10": Month(
        sessions=(ChargedSession(id="abroad", stopped="2025-10-03T10:00:00+00:00", currency="EUR"),),
        notes=(
            "Billed in another currency than DKK, so not added to it, and their tax is not known: "
            "1 session, abroad (2025-10-03).",
        ),
    ),
    "2025-11": Month(
        sessions=(ChargedSession(id="net", stopped="2025-11-03T10:00:00+00:00", prices_include_tax=False),),
        notes=(
            "Tax not known, because no rate is stated or the bill does not include it; "
            "their totals are not known either: 1 session, net (2025-11-03).",
        ),
    ),
    "2025-12": Month(
        sessions=(ChargedSession(id="active", stopped=None, started="2025-12-31T23:30:00+01:00"),),
        notes=("Not stopped when last fetched, so not in this report: 1 session, active (began 2025-12-31).",),
    ),
    # Nobody knows whether the session of December stopped in January.
    "2026-01": Month(
        sessions=(ChargedSession(id="later", stopped=None, started="2026-02-01T00:00:00+01:00"),),
        notes=("Not stopped when last fetched, so not in this report: 1 session, active (began 2025-12-31).",),
    ),
}


@pytest.fixture(scope="module")
def amiss(tmp_path_factory: pytest.TempPathFactory) -> WrittenLogbook:
    """All the months in one logbook, so that each also shows that it is quiet about the others."""
    return WrittenLogbook(tmp_path_factory.mktemp("amiss") / "logbook").publish(
        [session for month in MONTHS.values() for session in month.sessions],
        listed={name: month.listed_at for name, month in MONTHS.items() if month.listed_at},
    )


@pytest.mark.parametrize("name", MONTHS)
def test_a_months_report_says_what_is_amiss_in_it_and_nothing_else(amiss: WrittenLogbook, name: str) -> None:
    assert amiss.report(name).notes == MONTHS[name].notes


def test_months_of_a_year_are_named_together_where_the_reason_is_one(amiss: WrittenLogbook) -> None:
    assert amiss.report("2025").notes[0] == "Not closed: February and May 2025 (no complete listing yet)."
    assert amiss.report("2024").notes == (
        "Not closed: January, February, March, April, May, June, July, August, September, October, November "
        "and December 2024 (no complete listing yet).",
    )


def test_an_answer_that_cannot_be_read_and_has_no_month(tmp_path: Path) -> None:
    logbook = WrittenLogbook(tmp_path / "logbook").publish(
        charge_points={"data": "none"}, listed={"2025-03": "2030-01-01T00:00:00+00:00"}
    )
    assert logbook.report("2025-03").notes == (
        "Cannot be read, and may belong to any month: 1 answer about charge points.",
    )


def test_settings_that_changed_after_the_figures_were_made(amiss: WrittenLogbook) -> None:
    moved = msgspec.structs.replace(HOME, timezone="Europe/London", currency="GBP")
    report = amiss.report("2025-01", moved)
    assert (report.timezone, report.currency) == ("Europe/Copenhagen", "DKK")
    assert report.notes == (
        "The settings now say Europe/London and GBP; these figures were made with Europe/Copenhagen and DKK.",
    )
