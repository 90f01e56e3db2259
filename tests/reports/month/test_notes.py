"""Notes and findings of a report: each appears when it must, only then, and never both for the same fact."""

from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from tests.scenarios.written_logbook import HOME, ChargedSession, WrittenLogbook


@dataclass(frozen=True)
class Month:
    """A month with or without a gap, and all notes and findings (by rule) in its report."""

    notes: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    sessions: tuple[ChargedSession, ...] = ()
    listed_at: str | None = "2030-01-01T00:00:00+00:00"


MONTHS = {
    "2025-01": Month(sessions=(ChargedSession(id="sound", stopped="2025-01-31T22:59:59+00:00"),)),
    "2025-02": Month(
        sessions=(ChargedSession(id="unlisted", stopped="2025-02-28T10:00:00+00:00"),),
        listed_at=None,
        findings=("month_not_closed",),
    ),
    "2025-03": Month(
        listed_at="2025-04-01T21:59:59+00:00",
        findings=("month_not_closed",),
    ),
    "2025-04": Month(listed_at="2025-05-01T22:00:00+00:00"),
    "2025-05": Month(listed_at=None, findings=("month_not_closed",)),
    "2025-06": Month(
        sessions=(ChargedSession(id="listed", stopped="2025-06-30T14:33:51+00:00", has_detail=False),),
        findings=("missing_detail listed", "month_not_closed", "no_power_history listed"),
    ),
    "2025-07": Month(
        sessions=(ChargedSession(id="broken", stopped="2025-07-03T14:33:51+00:00", broken_detail=True),),
        findings=("month_not_closed", "unreadable_session broken", "no_power_history broken"),
    ),
    "2025-08": Month(
        sessions=tuple(
            ChargedSession(id=f"s{day}", stopped=f"2025-08-0{day}T10:00:00+00:00", has_curve=False)
            for day in range(1, 3)
        ),
        findings=("no_power_history s1", "no_power_history s2"),
    ),
    "2025-09": Month(
        sessions=(ChargedSession(id="empty", stopped="2025-09-03T10:00:00+00:00", energy_wh=0, has_curve=False),),
        findings=("money_without_energy empty",),
    ),
    "2025-10": Month(
        sessions=(ChargedSession(id="abroad", stopped="2025-10-03T10:00:00+00:00", currency="EUR"),),
        findings=("foreign_currency abroad",),
    ),
    "2025-11": Month(
        sessions=(ChargedSession(id="net", stopped="2025-11-03T10:00:00+00:00", prices_include_tax=False),),
        findings=("unknown_tax net",),
    ),
    "2025-12": Month(
        sessions=(ChargedSession(id="active", stopped=None, started="2025-12-31T23:30:00+01:00"),),
        notes=("Not stopped when last fetched, so not in this report: 1 session, active (started 2025-12-31).",),
    ),
    # The session of December may have stopped in January.
    "2026-01": Month(
        sessions=(ChargedSession(id="later", stopped=None, started="2026-02-01T00:00:00+01:00"),),
        notes=("Not stopped when last fetched, so not in this report: 1 session, active (started 2025-12-31).",),
    ),
}


@pytest.fixture(scope="module")
def logbook_with_gaps(tmp_path_factory: pytest.TempPathFactory) -> WrittenLogbook:
    """All months in one logbook, so that each test also shows that a report ignores other months."""
    return WrittenLogbook(tmp_path_factory.mktemp("gaps") / "logbook").publish(
        [session for month in MONTHS.values() for session in month.sessions],
        listed={name: month.listed_at for name, month in MONTHS.items() if month.listed_at},
    )


@pytest.mark.parametrize("name", MONTHS)
def test_a_months_report_lists_its_own_gaps_only(logbook_with_gaps: WrittenLogbook, name: str) -> None:
    report = logbook_with_gaps.report(name)
    findings = tuple(" ".join(filter(None, (row["rule"], row["session_id"]))) for row in report.findings)
    assert (report.notes, findings) == (MONTHS[name].notes, MONTHS[name].findings)


def test_months_of_a_year_with_the_same_reason_share_a_note(logbook_with_gaps: WrittenLogbook) -> None:
    assert logbook_with_gaps.report("2024").notes == (
        "Not closed: January, February, March, April, May, June, July, August, September, October, November "
        "and December 2024 (no complete listing yet).",
    )


def test_months_that_have_not_begun_are_not_without_a_listing(tmp_path: Path) -> None:
    logbook = WrittenLogbook(tmp_path / "logbook").publish(listed={"2025-03": "2030-01-01T00:00:00+00:00"})
    assert logbook.report("2025").notes[-2:] == (
        "Not closed: January, February, April, May, June and July 2025 (no complete listing yet).",
        "Not closed: August, September, October, November and December 2025 (not begun yet).",
    )


def test_an_unreadable_answer_without_a_month_is_a_finding(tmp_path: Path) -> None:
    logbook = WrittenLogbook(tmp_path / "logbook").publish(
        charge_points={"data": "none"}, listed={"2025-03": "2030-01-01T00:00:00+00:00"}
    )
    report = logbook.report("2025-03")
    assert [(row["rule"], row["month"]) for row in report.findings] == [("unreadable_charge_point", None)]
    assert report.notes == ()


def test_the_current_month_is_open_without_a_finding(tmp_path: Path) -> None:
    logbook = WrittenLogbook(tmp_path / "logbook").publish(listed={"2030-01": "2030-01-01T00:00:00+00:00"})
    report = logbook.report("2030-01")
    assert report.findings == ()
    assert report.notes == (
        "Not closed: January 2030 "
        "(last complete listing 2030-01-01 01:00, too early: a listing at 2030-02-02 00:00 or later closes it).",
    )


def test_settings_that_changed_after_the_figures_were_computed_are_a_note(logbook_with_gaps: WrittenLogbook) -> None:
    changed_settings = msgspec.structs.replace(HOME, timezone="Europe/London", currency="GBP")
    report = logbook_with_gaps.report_of(changed_settings, "2025-01")
    assert (report.timezone, report.currency) == ("Europe/Copenhagen", "DKK")
    assert report.notes == (
        "The settings are now Europe/London and GBP; these figures were computed with Europe/Copenhagen and DKK.",
    )
