"""Why an amount is unknown: each reason, and what is known all the same."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.settings.schema import Addition, Reimbursement, TaxRefund
from tests.sql.reimbursed_archive import MINUTE, Period, account, hour_session, reimbursed_archive

ALWAYS = date(2020, 1, 1)
MIDDAY = datetime(2025, 3, 5, 12, tzinfo=UTC)
EURO = {"currency": "EUR"}
REFUND_MISSING = "the operator refunds electricity tax here: set [[account.NAME.tax_refund]]"


def states(*states: str, kind: str = "charging") -> dict[str, Any]:
    """Two half hours with these states."""
    return {
        "periods": tuple(
            Period(
                started=MIDDAY + 30 * index * MINUTE,
                stopped=MIDDAY + 30 * (index + 1) * MINUTE,
                kind=kind,
                prices=prices,
            )
            for index, prices in enumerate(states)
        )
    }


def basis(basis: Any, rate: Decimal | None = None) -> list[Reimbursement]:
    return [Reimbursement(valid_from=ALWAYS, basis=basis, rate=rate)]


def test_an_unknown_spot_amount_has_its_reason(tmp_path: Path) -> None:
    spot = "price|1&markup|1"
    noon_fee = Addition(name="fee", per_kwh=Decimal("0.1"), valid_from=date(2025, 1, 1), from_hour=6, to_hour=18)
    cases = {
        "known": (hour_session(MIDDAY, "known", **states(spot, spot)), None),
        "no price": (
            hour_session(MIDDAY, "no price", **states(spot, "markup|1")),
            "no spot price at 2025-03-05 13:00",
        ),
        "no price in two periods": (
            hour_session(MIDDAY + 45 * MINUTE, "no price in two periods", **states("markup|1", "markup|1")),
            "no spot price at 2025-03-05 13:00",
        ),
        "one price": (
            hour_session(MIDDAY, "one price", **states("price|2", "price|2")),
            "no spot price at 2025-03-05 13:00",
        ),
        "no energy in the period without a price": (
            hour_session(
                MIDDAY,
                "no energy in the period without a price",
                curve=((MIDDAY, Decimal(9)), (MIDDAY + 30 * MINUTE, Decimal(0))),
                **states(spot, "markup|1"),
            ),
            None,
        ),
        "no periods": (hour_session(MIDDAY, "no periods", periods=()), "the operator states no charging periods"),
        "idle": (
            hour_session(MIDDAY, "idle", curve=(), **states(spot, kind="idle")),
            "it is unknown in which charging period the energy flowed",
        ),
        "idle, no energy": (
            hour_session(MIDDAY, "idle, no energy", energy_wh=0, **states(spot, kind="idle")),
            None,
        ),
        "no tax": (
            hour_session(MIDDAY, "no tax", fields={"arePricesTaxInclusive": False}),
            "the rate of tax is not known",
        ),
        "euro": (hour_session(MIDDAY, "euro", **EURO), "the session is in EUR, the account in DKK"),
        "no fee": (hour_session(MIDDAY.replace(hour=20), "no fee"), "no price of fee at 2025-03-05 21:00"),
        "fee not yet valid": (
            hour_session(MIDDAY.replace(year=2024), "fee not yet valid"),
            "no price of fee at 2024-03-05 13:00",
        ),
    }
    with reimbursed_archive(tmp_path / "logbook", account(reimbursement=basis("spot"), addition=[noon_fee])) as archive:
        archive.load_sessions(*(session for session, _ in cases.values())).transform()
        assert {case: reason for case, (_, reason) in cases.items()} == archive.amounts("unknown")
        amounts = archive.amounts()
        parts = archive.rows("select count(*), count(amount_incl_tax) from reimbursement where unknown is not null")
    price = Decimal("18.2") * Decimal("1.25")
    expected = {case: None if reason else price for case, (_, reason) in cases.items()}
    assert expected | {"idle, no energy": 0} == amounts
    assert parts == [(9, 0)]


def test_an_unknown_amount_on_another_basis_has_its_reason(tmp_path: Path) -> None:
    accounts = (
        account("billed", reimbursement=basis("billed")),
        account("rate", reimbursement=basis("rate", Decimal(2))),
        account("electricity_cost", reimbursement=basis("electricity_cost")),
    )
    sessions = (
        hour_session(MIDDAY, "plain"),
        hour_session(MIDDAY, "zero cost", fields={"electricityCost": 0}),
        hour_session(MIDDAY, "known cost", fields={"electricityCost": 1, "electricityCostCurrencyId": 2}),
        hour_session(MIDDAY, "cost in another currency", fields={"electricityCost": 1, "electricityCostCurrencyId": 3}),
        hour_session(MIDDAY, "no energy", energy_wh=0, fields={"electricityCost": 0}),
        hour_session(MIDDAY, "euro", fields={"electricityCost": 1}, **EURO),
    )
    no_cost_reason = "the operator tracks no cost of electricity here"
    currency_reason = "the session is in EUR, the account in DKK"
    with reimbursed_archive(tmp_path / "logbook", *accounts) as archive:
        for payer in accounts:
            archive.load_sessions(*sessions, account=payer.name)
        archive.transform()
        query = "select account, session_id, unknown from reimbursement where unknown <> ''"
        assert {
            ("rate", "euro"): currency_reason,
            ("electricity_cost", "euro"): currency_reason,
            ("electricity_cost", "plain"): no_cost_reason,
            ("electricity_cost", "zero cost"): no_cost_reason,
            ("electricity_cost", "cost in another currency"): no_cost_reason,
        } == {(name, session): unknown for name, session, unknown in archive.rows(query)}
        billed = "select currency, amount_incl_tax from reimbursement where account = 'billed' and session_id = 'euro'"
        assert [("EUR", Decimal(25))] == archive.rows(billed)


@pytest.mark.system
def test_without_its_setting_the_refund_makes_amounts_unknown(tmp_path: Path) -> None:
    accounts = [account(name, reimbursement=basis(name)) for name in ("billed", "electricity_cost", "spot")]
    accounts.append(account("rate", reimbursement=basis("rate", Decimal(2))))
    with reimbursed_archive(tmp_path / "logbook", *accounts) as archive:
        for payer in accounts:
            archive.load_charge_point(MIDDAY, account=payer.name, refunds=True)
            archive.load_sessions(hour_session(MIDDAY, "own"), account=payer.name)
            archive.load_sessions(hour_session(MIDDAY, "another evse", fields={"evseId": "x"}), account=payer.name)
        archive.transform()
        query = "select account, unknown from reimbursement where session_id = 'own'"
        expected = {payer.name: REFUND_MISSING.replace("NAME", payer.name) for payer in accounts}
        assert expected == dict(archive.rows(query))
        query = "select sum(amount_incl_tax) from reimbursement where session_id <> 'own' and account = 'billed'"
        assert [(Decimal(25),)] == archive.rows(query)


def test_without_its_setting_a_danish_refund_is_zero_from_2026(tmp_path: Path) -> None:
    refund = [TaxRefund(valid_from=ALWAYS, per_kwh=Decimal("0.7"))]
    accounts = (account("unset"), account("set", tax_refund=refund), account("swedish", country="SE"))
    last_of_2025, first_of_2026 = (datetime(2025, 12, 31, hour, tzinfo=UTC) for hour in (21, 22))  # they start
    with reimbursed_archive(tmp_path / "logbook", *accounts) as archive:
        for one in accounts:
            archive.load_charge_point(MIDDAY, account=one.name, refunds=True)
            archive.load_sessions(
                hour_session(last_of_2025, "2025"), hour_session(first_of_2026, "2026"), account=one.name
            )
        archive.transform()
        found = archive.rows("select account, session_id, amount_incl_tax from reimbursement")
        noted = archive.rows("select account, month from check_results where rule = 'refund_assumed'")
    assert {(name, session): amount for name, session, amount in found} == {
        ("unset", "2025"): None,
        ("unset", "2026"): Decimal(25),
        ("set", "2025"): Decimal(18),
        ("set", "2026"): Decimal(18),
        ("swedish", "2025"): None,
        ("swedish", "2026"): None,
    }
    assert noted == [("unset", date(2026, 1, 1))]


def test_figures_too_large_for_exact_arithmetic_make_the_amount_unknown(tmp_path: Path) -> None:
    """Only the amount of that session is unknown."""
    too_large = hour_session(MIDDAY, "too large", energy_wh=10**9 - 1, **states("price|90000000&markup|1"))
    no_price = hour_session(MIDDAY, "price too large", **states("price|1e30&markup|1"))
    with reimbursed_archive(tmp_path / "logbook", account(reimbursement=basis("spot"))) as archive:
        archive.load_sessions(too_large, no_price, hour_session(MIDDAY, "plain")).transform()
        assert archive.amounts("unknown") == {
            "too large": "the figures are too large to be computed exactly",
            "price too large": "no spot price at 2025-03-05 13:00",
            "plain": None,
        }
