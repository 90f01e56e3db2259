"""`documents` gets one row per change of an answer against the newest of its key; importing again adds no rows."""

import pytest

from pipeline.load.answers import AnswerLoader
from pipeline.raw.answer import Answer, Endpoint
from pipeline.raw.lines import Window
from tests.scenarios.small_archive import NOON, Json, SmallArchive, answer, at, detail, listed, listing, session, text

A, B, C = ({"session": session(energy=energy)} for energy in (1000, 2000, 3000))

CHANGES: dict[str, tuple[list[tuple[Json, float | None]], list[tuple[float | None, int]]]] = {
    "changed and changed back: three documents": ([(A, 0), (B, 1), (A, 2)], [(0, 1000), (1, 2000), (2, 1000)]),
    "equal answers: one document": ([(A, 0), (A, 1), (A, 2)], [(0, 1000)]),
    "equal answers after each change": ([(A, 0), (B, 1), (B, 2), (A, 3), (A, 4)], [(0, 1000), (1, 2000), (3, 1000)]),
    "an older answer is loaded later": ([(B, 5), (A, 0)], [(0, 1000), (5, 2000)]),
    "an answer from between two others is loaded later": ([(A, 0), (C, 5), (B, 2)], [(0, 1000), (2, 2000), (5, 3000)]),
    "an answer from between two others, equal to the earlier one": ([(A, 0), (B, 5), (A, 2)], [(0, 1000), (5, 2000)]),
    "an answer without a time is the oldest": ([(A, None), (B, 1)], [(None, 1000), (1, 2000)]),
    "an answer without a time replaces nothing": ([(B, 1), (A, None)], [(None, 1000), (1, 2000)]),
    "an answer without a time hides no other": ([(A, None), (A, 2), (B, 1)], [(None, 1000), (1, 2000), (2, 1000)]),
    "an answer without a time, known from one that has one": ([(A, 2), (A, None), (B, 1)], [(1, 2000), (2, 1000)]),
    "answers without a time: each once": ([(A, None), (B, None), (A, None)], [(None, 1000), (None, 2000)]),
}


def session_answer(body: Json, minutes: float | None, key: str = "1") -> Answer:
    moment = None if minutes is None else at(minutes)
    return answer(Endpoint.SESSION, key, {"session": body["session"] | {"id": key}}, moment)


@pytest.mark.parametrize("is_one_run", [True, False])
def test_each_change_of_an_answer_is_a_document(archive: SmallArchive, is_one_run: bool) -> None:
    """The name of each case is its session."""
    answers = [session_answer(body, minutes, case) for case, (bodies, _) in CHANGES.items() for body, minutes in bodies]
    for run in [answers] if is_one_run else [[one] for one in answers]:
        archive.add(*run)
    found = archive.rows(
        """
        select documents.key, documents.fetched_at, facts.energy_wh
        from documents
        inner join facts.session_facts as facts on documents.sha256 = facts.document_sha256
        order by documents.fetched_at nulls first, documents.segment, documents.line
        """
    )
    assert {
        case: [(None if minutes is None else at(minutes), energy) for minutes, energy in expected]
        for case, (_, expected) in CHANGES.items()
    } == {case: [(moment, energy) for key, moment, energy in found if key == case] for case in CHANGES}


def test_loading_the_same_answers_twice_changes_nothing(archive: SmallArchive) -> None:
    answers = [
        session_answer(A, 0),
        session_answer(B, None),
        session_answer(C, 3),
        session_answer(A, 4),
        listing(listed(session("2")), fetched_at=None),
    ]
    tables = ["documents", "facts.session_facts", "facts.changed_sessions", "facts.quarantine"]

    def contents() -> list[list[tuple[object, ...]]]:
        return [archive.rows(f"select * from {table} order by all") for table in tables]  # noqa: S608

    archive.add(*answers)
    before = contents()
    archive.connection.execute("delete from facts.changed_sessions")
    archive.add(*answers)
    assert [len(before[0]), *before[:2]] == [len(contents()[0]), *contents()[:2]]
    assert archive.value("select count(*) from facts.answers where endpoint <> 'run'") == 10, "raw/ has them twice"


def test_segments_are_loaded_only_once(archive: SmallArchive) -> None:
    archive.add(session_answer(A, 0), session_answer(B, 1))
    tables = ["documents", "facts.session_facts", "facts.answers", "facts.segments", "runs"]
    counts = [archive.value(f"select count(*) from {table}") for table in tables]  # noqa: S608
    AnswerLoader(archive.connection, archive.folder).load_all()
    assert counts == [archive.value(f"select count(*) from {table}") for table in tables]  # noqa: S608


def test_equal_documents_share_their_facts(archive: SmallArchive) -> None:
    archive.add(session_answer(A, 0), session_answer(B, 1), session_answer(A, 2))
    archive.add(session_answer(B, 3), session_answer(A, 4))
    assert archive.rows("select energy_wh from facts.session_facts order by 1") == [(1000,), (2000,)]


def test_a_listing_is_split_and_only_its_changed_items_are_kept(archive: SmallArchive) -> None:
    items = [listed(session(number)) for number in "123"]
    archive.add(listing(*items, fetched_at=at(0)))
    changed = listed(session("2", energy=5))
    archive.add(listing(items[0], changed, items[2], fetched_at=at(1)))
    archive.add(listing(listed(session("4")), items[2], changed, fetched_at=at(2)))  # another order is not a change
    expected = [("1", at(0), 1), ("2", at(0), 2), ("2", at(1), 2), ("3", at(0), 3), ("4", at(2), 1)]
    assert expected == archive.rows("select key, fetched_at, item from documents order by key, fetched_at")


def test_the_same_item_on_two_pages_is_one_document(archive: SmallArchive) -> None:
    item = listed(session())
    archive.add(listing(item, fetched_at=at(0)), listing(item, fetched_at=at(1), page=2))
    assert archive.rows("select key, line from documents") == [("1", 1)]


def test_an_item_and_a_detail_of_one_session_are_two_documents(archive: SmallArchive) -> None:
    archive.add(listing(listed(session())), detail(session()))
    assert archive.rows("select endpoint, item from documents order by 1") == [("session", 0), ("session_history", 1)]


def test_a_document_records_its_segment_and_line(archive: SmallArchive) -> None:
    segment = archive.add(session_answer(A, 0), session_answer(B, 1))
    expected = [(str(segment.relative_to(archive.folder)), line, 0) for line in (1, 2)]
    assert expected == archive.rows("select segment, line, item from documents order by line")


def test_every_line_is_a_row_of_the_answers(archive: SmallArchive) -> None:
    archive.add(session_answer(A, 0), session_answer(A, None))
    assert [
        (endpoint, key, NOON if endpoint == "run" else moment, line)
        for endpoint, key, moment, line in archive.rows(
            "select endpoint, key, fetched_at, line from facts.answers order by line"
        )
    ] == [("session", "1", NOON, 1), ("session", "1", None, 2), ("run", "0001", NOON, 3)]


def test_a_run_and_its_windows_are_loaded(archive: SmallArchive) -> None:
    window = Window(month="2025-03-01", listed_at=at(9), pages=1, sessions=2, missing=["7"])
    archive.add(windows=[window], outcome="failed")
    assert archive.rows("select run_id, command, outcome from runs") == [("0001", "extract", "failed")]
    assert [("0001", "2025-03-01", text(at(9)), 2, ["7"])] == [
        (run, str(month), text(listed_at), sessions, missing)
        for run, month, listed_at, sessions, missing in archive.rows(
            "select run_id, month, listed_at, sessions, missing from facts.windows"
        )
    ]
