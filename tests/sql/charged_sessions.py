"""Sessions as the operator could send them, valid and unusual, which Hypothesis draws."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from pipeline.settings.schema import Account, TaxRate
from tests.sql.expected_split import Metered, Period, Sample, half_away

MINOR_DIGITS = {"DKK": 2, "INR": 2, "NPR": 2, "AUD": 2, "NZD": 2, "USD": 2, "GBP": 2, "JPY": 0, "KWD": 3}
TAX_RATES = {"DK": "0.25", "IN": "0.18", "AU": "0.1", "NZ": "0.15", "US": "0", "GB": "0.2", "JP": "0.1", "KW": "0.05"}
ACCOUNT_PLACES = (
    ("copenhagen", "Europe/Copenhagen", "DK", "DKK"),
    ("kolkata", "Asia/Kolkata", "IN", "INR"),
    ("kathmandu", "Asia/Kathmandu", "NP", "NPR"),  # a country whose tax rate is unknown
    ("lord-howe", "Australia/Lord_Howe", "AU", "AUD"),  # changes its clocks by half an hour
    ("chatham", "Pacific/Chatham", "NZ", "NZD"),  # changes its clocks at a quarter to the hour
    ("new-york", "America/New_York", "US", "USD"),
    ("utc", "UTC", "GB", "GBP"),
    ("tokyo", "Asia/Tokyo", "JP", "JPY"),
    ("kuwait", "Asia/Kuwait", "KW", "KWD"),
)
ACCOUNTS = {
    name: Account(name=name, url="https://tenant.example", timezone=zone, country=country, currency=currency)
    for name, zone, country, currency in ACCOUNT_PLACES
}
RATES = [
    TaxRate(country=country, name="tax", rate=Decimal(rate), valid_from=datetime(2000, 1, 1, tzinfo=UTC).date())
    for country, rate in TAX_RATES.items()
]
SPECIAL_TIMES = tuple(
    datetime.fromisoformat(f"{moment}+00:00")
    for moment in (
        "2024-03-31T01:00",  # clocks forward in Copenhagen
        "2024-10-27T01:00",  # clocks back
        "2024-10-05T15:30",  # Lord Howe
        "2025-04-05T15:00",
        "2024-09-28T14:00",  # Chatham
        "2025-04-05T14:00",
        "2025-03-09T07:00",  # New York
        "2024-11-03T06:00",
        "2024-12-31T18:15",  # a year's end in Kathmandu, Kolkata, Copenhagen, London, New York
        "2024-12-31T18:30",
        "2024-12-31T23:00",
        "2025-01-01T00:00",
        "2025-01-01T05:00",
        "2024-02-28T23:00",  # a month's end, in a leap year
        "2024-06-12T10:00",  # an ordinary day
    )
)


@dataclass(frozen=True)
class ChargedSession:
    """One finished session of an account. `total_amount`, `net` and `tax_inclusive` are None where not stated."""

    account: str
    started_at: datetime
    stopped_at: datetime
    energy_wh: int
    currency: str
    amount: Decimal
    total_amount: Decimal | None = None
    net: Decimal | None = None
    tax_inclusive: bool | None = None
    periods: tuple[Period, ...] = ()
    samples: tuple[Sample, ...] = ()

    @property
    def digits(self) -> int:
        return MINOR_DIGITS[self.currency]

    @property
    def tax_rate(self) -> Decimal | None:
        """The tax rate by rule 4; None if it is unknown or the bill is in another country's currency."""
        account = ACCOUNTS[self.account]
        if self.currency != account.currency or self.tax_inclusive is False or account.country not in TAX_RATES:
            return None
        return Decimal(TAX_RATES[account.country])

    def metered(self) -> Metered:
        bill = self.minor(self.amount if self.total_amount is None else self.total_amount)
        return Metered(
            zone=ACCOUNTS[self.account].zone,
            started_at=self.started_at,
            stopped_at=self.stopped_at,
            energy_wh=self.energy_wh,
            bill=bill,
            minor_digits=self.digits,
            tax=self._tax(bill),
            periods=tuple(
                Period(p.kind, p.started_at, p.stopped_at, p.amount, None if self.tax_rate is None else p.price)
                for p in self.periods
            ),
            samples=self.samples,
        )

    def _tax(self, bill: int) -> int | None:
        if self.net is not None:
            return bill - self.minor(self.net)
        if self.tax_rate is None:
            return None
        return half_away(bill * Fraction(self.tax_rate) / (1 + Fraction(self.tax_rate)))

    def minor(self, amount: Decimal) -> int:
        return int(amount.scaleb(self.digits).to_integral_value(ROUND_HALF_UP))

    def answer(self, session_id: str) -> dict[str, Any]:
        """The session as the operator's answer states it; decimals stay exact."""
        return {
            "id": session_id,
            "startedAt": self.started_at.isoformat(),
            "stoppedAt": self.stopped_at.isoformat(),
            "status": "finished",
            "energy": self.energy_wh,
            "amount": self.amount,
            "totalAmount": self.total_amount,
            "totalAmountWithoutTax": self.net,
            "arePricesTaxInclusive": self.tax_inclusive,
            "currency": {"code": self.currency, "minorUnitDecimal": self.digits},
            "isPersonal": True,
            "powerStats": {
                "maxKw": max((sample.power_kw for sample in self.samples), default=None),
                "history": [{"timestamp": s.at.isoformat(), "value": s.power_kw} for s in self.samples],
            },
            "chargingPeriods": [
                {
                    "startedAt": period.started_at.isoformat(),
                    "stoppedAt": period.stopped_at.isoformat(),
                    "state": period.kind if period.price is None else f"{period.kind}@price|0&markup|{period.price:f}",
                    "amount": period.amount,
                }
                for period in self.periods
            ],
        }


