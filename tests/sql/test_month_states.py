"""When a month is closed: each condition on its own keeps it open."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline.raw.answer import Answer, Endpoint
from pipeline.raw.lines import Window
from pipeline.settings.schema import ClaimSettings, ReportSettings
from tests.scenarios.archive_runs import Run, expected_rows, rows_after_runs
from tests.scenarios.small_archive import (
    SmallArchive,
    answer,
    at,
    detail,
    listed,
    listing,
    session,
    small_archive,
    without,
)

FEBRUARY, MARCH, APRIL = (date(2025, month, 1) for month in (2, 3, 4))
DECEMBER = date(2024, 12, 1)
MONTH_END = datetime(2025, 3, 31, 22, tzinfo=UTC)  # midnight in Copenhagen, in summer
A_DAY_LATER = datetime(2025, 4, 1, 22, tzinfo=UTC)
A_SECOND_EARLY = A_DAY_LATER.replace(hour=21, minute=59, second=59)

STATES = "select month, is_closed, details_missing, quarantined, active from month_states order by month"
STATES_OF = STATES.replace("order by", "where account = ? order by")
CLOSED = (MARCH, True, 0, 0, 0)
IN_FEBRUARY = {"startedAt": "2025-02-02T10:00:00Z", "stoppedAt": "2025-02-02T11:00:00Z"}


def window(listed_at: datetime = A_DAY_LATER, month: date = MARCH, missing: tuple[str, ...] = ()) -> Window:
    return Window(month=month.isoformat(), listed_at=listed_at, pages=1, sessions=1, missing=list(missing))


def listing_and_detail(session_id: str = "1", **fields: Any) -> list[Answer]:
    """A session's listing and detail."""
    body = session(session_id, **fields)
    return [listing(listed(body), fetched_at=at(100)), detail(body, at(101))]


def active_session() -> Answer:
    return listing(listed(session(status="active", stoppedAt=None)), fetched_at=at(10))


# The runs of accounts, by account. Together they take as few transforms as the account with the most runs.
CASES: dict[str, list[Run]] = {
    "listed-a-day-after-its-local-end": [Run(listing_and_detail(), [window()], [CLOSED])],
    "without-sessions": [Run([], [window()], [CLOSED])],
    "listed-too-early": [
        Run(listing_and_detail(), [window(A_SECOND_EARLY)], [(MARCH, False, 0, 0, 0)]),
        Run([], [window()], [CLOSED]),
        Run([], [window(MONTH_END)], [CLOSED]),  # an older listing does not open the month again
    ],
    "never-listed": [
        Run(listing_and_detail(), [window(month=FEBRUARY)], [(FEBRUARY, True, 0, 0, 0), (MARCH, False, 0, 0, 0)])
    ],
    "between-listed-months": [
        Run(
            listing_and_detail(),
            [window(month=DECEMBER), window()],
            [
                (DECEMBER, True, 0, 0, 0),
                (date(2025, 1, 1), False, 0, 0, 0),
                (FEBRUARY, False, 0, 0, 0),
                CLOSED,
            ],
        )
    ],
    "missing-detail": [
        Run([listing(listed(session()), fetched_at=at(100))], [window()], [(MARCH, False, 1, 0, 0)]),
        Run([detail(session(), at(101))], [], [CLOSED]),
    ],
    "detail-with-older-figures-than-the-listing": [
        Run(
            [*listing_and_detail(), listing(listed(session(energy=9)), fetched_at=at(200))],
            [window()],
            [(MARCH, False, 1, 0, 0)],
        )
    ],
    "session-in-quarantine": [
        Run(listing_and_detail(), [window()], [CLOSED]),
        Run([detail(session(energy="much"), at(200))], [], [(MARCH, False, 0, 1, 0)]),
        Run([detail(session(energy=1), at(300))], [], [CLOSED]),
    ],
    "unreadable-details-that-the-operator-no-longer-finds": [
        Run([detail(session(energy="much"), at(200))], [window()], [(MARCH, False, 0, 1, 0)]),
        Run([answer(Endpoint.SESSION, "1", {}, at(300), status=404)], [], [CLOSED]),
        Run([detail(session(energy="more"), at(400))], [], [(MARCH, False, 0, 1, 0)]),
    ],
    "listed-session-with-unreadable-details-that-are-not-found": [
        Run([listing(listed(session()), fetched_at=at(100))], [], [(MARCH, False, 1, 0, 0)]),
        Run([detail(session(energy="much"), at(200))], [window()], [(MARCH, False, 0, 1, 0)]),
        Run([answer(Endpoint.SESSION, "1", {}, at(300), status=404)], [], [(MARCH, False, 1, 0, 0)]),
        Run([], [window(missing=("1",), listed_at=A_DAY_LATER + timedelta(hours=1))], [CLOSED]),
    ],
    "listed-session-in-quarantine": [
        Run([listing(listed(session(energy="much")), fetched_at=at(100))], [window()], [(MARCH, False, 0, 1, 0)])
    ],
    "listing-in-quarantine": [
        Run(
            [answer(Endpoint.SESSION_HISTORY, "2025-03-01..2025-03-31 page 1", {"data": []}, at(100))],
            [window()],
            [(MARCH, False, 0, 1, 0)],
        )
    ],
    "session-of-another-month-in-quarantine": [
        Run(
            [
                *listing_and_detail("1"),
                *listing_and_detail("2", **IN_FEBRUARY),
                detail(session("2", energy="much", **IN_FEBRUARY), at(200)),
            ],
            [window()],
            [(FEBRUARY, False, 0, 1, 0), CLOSED],
        )
    ],
    # Under attribution `stop` the session belongs to the month in which it stops.
    "active-session-that-began-in-it": [Run([active_session()], [window()], [(MARCH, True, 0, 0, 1)])],
}


