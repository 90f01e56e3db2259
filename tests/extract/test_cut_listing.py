"""A listing that an operator cuts off at some number of sessions is asked for again in parts."""

from pathlib import Path

import pytest

from tests.extract.odd_operator import OddArchive, OddOperator, odd_archive, odd_archives, stopped
from tests.scenarios.small_archive import Json, SmallArchive

pytestmark = pytest.mark.system

DAYS = [f"2025-03-{day:02}" for day in (30, 28, 25, 20, 12, 9, 8, 3)]
MARCH = [(day, stopped(day, day)) for day in DAYS]
FINDINGS = "select detail from check_results where rule = 'listing_cut' order by 1"


def test_all_sessions_of_a_month_are_found_whatever_the_cap(tmp_path: Path) -> None:
    operators = {f"at {cap}": OddOperator(list(MARCH), cap=cap) for cap in (2, 3, 5, 7)}
    listed = "select sessions from facts.windows where month = date '2025-03-01'"
    with odd_archives(tmp_path / "logbook", operators) as archives:
        archive = fetch_all(archives)
        for odd in archives.values():
            assert odd.archived() == sorted(DAYS)
            assert "2025-03" in odd.closed()
        assert archive.rows(listed) == [(len(DAYS),)] * len(operators)
        assert archive.rows(FINDINGS) == []


def fetch_all(archives: dict[str, OddArchive]) -> SmallArchive:
    """One run of each account, and one transform for all of them."""
    for odd in archives.values():
        odd.fetch()
    return odd.archive.transform()


def test_a_month_that_is_not_the_largest_is_listed_once(tmp_path: Path) -> None:
    april = [("2025-04-10", stopped("a", "2025-04-10"))]
    with odd_archive(tmp_path / "logbook", OddOperator([*MARCH, *april])) as odd:
        odd.extract()
        assert odd.windows_asked() == [
            *[("05-01", "05-31"), ("04-01", "04-30"), ("03-01", "03-31")],
            *[("03-01", "03-16"), ("03-17", "03-31")],
        ]
        odd.operator.asked.clear()
        may = [(f"2025-05-0{day}", stopped(f"b{day}", f"2025-05-0{day}")) for day in (2, 3)]
        odd.operator.sessions = [*may]  # the largest page of all runs counts
        odd.extract(since=None)
        assert all(first.endswith("-01") for first, _ in odd.windows_asked())


def crowded(day: str, sessions: int) -> list[tuple[str, Json | str]]:
    """Sessions that are all listed under one day."""
    return [(day, stopped(f"{day} {number}", day)) for number in range(sessions)]


def test_a_day_with_one_or_two_sessions_is_no_finding(tmp_path: Path) -> None:
    """Also if it is the only day of a new account, or other months have no more sessions."""
    operators = {f"of {sessions}": OddOperator(crowded("2025-03-14", sessions)) for sessions in (1, 2)}
    with odd_archives(tmp_path / "logbook", operators) as archives:
        assert fetch_all(archives).rows(FINDINGS) == []
        for operator in operators.values():
            operator.sessions += [("2025-04-10", stopped("a", "2025-04-10"))]
        archive = fetch_all(archives)
        cut_days = archive.rows("select len(max(cut_days)) from facts.windows group by account")
        assert cut_days == [(1,)] * len(operators)
        assert archive.rows(FINDINGS) == []


@pytest.mark.parametrize("cap", [3, 5, 1_000])
def test_a_day_with_three_or_more_sessions_is_a_finding_until_a_larger_page_is_seen(tmp_path: Path, cap: int) -> None:
    """Nothing shows whether the day has more."""
    operator = OddOperator(crowded("2025-03-14", 5), cap=cap)
    with odd_archive(tmp_path / "logbook", operator) as odd:
        odd.extract()
        [(finding,)] = odd.archive.rows(FINDINGS)
        assert finding.startswith("The operator's list of 2025-03-14 is as long ")
        operator.cap = 1_000
        operator.sessions += [(f"2025-04-{day:02}", stopped(f"d{day}", f"2025-04-{day:02}")) for day in range(1, 9)]
        odd.extract()
        assert odd.archive.rows(FINDINGS) == []


def test_an_operator_that_lists_one_session_at_a_time_loses_none_without_a_finding(tmp_path: Path) -> None:
    operator = OddOperator(MARCH + crowded("2025-03-03", 1), cap=1)
    with odd_archive(tmp_path / "logbook", operator) as odd:
        odd.extract()
        assert odd.archived() == sorted(DAYS)
        assert len(odd.archive.rows(FINDINGS)) == len(DAYS)