Position = tuple[str, int]
"""A time in a session: at its `start` or `stop`, on a `quarter` of an hour, or at `any` point, in millionths."""

POSITIONS = st.tuples(st.sampled_from(("start", "stop", "quarter", "any")), st.integers(-200_000, 1_200_000))
LENGTHS = st.one_of(
    st.integers(0, 3 * 60 * 60).map(lambda seconds: timedelta(seconds=seconds)),
    st.integers(0, 12 * 4).map(lambda quarters: timedelta(minutes=15 * quarters)),
    st.integers(0, 36 * 3600 * 10**6).map(lambda micros: timedelta(microseconds=micros)),
    st.integers(1, 50).map(lambda hours: timedelta(hours=hours)),
    st.sampled_from((1, 24, 0, 24, 1, 0, 24, -1, 24, 1, 6 * 24, 65 * 24)).map(lambda hours: timedelta(hours=hours)),
)
KINDS = ("charging", "charging", "charging", "idle", "suspended")
MILLIONTHS = st.integers(-4_000_000, 4_000_000)
PERIODS = st.lists(
    st.tuples(POSITIONS, st.integers(-600, 4 * 3600), st.sampled_from(KINDS), MILLIONTHS, MILLIONTHS),
    min_size=3,
    max_size=8,
)
Scale = Callable[[int], Decimal]
AMOUNTS: dict[str, Scale] = {
    "nothing": lambda number: Decimal(0),
    "charged": lambda number: abs(Decimal(number)).scaleb(-5),
    "both signs": lambda number: Decimal(number).scaleb(-5),
    "to the last digit": lambda number: Decimal(number * 997 + 1).scaleb(-9),
    "paid out": lambda number: -abs(Decimal(number)).scaleb(-5),
}
PRICES: dict[str, Callable[[int], Decimal | None]] = {
    "one": lambda number: Decimal("2.179"),
    "each": lambda number: Decimal(number).scaleb(-6),
    "to the last digit": lambda number: Decimal(number * 997 + 1).scaleb(-9),
    "not all": lambda number: Decimal(number).scaleb(-6) if number % 2 else None,
}
POWERS: dict[str, Scale] = {
    "nothing": lambda number: Decimal(0),
    "charging": lambda number: Decimal(abs(number) // 350).scaleb(-3),
    "both ways": lambda number: Decimal(number * 71 if number % 3 else 0).scaleb(-6),
}


def charged_sessions() -> st.SearchStrategy[ChargedSession]:
    """Sessions of every kind."""
    return st.builds(
        _session,
        place=st.sampled_from(ACCOUNT_PLACES),
        special_time=st.sampled_from(SPECIAL_TIMES),
        start_position=POSITIONS,
        length=LENGTHS,
        energy_wh=st.one_of(st.integers(0, 20), st.integers(0, 120_000), st.integers(-30, 0)),
        currency=st.sampled_from((*[None] * 2 * len(MINOR_DIGITS), *MINOR_DIGITS)),
        bill=st.sampled_from(("sum", "sum", "minimum", "any", "zero")),
        any_bill=MILLIONTHS,
        other_figure=st.sampled_from(
            ("total", "total is another", "amount", "net", "any net", "before tax", "with tax")
        ),
        layout=st.sampled_from(("whole", "whole", "whole", "anywhere", "none")),
        period_draws=PERIODS,
        amounts=st.sampled_from(tuple(AMOUNTS)),
        prices=st.sampled_from(tuple(PRICES)),
        powers=st.sampled_from(("no curve", "nothing", "charging", "charging", "both ways")),
        samples=st.lists(st.tuples(POSITIONS, MILLIONTHS), min_size=3, max_size=9),
    )


def _session(
    *,
    place: tuple[str, str, str, str],
    special_time: datetime,
    start_position: Position,
    length: timedelta,
    energy_wh: int,
    currency: str | None,
    bill: str,
    any_bill: int,
    other_figure: str,
    layout: str,
    period_draws: list[tuple[Position, int, str, int, int]],
    amounts: str,
    prices: str,
    powers: str,
    samples: list[tuple[Position, int]],
) -> ChargedSession:
    start = special_time - (_moment(special_time, length, start_position) - special_time)
    intervals = _intervals(start, length, layout, period_draws)
    periods = tuple(
        Period(kind, starts, ends, AMOUNTS[amounts](amount), PRICES[prices](price))
        for (starts, ends), (_, _, kind, amount, price) in zip(intervals, period_draws, strict=False)
    )
    sum_of_periods = sum((period.amount for period in periods), Decimal(0))
    any_amount = Decimal(any_bill).scaleb(-4)  # includes half of a hundredth and half of a thousandth
    billed = {
        "sum": sum_of_periods,
        "minimum": max(sum_of_periods, Decimal("2.5")),
        "any": any_amount,
        "zero": Decimal(0),
    }[bill]
    return ChargedSession(
        account=place[0],
        started_at=start,
        stopped_at=start + length,
        energy_wh=energy_wh,
        currency=currency or place[3],
        amount=any_amount if other_figure == "total is another" else billed,
        total_amount=None if other_figure == "amount" else billed,
        net={"net": billed * Decimal("0.8"), "any net": any_amount / 4}.get(other_figure),
        tax_inclusive={"before tax": False, "with tax": True}.get(other_figure),
        periods=tuple(sorted(periods, key=lambda period: (period.started_at, period.stopped_at), reverse=True)),
        samples=tuple(
            Sample(_moment(start, length, at), POWERS[powers](power)) for at, power in samples if powers in POWERS
        ),
    )


def _intervals(
    start: datetime, length: timedelta, layout: str, period_draws: list[tuple[Position, int, str, int, int]]
) -> list[tuple[datetime, datetime]]:
    """Where periods lie: `whole`, covering the session without gaps; `anywhere`, also overlapping and outside of it."""
    if layout == "none":
        return []
    starts = [_moment(start, length, at) for at, *_ in period_draws]
    if layout == "whole" and length > timedelta(0):
        boundaries = {min(max(moment, start), start + length) for moment in starts[1:]}
        return list(pairwise(sorted({start, start + length, *boundaries})))
    return [(moment, moment + timedelta(seconds=entry[1])) for moment, entry in zip(starts, period_draws, strict=True)]


def _moment(start: datetime, length: timedelta, position: Position) -> datetime:
    kind, millionths = position
    if kind in ("start", "stop"):
        return start if kind == "start" else start + length
    moment = start + max(length, timedelta(hours=1)) * millionths // 1_000_000
    return quarter(moment) if kind == "quarter" else moment


def quarter(moment: datetime) -> datetime:
    return datetime.fromtimestamp(moment.timestamp() // 900 * 900, UTC)
