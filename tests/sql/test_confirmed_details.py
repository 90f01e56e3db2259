"""Details that are answered again unchanged are stored once, and decide as if they were stored again."""

from collections.abc import Sequence
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from pipeline.extract.store import Store
from pipeline.load.answers import AnswerLoader
from pipeline.raw.answer import Answer
from pipeline.raw.lines import Position
from pipeline.raw.segments import finished_segments
from tests.scenarios.small_archive import SetClock, SmallArchive, at, detail, listed, listing, session, small_archive

pytestmark = pytest.mark.system

Answers = Sequence[tuple[str, int]]  # of a list, one with a new note, or details; and the bill it states; one per run

# Each case is a session; the bill, the revision and the source of the bill.
CASES: dict[str, tuple[Answers, tuple[int, int, str]]] = {
    "listed-otherwise-in-between": ([("list", 22), ("details", 22), ("list", 25), ("details", 22)], (22, 3, "detail")),
    "listed-otherwise-since": (
        [("list", 22), ("details", 22), ("list", 25), ("details", 22), ("list", 26)],
        (26, 4, "listing"),
    ),
    "listed-otherwise-twice": (
        [("list", 22), ("details", 22), ("list", 25), ("details", 22), ("list", 26), ("details", 22)],
        (22, 5, "detail"),
    ),
    "always-listed-otherwise": ([("list", 25), ("details", 22), ("list", 25), ("details", 22)], (22, 2, "detail")),
    "always-listed-otherwise-with-a-new-note": (
        [("list", 25), ("details", 22), ("noted", 25), ("noted", 24), ("details", 22), ("noted", 24)],
        (22, 4, "detail"),
    ),
    "other-details-in-between": (
        [("details", 22), ("details", 25), ("list", 26), ("details", 25), ("details", 22)],
        (22, 5, "detail"),
    ),
    "details-before-any-list": ([("details", 22), ("list", 25), ("details", 22)], (22, 3, "detail")),
}
FIGURES = """
    select session_id, cast(amount_incl_tax as integer), sessions.revision, staged.source
    from sessions
    inner join staging.sessions as staged using (account, session_id)
    order by session_id
"""


def answers_of(session_id: str, sent: Answers) -> list[Answer]:
    """The answers, a minute apart."""
    found = []
    for minutes, (kind, bill) in enumerate(sent, start=100):
        body = session(session_id, totalAmount=bill, taxName="Moms")
        item = listed(body, note=f"at {minutes}") if kind == "noted" else listed(body)
        found.append(detail(body, at(minutes)) if kind == "details" else listing(item, fetched_at=at(minutes)))
    return found


def store(archive: SmallArchive, *answers: Answer, command: str = "extract") -> int:
    """Store the answers in one run; returns how many were written."""
    with Store(archive.connection, archive.folder, command, SetClock()) as run:
        return sum(run.keep(one) for one in answers)


def contents(archive: SmallArchive) -> dict[str, list[tuple[Any, ...]]]:
    tables = ("sessions", "months", "check_results", "month_states", "staging.session_revisions")
    return {table: archive.rows(f"select * from {table} order by all") for table in tables}  # noqa: S608


def test_the_newest_answer_decides_also_where_it_is_not_stored_again(archive: SmallArchive, tmp_path: Path) -> None:
    sent = [answers_of(name, answers) for name, (answers, _) in CASES.items()]
    for number in range(max(map(len, sent))):
        store(archive, *(answers[number] for answers in sent if number < len(answers)))
        archive.transform()
    expected = [(name, *CASES[name][1]) for name in sorted(CASES)]
    assert archive.rows(FIGURES) == expected
    assert archive.value("select count(*) from documents where endpoint = 'session'") == len(CASES) + 2
    refreshed = contents(archive)
    with small_archive(tmp_path / "rebuilt") as other:
        rebuilt = SmallArchive(other.connection, archive.folder)
        rebuilt.load()
        assert refreshed == contents(rebuilt.transform())
    with small_archive(tmp_path / "backwards") as other:
        loader = AnswerLoader(other.connection, archive.folder)
        for segment in reversed(finished_segments(archive.folder)):
            loader.load(segment, Position())
        assert SmallArchive(other.connection, archive.folder).transform().rows(FIGURES) == expected


IN_ANY_ORDER: list[tuple[Answers, tuple[int, int, str]]] = [
    ([("list", 22), ("details", 22), ("list", 25), ("details", 22)], (22, 3, "detail")),
    ([("details", 22), ("details", 22), ("details", 25), ("details", 22)], (22, 3, "detail")),
    ([("list", 25), ("details", 22), ("list", 25), ("noted", 25)], (22, 2, "detail")),
    ([("details", 22), ("details", 25), ("details", 22), ("details", 25)], (25, 4, "detail")),
    ([("details", 22), ("list", 25), ("details", 22), ("list", 26)], (26, 4, "listing")),
]


@pytest.mark.parametrize("is_one_file", [True, False])
def test_imports_give_the_same_figures_in_any_order(archive: SmallArchive, is_one_file: bool) -> None:
    """Each order is a session."""
    expected, files = [], list[list[Answer]]()
    for number, (answers, figures) in enumerate(IN_ANY_ORDER):
        for place, order in enumerate(permutations(range(4))):
            name = f"{number} {place:02}"
            sent = answers_of(name, answers)
            files.append([sent[minute] for minute in order])
            expected.append((name, *figures))
    runs = [[one for file in files for one in file]] if is_one_file else [list(run) for run in zip(*files, strict=True)]
    for run in runs:
        store(archive, *run, command="import")
    assert archive.transform().rows(FIGURES) == expected


def test_details_that_were_imported_and_fetched_unchanged_are_fetched(archive: SmallArchive) -> None:
    imported, fetched = answers_of("1", [("details", 22), ("details", 22)])
    store(archive, imported, command="import")
    origin = "select origin from sessions"
    assert archive.transform().rows(origin) == [("imported",)]
    assert store(archive, fetched) == 0
    assert archive.transform().rows(origin) == [("fetched",)]


def test_imported_details_are_fetched_also_where_another_import_has_them_again(archive: SmallArchive) -> None:
    first, again = answers_of("1", [("details", 25), ("details", 25)])
    store(archive, listing(listed(session("1", totalAmount=22)), fetched_at=at(99)))
    store(archive, first, command="import")
    assert store(archive, again, command="import") == 0
    assert archive.transform().rows("select session_id from intermediate.missing_details") == [("1",)]


@pytest.mark.parametrize("is_imported_later", [True, False])
def test_the_record_of_an_older_version_confirms_the_details_that_were_stored_then(
    archive: SmallArchive, is_imported_later: bool
) -> None:
    """It does not name them."""
    first, listed_since, between = answers_of("1", [("details", 22), ("list", 25), ("details", 26)])
    archive.add(first)
    archive.add(listed_since)
    archive.add(unchanged=["1"])
    if is_imported_later:
        archive.add(between, command="import")
    figures = ("1", 22, 4 if is_imported_later else 3, "detail")
    assert archive.transform().rows(FIGURES) == [figures]
