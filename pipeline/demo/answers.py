"""Sessions in the form of the app API: in a listing, and one by one in detail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from pipeline.demo.model import DemoCurrency, DemoPeriod, DemoSession

Json = dict[str, Any]


def number(value: Decimal) -> int | float:
    """A JSON number as the operator's software writes it: 19.60 -> 19.6, 2.00 -> 2.

    A float is exact enough here: its shortest text gives back the decimal's digits, up to fifteen of them.
    """
    return int(value) if value == value.to_integral_value() else float(value)


def seconds_text(instant: datetime) -> str:
    """`2025-03-30T14:33:51+00:00`, the form of times in sessions."""
    return instant.strftime("%Y-%m-%dT%H:%M:%S+00:00")


def micros_text(instant: datetime) -> str:
    """`2025-03-30T14:33:51.000000Z`, the form of times in periods and samples."""
    return instant.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def price_text(value: Decimal) -> str:
    """A price inside a state: plain digits, but scientific below 0.0001 (`-7.0E-5`)."""
    if value == 0 or abs(value) >= Decimal("0.0001"):
        return f"{value.normalize():f}"
    exponent = value.adjusted()
    mantissa = f"{value.scaleb(-exponent).normalize():f}"
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}E{exponent}"


def state_text(period: DemoPeriod) -> str:
    """A period's state: `charging@price|0.77516&markup|0.88`, or only the kind where there is no price."""
    pairs = []
    if period.spot_excl_tax is not None:
        pairs.append(f"price|{price_text(period.spot_excl_tax)}")
    if period.markup_incl_tax is not None:
        pairs.append(f"markup|{price_text(period.markup_incl_tax)}")
    if period.loyalty is not None:
        pairs.append(f"loyalty|{period.loyalty}")
    return f"{period.kind}@{'&'.join(pairs)}" if pairs else period.kind


def history_entry(session: DemoSession) -> Json:
    """An entry of the session history: the session without its details, its place and its note."""
    entry: Json = {
        "session": session_summary(session),
        "note": session.note,
        "type": session.site.kind,
        "address": session.site.address,
    }
    if session.site.kind == "public":
        is_finished = session.stopped_at is not None
        entry["receiptUrl"] = f"https://receipts.example.invalid/{session.id}" if is_finished else None
        entry["evse"] = {"identifier": session.site.evse_identifier, "label": session.site.evse_label}
    return entry


def session_detail(session: DemoSession, *, power_history: bool, smart_charging_schedule: bool, tax_name: bool) -> Json:
    """One session in detail; the switches are the API's `with...` parameters."""
    detail = session_summary(session)
    if smart_charging_schedule:
        detail["smartChargingSchedule"] = [
            {
                "timestamp": seconds_text(session.started_at - timedelta(seconds=1)).replace("+00:00", "Z"),
                "limit": session.site.peak_w / 1000,
                "type": "boost-start",
            }
        ]
    detail["powerStats"] = _power_stats(session, power_history)
    if tax_name:
        detail["taxName"] = session.site.tax_name
    periods = [_period(period) for period in reversed(session.periods)] if session.has_periods else []
    if session.stopped_at is None:
        periods[0] |= {"stoppedAt": None, "durationInSeconds": None}
    elif session.has_periods:
        detail["chargingPeriods"] = periods
    detail["lastPeriod"] = periods[0] if periods else None
    return detail


def session_summary(session: DemoSession) -> Json:
    """The fields of a session that listing and detail share."""
    site, active, amount = session.site, session.stopped_at is None, number(session.amount)
    paid = session.payment_status == "paid"
    average_w = 0 if session.average_kw is None else int(session.average_kw * 1000)
    return {
        "id": session.id,
        "startedAt": seconds_text(session.started_at),
        "duration": session.duration_s,
        "totalDuration": session.duration_s,
        "energy": session.energy_wh,
        "power": session.samples[-1].power_w if active and session.samples else 0,
        "locationId": site.location_id,
        "evseId": site.evse_identifier,
        "evseStatus": "charging" if active else "finishing",
        "paymentMethodId": "1001",
        "paymentMethodType": "card",
        "amount": amount,
        "totalAmount": amount,
        "amountDue": 0 if paid else amount,
        "status": "active" if active else "finished",
        "summarySeen": paid,
        "paymentStatus": session.payment_status,
        "paymentDetails": {"brand": "visa", "last4": "0000"} if paid else None,
        "isExtending": False,
        "isExtended": False,
        "isOptimized": False,
        "stopReason": session.stop_reason,
        "chargingState": session.periods[-1].kind.replace("idle", "suspendedEV") if active else "eVConnected",
        "isSessionTimedOut": False,
        "stoppedAt": None if session.stopped_at is None else seconds_text(session.stopped_at),
        "isPersonal": site.kind == "private",
        "reimbursementEligibility": False,
        "canToggleReimbursementEligibility": False,
        "hasThirdPartyElectricityCostIntegrationEnabled": None,
        "nonBillableEnergy": 0,
        "currencyId": site.currency.id,
        "currency": currency_answer(site.currency),
        "smartCharging": _smart_charging(),
        "electricityCost": 0,
        "electricityCostCurrencyId": site.currency.id,
        "powerAvg": average_w,
        "isUsingChargingAllowance": False,
        "freeEnergyWh": 0,
        "scaPendingTransaction": None,
        "idlePeriod": session.idle_s,
        "isRemoteStopEnabled": True,
        "isBalancePaymentPending": False,
        "idleFeeEligible": False,
    }


def currency_answer(currency: DemoCurrency) -> Json:
    """A currency as it is part of sessions and tariffs."""
    return {
        "id": currency.id,
        "name": currency.name,
        "symbol": currency.symbol,
        "sign": currency.code,
        "code": currency.code,
        "formatter": f"%0.02f{currency.code}",
        "unitPriceFormatter": f"%0.03f{currency.code}",
        "updatedAt": "2021-06-30T12:45:44Z",
        "minorUnitDecimal": currency.minor_unit_decimal,
        "hasPrefix": False,
        "hasSuffix": True,
        "prefix": None,
        "suffix": currency.code,
    }


def _power_stats(session: DemoSession, power_history: bool) -> Json | None:
    if session.average_kw is None or session.max_kw is None:
        return None
    stats: Json = {"averageKw": number(session.average_kw), "maxKw": number(session.max_kw)}
    if power_history:
        stats["history"] = _history(session)
    return stats


def _history(session: DemoSession) -> Sequence[Json]:
    return [
        {"value": number(Decimal(sample.power_w) / 1000), "timestamp": micros_text(sample.at)}
        for sample in session.samples
    ]


def _period(period: DemoPeriod) -> Json:
    return {
        "startedAt": micros_text(period.started_at),
        "stoppedAt": micros_text(period.stopped_at),
        "state": state_text(period),
        "durationInSeconds": period.seconds,
        "amount": number(period.amount),
        "graceTimeEnd": None,
        "freeEnergyWh": 0,
        "maxAllowanceWh": 0,
    }


def _smart_charging() -> Json:
    return {
        "enabled": False,
        "mode": "schedule",
        "target_charge": {"min_kwh": "50"},
        "use_solar": False,
        "use_all_generated_solar": None,
        "max_current_from_grid_a": None,
        "solar_stable_time_sec": None,
        "dynamic_rates_integration_id": None,
        "start_time": "23:00:00",
        "end_time": "06:00:00",
        "weekdays": None,
    }
