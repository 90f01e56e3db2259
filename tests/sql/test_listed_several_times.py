"""A session that one listing has several times with different figures: the last item of each listing counts."""

from typing import Any

import pytest

from tests.scenarios.small_archive import Json, SmallArchive, at, detail, listed, listing, session
from tests.sql.test_missing_details import sessions_to_fetch

BILL = "select cast(amount_incl_tax as integer), revision from sessions"


def listed_with(*bills: int, **fields: Any) -> list[Json]:
    """Items about the same session, one per bill."""
    return [listed(session(totalAmount=bill, **fields)) for bill in bills]


@pytest.mark.parametrize("bills", [(44, 50), (50, 44), (50, 44, 50)])
def test_listings_that_repeat_a_contradiction_are_no_changes(archive: SmallArchive, bills: tuple[int, ...]) -> None:
    """As when a month is asked for again in halves, and these in halves."""
    archive.add(listing(*listed_with(*bills), fetched_at=at(100)))
    archive.add(detail(session(totalAmount=44, taxName="Moms"), at(101)))
    archive.add(*(listing(*listed_with(*bills), fetched_at=at(102 + part)) for part in range(5)))
    assert sessions_to_fetch(archive) == []
    revision = 1 if bills[-1] == 44 else 2
    assert archive.transform().rows(BILL) == [(44, revision)]


def test_a_contradiction_in_one_answer_is_one_version(archive: SmallArchive) -> None:
    archive.add(listing(*listed_with(44, 50), fetched_at=at(100)), listing(*listed_with(44, 50), fetched_at=at(101)))
    assert archive.transform().rows(BILL) == [(50, 1)]


def test_a_listing_whose_last_item_changed_makes_the_details_outstanding(archive: SmallArchive) -> None:
    archive.add(listing(*listed_with(44, 50), fetched_at=at(100)))
    archive.add(detail(session(totalAmount=50, taxName="Moms"), at(101)))
    archive.add(listing(*listed_with(50, 51), fetched_at=at(102)))
    assert sessions_to_fetch(archive) == ["1"]
    assert archive.transform().rows(BILL) == [(51, 2)]
