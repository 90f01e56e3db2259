"""Amounts calculated by hand, for a few sessions under each basis and for the digits of a currency."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from pipeline.settings.schema import Account, Addition, Reimbursement, TaxRefund
from tests.sql.reimbursed_archive import MINUTE, Period, ReimbursedArchive, ReimbursedSession, account, hour_session
from tests.sql.reimbursed_archive import reimbursed_archive as open_archive

ALWAYS = date(2020, 1, 1)
MIDDAY = datetime(2025, 3, 5, 12, tzinfo=UTC)
LAST_HALF_HOUR_OF_MARCH = datetime(
    2025, 3, 31, 21, 30, tzinfo=UTC
)  # an hour from here is half in March, half in April by local time


def account_with(basis: Any, rate: str | None = None, refund: str | None = None, **fields: Any) -> Account:
    entry = Reimbursement(valid_from=ALWAYS, basis=basis, rate=Decimal(rate) if rate else None)
    refunds = [TaxRefund(valid_from=ALWAYS, per_kwh=Decimal(refund))] if refund else []
    return account(basis if refund is None else f"{basis}-refund", reimbursement=[entry], tax_refund=refunds, **fields)


GRID = Addition(name="grid fee", per_kwh=Decimal("0.3"), valid_from=ALWAYS)
# How people may write the name of their own electricity tax.
TAX_NAMES = (
    "electricity tax",
    "Electricity Tax",
    " electricity tax ",
    "ELECTRICITY  TAX",
    "Electricity\u00a0tax",
    "electricity-tax",
    "elafgift",
    "El-afgift",
    "ELAFGIFT.",
)
OTHER_NAMES = ("netafgift", "grid fee", "elnet")
ACCOUNTS = (
    account("default"),
    account_with("billed", refund="0.7"),
    account_with("rate", "2.79"),
    account_with("rate", "2.79", refund="0.7"),
    account_with("electricity_cost"),
    account_with("electricity_cost", refund="0.7"),
    account_with("spot", addition=[GRID]),
    account_with("spot", refund="0.7", addition=[GRID]),
)
FREE = {"freeEnergyWh": 1_000, "nonBillableEnergy": 500}
SESSIONS = (
    hour_session(MIDDAY, "plain", fields={"electricityCost": "7.125"}),
    hour_session(MIDDAY, "half an øre", bill=Decimal("0.005"), fields={"electricityCost": "0.005"}),
    hour_session(MIDDAY, "partly free", fields=FREE | {"electricityCost": "7"}),
    hour_session(MIDDAY, "all free", energy_wh=1_000, fields=FREE | {"electricityCost": "1"}),
    hour_session(MIDDAY, "no energy", energy_wh=0, fields={"electricityCost": "0"}),
    hour_session(
        MIDDAY,
        "negative price",
        periods=(Period(started=MIDDAY, stopped=MIDDAY + 60 * MINUTE, prices="price|-2.5&markup|1"),),
        fields={"electricityCost": "-1"},
    ),
    hour_session(MIDDAY, "no curve", curve=(), fields={"electricityCost": "1"}),
)
BY_SESSION = {  # in the order of ACCOUNTS
    "plain": ("25", "18", "27.90", "20.90", "7.13", "0.13", "25.25", "18.25"),
    "half an øre": ("0.01", "-6.99", "27.90", "20.90", "0.01", "-7.00", "25.25", "18.25"),
    "partly free": ("25", "18", "23.72", "17.77", "7", "0", "25.25", "18.25"),
    "all free": ("25", "24.30", "0", "0", "1", "0.30", "2.53", "1.83"),
    "no energy": ("25", "25", "0", "0", "0", "0", "0", "0"),
    "negative price": ("25", "18", "27.90", "20.90", "-1", "-8", "-18.50", "-25.50"),
    "no curve": ("25", "18", "27.90", "20.90", "1", "-6", "25.25", "18.25"),
}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReimbursedArchive]:
    with open_archive(tmp_path_factory.mktemp("cases") / "logbook", *ACCOUNTS) as archive:
        session_over_midnight = ReimbursedSession(
            id="over midnight",
            started=LAST_HALF_HOUR_OF_MARCH,
            stopped=LAST_HALF_HOUR_OF_MARCH + 60 * MINUTE,
            bill=Decimal("20"),
            curve=((LAST_HALF_HOUR_OF_MARCH, Decimal(9)), (LAST_HALF_HOUR_OF_MARCH + 30 * MINUTE, Decimal(3))),
            periods=(
                Period(
                    started=LAST_HALF_HOUR_OF_MARCH,
                    stopped=LAST_HALF_HOUR_OF_MARCH + 30 * MINUTE,
                    prices="price|0.5&markup|1",
                    amount=Decimal(4),
                ),
                Period(
                    started=LAST_HALF_HOUR_OF_MARCH + 30 * MINUTE,
                    stopped=LAST_HALF_HOUR_OF_MARCH + 60 * MINUTE,
                    prices="price|3.5&markup|1",
                    amount=Decimal(16),
                ),
            ),
            fields={"electricityCost": "10.01"},
        )
        for payer in ACCOUNTS:
            archive.load_charge_point(MIDDAY - MINUTE, account=payer.name, refunds=bool(payer.tax_refund))
            archive.load_sessions(*SESSIONS, session_over_midnight, account=payer.name)
        yield archive.transform()


@pytest.mark.system
def test_each_basis_gives_the_expected_amounts(archive: ReimbursedArchive) -> None:
    found = archive.rows(
        "select session_id, account, amount_incl_tax from reimbursement where session_id <> 'over midnight'"
    )
    expected = {
        (session, payer.name): Decimal(amount)
        for session, amounts in BY_SESSION.items()
        for payer, amount in zip(ACCOUNTS, amounts, strict=True)
    }
    assert expected == {(session, name): amount for session, name, amount in found}


def test_the_price_is_the_amount_divided_by_all_energy(archive: ReimbursedArchive) -> None:
    query = "select session_id, price_incl_tax from reimbursement where account = 'rate'"
    prices = dict(archive.rows(query))
    assert tuple(str(prices[name]) for name in ("plain", "partly free", "no energy")) == (
        "2.790000",
        "2.372000",
        "None",
    )


def test_a_session_over_the_end_of_a_month_is_divided_between_both(archive: ReimbursedArchive) -> None:
    """7.5 kWh in March and 2.5 kWh in April, under the spot prices 0.5 and 3.5."""
    found = archive.rows(
        "select account, attribution, month(month), energy_kwh, amount_incl_tax"
        " from intermediate.attributed_reimbursement"
        " where session_id = 'over midnight' order by all"
    )
    stop_kwh, march, april = Decimal(10), Decimal("7.5"), Decimal("2.5")
    amounts = {
        "default": ("20", "4", "16"),
        "billed-refund": ("13", "-1.25", "14.25"),
        "electricity_cost": ("10.01", "7.51", "2.50"),
        "electricity_cost-refund": ("3.01", "2.26", "0.75"),
        "rate": ("27.90", "20.93", "6.97"),
        "rate-refund": ("20.90", "15.68", "5.22"),
        "spot": ("28.38", "14.25", "14.13"),
        "spot-refund": ("21.38", "9.00", "12.38"),
    }
    expected = [
        row
        for name, (stop, in_march, in_april) in sorted(amounts.items())
        for row in (
            (name, "split", 3, march, Decimal(in_march)),
            (name, "split", 4, april, Decimal(in_april)),
            (name, "stop", 4, stop_kwh, Decimal(stop)),
        )
    ]
    assert expected == found


@pytest.mark.system
def test_an_own_electricity_tax_counts_once_however_it_is_written(tmp_path: Any) -> None:
    named = {f"tax-{number}": name for number, name in enumerate(TAX_NAMES)}
    named |= {f"other-{number}": name for number, name in enumerate(OTHER_NAMES)}
    accounts = []
    for account_name, addition_name in named.items():
        addition = Addition(name=addition_name, per_kwh=Decimal("0.5"), valid_from=ALWAYS)
        basis = Reimbursement(valid_from=ALWAYS, basis="spot", rate=None)
        accounts.append(account(account_name, reimbursement=[basis], addition=[addition]))
    with open_archive(tmp_path / "logbook", *accounts) as archive:
        for account_name in named:
            archive.load_charge_point(MIDDAY - MINUTE, account=account_name)
            archive.load_sessions(hour_session(MIDDAY), account=account_name)
        archive.transform()
        query = "select account, amount_incl_tax from reimbursement"
        found = dict(archive.rows(query))
    # 10 kWh at a spot price of 1 and the addition of 0.5; without an own tax also 0.72; with 25 % Moms
    expected = {name: Decimal("18.75" if name.startswith("tax") else "27.75") for name in named}
    assert found == expected


def test_amounts_have_the_digits_of_their_currency(tmp_path: Any) -> None:
    japan = {"country": "JP", "timezone": "Asia/Tokyo", "currency": "JPY"}
    with open_archive(
        tmp_path / "logbook", account_with("rate", "31.25", **japan), account_with("billed", refund="0.55", **japan)
    ) as archive:
        for name in ("rate", "billed-refund"):
            archive.load_charge_point(MIDDAY - MINUTE, account=name, refunds=name == "billed-refund", tax_percent=10)
            archive.load_sessions(
                hour_session(MIDDAY, energy_wh=10_000, bill=Decimal(300), currency="JPY", minor_digits=0),
                account=name,
            )
        archive.transform()
        found = archive.rows("select account, amount_incl_tax from reimbursement")
    assert {"rate": Decimal(313), "billed-refund": Decimal(295)} == dict(found)
