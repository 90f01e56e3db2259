"""The driver's charge point and its tariff in the form of the app API."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from pipeline.demo.answers import Json, currency_answer, number, seconds_text, session_summary
from pipeline.demo.driver import HOME
from pipeline.demo.model import DKK, MINIMUM_PRICE, ZONE, round_half_away
from pipeline.demo.prices import HOUR, markup_at, markup_bands, price_incl_tax
from pipeline.demo.tenant import Tenant

CHARGE_POINT_ID = "52310"
EVSE_ID = "148964"
TARIFF_ID = "3307"


def charge_points(tenant: Tenant) -> Json:
    """The answer of the personal charge points: one, with one EVSE and its tariff."""
    active = [
        session for session in tenant.sessions.values() if session.stopped_at is None and session.site.kind == "private"
    ]
    return {
        "data": [
            {
                "id": CHARGE_POINT_ID,
                "name": HOME.address,
                "status": "active",
                "isOwner": True,
                "ownerName": None,
                "allowed_max_power_kw": "11.1",
                "evses": [
                    {
                        "id": EVSE_ID,
                        "identifier": HOME.evse_identifier,
                        "maxPower": HOME.peak_w,
                        "currentType": "ac",
                        "status": "charging" if active else "available",
                        "connectors": [{"id": "171204", "name": "Type 2", "format": "socket"}],
                        "session": session_summary(active[-1]) if active else None,
                        "tariffId": TARIFF_ID,
                        "tariff": _tariff(tenant),
                    }
                ],
                "electricity_cost_tax_name": HOME.tax_name,
                "electricity_cost_tax_percent": HOME.tax_percent,
                "has_electricity_tax_reimbursement": False,
                "last_month_energy_kwh": f"{_last_month_wh(tenant) / Decimal(1000):.3f}",
                "last_month_electricity_cost": "0.000",
                "firmware_version": "1.14.2",
                "operatorCountry": "DK",
            }
        ]
    }


def price_periods(tenant: Tenant) -> Json:
    """The tariff's price of each hour of today and tomorrow, local time, tax included."""
    today = tenant.now.astimezone(ZONE).date()
    hour = datetime.combine(today, time(), tzinfo=ZONE).astimezone(UTC)
    end = datetime.combine(today + timedelta(days=2), time(), tzinfo=ZONE).astimezone(UTC)
    periods: list[Json] = []
    while hour < end:
        local = hour.astimezone(ZONE)
        periods.append(
            {
                "atDay": local.date().isoformat(),
                "atTime": local.strftime("%H:%M:%S"),
                "pricePerKwh": number(_price_at(tenant, hour)),
            }
        )
        hour += HOUR
    return {"granularity": 60, "periods": periods}


def _price_at(tenant: Tenant, instant: datetime) -> Decimal:
    exact = price_incl_tax(tenant.spot_prices.at(instant), markup_at(instant), HOME.tax_percent)
    return round_half_away(exact, 3)


def _tariff(tenant: Tenant) -> Json:
    bands = markup_bands(tenant.now.astimezone(ZONE).date())
    return {
        "id": TARIFF_ID,
        "name": "Hjemmeladning, spotpris",
        "type": "energy tou",
        "currency": currency_answer(DKK),
        "lastUpdatedAt": seconds_text(datetime(2025, 6, 30, 22, 0, tzinfo=UTC)),
        "pricing": {
            "minPrice": number(MINIMUM_PRICE),
            "pricePerKwh": number(_price_at(tenant, tenant.now)),
            "taxID": "1",
            "connectionFee": 0,
            "idleFeePerMinute": 0,
            "flexibleMarkUpAsFixedPerKwh": {
                "intervalPricing": [
                    {"startsAt": f"{start:02}:00", "endsAt": f"{end:02}:00", "price": number(price)}
                    for start, end, price in bands
                ]
            },
        },
    }


def _last_month_wh(tenant: Tenant) -> int:
    """The Wh that the charge point delivered in the previous local month, by the day of the stop."""
    this_month = tenant.now.astimezone(ZONE).date().replace(day=1)
    last_month = (this_month - timedelta(days=1)).replace(day=1)
    return sum(
        session.energy_wh
        for session in tenant.sessions.values()
        if session.stopped_at is not None
        and session.site.kind == "private"
        and last_month <= session.stopped_at.astimezone(ZONE).date() < this_month
    )