def test_a_month_that_ends_with_two_equal_pages_is_listed_in_parts(tmp_path: Path) -> None:
    """Also where the operator has sent a larger page before."""
    april = [(f"2025-04-{day:02}", stopped(f"a{day}", f"2025-04-{day:02}")) for day in (3, 4, 5)]
    operator = OddOperator(april, page_size=3)
    with odd_archive(tmp_path / "logbook", operator) as odd:
        odd.extract()
        operator.sessions, operator.page_size, operator.most_pages = [*april, *MARCH], 2, 2
        odd.extract()
        assert [one for one in odd.archived() if one in DAYS] == sorted(DAYS)


def test_days_as_long_as_the_longest_list_are_findings_if_no_list_is_longer(tmp_path: Path) -> None:
    operator = OddOperator(crowded("2025-03-14", 5) + crowded("2025-04-11", 3), cap=3)
    with odd_archive(tmp_path / "logbook", operator) as odd:
        odd.extract()
        assert [detail.partition(" is ")[0] for (detail,) in odd.archive.rows(FINDINGS)] == [
            "The operator's list of 2025-03-14",
            "The operator's list of 2025-04-11",
        ]


def test_a_day_that_may_be_cut_off_is_a_finding_until_a_larger_page_is_seen(tmp_path: Path) -> None:
    """A session of another day, which the month's list lacks, shows that the operator cuts lists off at 3 sessions."""
    operator = OddOperator(crowded("2025-03-14", 5) + crowded("2025-03-03", 1), cap=3)
    with odd_archive(tmp_path / "logbook", operator) as odd:
        odd.extract()
        assert odd.archived() == ["2025-03-03 0", "2025-03-14 0", "2025-03-14 1", "2025-03-14 2"]
        [(finding,)] = odd.archive.rows(FINDINGS)
        assert finding == (
            "The operator's list of 2025-03-14 is as long as the longest that it has sent: it may be cut "
            "off. Compare it with the app, and import what is missing: ladebog import --help"
        )
        odd.operator.cap = 100
        odd.operator.sessions += [(f"2025-04-{day:02}", stopped(f"d{day}", f"2025-04-{day:02}")) for day in range(1, 9)]
        odd.extract()
        assert odd.archive.rows(FINDINGS) == []
        assert len(odd.archived()) == 14


def month_of(month: str, sessions: int) -> list[tuple[str, Json | str]]:
    """Sessions of a month, at most two a day."""
    days = [f"2025-{month}-{day:02}" for day in range(1, 26)]
    return [(days[number % 25], stopped(f"{month}-{number:02}", days[number % 25])) for number in range(sessions)]


def test_a_list_of_several_pages_that_is_cut_off_is_listed_in_parts(tmp_path: Path) -> None:
    """Its last page is shorter than the others: 10, 10 and 5 in both months."""
    operator = OddOperator(month_of("03", 45) + month_of("04", 30), cap=25, page_size=10)
    with odd_archive(tmp_path / "logbook", operator) as odd:
        odd.extract()
        assert len(odd.archived()) == 75
        assert odd.archive.rows(FINDINGS) == []


def test_a_day_cut_off_after_several_pages_is_a_finding(tmp_path: Path) -> None:
    operator = OddOperator(crowded("2025-03-14", 9), cap=7, page_size=5)
    with odd_archive(tmp_path / "logbook", operator) as odd:
        odd.extract()
        assert len(odd.archived()) == 7
        assert len(odd.archive.rows(FINDINGS)) == 1


def test_a_short_list_of_several_pages_is_listed_once(tmp_path: Path) -> None:
    """Only the longest such list may be cut off; small months of one page with equal numbers are not longest lists."""
    operator = OddOperator(month_of("03", 13) + month_of("04", 18) + month_of("05", 3), page_size=10)
    with odd_archive(tmp_path / "logbook", operator) as odd:
        odd.extract()
        assert [first for first, _ in odd.windows_asked() if first.startswith("03")] == ["03-01"]
        assert [first for first, _ in odd.windows_asked() if first.startswith("05")] == ["05-01"]


@pytest.mark.parametrize("status", [422, 500])
def test_a_month_with_a_page_that_is_refused_is_listed_in_parts(tmp_path: Path, status: int) -> None:
    operator = OddOperator(list(MARCH), page_size=3, failing=["page=3&"], failing_status=status)
    with odd_archive(tmp_path / "logbook", operator) as odd:
        summary = odd.extract()
        assert summary.error is None
        assert odd.archived() == sorted(DAYS)
        assert "2025-03" in odd.closed()


def test_a_day_with_a_page_that_is_refused_leaves_its_month_for_the_next_run(tmp_path: Path) -> None:
    operator = OddOperator(crowded("2025-03-14", 8), page_size=3, failing=["page=3&"], failing_status=422)
    with odd_archive(tmp_path / "logbook", operator) as odd:
        summary = odd.extract()
        assert "2025-03 could not be listed" in str(summary.error)
        assert "2025-03" not in odd.closed()
        operator.failing = []
        assert odd.extract().error is None
        assert len(odd.archived()) == 8
