"""When a month is closed: each condition on its own keeps it open."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec

from pipeline.raw.answer import Answer, Endpoint
from pipeline.raw.lines import Window
from tests.scenarios.small_archive import SmallArchive, answer, at, detail, listed, listing, session

MARCH = date(2025, 3, 1)
ENDS = datetime(2025, 3, 31, 22, tzinfo=UTC)  # midnight in Copenhagen, in summer
A_DAY_LATER = datetime(2025, 4, 1, 22, tzinfo=UTC)

STATES = "select month, is_closed, details_missing, quarantined, active from month_states order by month"
CLOSED = (MARCH, True, 0, 0, 0)


def window(listed_at: datetime = A_DAY_LATER, month: date = MARCH, missing: tuple[str, ...] = ()) -> Window:
    return Window(month=month.isoformat(), listed_at=listed_at, pages=1, sessions=1, missing=list(missing))


def listing_and_detail(session_id: str = "1", **fields: Any) -> list[Answer]:
    """A session's listing and detail."""
    body = session(session_id, **fields)
    return [listing(listed(body), fetched_at=at(100)), detail(body, at(101))]


def test_a_month_that_was_listed_a_day_after_its_local_end_is_closed(archive: SmallArchive) -> None:
    archive.build(*listing_and_detail(), windows=[window()])
    assert archive.rows(STATES) == [CLOSED]


def test_a_month_without_sessions_is_closed(archive: SmallArchive) -> None:
    archive.build(windows=[window()])
    assert archive.rows(STATES) == [CLOSED]


def test_a_month_that_was_listed_too_early_is_not_closed(archive: SmallArchive) -> None:
    a_second_early = A_DAY_LATER.replace(hour=21, minute=59, second=59)
    archive.build(*listing_and_detail(), windows=[window(a_second_early)])
    assert archive.rows(STATES) == [(MARCH, False, 0, 0, 0)]
    archive.build(windows=[window()])
    assert archive.rows(STATES) == [CLOSED]
    archive.build(windows=[window(ENDS)])
    assert archive.rows(STATES) == [CLOSED], "an older listing does not open the month again"


def test_a_month_that_was_never_listed_is_not_closed(archive: SmallArchive) -> None:
    archive.build(*listing_and_detail(), windows=[window(month=date(2025, 2, 1))])
    assert [(date(2025, 2, 1), True, 0, 0, 0), (MARCH, False, 0, 0, 0)] == archive.rows(STATES)


def test_months_between_listed_months_have_a_state(archive: SmallArchive) -> None:
    archive.build(*listing_and_detail(), windows=[window(month=date(2024, 12, 1)), window()])
    between = [(date(2025, month, 1), False, 0, 0, 0) for month in (1, 2)]
    assert [(date(2024, 12, 1), True, 0, 0, 0), *between, CLOSED] == archive.rows(STATES)
    reasons = archive.rows("select month, cause from checks.month_not_closed order by month")
    assert reasons == [(month, "never listed, details 0, quarantined 0") for month, *_ in between]


def test_when_a_month_can_be_closed(archive: SmallArchive) -> None:
    archive.build(windows=[window()])
    assert archive.value("select closable_at from month_states") == A_DAY_LATER


def test_a_setting_states_the_hours_after_which_a_month_is_closed(archive: SmallArchive) -> None:
    archive.settings = msgspec.structs.replace(archive.settings, closed_after_hours=48)
    archive.build(*listing_and_detail(), windows=[window()])
    assert archive.rows(STATES) == [(MARCH, False, 0, 0, 0)]
    archive.settings = msgspec.structs.replace(archive.settings, closed_after_hours=0)
    archive.build(windows=[window(ENDS)])
    assert archive.rows(STATES) == [CLOSED]


def test_a_month_with_a_missing_detail_is_not_closed(archive: SmallArchive) -> None:
    archive.build(listing(listed(session()), fetched_at=at(100)), windows=[window()])
    assert archive.rows(STATES) == [(MARCH, False, 1, 0, 0)]
    archive.build(detail(session(), at(101)))
    assert archive.rows(STATES) == [CLOSED]


def test_a_detail_with_older_figures_than_the_listing_counts_as_missing(archive: SmallArchive) -> None:
    archive.build(*listing_and_detail(), listing(listed(session(energy=9)), fetched_at=at(200)), windows=[window()])
    assert archive.rows(STATES) == [(MARCH, False, 1, 0, 0)]