@pytest.mark.system
def test_each_condition_on_its_own_keeps_a_month_open(tmp_path: Path) -> None:
    with small_archive(tmp_path / "logbook", CASES) as archive:
        found = rows_after_runs(archive, STATES_OF, CASES)
        reasons = "select month, cause from checks.month_not_closed where account = ? order by month"
        never_listed = archive.rows(reasons, "between-listed-months")
        closable = archive.rows("select closable_at from month_states where account = 'without-sessions'")
    assert found == expected_rows(CASES)
    assert never_listed == [(month, "never listed, details 0, quarantined 0") for month in (date(2025, 1, 1), FEBRUARY)]
    assert closable == [(A_DAY_LATER,)]


@pytest.mark.system
def test_a_setting_states_the_hours_after_which_a_month_is_closed(archive: SmallArchive) -> None:
    archive.settings = msgspec.structs.replace(archive.settings, report=ReportSettings(closed_after_hours=48))
    archive.build(*listing_and_detail(), windows=[window()])
    assert archive.rows(STATES) == [(MARCH, False, 0, 0, 0)]
    archive.settings = msgspec.structs.replace(archive.settings, report=ReportSettings(closed_after_hours=0))
    archive.build(windows=[window(MONTH_END)])
    assert archive.rows(STATES) == [CLOSED]


@pytest.mark.system
def test_an_account_has_its_counts_and_its_months_with_gaps(tmp_path: Path) -> None:
    state = "last_outcome, sessions, active, quarantined, details_missing, last_closed_month"
    gaps = "months_never_listed, months_listed_too_early, months_without_details"
    with small_archive(tmp_path / "logbook", ("failed", "with-gaps", "not-reached")) as archive:
        archive.transform()
        empty = archive.rows(f"select {state}, {gaps} from account_states")  # noqa: S608
        assert empty == [(None, 0, [], 0, 0, None, [], [], [])] * 3
        active = listed(session("7", status="active", stoppedAt=None))
        failed = archive.of("failed")
        unreadable = detail(session("8", energy="much", **IN_FEBRUARY))
        failed.add(*listing_and_detail("1"), listing(active, fetched_at=at(102)), unreadable)
        failed.add(windows=[window()], outcome="failed")
        with_gaps = archive.of("with-gaps")
        with_gaps.add(listing(listed(session()), fetched_at=at(100)))
        with_gaps.add(windows=windows_with_gaps())
        september = date(2029, 9, 1)
        archive.of("not-reached").add(windows=[window(datetime(2029, 10, 2, tzinfo=UTC), september)])
        archive.transform()
        found = archive.rows(f"select {state} from account_states where account = 'failed'")  # noqa: S608
        assert found == [("failed", 1, ["7"], 1, 0, MARCH)]
        active_by_account = dict(archive.rows("select account, active from account_states"))
        assert active_by_account == {"failed": ["7"], "with-gaps": [], "not-reached": []}
        closed = "select closed_up_to, last_closed_month from account_states where account = ?"
        assert archive.rows(closed, "with-gaps") == [(date(2025, 1, 1), date(2029, 11, 1))]
        assert archive.rows(closed, "not-reached") == [(date(2029, 9, 1), date(2029, 9, 1))]
        assert archive.rows(closed, "failed") == [(None, MARCH)], "February is open"
        december = date(2029, 12, 1)  # closes a day into January
        assert dict(archive.rows(f"select account, ({gaps}) from account_states where account <> 'failed'")) == {  # noqa: S608
            "with-gaps": ([FEBRUARY], [MARCH, APRIL, december], [MARCH]),
            "not-reached": ([date(2029, month, 1) for month in (10, 11, 12)], [], []),
        }
        assert archive.rows("select month from month_states where account = 'not-reached'") == [(september,)]


