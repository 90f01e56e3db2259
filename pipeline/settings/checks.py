"""Faults of settings that a type does not express: amounts, dates, codes, and entries that contradict each other.

A fault is a line `key: reason`. Faults of an account leave out its name, so they begin with a dot or a colon.
"""

import re
import zoneinfo
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import cache

import msgspec

from pipeline.settings.names import LOOPBACK_HOSTS, name_fault, same_file, url_fault, webhook_fault
from pipeline.settings.schema import (
    Account,
    Addition,
    Car,
    Driver,
    Employer,
    Mail,
    Notify,
    Reimbursement,
    Rule,
    TaxRate,
    TaxRefund,
)
from pipeline.text import is_printable

_TOO_MUCH = Decimal(100_000)  # currency units per kWh, or kWh of a session
_LONGEST_TEXT = 500  # characters
_COUNTRY = re.compile(r"[A-Z]{2}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_MAIL_ADDRESS = re.compile(r"[!-?A-~]+@[!-?A-~]+")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def account_faults(account: Account, others: Iterable[str] = ()) -> list[str]:
    """The faults of an account; `others` are the names of the accounts in the same logbook."""
    faults = []
    if reason := name_fault(account.name):
        faults.append(f": {reason}")
    if other := same_file(account.name, others):
        faults.append(f": account {other} has the same name except for capital letters")
    if reason := url_fault(account.url):
        faults.append(f".url: {reason}")
    if account.timezone not in _time_zones():
        faults.append(f".timezone: {account.timezone!r} is not a time zone, for example Europe/Copenhagen")
    for name in ("app_version", "device_id", "client_id"):
        if not re.fullmatch(r"[!-~]*", getattr(account, name)):
            faults.append(f".{name}: only ASCII letters, digits and signs, without spaces")
    if not _COUNTRY.fullmatch(account.country):
        faults.append(f".country: {account.country!r} is not a two-letter country code, for example DK")
    if not _CURRENCY.fullmatch(account.currency):
        faults.append(f".currency: {account.currency!r} is not a three-letter currency code, for example DKK")
    faults += _reimbursement_faults(account.reimbursement)
    faults += _addition_faults(account.addition)
    faults += _refund_faults(account.tax_refund)
    return faults


@cache
def _time_zones() -> frozenset[str]:
    """The names of all time zones; finding them reads several folders."""
    return frozenset(zoneinfo.available_timezones() - {"localtime"})


def _reimbursement_faults(entries: Sequence[Reimbursement]) -> list[str]:
    faults = _repeated_days("reimbursement", [entry.valid_from for entry in entries])
    for entry in entries:
        where = f".reimbursement of {entry.valid_from}"
        if (entry.basis == "rate") != (entry.rate is not None):
            faults.append(f"{where}: the basis rate needs a rate, and no other basis may have one")
        if entry.rate is not None:
            faults += _amount_faults(where, "rate", entry.rate)
    return faults


def _addition_faults(entries: Sequence[Addition]) -> list[str]:
    faults = []
    for place, entry in enumerate(entries):
        where = f".addition {entry.name} of {entry.valid_from}"
        faults += text_faults(entry, f".addition {place + 1}")
        faults += _amount_faults(where, "per_kwh", entry.per_kwh, least=-_TOO_MUCH)
        if entry.valid_to is not None and entry.valid_to <= entry.valid_from:
            faults.append(f"{where}: valid_to is not after valid_from")
        if not (0 <= entry.from_hour <= 23 and 1 <= entry.to_hour <= 24) or entry.from_hour == entry.to_hour:
            faults.append(
                f"{where}: from_hour and to_hour must be two different hours from 0 to 24 "
                "(midnight is 0 as from_hour and 24 as to_hour)"
            )
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
        and _share_a_day(one, other)
        and not set(one.months).isdisjoint(other.months)
        and not one.hours.isdisjoint(other.hours)
    )


def _share_a_day(one: Addition | TaxRate, other: Addition | TaxRate) -> bool:
    return one.valid_from < (other.valid_to or date.max) and other.valid_from < (one.valid_to or date.max)


def _refund_faults(entries: Sequence[TaxRefund]) -> list[str]:
    faults = _repeated_days("tax_refund", [entry.valid_from for entry in entries])
    for entry in entries:
        faults += _amount_faults(f".tax_refund of {entry.valid_from}", "per_kwh", entry.per_kwh)
    return faults


def _repeated_days(key: str, days: list[date]) -> list[str]:
    return [f".{key} of {day}: there are two" for day in sorted({day for day in days if days.count(day) > 1})]


def _amount_faults(where: str, key: str, amount: Decimal, least: Decimal = Decimal(0)) -> list[str]:
    if not amount.is_finite() or not least <= amount < _TOO_MUCH:
        return [f"{where}: {key} = {amount} is not an amount per kWh"]
    return [] if _has_six_decimals(amount) else [f"{where}: {key} = {amount} has more than six decimals"]


