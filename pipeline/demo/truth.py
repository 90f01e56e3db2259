"""What the marts must say of the tenant's finished sessions, worked out without the pipeline.

Each function gives a mart's rows as the tenant stands now: energy and power in kWh and kW, money in currency
units, all `Decimal`; times aware and in UTC; sorted by the mart's key.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.demo.model import Session
from pipeline.demo.tenant import Tenant

Row = dict[str, Any]

_ACCOUNT_ZONE = ZoneInfo("Europe/Copenhagen")
_ACCOUNT_CURRENCY = "DKK"
_DANISH_RATE = Decimal("0.25")


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
            "price_incl_tax": _price(session, period.spot_excl_tax, period.markup_incl_tax),
            "amount_incl_tax": period.amount,
        }
        for session in _finished(tenant)
        if session.has_periods
        for period in session.periods
    ]


def power_samples(tenant: Tenant) -> list[Row]:
    """One row per session and distinct time; of samples at the same time the one listed last counts."""
    return [
        {"session_id": session.id, "sampled_at": sampled_at, "power_kw": Decimal(power_w) / 1000}
        for session in _finished(tenant)
        for sampled_at, power_w in sorted(_power_by_time(session).items())
    ]


def days(tenant: Tenant) -> list[Row]:
    """One row per local day of a stop and currency (attribution `stop`)."""
    return _totals(tenant, "day", lambda day: day)


def months(tenant: Tenant) -> list[Row]:
    """One row per local month of a stop (its first day) and currency (attribution `stop`)."""
    return _totals(tenant, "month", lambda day: day.replace(day=1))


def _finished(tenant: Tenant) -> list[Session]:
    return sorted(
        (session for session in tenant.sessions.values() if session.stopped_at is not None),
        key=lambda session: session.id,
    )


def _session_row(session: Session) -> Row:
    currency = session.site.currency
    gross = _rounded(session.amount, currency.minor_unit_decimal)
    rate = _DANISH_RATE if currency.code == _ACCOUNT_CURRENCY else None
    tax = None if rate is None else _rounded(gross * rate / (1 + rate), currency.minor_unit_decimal)
    return {
        "session_id": session.id,
        "kind": session.site.kind,
        "charge_point": session.site.address,
        "evse": session.site.evse_identifier,
        "started_at": session.started_at,
        "stopped_at": session.stopped_at,
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


def _price(session: Session, spot: Decimal | None, markup: Decimal | None) -> Decimal | None:
    if session.site.currency.code != _ACCOUNT_CURRENCY or spot is None or markup is None:
        return None
    return spot * Decimal("1.25") + markup


def _power_by_time(session: Session) -> dict[Any, int]:
    return {sample.at: sample.power_w for sample in session.samples}


def _totals(tenant: Tenant, grain: str, unit_of: Callable[[date], date]) -> list[Row]:
    groups: defaultdict[tuple[date, str], list[Row]] = defaultdict(list)
    for row in sessions(tenant):
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
        "amount_excl_tax": _sum(row["amount_excl_tax"] for row in rows) if taxed else None,
        "average_price_incl_tax": _rounded(amount / energy_kwh, 6) if energy_kwh else None,
        "max_kw": max(peaks, default=None),
    }


def _sum(values: Iterable[Decimal]) -> Decimal:
    return sum(values, Decimal(0))


def _rounded(value: Decimal, places: int) -> Decimal:
    """Halves away from zero, which `decimal` calls HALF_UP."""
    return value.quantize(Decimal(10) ** -places, rounding=ROUND_HALF_UP)
