"""Each verdict of the audit, and each reason for having none."""

from decimal import Decimal
from typing import Any

import pytest

from tests.sql.billed_archive import TARIFF_KNOWN_AT, BilledArchive, BilledSession, Period, Row, charge_points, evse


def with_currency(name: str, currency: object, **pricing: Any) -> dict[str, Any]:
    """An EVSE whose tariff states its currency like this."""
    one = evse(name, **pricing)
    return {**one, "tariff": {**one["tariff"], "currency": currency}}


# 10 kWh at 1 × 1.25 + 0.75 = 2 DKK per kWh, unless a case differs.
EXPENSIVE = Period(0, 3600, "charging@price|1&markup|0.75")
CHEAP = Period(3600, 7200, "charging@price|-7.0E-5&markup|1")
IDLE = Period(3600, 7200, "idle@price|5&markup|5", Decimal(0))
NO_PERIODS_REASON = "the operator sent no charging periods, so no price is known"
IDLE_REASON = "how much of the idle time the idle fee spares is not known"

EVSES = (
    evse(),
    evse("fees", connectionFee=3, idleFeePerMinute=0, minPrice=None),
    evse("idle-fee", idleFeePerMinute=0.5),
    evse(
        "extra",
        loyaltyDiscount={"percent": 5},
        sessionFee=1.5,
        nothing=0,
        empty={},
        no=False,
        none=None,
        blank="",
    ),
    evse("flat", kind="flat rate", pricePerSession=None),
    evse("untyped", kind=None),
    evse("broken", minPrice="much", connectionFee=-1),
    {**evse("euro"), "tariff": {**evse()["tariff"], "currency": {"code": "EUR"}}},
    {**evse("no-tariff"), "tariff": None},
    with_currency("as-sent", "DKK", fallbackElectricityRateId=6, chargePointElectricityRate=False),
    with_currency(
        "references",
        "DKK",
        fallbackElectricityRateId=6,
        taxID=1,
        subsidyIntegrationId="7",
        chargePointElectricityRate=True,
        lockPriceOnSessionStart=True,
        preAuthorizeAmount=300,
        optimisedLabel="Grøn strøm",
        flexibleMarkUpAsFixedPerKwh={"intervalPricing": [{"startsAt": "00:00", "endsAt": "24:00", "price": 0.75}]},
    ),
    evse(
        "displayed",
        displayName="Spot",
        subtitle="5 kr. per hour",
        display={"title": "Spot 5", "badge": {"label": 'a "b"', "icon": "x", "size": None}, "brandId": 7},
        currency={"id": 1},
    ),
    evse(
        "displayed-fee",
        displayName="Spot",
        parking={"label": "Fee", "perHour": 5},
        named={"displayName": "x", "fees": [2]},
    ),
    with_currency(
        "fees-that-are-none",
        "dkk",
        isVisible=True,
        idleFeePerMinute=0,
        idleFeeGracePeriodMinutes=15,
        connectionFee=None,
    ),
    evse("fee-with-grace", idleFeePerMinute=0.5, idleFeeGracePeriodMinutes=15),
    evse(
        "per-kwh",
        kind="duration+energy",
        minPrice=3,
        pricePerKwh=2.5,
        pricePeriodInMinutes=1,
        pricePerPeriod=0,
        durationFeeGracePeriod=30,
        connectionFeeMinimumSessionDuration=0,
        idlePricingPeriodInMinutes=15,
        stateOfChargeIdleThreshold=80,
        lockDurationPriceOnSessionStart=True,
    ),
    evse("per-kwh-and-time", kind="duration+energy", pricePerKwh=2, pricePeriodInMinutes=30, pricePerPeriod=1.5),
    evse("per-time", kind="duration+energy", pricePerKwh=None, pricePeriodInMinutes=60, pricePerPeriod=4),
    evse("time-without-period", kind="duration+energy", pricePerKwh=2, pricePerPeriod=4),
    evse(
        "limited-time",
        kind="duration+energy",
        pricePerKwh=2,
        pricePeriodInMinutes=60,
        pricePerPeriod=4,
        durationFeeLimit=10,
    ),
    evse("no-price-per-kwh", kind="duration+energy", pricePerKwh=None),
    evse("per-session", kind="flat rate", minPrice=None, pricePerSession=35, connectionFee=None),
    evse("per-session-and-kwh", kind="flat rate", pricePerSession=35, pricePerKwh=1),
    {**evse("free"), "tariff": {"id": "9", "type": "free", "pricing": None}},
    evse("free-with-idle-fee", kind="free", minPrice=None, idleFeePerMinute=0.5),
    evse("tou-per-time", pricePeriodInMinutes=60, pricePerPeriod=4),
    evse("tou-per-session", pricePerSession=4),
    evse("day-and-night", kind="duration+energy time of day", dayPricePerKwh=3, nightPricePerKwh=2),
    with_currency("text-in-euro", "EUR"),
    with_currency("nameless-currency", {"id": 2}),
)

