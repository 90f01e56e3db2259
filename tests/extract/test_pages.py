"""The pages of a listing: how many are asked for, where they overlap and where the operator ignores paging."""

from pathlib import Path

import pytest

from tests.extract.odd_operator import OddOperator, odd_archive, odd_archives, stopped

pytestmark = pytest.mark.system

IDS = [f"{number:02}" for number in range(1, 9)]
MARCH = [(f"2025-03-{day}", stopped(day, f"2025-03-{day}")) for day in IDS]
# An earlier page that is larger, so that no list of March seems to be cut off.
FULL_APRIL = [(f"2025-04-{day:02}", stopped(f"4-{day}", f"2025-04-{day:02}")) for day in range(1, 10)]


def test_pages_that_overlap_are_read_to_the_last(tmp_path: Path) -> None:
    cases = {(3, 0): ["1", "2", "3", "4"], (3, 1): ["1", "2", "3", "4", "5"], (4, 3): ["1", "2", "3", "4", "5", "6"]}
    operators = {
        f"{size} less {overlap}": OddOperator(list(MARCH), page_size=size, overlap=overlap) for size, overlap in cases
    }
    with odd_archives(tmp_path / "logbook", operators) as archives:
        for odd in archives.values():
            odd.fetch()
        odd.archive.transform()
        for odd, pages in zip(archives.values(), cases.values(), strict=True):
            assert odd.archived() == IDS
            assert odd.pages_asked("2025-03")[: len(pages)] == pages


def test_an_operator_that_ignores_paging_is_asked_for_one_page_more(tmp_path: Path) -> None:
    with odd_archive(tmp_path / "logbook", OddOperator([*MARCH, *FULL_APRIL])) as odd:
        odd.extract()
        assert len(odd.archived()) == len(MARCH) + len(FULL_APRIL)
        assert odd.pages_asked("2025-03") == ["1", "2"]
