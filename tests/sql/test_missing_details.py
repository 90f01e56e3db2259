"""The sessions whose detail the next run fetches."""

from datetime import timedelta

import pytest

from pipeline.database import models
from pipeline.raw.answer import Answer
from pipeline.raw.lines import RawLine, RunRecord
from pipeline.raw.segments import SegmentWriter
from tests.scenarios.small_archive import LATER, SmallArchive, at, detail, listed, listing, session

_MISSING_DETAILS = models.by_name()["intermediate.missing_details"]


def sessions_to_fetch(archive: SmallArchive) -> list[str]:
    """By the view's own text, as a run asks for them between two refreshes."""
    rows = archive.rows(f"select session_id from ({_MISSING_DETAILS.text}) order by 1")  # noqa: S608
    return [session_id for (session_id,) in rows]


def test_a_refresh_stores_what_is_outstanding(archive: SmallArchive) -> None:
    archive.add(listing(listed(session("1")), listed(session("2")), fetched_at=at(0)), detail(session("2"), at(1)))
    archive.transform()
    assert archive.rows("select session_id from intermediate.missing_details") == [("1",)]


def import_answers(archive: SmallArchive, *answers: Answer) -> None:
    record = RunRecord(run_id="ffff", command="import", version="0", started_at=at(10_000), outcome="complete")
    with SegmentWriter.begin(archive.folder, record) as writer:
        for imported_answer in answers:
            writer.append(RawLine.of(imported_answer))
        writer.finish(at(10_000))
    archive.load()


def test_a_listed_session_that_was_never_fetched_is_outstanding(archive: SmallArchive) -> None:
    archive.add(listing(listed(session("1")), listed(session("2")), fetched_at=at(0)), detail(session("2"), at(1)))
    assert sessions_to_fetch(archive) == ["1"]


def test_an_active_session_is_not_outstanding(archive: SmallArchive) -> None:
    """Also one that already has a stop."""
    active = [session("1", status="active", stoppedAt=None), session("2", status="active")]
    archive.add(listing(*map(listed, active), fetched_at=at(0)))
    assert sessions_to_fetch(archive) == []


def test_changed_figures_are_outstanding_and_a_changed_note_is_not(archive: SmallArchive) -> None:
    archive.add(listing(listed(session("1")), listed(session("2")), fetched_at=at(0)))
    archive.add(detail(session("1"), at(1)), detail(session("2"), at(1)))
    archive.add(listing(listed(session("1", energy=9)), listed(session("2"), note="ny"), fetched_at=at(2)))
    assert sessions_to_fetch(archive) == ["1"]


def test_a_detail_that_cannot_be_read_is_not_fetched_again(archive: SmallArchive) -> None:
    archive.add(listing(listed(session("1")), fetched_at=at(0)), detail(session("1", energy="much"), at(1)))
    assert sessions_to_fetch(archive) == []


def test_an_imported_detail_that_the_listing_contradicts_is_outstanding(archive: SmallArchive) -> None:
    """The operator may have changed the session and changed it back, with the capture made in between."""
    archive.add(listing(listed(session("1")), fetched_at=at(0)), detail(session("1"), at(1)))
    import_answers(archive, detail(session("1", energy=9), at(2)))
    assert sessions_to_fetch(archive) == ["1"]
    archive.add(detail(session("1"), at(3)))
    assert sessions_to_fetch(archive) == []


@pytest.mark.parametrize("is_listed_first", [True, False])
def test_a_listing_without_a_time_makes_no_detail_outstanding(archive: SmallArchive, is_listed_first: bool) -> None:
    """Neither with the detail's figures nor with others: it is older than every answer that has a time."""
    imported = listing(listed(session("1")), listed(session("2", energy=9)), fetched_at=None)
    fetched = [detail(session("1"), at(1)), detail(session("2"), at(1))]
    if is_listed_first:
        import_answers(archive, imported)
    archive.add(*fetched)
    if not is_listed_first:
        import_answers(archive, imported)
    assert sessions_to_fetch(archive) == []


def test_a_detail_that_is_older_than_the_first_listing_is_outstanding_if_the_figures_differ(
    archive: SmallArchive,
) -> None:
    """For example if the segment with an earlier listing was lost."""
    archive.add(*(detail(session(number), at(0)) for number in "123"))
    changed = [listed(session("2", energy=9)), listed(session("3", paymentStatus="paid"))]
    archive.add(listing(listed(session("1")), *changed, fetched_at=at(1)))
    assert sessions_to_fetch(archive) == ["2", "3"]


def test_figures_that_are_as_before_again_are_those_of_their_detail(archive: SmallArchive) -> None:
    archive.add(listing(listed(session("1")), fetched_at=at(0)), detail(session("1"), at(1)))
    archive.add(listing(listed(session("1", energy=9)), fetched_at=at(2)))
    assert sessions_to_fetch(archive) == ["1"]
    archive.add(listing(listed(session("1")), fetched_at=at(3)))
    assert sessions_to_fetch(archive) == []


@pytest.mark.parametrize("is_imported", [True, False])
def test_a_detail_that_a_run_found_unchanged_is_not_fetched_again(archive: SmallArchive, is_imported: bool) -> None:
    """The operator's list and details differ, and nothing else was answered to store."""
    early = detail(session("1", energy=9), at(0))
    if is_imported:
        import_answers(archive, early)
    else:
        archive.add(early)
    archive.add(listing(listed(session("1")), fetched_at=at(1)))
    assert sessions_to_fetch(archive) == ["1"]
    archive.add(unchanged=["1"])
    assert sessions_to_fetch(archive) == []
    archive.add(listing(listed(session("1", energy=8)), fetched_at=LATER + timedelta(days=1)))
    assert sessions_to_fetch(archive) == ["1"]


def test_a_fetched_detail_that_the_listing_contradicts_is_not_fetched_again(archive: SmallArchive) -> None:
    archive.add(listing(listed(session("1")), fetched_at=at(0)), detail(session("1", energy=9), at(1)))
    assert sessions_to_fetch(archive) == []


@pytest.mark.parametrize(("imported_at", "outstanding"), [(1, []), (3, ["1"])])
def test_the_newer_of_list_and_import_says_whether_a_session_has_details_to_fetch(
    archive: SmallArchive, imported_at: int, outstanding: list[str]
) -> None:
    """What ended without charging has none."""
    never_charged = session("1", status="failed", energy=0, totalAmount=0)
    archive.add(listing(listed(never_charged), fetched_at=at(2)))
    import_answers(archive, detail(session("1"), at(imported_at)))
    assert sessions_to_fetch(archive) == outstanding
