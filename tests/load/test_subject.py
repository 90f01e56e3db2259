"""The key of an answer is what its body states: also of answers that older versions stored under their address."""

from typing import Any

import msgspec
import pytest

from pipeline.database.connection import open_writer
from pipeline.raw.answer import Answer, Endpoint
from pipeline.source.app.endpoints import other_session
from tests.scenarios.new_logbook import new_logbook
from tests.scenarios.small_archive import SmallArchive, answer, at, detail, listed, listing, session

_FIGURES = "select session_id, energy_kwh, revision from sessions order by session_id"


def stored(name: str, body: dict[str, Any], minutes: float, status: int = 200) -> Answer:
    """An answer as it was stored under the last part of its address."""
    sent = answer(Endpoint.SESSION, name, body, at(minutes), status)
    return msgspec.structs.replace(
        sent, url=f"https://operator.example.invalid/api/v1/app/session/{name}?withTaxName=1"
    )


def answers() -> list[Answer]:
    return [
        stored("1", {"session": session("1", energy=1_000)}, 0),
        stored("active", {"session": session("1", energy=2_000)}, 1),
        stored("ongoing", {"session": session("1", energy=3_000)}, 2),
        stored("start", {"session": session("1", energy=4_000)}, 3),
        stored("active", {"message": "None."}, 4, status=404),
        stored("active", {"session": {"id": None}}, 5),
    ]


def contents(archive: SmallArchive) -> dict[str, Any]:
    names = archive.rows("select table_name from information_schema.tables where table_schema = 'main'")
    return {name: archive.rows(f"select * from {name} order by all") for (name,) in names}  # noqa: S608


@pytest.mark.system
def test_a_session_is_what_its_body_states_in_one_run_or_in_several(archive: SmallArchive, tmp_path: Any) -> None:
    for one in answers():
        archive.build(one)
    assert [(name, int(energy * 1000), revision) for name, energy, revision in archive.rows(_FIGURES)] == [
        ("1", 3_000, 3)
    ]
    assert archive.rows("select distinct key from documents") == [("1",)]
    assert archive.rows("select * from check_results where rule = 'unreadable_session'") == []
    with open_writer(new_logbook(tmp_path / "again")) as connection:
        again = SmallArchive(connection, archive.folder)
        again.load()
        again.transform()
        assert contents(again) == contents(archive)


@pytest.mark.system
@pytest.mark.parametrize("is_right_first", [True, False])
def test_an_answer_about_another_session_than_asked_for_is_in_quarantine(
    archive: SmallArchive, is_right_first: bool
) -> None:
    """The same bytes are a document of their own session when it was asked for."""
    body = {"session": session("7", energy=7_000)}
    both = [stored("7", body, 1), stored("5", body, 2)]
    archive.build(detail(session("5"), at(0)))
    for one in both if is_right_first else reversed(both):
        archive.build(one)
    assert [(name, int(energy)) for name, energy, _ in archive.rows(_FIGURES)] == [("5", 10), ("7", 7)]
    assert archive.rows("select session_id, detail from check_results where rule = 'unreadable_session'") == [
        (
            "5",
            "Its details cannot be read: it is about session 7, but its address asks for session 5 - at "
            "`$.session.id`. What was read before still counts. Ask for them again with: ladebog run. "
            "A newer Ladebog may read it; the answer is kept. If it was no charging session, exclude it: "
            "ladebog session exclude --reason TEXT 5",
        )
    ]
    assert archive.value("select count(*) from facts.quarantine") == 1
    archive.build(*both)
    assert archive.value("select count(*) from facts.session_facts") == 2
    archive.build(stored("5", {"session": session("5")}, 9))
    assert archive.rows("select * from check_results where rule = 'unreadable_session'") == []


@pytest.mark.system
def test_the_sessions_of_a_new_document_are_computed_again(archive: SmallArchive) -> None:
    archive.build(listing(listed(session("1")), listed(session("2")), fetched_at=at(0)))
    archive.build(stored("active", {"session": session("2", energy=9_000)}, 1))
    assert [(name, int(energy)) for name, energy, _ in archive.rows(_FIGURES)] == [("1", 10), ("2", 9)]


@pytest.mark.parametrize(("requested", "stated"), [("1" * 5_000, "2"), ("1", "2" * 5_000), ("a\nb", "\x1b" * 500)])
def test_an_id_of_any_length_is_cut_in_a_fault(requested: str, stated: str) -> None:
    fault = other_session(requested, stated)
    assert fault.isprintable()
    assert len(fault) < 500
