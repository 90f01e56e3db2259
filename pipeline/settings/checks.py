"""What settings say about money and cars: taxes, what is reimbursed, and the rules that choose a car."""

import re
from collections.abc import Sequence
from datetime import date, time
from decimal import Decimal
from typing import Literal

import msgspec

Basis = Literal["billed", "rate", "electricity_cost", "spot"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")  # ISO order, from Monday

_TOO_MUCH = Decimal(100_000)  # currency units a kWh


class TaxRate(msgspec.Struct, frozen=True, kw_only=True):
    """A country's standard rate of value added tax, `[[tax_rate]]`; goes before the rates that ship."""

    country: str
    name: str
    rate: Decimal  # fraction
    valid_from: date
    valid_to: date | None = None  # the first day on which it no longer holds


class Reimbursement(msgspec.Struct, frozen=True, kw_only=True):
    """What a kWh is reimbursed by from a day on, until the next one, `[[account.NAME.reimbursement]]`."""

    valid_from: date
    basis: Basis
    rate: Decimal | None = None  # currency units a kWh, tax included; for the basis `rate` only


class Addition(msgspec.Struct, frozen=True, kw_only=True):
    """What a kWh costs on top of the spot price under the basis `spot`, `[[account.NAME.addition]]`.

    Without hours it holds all day; `to_hour` is the first local hour in which it no longer does, if need be of the
    next day. A name without a price for an hour has no price there, which is another thing than 0.
    """

    name: str
    per_kwh: Decimal  # currency units, ex. tax
    valid_from: date
    valid_to: date | None = None
    from_hour: int = 0
    to_hour: int = 24
    months: tuple[int, ...] = tuple(range(1, 13))


class TaxRefund(msgspec.Struct, frozen=True, kw_only=True):
    """The electricity tax that the operator refunds, from a day on until the next, `[[account.NAME.tax_refund]]`."""

    valid_from: date
    per_kwh: Decimal  # currency units


class Car(msgspec.Struct, frozen=True, kw_only=True):
    """A car that is charged, `[[car]]`."""

    name: str
    plate: str = ""
    owner: Literal["company", "private"] = "company"


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """Sessions that meet all of its conditions are charged into `car`, or go on a claim or not, `[[rule]]`.

    For the car the first rule that names one counts, for the claim the first that says `claim`. Times are local and of
    the session's start; `to_time` may lie beyond midnight.
    """

    car: str | None = None
    claim: bool | None = None
    account: str | None = None
    kind: Literal["private", "public"] | None = None
    charge_point: str | None = None
    evse: str | None = None
    weekdays: tuple[Weekday, ...] | None = None
    from_time: time | None = None
    to_time: time | None = None
    minimum_kwh: Decimal | None = None


def reimbursement_faults(entries: Sequence[Reimbursement]) -> list[str]:
    """What is wrong with an account's bases, as `.basis...: reason`."""
    faults = _same_days("reimbursement", [entry.valid_from for entry in entries])
    for entry in entries:
        if (entry.basis == "rate") != (entry.rate is not None):
            faults.append(f".reimbursement of {entry.valid_from}: a rate goes with the basis rate, and only with it")
        if entry.rate is not None:
            faults += _amount_faults(f".reimbursement of {entry.valid_from}", "rate", entry.rate)
    return faults


def refund_faults(entries: Sequence[TaxRefund]) -> list[str]:
    """What is wrong with an account's refunds."""
    faults = _same_days("tax_refund", [entry.valid_from for entry in entries])
    for entry in entries:
        faults += _amount_faults(f".tax_refund of {entry.valid_from}", "per_kwh", entry.per_kwh)
    return faults


def addition_faults(entries: Sequence[Addition]) -> list[str]:
    """What is wrong with an account's additions: dates, hours or months that are none, or that overlap."""
    faults = []
    for place, entry in enumerate(entries):
        where = f".addition {entry.name} of {entry.valid_from}"
        faults += _amount_faults(where, "per_kwh", entry.per_kwh, least=-_TOO_MUCH)
        if entry.valid_to is not None and entry.valid_to <= entry.valid_from:
            faults.append(f"{where}: valid_to is not after valid_from")
        if not (0 <= entry.from_hour <= 23 and 1 <= entry.to_hour <= 24) or entry.from_hour == entry.to_hour:
            faults.append(f"{where}: hours go from one to another, from 0 to 24")
        if not entry.months or not set(entry.months) <= set(range(1, 13)):
            faults.append(f"{where}: months are numbers from 1 to 12")
        faults += [
            f"{where}: overlaps the one of {other.valid_from}" for other in entries[:place] if _overlap(entry, other)
        ]
    return faults


def _overlap(one: Addition, other: Addition) -> bool:
    """Whether two additions of one name hold at the same time."""
    return (
        one.name == other.name
        and one.valid_from < (other.valid_to or date.max)
        and other.valid_from < (one.valid_to or date.max)
        and not set(one.months).isdisjoint(other.months)
        and not hours(one).isdisjoint(hours(other))
    )


def hours(entry: Addition) -> set[int]:
    """The local hours in which an addition holds."""
    if entry.from_hour < entry.to_hour:
        return set(range(entry.from_hour, entry.to_hour))
    return set(range(entry.from_hour, 24)) | set(range(entry.to_hour))


def tax_rate_faults(entries: Sequence[TaxRate]) -> list[str]:
    """What is wrong with the rates of tax."""
    faults = []
    for place, entry in enumerate(entries):
        where = f"tax_rate {entry.country} of {entry.valid_from}"
        if not re.fullmatch(r"[A-Z]{2}", entry.country):
            faults.append(f"{where}: {entry.country!r} is no two-letter country code, for example DK")
        if not entry.rate.is_finite() or not 0 <= entry.rate < 1 or _has_finer_than_millionths(entry.rate):
            faults.append(f"{where}: a rate is a fraction of at most six decimals, for example 0.25")
        if entry.valid_to is not None and entry.valid_to <= entry.valid_from:
            faults.append(f"{where}: valid_to is not after valid_from")
        faults += [
            f"{where}: overlaps the one of {other.valid_from}"
            for other in entries[:place]
            if entry.country == other.country
            and entry.valid_from < (other.valid_to or date.max)
            and other.valid_from < (entry.valid_to or date.max)
        ]
    return faults


def rule_faults(rules: Sequence[Rule], cars: Sequence[Car]) -> list[str]:
    """What is wrong with the cars and the rules that name them."""
    names = [car.name for car in cars]
    faults = [f"car {name}: named twice" for name in sorted({name for name in names if names.count(name) > 1})]
    for number, rule in enumerate(rules, start=1):
        if rule.car is None and rule.claim is None:
            faults.append(f"rule {number}: decides nothing: give it a car, or claim = true or false")
        if rule.car is not None and rule.car not in names:
            faults.append(f"rule {number}: there is no car {rule.car!r}")
        if (rule.from_time is None) != (rule.to_time is None):
            faults.append(f"rule {number}: from_time and to_time go together")
    return faults


def _amount_faults(where: str, key: str, amount: Decimal, least: Decimal = Decimal(0)) -> list[str]:
    """What is wrong with an amount a kWh; the tables hold it to the millionth."""
    if not amount.is_finite() or not least <= amount < _TOO_MUCH:
        return [f"{where}: {key} = {amount} is no amount a kWh"]
    return [f"{where}: {key} = {amount} has more than six decimals"] if _has_finer_than_millionths(amount) else []


def _has_finer_than_millionths(number: Decimal) -> bool:
    return number != round(number, 6)


def _same_days(what: str, days: list[date]) -> list[str]:
    return [f".{what} of {day}: there are two" for day in sorted({day for day in days if days.count(day) > 1})]