CASES: dict[str, tuple[BilledSession, tuple[str, str | None, str | None]]] = {
    "to the øre": (BilledSession(), ("20.000", "ok", None)),
    "5 øre and 1 % more": (BilledSession(amount="20.25"), ("20.000", "ok", None)),
    "an øre above the tolerance": (BilledSession(amount="20.26"), ("20.000", "overbilled", None)),
    "5 øre and 1 % less": (BilledSession(amount="19.75"), ("20.000", "ok", None)),
    "an øre below the tolerance": (BilledSession(amount="19.74"), ("20.000", "underbilled", None)),
    "by the curve": (
        # 7.5 of 10 parts in the expensive hour: 7.5 × 2 + 2.5 × 0.9999125 = 17.49978.
        BilledSession(amount="17.50", periods=(EXPENSIVE, CHEAP), curve=((0, 7.5), (3600, 2.5), (7200, 0))),
        ("17.500", "ok", None),
    ),
    "half an øre": (
        BilledSession(energy_wh=10_010, amount="5.00", periods=(Period(0, 3600, "charging@price|0.2&markup|0.25"),)),
        ("5.010", "ok", None),
    ),
    "below the minimum": (BilledSession(energy_wh=470, amount="2.50"), ("2.500", "minimum price", None)),
    "below zero": (
        BilledSession(amount="2.50", periods=(Period(0, 3600, "charging@price|-1.2&markup|0.5"),)),
        ("2.500", "minimum price", None),
    ),
    "minimum price not charged": (BilledSession(energy_wh=470, amount="0.94"), ("2.500", "underbilled", None)),
    "no energy": (BilledSession(energy_wh=0, amount="0"), ("0.000", "ok", None)),
    "no energy and no periods": (BilledSession(energy_wh=0, amount="0", periods=()), ("0.000", "ok", None)),
    "no energy, yet billed": (BilledSession(energy_wh=0, amount="2.50"), ("0.000", "overbilled", None)),
    "connection fee": (BilledSession(amount="23.00", evse="fees"), ("23.000", "ok", None)),
    "idle without a fee": (BilledSession(periods=(EXPENSIVE, IDLE)), ("20.000", "ok", None)),
    "idle fee as charged": (
        BilledSession(amount="50.00", periods=(EXPENSIVE, IDLE), evse="idle-fee"),
        ("50.000", "ok", None),
    ),
    "idle fee, partly waived": (
        BilledSession(amount="40.00", periods=(EXPENSIVE, IDLE), evse="idle-fee"),
        ("50.000", "cannot tell", IDLE_REASON),
    ),
    "idle fee without idle time": (
        BilledSession(amount="40.00", fields={"idlePeriod": 0}, evse="idle-fee"),
        ("20.000", "overbilled", None),
    ),
    "free energy of a period": (
        BilledSession(
            amount="16.00",
            periods=(Period(0, 3600, EXPENSIVE.state, free_wh=2000), CHEAP),
            fields={"freeEnergyWh": 2000},
        ),
        ("16.000", "ok", None),
    ),
    "free energy of the session": (
        BilledSession(
            amount="12.00",
            periods=(EXPENSIVE, CHEAP),
            curve=((0, 7.5), (3600, 2.5), (7200, 0)),
            fields={"freeEnergyWh": 2000},
        ),
        ("14.000", "underbilled", None),  # 8 kWh at 1.749978125 on average
    ),
    "free energy stated twice": (
        BilledSession(periods=(Period(0, 3600, EXPENSIVE.state, free_wh=2000),), fields={"freeEnergyWh": 1500}),
        (None, "cannot tell", "the session states 1500 Wh of free energy, its charging periods 2000 Wh"),
    ),
    "no curve, one price": (BilledSession(amount="30.00", curve=()), ("20.000", "overbilled", None)),
    "no curve, two prices": (
        BilledSession(amount="17.50", periods=(EXPENSIVE, CHEAP), curve=()),
        ("15.000", "cannot tell", "without a power history, time alone divides the energy"),
    ),
    "no curve, two prices, matching bill": (
        BilledSession(amount="15.00", periods=(EXPENSIVE, CHEAP), curve=()),
        ("15.000", "ok", None),
    ),
    "energy while idle": (
        BilledSession(amount="9.00", periods=(Period(0, 7200, "idle@price|1&markup|0.75"),)),
        ("20.000", "cannot tell", "without a power history, time alone divides the energy"),
    ),
    "no periods": (BilledSession(periods=()), (None, "cannot tell", NO_PERIODS_REASON)),
    "no periods and no curve": (BilledSession(periods=(), curve=()), (None, "cannot tell", NO_PERIODS_REASON)),
    "no price": (
        BilledSession(periods=(Period(0, 3600, "charging"),)),
        (None, "cannot tell", "the price of 1 charging period(s) is not known"),
    ),
    "no markup": (
        BilledSession(periods=(Period(0, 1800), Period(1800, 3600, "charging@price|1")), curve=((0, 10), (3600, 0))),
        (None, "cannot tell", "the price of 1 charging period(s) is not known"),
    ),
    "no price where no energy flowed": (
        BilledSession(periods=(EXPENSIVE, Period(3600, 7200, "idle", Decimal(0)))),
        ("20.000", "ok", None),
    ),
    "prices without tax, net stated": (
        BilledSession(fields={"arePricesTaxInclusive": False, "totalAmountWithoutTax": 16}),
        ("20.000", "ok", None),
    ),
    "in euro": (BilledSession(currency="EUR"), (None, "cannot tell", "the bill is in EUR, not in DKK")),
    "without tax": (
        BilledSession(fields={"arePricesTaxInclusive": False}),
        (None, "cannot tell", "the bill does not include tax"),
    ),
    "charge point of another account": (
        BilledSession(evse="90417"),
        (None, "cannot tell", "no tariff of this charge point is known"),
    ),
    "tariff not sent": (
        BilledSession(evse="no-tariff"),
        (None, "cannot tell", "no tariff of this charge point is known"),
    ),
    "unknown fields in the tariff": (
        BilledSession(evse="extra"),
        ("20.000", "cannot tell", "not understood in the tariff: pricing.loyaltyDiscount, pricing.sessionFee"),
    ),
    "unknown tariff type": (
        BilledSession(evse="day-and-night"),
        (
            "20.000",
            "cannot tell",
            "not understood in the tariff: pricing.dayPricePerKwh, pricing.nightPricePerKwh, "
            "type duration+energy time of day",
        ),
    ),
    "one price per kWh": (BilledSession(amount="25.00", evse="per-kwh"), ("25.000", "ok", None)),
    "one price per kWh, no periods, no curve": (
        BilledSession(amount="25.00", periods=(), curve=(), evse="per-kwh"),
        ("25.000", "ok", None),
    ),
    "one price per kWh, states without prices": (
        BilledSession(amount="27.00", periods=(Period(0, 3600, "charging"),), evse="per-kwh"),
        ("25.000", "overbilled", None),
    ),
    "one price per kWh, less than billed": (
        BilledSession(amount="20.00", evse="per-kwh"),
        ("25.000", "underbilled", None),
    ),
    "one price per kWh, below the minimum": (
        BilledSession(energy_wh=800, amount="3.00", evse="per-kwh"),
        ("3.000", "minimum price", None),
    ),
    "one price per kWh, some of it free": (
        BilledSession(amount="20.00", evse="per-kwh", fields={"freeEnergyWh": 2000}),
        ("20.000", "ok", None),
    ),
    "a price per kWh and one per half hour": (
        BilledSession(amount="26.00", evse="per-kwh-and-time"),  # 10 × 2 + 4 × 1.5
        ("26.000", "ok", None),
    ),
    "a price per hour begun": (
        BilledSession(amount="12.00", periods=(Period(0, 7201),), evse="per-time"),
        ("12.000", "ok", None),
    ),
    "a price per hour, partly waived": (
        BilledSession(amount="4.00", evse="per-time"),
        ("8.000", "cannot tell", "how much of the time the tariff charges for is not known"),
    ),
    "a price per time without the time": (
        BilledSession(evse="time-without-period"),
        ("20.000", "cannot tell", "not understood in the tariff: pricing.pricePerPeriod"),
    ),
    "a price per time with a limit": (
        BilledSession(amount="28.00", evse="limited-time"),
        ("28.000", "cannot tell", "not understood in the tariff: pricing.durationFeeLimit"),
    ),
    "a tariff that lacks its price per kWh": (
        BilledSession(evse="no-price-per-kwh"),
        ("20.000", "cannot tell", "not understood in the tariff: pricing.pricePerKwh"),
    ),
    "a price per session": (BilledSession(amount="35.00", evse="per-session"), ("35.000", "ok", None)),
    "a price per session, charged twice": (
        BilledSession(amount="70.00", periods=(), evse="per-session"),
        ("35.000", "overbilled", None),
    ),
    "a price per session that delivered nothing": (
        BilledSession(energy_wh=0, amount="0", evse="per-session"),
        ("0.000", "ok", None),
    ),
    "a tariff that lacks its price per session": (
        BilledSession(evse="flat"),
        ("2.500", "cannot tell", "not understood in the tariff: pricing.pricePerSession"),
    ),
    "a price per session and per kWh": (
        BilledSession(amount="35.00", evse="per-session-and-kwh"),
        ("35.000", "cannot tell", "not understood in the tariff: pricing.pricePerKwh"),
    ),
    "free of charge": (BilledSession(amount="0.00", evse="free"), ("0.000", "ok", None)),
    "free of charge, yet billed": (BilledSession(amount="20.00", evse="free"), ("0.000", "overbilled", None)),
    "free of charge but for standing idle": (
        BilledSession(amount="30.00", periods=(EXPENSIVE, IDLE), evse="free-with-idle-fee"),
        ("30.000", "ok", None),
    ),
    "a price per time besides the spot price": (
        BilledSession(evse="tou-per-time"),
        ("20.000", "cannot tell", "not understood in the tariff: pricing.pricePerPeriod"),
    ),
    "a price per session besides the spot price": (
        BilledSession(evse="tou-per-session"),
        ("20.000", "cannot tell", "not understood in the tariff: pricing.pricePerSession"),
    ),
    "no tariff type": (
        BilledSession(evse="untyped"),
        ("20.000", "cannot tell", "not understood in the tariff: type missing"),
    ),
    "broken tariff": (
        BilledSession(evse="broken", amount="19.00"),
        ("19.000", "cannot tell", "not understood in the tariff: pricing.connectionFee, pricing.minPrice"),
    ),
    "a tariff as sent by a real operator": (BilledSession(evse="as-sent"), ("20.000", "ok", None)),
    "display fields at any depth": (BilledSession(evse="displayed"), ("20.000", "ok", None)),
    "display fields next to a fee": (
        BilledSession(evse="displayed-fee"),
        ("20.000", "cannot tell", "not understood in the tariff: pricing.named, pricing.parking"),
    ),
    "references, locks, holds and labels": (BilledSession(evse="references"), ("20.000", "ok", None)),
    "grace for fees that are none": (BilledSession(evse="fees-that-are-none"), ("20.000", "ok", None)),
    "grace for a fee": (
        BilledSession(evse="fee-with-grace"),
        ("20.000", "cannot tell", "not understood in the tariff: pricing.idleFeeGracePeriodMinutes"),
    ),
    "tariff with the text EUR": (BilledSession(evse="text-in-euro"), ("20.000", "cannot tell", "the tariff is in EUR")),
    "tariff whose currency has no code": (BilledSession(evse="nameless-currency"), ("20.000", "ok", None)),
    "tariff in euro": (BilledSession(evse="euro"), ("20.000", "cannot tell", "the tariff is in EUR")),
    "unknown field in a state": (
        BilledSession(periods=(Period(0, 3600, "charging@price|1&markup|0.75&loyalty|silver"),)),
        ("20.000", "cannot tell", "not understood in charging periods: loyalty|silver"),
    ),
    "unknown state": (
        BilledSession(periods=(EXPENSIVE, Period(3600, 7200, "reserved@price|1&markup|0.75", Decimal(4)))),
        ("20.000", "cannot tell", "not understood in charging periods: reserved"),
    ),
    "not billable": (
        BilledSession(fields={"nonBillableEnergy": 300}),
        ("20.000", "cannot tell", "300 Wh were not billable"),
    ),
}


