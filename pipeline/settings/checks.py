"""What settings say about money and cars: taxes, what is reimbursed, and the rules that choose a car."""

import re
import unicodedata
import zoneinfo
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

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
    hours,
)

_TOO_MUCH = Decimal(100_000)  # currency units a kWh


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


def account_faults(account: Account, others: Iterable[str] = ()) -> list[str]:
    """What is wrong with an account beside accounts of these names, as `.key: reason`; empty when all is well."""
    faults = []
    if reason := name_fault(account.name):
        faults.append(f": {reason}")
    if other := same_file(account.name, others):
        faults.append(f": account {other} has this name but for capital letters")
    if reason := url_fault(account.url):
        faults.append(f".url: {reason}")
    if account.timezone not in zoneinfo.available_timezones() - {"localtime"}:
        faults.append(f".timezone: {account.timezone!r} is no time zone, for example Europe/Copenhagen")
    for name in ("app_version", "device_id", "client_id"):
        if not re.fullmatch(r"[!-~]*", getattr(account, name)):
            faults.append(f".{name}: only ASCII letters, digits and signs, without spaces")
    if not re.fullmatch(r"[A-Z]{2}", account.country):
        faults.append(f".country: {account.country!r} is no two-letter country code, for example DK")
    if not re.fullmatch(r"[A-Z]{3}", account.currency):
        faults.append(f".currency: {account.currency!r} is no three-letter currency code, for example DKK")
    faults += reimbursement_faults(account.reimbursement)
    faults += addition_faults(account.addition)
    faults += refund_faults(account.tax_refund)
    return faults


def profile_faults(who: Driver | Employer, where: str) -> list[str]:
    """What is wrong with what a profile says, as `driver.name: reason`."""
    return [
        f"{where}.{key}: {text!r} is not one line of text that can be printed"
        for key, text in msgspec.structs.asdict(who).items()
        if any(unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") for sign in text)
    ]


_MAIL_ADDRESS = re.compile(r"[!-?A-~]+@[!-?A-~]+")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def notify_faults(notify: Notify) -> list[str]:
    """What is wrong with it, each with the key's path; empty when all is well."""
    found = []
    if notify.webhook and (reason := webhook_fault(notify.webhook)):
        found.append(f"notify.webhook: {reason}")
    if notify.mail is not None:
        found += [f"notify.mail.{fault}" for fault in _mail_faults(notify.mail)]
    return found


def _mail_faults(mail: Mail) -> list[str]:
    found = []
    if not re.fullmatch(r"[A-Za-z0-9.:-]+", mail.host):
        found.append(f"host: {mail.host!r} is no host, for example smtp.example.org")
    if not 0 < mail.port < 65536:
        found.append("port: must be from 1 to 65535")
    if not _MAIL_ADDRESS.fullmatch(mail.sender):
        found.append(f"from: {mail.sender!r} is no mail address")
    if not mail.to:
        found.append('to: names nobody, for example to = ["you@example.org"]')
    found += [f"to: {address!r} is no mail address" for address in mail.to if not _MAIL_ADDRESS.fullmatch(address)]
    if bool(mail.username) != bool(mail.password_variable):
        found.append("password_variable: goes with username: set both, or neither")
    if mail.password_variable and not _VARIABLE.fullmatch(mail.password_variable):
        found.append("password_variable: must be the name of an environment variable, not the password")
    if mail.username and not mail.starttls and mail.host not in LOOPBACK_HOSTS:
        found.append("starttls: a password is not sent unencrypted")
    return found
