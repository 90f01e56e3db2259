"""Which months a run lists."""

from datetime import UTC, date, datetime, timedelta

import pytest

from pipeline import clock
from pipeline.extract import plan
from pipeline.raw.lines import Window
from tests.scenarios.small_archive import ACCOUNT, SmallArchive

NOW = datetime(2025, 7, 20, 10, tzinfo=UTC)


def months(*names: str) -> list[date]:
    return [date.fromisoformat(f"{name}-01") for name in names]


@pytest.mark.parametrize(
    ("newest", "oldest", "expected"),
    [
        (date(2025, 3, 31), date(2025, 3, 1), months("2025-03")),
        (date(2025, 3, 1), date(2025, 2, 28), months("2025-03", "2025-02")),
        (date(2025, 2, 14), date(2024, 11, 30), months("2025-02", "2025-01", "2024-12", "2024-11")),
        (date(2024, 12, 31), date(2025, 1, 1), []),
    ],
)
def test_months_back_lists_each_month_from_the_newest_to_the_oldest(
    newest: date, oldest: date, expected: list[date]
) -> None:
    assert expected == list(clock.months_back(newest, oldest))


@pytest.mark.parametrize(
    ("day", "last"), [("2024-02-10", 29), ("2025-02-28", 28), ("2025-12-01", 31), ("2025-04-30", 30)]
)
def test_the_first_and_the_last_day_of_a_month(day: str, last: int) -> None:
    moment = date.fromisoformat(day)
    assert (moment.replace(day=1), moment.replace(day=last)) == (
        clock.first_of_month(moment),
        clock.last_of_month(moment),
    )


def insert_run(
    archive: SmallArchive,
    started_at: datetime,
    *listed: str,
    command: str = "extract",
    outcome: str = "complete",
    caught_up: bool = True,
) -> None:
    """Insert a run that listed these months."""
    archive.connection.execute(
        "insert into runs values ('home', ?, ?, '0', ?, null, ?, '', ?, ?)",
        [started_at.isoformat(), command, outcome, caught_up, started_at, started_at],
    )
    for month in listed:
        archive.connection.execute(
            "insert into facts.windows values ('home', ?, ?, ?, 0, [], 0, [], [])",
            [started_at.isoformat(), f"{month}-01", started_at],
        )


def first_day(archive: SmallArchive, now: datetime = NOW) -> date | None:
    return plan.first_day(archive.connection, ACCOUNT, now)


def test_without_a_complete_run_there_is_no_first_day(archive: SmallArchive) -> None:
    insert_run(archive, NOW, command="import", caught_up=False)
    insert_run(archive, NOW, "2025-05", caught_up=False)
    insert_run(archive, NOW, outcome="failed")
    insert_run(archive, NOW, outcome="interrupted")
    assert first_day(archive) is None


def test_the_months_of_the_last_45_days_are_listed(archive: SmallArchive) -> None:
    insert_run(archive, NOW - timedelta(hours=1), "2024-07")
    found = [first_day(archive, datetime(2025, 7, day, 10, tzinfo=UTC)) for day in (15, 16)]
    assert months("2025-05", "2025-06") == found, "45 days before 15 July it is 31 May"


def test_days_are_in_the_accounts_zone(archive: SmallArchive) -> None:
    insert_run(archive, NOW - timedelta(days=3), "2024-07")
    found = [first_day(archive, datetime(2025, 7, 15, hour, 30, tzinfo=UTC)) for hour in (21, 22)]
    assert months("2025-05", "2025-06") == found


def test_thirteen_months_are_listed_once_a_week(archive: SmallArchive) -> None:
    insert_run(archive, NOW - timedelta(days=30), "2025-07", "2024-07")
    insert_run(archive, NOW - timedelta(hours=1), "2025-07", "2025-06")
    assert date(2024, 7, 1) == first_day(archive)
    insert_run(archive, NOW - timedelta(days=7), "2024-07")
    assert date(2024, 7, 1) == first_day(archive)
    insert_run(archive, NOW - timedelta(days=7) + timedelta(seconds=1), "2024-07")
    assert date(2025, 6, 1) == first_day(archive)
    assert len(list(clock.months_back(NOW.date(), date(2024, 7, 1)))) == 13


def test_a_new_month_needs_a_listing_of_a_year_ago(archive: SmallArchive) -> None:
    insert_run(archive, datetime(2025, 7, 31, 10, tzinfo=UTC), "2025-07", "2024-07")
    assert date(2024, 8, 1) == first_day(archive, datetime(2025, 8, 1, 10, tzinfo=UTC))


def test_months_without_a_run_are_caught_up(archive: SmallArchive) -> None:
    insert_run(archive, datetime(2025, 2, 3, 10, tzinfo=UTC))
    insert_run(archive, NOW - timedelta(days=1), "2024-07", outcome="failed")
    assert date(2024, 12, 1) == first_day(archive), "45 days before 3 February it is 20 December"


def test_more_than_a_year_without_a_run_is_caught_up(archive: SmallArchive) -> None:
    insert_run(archive, datetime(2024, 2, 3, 10, tzinfo=UTC))
    assert date(2023, 12, 1) == first_day(archive)


def test_after_a_run_dated_in_the_future_the_year_is_listed_again(archive: SmallArchive) -> None:
    insert_run(archive, NOW + timedelta(days=90), "2024-07")
    assert date(2024, 7, 1) == first_day(archive)


def months_of_first_run(*with_sessions: str) -> list[date]:
    """The months that a first run lists if only these have sessions."""
    found: list[date] = []
    listed_months = []
    for month in plan.months_to_the_beginning(NOW.date(), lambda: len(found)):
        listed_months.append(month)
        if month in months(*with_sessions):
            found.append(month)
    return listed_months


def test_the_first_run_lists_months_until_two_years_are_empty() -> None:
    assert months("2023-08", "2025-07") == [months_of_first_run()[-1], months_of_first_run()[0]]
    assert len(months_of_first_run()) == 24
    assert date(2023, 1, 1) == months_of_first_run("2025-07", "2025-01")[-1]
    assert date(2021, 8, 1) == months_of_first_run("2023-08")[-1], (
        "a session in the last month of the two years starts them again"
    )
    assert date(2023, 8, 1) == months_of_first_run("2023-07")[-1], "one month earlier, it is not found"


def test_no_month_before_the_earliest_is_listed() -> None:
    years = [f"{year}-06" for year in range(2009, 2026)]
    assert months_of_first_run(*years)[-1] == plan.EARLIEST


def test_windows_of_another_account_do_not_count(archive: SmallArchive) -> None:
    insert_run(archive, NOW - timedelta(hours=1), "2024-07")
    archive.connection.execute("update facts.windows set account = 'work'")
    assert date(2024, 7, 1) == first_day(archive)


def test_runs_loaded_from_segments_count(archive: SmallArchive) -> None:
    listed_at = datetime(2030, 1, 1, tzinfo=UTC)
    archive.add(windows=[Window(month="2029-01-01", listed_at=listed_at, pages=1, sessions=0)])
    assert date(2029, 11, 1) == first_day(archive, listed_at + timedelta(days=1))


def test_the_year_is_listed_again_if_a_clock_that_was_ahead_listed_it(archive: SmallArchive) -> None:
    insert_run(archive, NOW - timedelta(hours=1))
    insert_run(archive, NOW + timedelta(days=400), f"{NOW.year - 1}-{NOW.month:02}")
    assert first_day(archive) == date(NOW.year - 1, NOW.month, 1)
