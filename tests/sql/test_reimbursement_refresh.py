"""Recomputed for the changed sessions only, the marts equal what their SELECTs give for all sessions."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.settings.schema import Reimbursement
from tests.scenarios.model_tables import assert_tables_match_models
from tests.sql.reimbursed_archive import MINUTE, ReimbursedArchive, account, hour_session, reimbursed_archive

pytestmark = pytest.mark.system

NOON = datetime(2025, 3, 5, 12, tzinfo=UTC)
MARTS = ("reimbursement", "month_prices", "charging_periods", "session_hours")


def marts(archive: ReimbursedArchive) -> dict[str, list[tuple[Any, ...]]]:
    return {mart: archive.rows(f"select * from {mart} order by all") for mart in MARTS}  # noqa: S608


@pytest.mark.parametrize("basis", ["billed", "rate", "electricity_cost", "spot"])
def test_refreshed_marts_equal_the_marts_of_all_sessions(tmp_path: Path, basis: Any) -> None:
    """A session is corrected, and the charge point turns out to refund."""
    home = account(
        reimbursement=[
            Reimbursement(valid_from=date(2020, 1, 1), basis=basis, rate=Decimal(2) if basis == "rate" else None)
        ]
    )
    with reimbursed_archive(tmp_path / "logbook", home) as archive:
        sessions = [hour_session(NOON, str(number), fields={"electricityCost": 7}) for number in range(5)]
        archive.load_charge_point(NOON - MINUTE).load_sessions(*sessions).transform()
        before = marts(archive)
        correction = hour_session(NOON, "3", bill=Decimal(30), energy_wh=12_000, fields={"electricityCost": 8})
        archive.load_sessions(correction, fetched_at=NOON.replace(year=2031)).transform()
        corrected = marts(archive)
        archive.load_charge_point(NOON - MINUTE / 2, refunds=True).transform()
        refunded = marts(archive)
        assert_tables_match_models(archive.connection)
    assert before["reimbursement"] != corrected["reimbursement"] != refunded["reimbursement"]
    assert before["month_prices"] != corrected["month_prices"] == refunded["month_prices"]
