"""The expected rows of the marts for the tenant's finished sessions, computed without the pipeline.

Each function returns a mart's rows for the tenant's present sessions: energy and power in kWh and kW, money in currency
units, all `Decimal`; times aware and in UTC; sorted by the mart's key.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pipeline.demo.model import DemoPeriod, DemoSession
from pipeline.demo.tenant import Tenant
from tests.sql.expected_split import Metered, Part, Period, Sample, Split, period_energy, split

Row = dict[str, Any]
Attribution = Literal["stop", "split"]

_ACCOUNT_ZONE = ZoneInfo("Europe/Copenhagen")
_ACCOUNT_CURRENCY = "DKK"
_DANISH_TAX_RATE = Decimal("0.25")


def active(tenant: Tenant) -> list[str]:
    """The ids of the sessions that have not stopped."""
    return sorted(session.id for session in tenant.sessions.values() if session.stopped_at is None)


def sessions(tenant: Tenant) -> list[Row]:
    """One row per finished session."""
    return [_session_row(session) for session in _finished(tenant)]


def charging_periods(tenant: Tenant) -> list[Row]:
    """One row per period of a finished session, oldest first; a session without periods has none."""
    return [
        {
            "session_id": session.id,
            "started_at": period.started_at,
            "stopped_at": period.stopped_at,
            "state": period.kind,
            "spot_price_excl_tax": period.spot_excl_tax,
            "markup_incl_tax": period.markup_incl_tax,
            "price_incl_tax": _price(session, period),
            "energy_kwh": Decimal(energy_wh) / 1000,
            "amount_incl_tax": period.amount,
        }
        for session in _finished(tenant)
        if session.has_periods
        for period, energy_wh in zip(session.periods, _period_energy(session), strict=True)
    ]


def power_samples(tenant: Tenant) -> list[Row]:
    """One row per session and distinct time; of samples at the same time the one listed last counts."""
    return [
        {"session_id": session.id, "sampled_at": sampled_at, "power_kw": Decimal(power_w) / 1000}
        for session in _finished(tenant)
        for sampled_at, power_w in sorted(_power_by_time(session).items())
    ]


def session_hours(tenant: Tenant) -> list[Row]:
    """One row per clock hour that a session lasts into, the one of its stop included."""
    return [
        {
            "session_id": session.id,
            "hour_start": hour.astimezone(UTC),
            "hour_local": _wall_time(hour),
            "day": _wall_time(hour).date(),
            "hour_of_day": _wall_time(hour).hour,
            "weekday": _wall_time(hour).isoweekday(),
            "currency": session.site.currency.code,
            "energy_kwh": Decimal(part.energy_wh) / 1000,
            "amount_incl_tax": _amount(session, part.money),
            "price_incl_tax": parts.hour_prices[hour],
        }
        for session in _finished(tenant)
        for parts in [_split(session)]
        for hour, part in parts.hours.items()
    ]


def session_months(tenant: Tenant) -> list[Row]:
    """One row per local month that a session lasts into (its first day)."""
    return [
        {"session_id": session.id, "month": month, "currency": session.site.currency.code} | _part(session, part)
        for session in _finished(tenant)
        for month, part in _split(session).months.items()
    ]


def days(tenant: Tenant, attribution: Attribution = "stop") -> list[Row]:
    """One row per local day and currency: of the sessions that stopped on it, or of all that lasted into it."""
    return _totals(tenant, "day", attribution, lambda parts: parts.days, lambda day: day)


def months(tenant: Tenant, attribution: Attribution = "stop") -> list[Row]:
    """One row per local month (its first day) and currency, as `days`."""
    return _totals(tenant, "month", attribution, lambda parts: parts.months, lambda day: day.replace(day=1))


def _finished(tenant: Tenant) -> list[DemoSession]:
    return sorted(
        (session for session in tenant.sessions.values() if session.stopped_at is not None),
        key=lambda session: session.id,
    )


def _session_row(session: DemoSession) -> Row:
    currency = session.site.currency
    gross = _rounded(session.amount, currency.minor_unit_decimal)
    rate = _DANISH_TAX_RATE if currency.code == _ACCOUNT_CURRENCY else None
    tax = None if rate is None else _rounded(gross * rate / (1 + rate), currency.minor_unit_decimal)
    return {
        "session_id": session.id,
        "kind": session.site.kind,
        "charge_point": session.site.address,
        "evse": session.site.evse_identifier,
        "started_at": session.started_at,
        "stopped_at": session.stopped_at,
        "started_local": _wall_time(session.started_at),
        "stopped_local": _wall_time(session.stopped_at),
        "duration_s": session.duration_s,
        "idle_s": session.idle_s,
        "energy_kwh": Decimal(session.energy_wh) / 1000,
        "amount_incl_tax": gross,
        "tax_name": session.site.tax_name,
        "tax_rate": rate,
        "tax_amount": tax,
        "amount_excl_tax": None if tax is None else gross - tax,
        "average_kw": session.average_kw,
        "max_kw": session.max_kw,
        "power_samples": len(_power_by_time(session)),
        "payment_status": session.payment_status,
        "stop_reason": session.stop_reason,
        "note": session.note,
        "currency": currency.code,
    }


def _price(session: DemoSession, period: DemoPeriod) -> Decimal | None:
    spot, markup = period.spot_excl_tax, period.markup_incl_tax
    if session.site.currency.code != _ACCOUNT_CURRENCY or spot is None or markup is None:
        return None
    return spot * Decimal("1.25") + markup


def _metered(session: DemoSession) -> Metered:
    if session.stopped_at is None:
        raise ValueError(f"session {session.id} is active: its energy and bill are not final")
    row = _session_row(session)
    tax_amount = row["tax_amount"]
    return Metered(
        zone=_ACCOUNT_ZONE,
        started_at=session.started_at,
        stopped_at=session.stopped_at,
        energy_wh=session.energy_wh,
        bill=_minor_units(session, row["amount_incl_tax"]),
        minor_digits=session.site.currency.minor_unit_decimal,
        tax=None if tax_amount is None else _minor_units(session, tax_amount),
        periods=tuple(
            Period(period.kind, period.started_at, period.stopped_at, period.amount, _price(session, period))
            for period in session.periods
            if session.has_periods
        ),
        samples=tuple(Sample(sample.at, Decimal(sample.power_w) / 1000) for sample in session.samples),
    )


@cache
def _split(session: DemoSession) -> Split:
    return split(_metered(session))


@cache
def _period_energy(session: DemoSession) -> list[int]:
    return period_energy(_metered(session))


def _minor_units(session: DemoSession, amount: Decimal) -> int:
    return int(amount.scaleb(session.site.currency.minor_unit_decimal))


def _amount(session: DemoSession, minor: int) -> Decimal:
    return Decimal(minor).scaleb(-session.site.currency.minor_unit_decimal)


def _part(session: DemoSession, part: Part) -> Row:
    return {
        "energy_kwh": Decimal(part.energy_wh) / 1000,
        "amount_incl_tax": _amount(session, part.money),
        "tax_amount": None if part.tax is None else _amount(session, part.tax),
    }


def _wall_time(moment: datetime) -> datetime:
    return moment.astimezone(_ACCOUNT_ZONE).replace(tzinfo=None)


def _power_by_time(session: DemoSession) -> dict[Any, int]:
    return {sample.at: sample.power_w for sample in session.samples}


def _totals(
    tenant: Tenant,
    grain: str,
    attribution: Attribution,
    parts_of: Callable[[Split], dict[date, Part]],
    unit_of: Callable[[date], date],
) -> list[Row]:
    groups: defaultdict[tuple[date, str], list[Row]] = defaultdict(list)
    for session in _finished(tenant):
        row = _session_row(session)
        if attribution == "split":
            for unit, part in parts_of(_split(session)).items():
                groups[unit, row["currency"]].append(row | _part(session, part))
        else:
            stopped_on = row["stopped_at"].astimezone(_ACCOUNT_ZONE).date()
            groups[unit_of(stopped_on), row["currency"]].append(row)
    return [
        {grain: unit, "currency": currency} | _total(rows)
        for (unit, currency), rows in sorted(groups.items(), key=lambda group: group[0])
    ]


def _total(rows: list[Row]) -> Row:
    energy_kwh = _sum(row["energy_kwh"] for row in rows)
    amount = _sum(row["amount_incl_tax"] for row in rows)
    taxed = all(row["tax_amount"] is not None for row in rows)
    peaks = [row["max_kw"] for row in rows if row["max_kw"] is not None]
    return {
        "sessions": len(rows),
        "energy_kwh": energy_kwh,
        "amount_incl_tax": amount,
        "tax_amount": _sum(row["tax_amount"] for row in rows) if taxed else None,
        "amount_excl_tax": _sum(row["amount_incl_tax"] - row["tax_amount"] for row in rows) if taxed else None,
        "average_price_incl_tax": _rounded(amount / energy_kwh, 6) if energy_kwh else None,
        "max_kw": max(peaks, default=None),
    }


def _sum(values: Iterable[Decimal]) -> Decimal:
    return sum(values, Decimal(0))


def _rounded(value: Decimal, places: int) -> Decimal:
    """Halves away from zero, which `decimal` calls HALF_UP."""
    return value.quantize(Decimal(10) ** -places, rounding=ROUND_HALF_UP)
