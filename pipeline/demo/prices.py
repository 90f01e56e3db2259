"""Prices per kWh in the demo: the spot price of each hour and the tariff's markup bands."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from pipeline.demo.model import ZONE

HOUR = timedelta(hours=1)

# In 0.00001 DKK per kWh, without tax: the price of an average hour by month.
_MONTH_LEVEL = (85000, 88000, 62000, 48000, 42000, 40000, 45000, 52000, 58000, 62000, 75000, 70000)
# In thousandths of the month's level, by local hour: cheap nights, a morning and an evening peak.
_HOUR_SHAPE = (
    *(640, 600, 570, 560, 580, 680, 950, 1250, 1330, 1180, 1020, 950),
    *(900, 880, 900, 980, 1120, 1430, 1620, 1580, 1360, 1120, 940, 780),
)
# In 0.00001 DKK per kWh: how much the sun lowers the price at noon, by month; and the share of it by local hour.
_SUN = (1000, 4000, 16000, 30000, 38000, 40000, 38000, 30000, 18000, 7000, 1500, 500)
_SUN_BY_HOUR = {9: 300, 10: 600, 11: 850, 12: 1000, 13: 1000, 14: 950, 15: 750, 16: 400}

# The prices of hours (UTC) that the hand-made scenes depend on.
_KNOWN_SPOT = {
    "2025-05-11T08": "-0.18450",
    "2025-05-11T09": "-0.31260",
    "2025-05-11T10": "-0.92034",
    "2025-05-11T11": "-1.09875",
    "2025-05-11T12": "-0.65510",
    "2025-05-11T13": "-0.40120",
    "2025-06-22T11": "-1.01222",
    "2025-06-22T12": "-1.20909",
    "2025-03-30T02": "-0.00007",
    "2025-04-19T10": "-0.00007",
    "2025-04-19T11": "0.00004",
    "2025-09-18T13": "1.0376",
}

_Bands = tuple[tuple[int, int, Decimal], ...]
_FIRST_BANDS: _Bands = (
    (0, 6, Decimal("0.88")),
    (6, 17, Decimal("1")),
    (17, 21, Decimal("1.62")),
    (21, 24, Decimal("1")),
)
_LATER_BANDS: _Bands = (
    (0, 6, Decimal("0.82")),
    (6, 17, Decimal("1.13")),
    (17, 21, Decimal("1.88")),
    (21, 24, Decimal("1.13")),
)
_BANDS_CHANGED_ON = date(2025, 7, 1)


class SpotPrices:
    """Day-ahead prices that depend only on the seed and the hour."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._known = {
            datetime.fromisoformat(f"{hour}:00:00+00:00"): Decimal(price) for hour, price in _KNOWN_SPOT.items()
        }

    def at(self, instant: datetime) -> Decimal:
        """The price of the hour that `instant` lies in: DKK per kWh without tax, at most five decimals."""
        hour = instant.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        if hour not in self._known:
            self._known[hour] = self._drawn(hour)
        return self._known[hour]

    def _drawn(self, hour: datetime) -> Decimal:
        local = hour.astimezone(ZONE)
        weather = random.Random(f"{self._seed}:{local.date()}")  # noqa: S311 -- a model, not a secret
        wind = weather.randint(350, 1450)  # a windy day is cheap
        sunshine = weather.randint(200, 1500)
        noise = random.Random(f"{self._seed}:{hour.isoformat()}").randint(-4500, 4500)  # noqa: S311 -- as above
        price = _MONTH_LEVEL[local.month - 1] * _HOUR_SHAPE[local.hour] * wind // 1_000_000
        price -= _SUN[local.month - 1] * _SUN_BY_HOUR.get(local.hour, 0) * sunshine // 1_000_000
        return Decimal(price + noise).scaleb(-5)


def markup_bands(day: date) -> _Bands:
    """The home tariff's bands on a local day: (from hour, to hour, DKK per kWh with tax)."""
    return _FIRST_BANDS if day < _BANDS_CHANGED_ON else _LATER_BANDS


def markup_at(instant: datetime) -> Decimal:
    """The home tariff's markup at an instant, DKK per kWh with tax."""
    local = instant.astimezone(ZONE)
    return next(price for start, end, price in markup_bands(local.date()) if start <= local.hour < end)


def price_incl_tax(spot_excl_tax: Decimal, markup_incl_tax: Decimal, tax_percent: int) -> Decimal:
    """The price per kWh: the spot price plus tax, and the markup, which already includes tax."""
    return spot_excl_tax * (100 + tax_percent) / 100 + markup_incl_tax