def test_a_month_with_a_session_in_quarantine_is_not_closed(archive: SmallArchive) -> None:
    archive.build(*listing_and_detail(), windows=[window()])
    archive.build(detail(session(energy="much"), at(200)))
    assert archive.rows(STATES) == [(MARCH, False, 0, 1, 0)]
    archive.build(detail(session(energy=1), at(300)))
    assert archive.rows(STATES) == [CLOSED]


def test_a_month_with_an_unreadable_listed_session_is_not_closed(archive: SmallArchive) -> None:
    archive.build(listing(listed(session(energy="much")), fetched_at=at(100)), windows=[window()])
    assert archive.rows(STATES) == [(MARCH, False, 0, 1, 0)]


def test_a_month_with_a_listing_in_quarantine_is_not_closed(archive: SmallArchive) -> None:
    key = "2025-03-01..2025-03-31 page 1"
    archive.build(answer(Endpoint.SESSION_HISTORY, key, {"data": []}, at(100)), windows=[window()])
    assert archive.rows(STATES) == [(MARCH, False, 0, 1, 0)]


def test_an_unreadable_session_of_one_month_leaves_the_others_closed(archive: SmallArchive) -> None:
    broken = detail(session("2", energy="much"), at(200))
    april = {"startedAt": "2025-04-02T10:00:00Z", "stoppedAt": "2025-04-02T11:00:00Z"}
    archive.build(*listing_and_detail("1"), *listing_and_detail("2", **april), broken, windows=[window()])
    assert [CLOSED, (date(2025, 4, 1), False, 0, 1, 0)] == archive.rows(STATES)


def test_an_active_session_belongs_to_the_month_that_it_began_in_and_leaves_it_closed(archive: SmallArchive) -> None:
    """Under attribution `stop` it belongs to the month in which it stops."""
    archive.build(listing(listed(session(status="active", stoppedAt=None)), fetched_at=at(10)), windows=[window()])
    assert archive.rows(STATES) == [(MARCH, True, 0, 0, 1)]


def test_the_state_of_the_account(archive: SmallArchive) -> None:
    columns = "last_outcome, sessions, active, quarantined, details_missing, last_closed_month"
    query = f"select {columns} from account_states"  # noqa: S608
    archive.transform()
    assert archive.rows(query) == [(None, 0, [], 0, 0, None)]
    active = listed(session("7", status="active", stoppedAt=None))
    archive.add(*listing_and_detail("1"), listing(active, fetched_at=at(102)), detail(session("8", energy="much")))
    archive.add(windows=[window()], outcome="failed")
    archive.transform()
    assert archive.rows(query) == [("failed", 1, ["7"], 1, 0, MARCH)]


def test_which_months_of_the_account_have_gaps(archive: SmallArchive) -> None:
    columns = "months_never_listed, months_listed_too_early, months_without_details"
    query = f"select {columns} from account_states"  # noqa: S608
    archive.transform()
    assert archive.rows(query) == [([], [], [])]
    january, february, april = (date(2025, month, 1) for month in (1, 2, 4))
    # The month of the run, January 2030, is not over, so it is always listed too early.
    windows = [window(month=january), window(ENDS), *(window(ENDS, month) for month in (april, date(2030, 1, 1)))]
    late = datetime(2030, 1, 1, tzinfo=UTC)
    between = [date(2025 + number // 12, number % 12 + 1, 1) for number in range(4, 60)]
    archive.add(listing(listed(session()), fetched_at=at(100)))
    archive.add(windows=[*windows, *(window(late, month) for month in between)])
    archive.transform()
    december = date(2029, 12, 1)  # closes a day into January
    assert archive.rows(query) == [([february], [MARCH, april, december], [MARCH])]


def test_months_that_no_run_has_reached_are_gaps_too(archive: SmallArchive) -> None:
    query = "select months_never_listed, months_listed_too_early from account_states"
    september = date(2029, 9, 1)
    archive.build(windows=[window(datetime(2029, 10, 2, tzinfo=UTC), september)])
    assert archive.rows(query) == [([date(2029, month, 1) for month in (10, 11, 12)], [])]
    assert archive.rows("select month from month_states") == [(september,)]


def test_why_the_newest_run_failed_and_what_the_checks_find(archive: SmallArchive) -> None:
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