def _has_six_decimals(number: Decimal) -> bool:
    """Whether a number has no more decimals than the tables of the database keep."""
    return number == round(number, 6)


def tax_rate_faults(entries: Sequence[TaxRate]) -> list[str]:
    """The faults of the tax rates."""
    faults = []
    for place, entry in enumerate(entries):
        where = f"tax_rate {entry.country} of {entry.valid_from}"
        faults += text_faults(entry, f"tax_rate {place + 1}")
        if not _COUNTRY.fullmatch(entry.country):
            faults.append(f"{where}: {entry.country!r} is not a two-letter country code, for example DK")
        if not entry.rate.is_finite() or not 0 <= entry.rate < 1 or not _has_six_decimals(entry.rate):
            faults.append(f"{where}: a rate is a fraction of at most six decimals, for example 0.25")
        if entry.valid_to is not None and entry.valid_to <= entry.valid_from:
            faults.append(f"{where}: valid_to is not after valid_from")
        faults += [
            f"{where}: overlaps the one of {other.valid_from}"
            for other in entries[:place]
            if entry.country == other.country and _share_a_day(entry, other)
        ]
    return faults


def rule_faults(rules: Sequence[Rule], cars: Sequence[Car]) -> list[str]:
    """The faults of the cars and of the rules that name them."""
    names = [car.name for car in cars]
    faults = [fault for number, car in enumerate(cars, start=1) for fault in text_faults(car, f"car {number}")]
    faults += [f"car {number}.name: is empty" for number, name in enumerate(names, start=1) if not name.strip()]
    faults += [f"car {name}: there are two" for name in sorted({name for name in names if names.count(name) > 1})]
    faults += [
        f"car {name}: car {other} has the same name except for capital letters"
        for place, name in enumerate(names)
        if (other := same_file(name, names[:place]))
    ]
    for number, rule in enumerate(rules, start=1):
        if rule.car is None and rule.claim is None:
            faults.append(f"rule {number}: has no effect: give it a car, or claim = true or false")
        if rule.car is not None and rule.car not in names:
            faults.append(f"rule {number}: there is no car {rule.car!r}")
        if rule.minimum_kwh is not None and not (rule.minimum_kwh.is_finite() and 0 <= rule.minimum_kwh < _TOO_MUCH):
            faults.append(f"rule {number}: minimum_kwh must be from 0 to less than {_TOO_MUCH:,}")
        if (rule.from_time is None) != (rule.to_time is None):
            faults.append(f"rule {number}: set both from_time and to_time, or neither")
    return faults


def text_faults(table: Driver | Employer | Car | Addition | TaxRate, where: str) -> list[str]:
    """The faults of the texts of a table that claims print; `where` is the table."""
    return [
        fault
        for key, text in msgspec.structs.asdict(table).items()
        if isinstance(text, str) and (fault := _text_fault(f"{where}.{key}", text))
    ]


def _text_fault(where: str, text: str) -> str | None:
    if len(text) > _LONGEST_TEXT:
        return f"{where}: has {len(text)} characters; at most {_LONGEST_TEXT} fit on a claim"
    if not is_printable(text):
        return f"{where}: {text!r} is not one line of text that can be printed"
    return None


def notify_faults(notify: Notify) -> list[str]:
    """The faults of where messages are sent."""
    faults = []
    if notify.webhook and (reason := webhook_fault(notify.webhook)):
        faults.append(f"notify.webhook: {reason}")
    if notify.mail is not None:
        faults += [f"notify.mail.{fault}" for fault in _mail_faults(notify.mail)]
    return faults


def _mail_faults(mail: Mail) -> list[str]:
    faults = []
    if not re.fullmatch(r"[A-Za-z0-9.:-]+", mail.host):
        faults.append(f"host: {mail.host!r} is not a host, for example smtp.example.org")
    if not 0 < mail.port < 65536:
        faults.append("port: must be from 1 to 65535")
    if not _MAIL_ADDRESS.fullmatch(mail.sender):
        faults.append(f"from: {mail.sender!r} is not a mail address")
    if not mail.to:
        faults.append('to: has no address, for example to = ["you@example.org"]')
    faults += [f"to: {address!r} is not a mail address" for address in mail.to if not _MAIL_ADDRESS.fullmatch(address)]
    if bool(mail.username) != bool(mail.password_variable):
        faults.append("password_variable: set both this and username, or neither")
    if mail.password_variable and not _VARIABLE.fullmatch(mail.password_variable):
        faults.append("password_variable: must be the name of an environment variable, not the password")
    if mail.username and not mail.starttls and mail.host not in LOOPBACK_HOSTS:
        faults.append("starttls: must be true, as a password is not sent unencrypted")
    return faults
