"""The sessions whose detail the next run fetches."""

from pipeline.raw.answer import Answer
from pipeline.raw.lines import RawLine, RunRecord
from pipeline.raw.segments import SegmentWriter
from tests.scenarios.small_archive import SmallArchive, at, detail, listed, listing, session


def sessions_to_fetch(archive: SmallArchive) -> list[str]:
    archive.transform()
    rows = archive.rows("select session_id from intermediate.missing_details order by 1")
    return [session_id for (session_id,) in rows]


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
    archive.add(listing(listed(session("1", status="active", stoppedAt=None)), fetched_at=at(0)))
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


def test_a_fetched_detail_that_the_listing_contradicts_is_not_fetched_again(archive: SmallArchive) -> None:
    archive.add(listing(listed(session("1")), fetched_at=at(0)), detail(session("1", energy=9), at(1)))
    assert sessions_to_fetch(archive) == []
