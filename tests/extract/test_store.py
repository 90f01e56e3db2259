"""Which answers a run stores, and the record of the run in its segment."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from pipeline.extract.store import Store
from pipeline.load.answers import AnswerLoader
from pipeline.raw.answer import Answer, Endpoint, history_key
from pipeline.raw.lines import RawLine, RunRecord, read_lines, read_run_record
from pipeline.raw.segments import finished_segments
from tests.scenarios.small_archive import LATER, SetClock, SmallArchive, answer, at, listed, listing, session

A, B = ({"session": session(energy=energy)} for energy in (1000, 2000))


def detail(body: object, minutes: float | None, key: str = "1") -> Answer:
    moment = None if minutes is None else at(minutes)
    return answer(Endpoint.SESSION, key, body, moment)  # type: ignore[arg-type]


def store_each(archive: SmallArchive, answers: Iterable[Answer]) -> list[bool]:
    """Store each answer in a separate run; returns which were written."""
    stored_flags = []
    for one in answers:
        with Store(archive.connection, archive.folder, "extract", SetClock()) as store:
            stored_flags.append(store.keep(one))
    return stored_flags


def stored(archive: SmallArchive) -> list[RawLine]:
    lines = [line for segment in finished_segments(archive.folder) for line, _ in read_lines(segment)]
    return [line for line in lines if line.endpoint != Endpoint.RUN]


def records(archive: SmallArchive) -> list[RunRecord]:
    lines = [line for segment in finished_segments(archive.folder) for line, _ in read_lines(segment)]
    return [read_run_record(line) for line in lines if line.endpoint == Endpoint.RUN]


@pytest.mark.parametrize(
    ("answers", "stored_flags"),
    [
        pytest.param([(A, 0), (A, 1), (A, 2)], [True, False, False], id="an equal answer is skipped"),
        pytest.param([(A, 0), (B, 1), (A, 2)], [True, True, True], id="a change and its reversal are stored"),
        pytest.param([(B, 5), (A, 0), (B, 6)], [True, True, False], id="an older answer is stored later"),
        pytest.param([(A, 5), (A, 0)], [True, True], id="an equal but earlier answer"),
        pytest.param([(A, None), (A, 1)], [True, True], id="an equal answer without a time is stored already"),
        pytest.param([(A, 1), (A, None)], [True, False], id="without a time, equal to the newest"),
        pytest.param([(A, 0), (B, 1), (A, None)], [True, True, False], id="without a time, equal to an earlier one"),
        pytest.param([(A, 0), (B, None), (B, None)], [True, True, False], id="without a time, not equal to any"),
        pytest.param([(A, 0), (A, 59), (A, 60), (A, 61)], [True, False, True, False], id="its stop has passed"),
        pytest.param([(A, 0), (A, None), (A, None)], [True, False, False], id="its stop may have passed"),
        pytest.param([(A, -4000), (A, -3000), (A, 61), (A, 62)], [True, False, True, False], id="far too early"),
        pytest.param([(A, -4000), (A, None), (A, None)], [True, True, False], id="far too early, then without a time"),
    ],
)
def test_only_changed_answers_are_stored(
    archive: SmallArchive, answers: list[tuple[object, float | None]], stored_flags: list[bool]
) -> None:
    assert stored_flags == store_each(archive, (detail(body, minutes) for body, minutes in answers))
    assert sum(stored_flags) == len(stored(archive))


@pytest.mark.parametrize("endpoint", [Endpoint.SESSION, Endpoint.CHARGE_POINTS, Endpoint.SESSION_HISTORY])
def test_an_import_from_between_two_equal_answers_is_not_the_newest(archive: SmallArchive, endpoint: Endpoint) -> None:
    bodies = {
        Endpoint.SESSION: (A, B),
        Endpoint.CHARGE_POINTS: ({"data": []}, {"data": [{"id": 1}]}),
        Endpoint.SESSION_HISTORY: tuple({"session_history": [listed(body["session"])]} for body in (A, B)),
    }
    old, other = bodies[endpoint]
    key = history_key("2025-03-01", "2025-03-31", 1) if endpoint == Endpoint.SESSION_HISTORY else "1"
    answers = [(old, 100), (old, 300), (old, 400), (other, 200), (other, 250), (old, 500)]
    flags = store_each(archive, (answer(endpoint, key, body, at(minutes)) for body, minutes in answers))
    assert flags == [True, False, False, True, False, False]
    assert [(line.fetched_at, line.sha256 == stored(archive)[0].sha256) for line in stored(archive)] == [
        (at(100), True),
        (at(200), False),
        (at(400), True),
    ]
    newest = "select arg_max(sha256, (fetched_at, segment, line)) from facts.answers where endpoint <> 'run'"
    assert archive.value(newest) == stored(archive)[0].sha256


def test_an_import_from_before_another_answer_changes_nothing_after_it(archive: SmallArchive) -> None:
    answers = [(A, 100), (A, 150), (B, 300), (A, 400), (A, 500), (B, 120), (A, 130)]
    flags = store_each(archive, (detail(body, minutes) for body, minutes in answers))
    assert flags == [True, False, True, True, False, True, True]
    assert sorted(line.fetched_at for line in stored(archive) if line.fetched_at) == [
        at(minutes) for minutes in (100, 120, 130, 150, 300, 400)
    ]


FINISHED = session("1", paymentStatus="paid")
FINDINGS = "select rule from check_results where severity = 'error' and session_id = '1' and rule <> 'missing_detail'"


@pytest.mark.system
@pytest.mark.parametrize(
    ("minutes", "rules"),
    [
        pytest.param([59], ["stop_after_answer"], id="before the stop"),
        pytest.param([0, 59], ["stop_after_answer"], id="twice before the stop"),
        pytest.param([0, 60], [], id="again when it has passed"),
        pytest.param([0, 30, 9_000], [], id="again a week later"),
        pytest.param([-9_000, 90], [], id="a wrong time first, far too early"),
        pytest.param([90, -9_000], [], id="a wrong time later, far too early"),
        pytest.param([90, 0], [], id="a wrong time later, a little too early"),
        pytest.param([-9_000, None], [], id="a wrong time first, then none"),
        pytest.param([None], [], id="without a time"),
    ],
)
@pytest.mark.parametrize("kind", ["detail", "item"])
def test_a_stop_is_doubtful_until_an_answer_states_it_after_it_has_passed(
    archive: SmallArchive, kind: str, minutes: list[float | None], rules: list[str]
) -> None:
    for one in minutes:
        moment = None if one is None else at(one)
        answer = (
            detail({"session": FINISHED}, one) if kind == "detail" else listing(listed(FINISHED), fetched_at=moment)
        )
        store_each(archive, [answer])
    archive.transform()
    assert [rule for (rule,) in archive.rows(FINDINGS)] == rules
    assert archive.rows("select count(*) from sessions") == [(1,)]
    kept = "select fetched_at, sha256 from documents where key = '1' order by all"
    documents = archive.rows(kept)
    archive.connection.execute("truncate documents; truncate facts.answers; truncate facts.segments")
    archive.connection.execute("truncate facts.session_facts; truncate facts.quarantine")
    archive.load()
    archive.transform()
    assert (archive.rows(kept), [rule for (rule,) in archive.rows(FINDINGS)]) == (documents, rules)


def test_another_key_or_endpoint_is_another_answer(archive: SmallArchive) -> None:
    other = answer(Endpoint.CHARGE_POINTS, "1", A)
    assert store_each(archive, [detail(A, 0), detail(A, 0, key="2"), other]) == [True, True, True]


def test_answers_that_are_equal_without_line_breaks_and_surrogates_are_stored_once(archive: SmallArchive) -> None:
    with_line_break = answer(Endpoint.SESSION, "1", b'{"a":\n"\\ud800"}')
    assert store_each(archive, [with_line_break, with_line_break]) == [True, False]


def test_stored_answers_can_be_read_during_the_run(archive: SmallArchive) -> None:
    count = "select count(*) from documents"
    with Store(archive.connection, archive.folder, "extract", SetClock()) as store:
        seen = []
        for minutes, body in enumerate([A, B, A]):
            store.keep(detail(body, minutes))
            store.load()
            store.load()
            seen.append(archive.value(count))
    assert seen == [1, 2, 3]
    AnswerLoader(archive.connection, archive.folder).load_all()
    assert (archive.value(count), archive.value("select count(*) from facts.answers")) == (3, 4)


def test_the_record_of_a_complete_run_has_its_command_outcome_and_times(archive: SmallArchive) -> None:
    clock = SetClock()
    with Store(archive.connection, archive.folder, "import", clock) as store:
        clock.moment = at(10)  # before its start: a clock that was set back does not matter
    [record] = records(archive)
    assert ("import", "complete", None, LATER, at(10)) == (
        record.command,
        record.outcome,
        record.error,
        record.started_at,
        record.finished_at,
    )
    assert [(store.record.run_id, "complete", None)] == archive.rows("select run_id, outcome, error from runs")


@pytest.mark.parametrize(
    ("error", "outcome", "reason"),
    [
        (ValueError("the operator sent æøå"), "failed", "the operator sent æøå"),
        (KeyboardInterrupt(), "interrupted", None),
        (SystemExit(1), "interrupted", None),
    ],
)
def test_a_run_that_ends_early_keeps_its_answers(
    archive: SmallArchive, error: BaseException, outcome: str, reason: str | None
) -> None:
    with (
        pytest.raises(type(error)),
        Store(archive.connection, archive.folder, "extract", SetClock()) as store,
    ):
        store.keep(detail(A, 0))
        raise error
    [record] = records(archive)
    assert (outcome, reason) == (record.outcome, record.error)
    assert [(outcome, reason)] == archive.rows("select outcome, error from runs")
    assert archive.rows("select energy_wh from facts.session_facts") == [(1000,)]
    assert not list(Path(archive.folder).rglob("*.part"))


def test_a_run_without_new_answers_also_writes_a_segment(archive: SmallArchive) -> None:
    store_each(archive, [detail(A, 0), detail(A, 1), detail(A, 2)])
    chain = records(archive)
    assert [None, *(segment.name for segment in finished_segments(archive.folder)[:-1])] == [
        record.previous_segment for record in chain
    ]
    assert len(chain) == 3