@pytest.fixture(scope="module")
def audit_rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Row]:
    archive = BilledArchive(tmp_path_factory.mktemp("audited") / "logbook")
    return archive.fetch(
        {name: session for name, (session, _) in CASES.items()}, [(TARIFF_KNOWN_AT, charge_points(*EVSES))]
    )


@pytest.mark.parametrize("name", CASES)
def test_each_bill_has_its_verdict(audit_rows: dict[str, Row], name: str) -> None:
    session, (recomputed, verdict, reason) = CASES[name]
    row = audit_rows[name]
    billed = Decimal(session.amount)
    difference = None if recomputed is None else billed - Decimal(recomputed)

    assert {
        "recomputed": None if recomputed is None else Decimal(recomputed),
        "verdict": verdict,
        "reason": reason,
        "billed": billed,
        "difference": difference,
    } == {column: row[column] for column in ("recomputed", "verdict", "reason", "billed", "difference")}


def test_the_percentage_is_of_the_recomputed_bill(audit_rows: dict[str, Row]) -> None:
    names = ("an øre above the tolerance", "an øre below the tolerance", "no energy, yet billed", "no periods")
    assert [audit_rows[name]["difference_percent"] for name in names] == [Decimal("1.30"), Decimal("-1.30"), None, None]


def test_a_recomputed_bill_has_its_parts(audit_rows: dict[str, Row]) -> None:
    row = audit_rows["free energy of a period"]
    parts = ("energy_amount", "connection_fee", "idle_fee", "free_energy_amount", "minimum_price")
    assert [row[part] for part in parts] == [Decimal(20), 0, 0, Decimal(4), Decimal("2.5")]
    assert [audit_rows["a price per kWh and one per half hour"][part] for part in (*parts, "duration_fee")] == [
        Decimal(20),
        0,
        0,
        0,
        Decimal("2.5"),
        Decimal(6),
    ]
    assert [audit_rows["a price per session"][part] for part in ("energy_amount", "price_per_session")] == [0, 35]
    assert [audit_rows["idle fee as charged"][part] for part in parts] == [
        Decimal(20),
        0,
        Decimal(30),
        0,
        Decimal("2.5"),
    ]


def test_an_unknown_tax_rate_is_the_reason_of_the_verdict(tmp_path_factory: pytest.TempPathFactory) -> None:
    from pipeline.settings.schema import Account

    account = Account(name="home", url="https://operator.example.invalid", country="XX")
    archive = BilledArchive(tmp_path_factory.mktemp("nowhere") / "logbook", account)
    row = archive.fetch({"1": BilledSession()}, [(TARIFF_KNOWN_AT, charge_points(evse(), tax_percent=None))])["1"]
    assert (row["verdict"], row["reason"]) == ("cannot tell", "the rate of tax is not known")
