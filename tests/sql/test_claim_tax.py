"""The tax of a claim's lines where a refund of electricity tax is subtracted from the bill."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.database import models
from pipeline.settings.schema import TaxRefund
from tests.sql.reimbursed_archive import MINUTE, ReimbursedArchive, account, hour_session, reimbursed_archive

NOON = datetime(2025, 3, 5, 12, tzinfo=UTC)
# Each case is a session of 22 kWh, 15.752 of whose bill are refunded: the bill, what else it states, amount and tax.
CASES: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "a net": ("44", {"totalAmountWithoutTax": 40}, "28.25", "2.57"),
    "a net without any tax": ("44", {"totalAmountWithoutTax": 44}, "28.25", "0"),
    "no net": ("44", {}, "28.25", "5.65"),
    "a net by the known rate": ("44", {"totalAmountWithoutTax": 35.2}, "28.25", "5.65"),
    "a net of prices without tax": (
        "44",
        {"totalAmountWithoutTax": 35.2, "arePricesTaxInclusive": False},
        "28.25",
        "5.65",
    ),
    "a net of a bill below the refund": ("10", {"totalAmountWithoutTax": 9}, "-5.75", "-0.58"),
    "a net of a bill below zero": ("-10", {"totalAmountWithoutTax": -9}, "-25.75", "-2.58"),
    "a net of a bill of zero": ("0", {"totalAmountWithoutTax": 0}, "-15.75", "0"),
    "a bill of zero": ("0", {}, "-15.75", "-3.15"),
}


@pytest.fixture(scope="module")
def refunded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReimbursedArchive]:
    refunds = [TaxRefund(valid_from=date(2025, 1, 1), per_kwh=Decimal("0.716"))]
    folder: Path = tmp_path_factory.mktemp("refunded") / "logbook"
    with reimbursed_archive(folder, account(tax_refund=refunds)) as archive:
        archive.load_charge_point(NOON - MINUTE, refunds=True)
        archive.load_sessions(
            *(
                hour_session(NOON, case, energy_wh=22_000, bill=Decimal(bill), fields=fields)
                for case, (bill, fields, _, _) in CASES.items()
            )
        )
        yield archive.transform()


def test_the_tax_of_a_bill_minus_a_refund_follows_a_stated_net(refunded: ReimbursedArchive) -> None:
    found = refunded.rows("select session_id, amount_incl_tax, tax_amount from intermediate.claim_values order by 1")
    assert found == [(case, Decimal(amount), Decimal(tax)) for case, (_, _, amount, tax) in sorted(CASES.items())]


def test_a_line_of_a_claim_states_the_refund_that_is_subtracted(refunded: ReimbursedArchive) -> None:
    query = models.query("claim_lines_to_add")
    for name, value in (("account", "'home'"), ("month", "date '2025-03-01'"), ("car", "cast(null as varchar)")):
        query = query.replace(f"${name}", value)
    assert set(refunded.rows(f"select tax_refund from ({query})")) == {(Decimal("0.716"),)}  # noqa: S608
    assert set(refunded.rows("select tax_refund from reimbursement")) == {(Decimal("0.716"),)}
