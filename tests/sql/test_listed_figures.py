"""What a listing states about money and energy counts, also where older details, or any details, do not state it."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.small_archive import SmallArchive, at, detail, listed, listing, session, small_archive
from tests.sql.test_missing_details import sessions_to_fetch

# Each case is a session: what the operator states of it beyond the rest, and the column of staging.sessions for it.
STATED: dict[str, tuple[dict[str, Any], str, Any]] = {
    "net": ({"totalAmountWithoutTax": 21}, "net_minor", 2100),
    "tax excluded": ({"arePricesTaxInclusive": False}, "prices_include_tax", False),
    "free energy": ({"freeEnergyWh": 2000}, "free_energy_wh", 2000),
    "non-billable energy": ({"nonBillableEnergy": 2000}, "non_billable_energy_wh", 2000),
    "own cost": ({"electricityCost": 12.5}, "electricity_cost", Decimal("12.5")),
    "evse": ({"evseId": "9999"}, "evse_identifier", "9999"),
    "amount": ({"amount": 50}, "amount", Decimal(50)),
}
REST: dict[str, Any] = {"evseId": None, "taxName": "Moms"}  # only details state the tax's name


def values(archive: SmallArchive) -> dict[str, Any]:
    """By case, what the session has in the case's column."""
    return {
        case: archive.value(f"select {column} from staging.sessions where session_id = ?", case)  # noqa: S608
        for case, (_, column, _) in STATED.items()
    }


def all_stated() -> dict[str, Any]:
    return {case: value for case, (_, _, value) in STATED.items()}


@pytest.fixture
def corrected(tmp_path: Path) -> Iterator[SmallArchive]:
    """The details of each case were fetched without what is listed later."""
    with small_archive(tmp_path / "logbook") as archive:
        before = {case: session(case, **REST) for case in STATED}
        archive.add(listing(*map(listed, before.values()), fetched_at=at(100)))
        archive.add(*(detail(body, at(101)) for body in before.values()))
        assert sessions_to_fetch(archive) == []
        after = (session(case, **REST | stated) for case, (stated, _, _) in STATED.items())
        archive.add(listing(*map(listed, after), fetched_at=at(102)))
        yield archive


def test_what_a_listing_states_later_makes_the_details_outstanding(corrected: SmallArchive) -> None:
    assert sessions_to_fetch(corrected) == sorted(STATED)


def test_what_a_listing_states_later_counts_until_the_details_are_fetched(corrected: SmallArchive) -> None:
    assert values(corrected) == all_stated()
    assert {source for (source,) in corrected.rows("select source from staging.sessions")} == {"listing"}


def test_what_only_listings_state_counts_when_the_details_are_as_before(corrected: SmallArchive) -> None:
    corrected.add(unchanged=list(STATED))
    assert sessions_to_fetch(corrected) == []
    assert {source for (source,) in corrected.rows("select source from staging.sessions")} == {"detail"}
    assert values(corrected) == all_stated()


def test_a_value_that_the_listing_states_is_not_taken_with_another_bill(corrected: SmallArchive) -> None:
    corrected.add(*(detail(session(case, **REST, totalAmount=26), at(103)) for case in STATED))
    assert values(corrected) == dict.fromkeys(STATED)


def test_a_value_that_the_details_state_takes_precedence_over_an_older_listing(corrected: SmallArchive) -> None:
    corrected.add(detail(session("net", **REST, totalAmountWithoutTax=20), at(103)))
    assert values(corrected)["net"] == 2000


def test_what_listings_of_a_session_never_state_is_no_difference(archive: SmallArchive) -> None:
    before = {case: session(case, **REST, paymentStatus="open") for case in STATED}
    full = {case: session(case, **REST | STATED[case][0], paymentStatus="paid") for case in STATED}
    archive.add(listing(*map(listed, before.values()), fetched_at=at(100)))
    archive.add(*(detail(body, at(101)) for body in full.values()))
    paid = [listed(body | {"paymentStatus": "paid"}) for body in before.values()]
    archive.add(listing(*paid, fetched_at=at(102)))
    assert sessions_to_fetch(archive) == []
    assert values(archive) == all_stated()
    assert {source for (source,) in archive.rows("select source from staging.sessions")} == {"detail"}


def test_what_a_listing_no_longer_states_makes_the_details_outstanding(archive: SmallArchive) -> None:
    full = [session(case, **REST | stated) for case, (stated, _, _) in STATED.items()]
    archive.add(listing(*map(listed, full), fetched_at=at(100)))
    archive.add(*(detail(body, at(101)) for body in full))
    archive.add(listing(*(listed(session(case, **REST)) for case in STATED), fetched_at=at(102)))
    assert sessions_to_fetch(archive) == sorted(STATED)


def test_a_net_that_only_the_listing_states_decides_the_tax(archive: SmallArchive) -> None:
    archive.add(
        listing(listed(session(totalAmountWithoutTax=21)), fetched_at=at(100)), detail(session(taxName="Moms"), at(101))
    )
    assert archive.transform().rows("select tax_amount, tax_rate from sessions") == [(Decimal(4), None)]


def test_an_amount_beside_the_total_that_only_the_listing_states_is_a_finding(archive: SmallArchive) -> None:
    archive.add(listing(listed(session(amount=50)), fetched_at=at(100)), detail(session(taxName="Moms"), at(101)))
    archive.transform()
    assert archive.value("select count(*) from check_results where rule = 'amounts_differ'") == 1
