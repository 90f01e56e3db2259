"""The model of the demo tenant: sites, charging periods, power samples, sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal
from zoneinfo import ZoneInfo

DEMO_NOW = datetime(2025, 11, 12, 5, 15, tzinfo=UTC)
"""The demo tenant's present time: every session is finished by then, except the active one."""

ZONE = ZoneInfo("Europe/Copenhagen")
"""The driver's time zone: it decides local hours, days and months."""

MINIMUM_PRICE = Decimal("2.50")
"""`minPrice` of the home tariff in DKK, tax included: no session that delivered energy costs less."""

SiteKind = Literal["private", "public"]
PeriodKind = Literal["charging", "idle"]
PaymentStatus = Literal["pending", "paid"]


def round_half_away(value: Decimal, places: int) -> Decimal:
    """`value` with `places` decimals, halves away from zero: 1.005 -> 1.01, -1.005 -> -1.01."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def from_local(text: str) -> datetime:
    """The UTC instant of a local wall clock time such as `2025-01-31 22:10:07`."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


@dataclass(frozen=True)
class DemoCurrency:
    """A currency as the API describes it; `minor_unit_decimal` is the number of decimals of an amount."""

    id: int
    code: str
    name: str
    symbol: str
    minor_unit_decimal: int = 2


DKK = DemoCurrency(id=2, code="DKK", name="DKK (Danish Krone)", symbol="kr.")
EUR = DemoCurrency(id=1, code="EUR", name="EUR (Euro)", symbol="€")


@dataclass(frozen=True)
class Site:
    """A place to charge, with the EVSE that the driver uses there and its price per kWh.

    `fixed_markup` (currency units per kWh, tax included) replaces the home tariff's markup bands, and
    `fixed_price` (the same unit) replaces both spot and markup: its periods have no price.
    """

    kind: SiteKind
    address: str
    evse_identifier: str
    peak_w: int
    currency: DemoCurrency = DKK
    tax_name: str = "Moms"
    tax_percent: int = 25
    location_id: int | None = None
    evse_label: str | None = None
    fixed_markup: Decimal | None = None
    fixed_price: Decimal | None = None
    units_per_dkk: Decimal = Decimal(1)
    loyalty: str | None = None


@dataclass(frozen=True)
class DemoPeriod:
    """A charging period: one state at one price. Prices in currency units per kWh, `amount` tax included.

    `spot_excl_tax` and `markup_incl_tax` are None where the state does not contain them.
    """

    started_at: datetime
    stopped_at: datetime
    kind: PeriodKind
    spot_excl_tax: Decimal | None
    markup_incl_tax: Decimal | None
    amount: Decimal
    loyalty: str | None = None

    @property
    def seconds(self) -> int:
        """How long the period lasted."""
        return int((self.stopped_at - self.started_at).total_seconds())


@dataclass(frozen=True)
class DemoSample:
    """A power sample in W; it holds until the next one."""

    at: datetime
    power_w: int


@dataclass(frozen=True)
class DemoSession:
    """A session in its present state.

    `stopped_at` is None while the session is active; `seen_at` is then the tenant's present time. `periods` and
    `samples` are oldest first. `has_periods` and `has_power_stats` are whether the API's answers contain them.
    `scene` is the name of a hand-made case, empty for an ordinary session.
    """

    id: str
    scene: str
    site: Site
    started_at: datetime
    stopped_at: datetime | None
    seen_at: datetime
    energy_wh: int
    amount: Decimal
    periods: tuple[DemoPeriod, ...]
    samples: tuple[DemoSample, ...]
    average_kw: Decimal | None
    max_kw: Decimal | None
    stop_reason: str | None
    payment_status: PaymentStatus
    note: str | None
    has_periods: bool = True
    has_power_stats: bool = True

    @property
    def duration_s(self) -> int:
        """Seconds from start to stop, or to the present time while active."""
        return int(((self.stopped_at or self.seen_at) - self.started_at).total_seconds())

    @property
    def idle_s(self) -> int:
        """Seconds that the car was connected without charging."""
        return sum(period.seconds for period in self.periods if period.kind == "idle")