def windows_with_gaps() -> list[Window]:
    """All months until January 2030 but February 2025; three of them are listed at the end of March 2025.

    The month of the run, January 2030, is not over, so it is always listed too early.
    """
    too_early = [window(MONTH_END, month) for month in (MARCH, APRIL, date(2030, 1, 1))]
    late = datetime(2030, 1, 1, tzinfo=UTC)
    between = [window(late, date(2025 + number // 12, number % 12 + 1, 1)) for number in range(4, 60)]
    return [window(month=date(2025, 1, 1)), *too_early, *between]


@pytest.mark.system
def test_an_account_has_its_last_error_and_the_number_of_findings(archive: SmallArchive) -> None:
    query = "select last_outcome, last_error, errors, warnings from account_states"
    archive.build(*listing_and_detail(), windows=[window()])
    assert archive.rows(query) == [("complete", None, 0, 1)], "the session has no power history"
    archive.connection.execute(
        "insert into runs values ('home', 'x', 'extract', '0', 'failed', 'gone', false, 'y', ?, null)",
        [datetime(2031, 1, 1, tzinfo=UTC)],
    )
    archive.build(listing(listed(session("2")), fetched_at=at(100)))
    assert archive.value("select last_error from account_states") == "gone"
    found = archive.rows("select severity, count(*) from check_results group by all order by all")
    assert archive.rows("select errors, warnings from account_states") == [tuple(count for _, count in found)]
    assert len(found) == 2


def answer_404(fetched_at: datetime) -> Answer:
    return answer(Endpoint.SESSION, "1", {"message": "Not found."}, fetched_at, status=404)


# An active session of March: what is answered after its listing and 404, and whether it keeps March and April open.
GONE: dict[str, tuple[list[Answer], list[Window], bool]] = {
    "neither-listed-nor-found": ([], [window(missing=("1",))], False),
    "not-found-but-listed": ([], [window()], True),
    "not-found-and-never-listed": ([], [], True),
    "listed-again-as-before": (
        [],
        [window(missing=("1",)), window(datetime(2025, 5, 3, tzinfo=UTC))],
        True,
    ),
    "listed-again-otherwise": (
        [listing(listed(session(status="active", stoppedAt=None, energy=20)), fetched_at=at(40))],
        [window(missing=("1",))],
        True,
    ),
    "found-again": ([detail(session(status="active", stoppedAt=None), at(40))], [window(missing=("1",))], True),
    "ended": (listing_and_detail(), [window(missing=("1",))], False),
    "not-found-before": ([], [window(missing=("1",))], True),
}


@pytest.mark.system
def test_a_session_that_vanished_while_active_keeps_no_month_open(tmp_path: Path) -> None:
    settings = ClaimSettings(attribution="split")
    in_may = datetime(2025, 5, 2, 22, tzinfo=UTC)
    with small_archive(tmp_path / "logbook", GONE) as archive:
        archive.settings = msgspec.structs.replace(archive.settings, claim=settings)
        for name, (answers, windows, _) in GONE.items():
            not_found = answer_404(at(5 if name == "not-found-before" else 20))
            archive.of(name).add(active_session(), not_found, *answers, windows=windows)
            archive.of(name).add(windows=[window(month=FEBRUARY), window(in_may, APRIL), window(month=DECEMBER)])
        archive.transform()
        open_months = archive.rows(
            "select account, list(month order by month) from month_states"
            " where not is_closed and month >= '2025-03-01' group by account"
        )
        assert dict(open_months) == {name: [MARCH, APRIL] for name, (_, _, is_open) in GONE.items() if is_open}
        assert dict(archive.rows("select account, active from account_states")) == {
            name: ["1"] if is_open else [] for name, (_, _, is_open) in GONE.items()
        }
        found = archive.rows("select account, session_id from checks.gone_while_active")
        assert found == [("neither-listed-nor-found", "1")]
        reason = """
            select detail
            from check_results
            where rule = 'month_not_closed' and account = ? and month = '2025-04-01'
        """
        for name in GONE.keys() - {"neither-listed-nor-found", "ended"}:
            assert archive.rows(reason, name) == [
                (
                    "Sessions that began in it or before have not stopped, and claims divide sessions between months: "
                    "1. Fetch it with: ladebog extract --since 2025-03-01 --until 2025-04-30",
                )
            ]


@pytest.mark.system
def test_what_ended_without_charging_is_in_no_mart_and_keeps_no_month_open(archive: SmallArchive) -> None:
    archive.settings = msgspec.structs.replace(archive.settings, claim=ClaimSettings(attribution="split"))
    nothing: dict[str, Any] = {"energy": 0, "totalAmount": 0, "stoppedAt": None}
    bodies = [
        session("failed", status="failed", **nothing),
        session("expired", status="expired", **nothing),
        session("stopped", status="failed", energy=0, totalAmount=0),
        session("without an amount", status="rejected", **nothing | {"totalAmount": None}),
        session("without a start", status="failed", startedAt=None, **nothing),
        session("zero time", status="cancelled", startedAt="0001-01-01T00:00:00Z", **nothing),
        session("stop in 9999", status="failed", **nothing | {"stoppedAt": "9999-12-31T23:59:59Z"}),
    ]
    began = session("began", status="active", **nothing)
    in_april = {"startedAt": "2025-04-02T10:00:00Z", "stoppedAt": "2025-04-02T11:00:00Z"}
    archive.build(
        *listing_and_detail(),
        listing(*(listed(body) for body in bodies), fetched_at=at(200)),
        listing(listed(began), fetched_at=at(200)),
        detail(session("april", **in_april), datetime(2025, 4, 3, tzinfo=UTC)),
        windows=[window()],
    )
    assert archive.rows(STATES)[0] == (MARCH, False, 0, 0, 1), "one has not ended"
    archive.build(listing(listed(began | {"status": "failed"}), fetched_at=at(300)))
    assert archive.rows(STATES)[0] == CLOSED
    assert archive.rows("select session_id from sessions order by 1") == [("1",), ("april",)]
    assert archive.rows("select active, sessions from account_states") == [([], 2)]
    found = archive.rows("select session_id, month from check_results where rule = 'never_charged'")
    assert set(found) == {(name, MARCH) for name in ("began", *(body["id"] for body in bodies))}


@pytest.mark.system
def test_a_pending_session_without_a_start_is_active_in_the_month_that_lists_it(archive: SmallArchive) -> None:
    archive.settings = msgspec.structs.replace(archive.settings, claim=ClaimSettings(attribution="split"))
    pending = without(session("2", status="pending", startedAt=None, stoppedAt=None), "energy", "totalAmount", "amount")
    archive.build(*listing_and_detail(), listing(listed(pending), fetched_at=at(200)), windows=[window()])
    assert archive.rows(STATES) == [(MARCH, False, 0, 0, 1)]
    assert archive.rows("select active, quarantined from account_states") == [(["2"], 0)]
    assert archive.rows("select * from check_results where session_id = '2'") == []
    archive.build(listing(listed(pending), fetched_at=None), detail(pending, at(250)))
    assert archive.rows("select active, quarantined from account_states") == [(["2"], 0)]
    archive.build(detail(session("2", stoppedAt="2025-03-05T13:00:00Z"), at(300)))
    assert archive.rows("select active, sessions from account_states") == [([], 2)]


def test_a_pending_session_that_no_list_of_a_month_contains_is_active_in_none(archive: SmallArchive) -> None:
    pending = session("2", status="pending", startedAt=None, stoppedAt=None)
    archive.build(*listing_and_detail(), detail(pending, at(200)), windows=[window()])
    assert archive.rows(STATES) == [CLOSED]
    assert archive.rows("select active, quarantined from account_states") == [(["2"], 0)]


@pytest.mark.system
def test_what_charged_nothing_at_first_and_then_did_is_a_session(archive: SmallArchive) -> None:
    nothing: dict[str, Any] = {"status": "failed", "energy": 0, "totalAmount": 0}
    archive.build(listing(listed(session("1", **nothing)), fetched_at=at(61)), windows=[window()])
    before = archive.rows("select count(*) from sessions")
    archive.build(listing(listed(session("1")), fetched_at=at(100)))
    assert (before, archive.rows(STATES)) == ([(0,)], [(MARCH, False, 1, 0, 0)])
    archive.build(detail(session("1"), at(101)))
    assert archive.rows("select session_id, revision from sessions") == [("1", 1)]
    archive.build(listing(listed(session("1", **nothing)), fetched_at=at(200)))
    assert archive.rows("select count(*) from sessions") == [(0,)]
    assert archive.rows(STATES) == [CLOSED]
