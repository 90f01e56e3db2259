"""Writes the settings to the fact tables, so that all figures are computed only from the database."""

import hashlib
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any

import duckdb
import msgspec

from pipeline.database.insert import insert
from pipeline.load.zones import zone_offsets
from pipeline.settings import schema
from pipeline.settings.schema import Account, Settings

Row = tuple[Any, ...]

_WATT_HOUR = Decimal("0.001")  # kWh


def write_settings(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Replace the settings in the database by these."""
    connection.execute("update facts.settings set closed_after_hours = ?, claim_attribution = ?", _values(settings))
    for table, rows in _tables(settings).items():
        connection.execute(f"delete from facts.{table}")  # noqa: S608 (a name of our own)
        insert(connection, f"facts.{table}", rows)


def fingerprint(settings: Settings) -> str:
    """SHA-256 in hex over what figures are computed from: what `write_settings` writes."""
    return hashlib.sha256(msgspec.json.encode([_values(settings), _tables(settings)])).hexdigest()


def are_outdated(connection: duckdb.DuckDBPyConnection, settings: Settings) -> bool:
    """Whether the figures in the database were computed from other settings than these.

    A damaged file may have no row, or the one from before the figures were first computed.
    """
    row = connection.execute("select settings from facts.settings").fetchone()
    return row not in (None, ("",), (fingerprint(settings),))


def _values(settings: Settings) -> list[Any]:
    return [settings.report.closed_after_hours, settings.claim.attribution]


def _tables(settings: Settings) -> dict[str, list[Row]]:
    accounts = list(settings.accounts.values())
    return {
        "accounts": [
            (account.name, account.url, account.country, account.timezone, account.currency) for account in accounts
        ],
        "zone_offsets": [(account.name, *offset) for account in accounts for offset in zone_offsets(account.timezone)],
        "operator_hosts": _operator_hosts(accounts),
        "tax_rates": [
            (entry.country, entry.name, entry.rate, entry.valid_from, entry.valid_to) for entry in settings.tax_rates
        ],
        "reimbursement_bases": [row for account in accounts for row in _bases(account)],
        "price_additions": [row for account in accounts for row in _additions(account)],
        "tax_refunds": [row for account in accounts for row in _refunds(account)],
        "cars": [(car.name, car.plate, car.owner) for car in settings.cars],
        "rules": [_rule(number, rule) for number, rule in enumerate(settings.rules, start=1)],
    }


def _operator_hosts(accounts: Iterable[Account]) -> list[Row]:
    """Each host with the first of its operator's: accounts with a host in common are of one operator."""
    operators: list[set[str]] = []
    for account in accounts:
        joined = [operator for operator in operators if not operator.isdisjoint(account.hosts)]
        operators = [operator for operator in operators if operator not in joined]
        operators.append(set(account.hosts).union(*joined))
    return [(host, min(operator)) for operator in operators for host in sorted(operator)]


def _bases(account: Account) -> list[Row]:
    """The account's reimbursement bases, without gaps: before the first entry, what was billed is reimbursed."""
    entries = sorted(account.reimbursement, key=lambda entry: entry.valid_from)
    if not entries or entries[0].valid_from > date.min:
        entries.insert(0, schema.Reimbursement(valid_from=date.min, basis="billed"))
    ends = _ends([entry.valid_from for entry in entries])
    return [
        (account.name, entry.basis, entry.rate, entry.valid_from, end) for entry, end in zip(entries, ends, strict=True)
    ]


def _refunds(account: Account) -> list[Row]:
    entries = sorted(account.tax_refund, key=lambda entry: entry.valid_from)
    ends = _ends([entry.valid_from for entry in entries])
    return [(account.name, entry.per_kwh, entry.valid_from, end) for entry, end in zip(entries, ends, strict=True)]


def _additions(account: Account) -> list[Row]:
    return [
        (account.name, entry.name, hour, month, entry.per_kwh, entry.valid_from, entry.valid_to)
        for entry in account.addition
        for hour in sorted(entry.hours)
        for month in sorted(set(entry.months))
    ]


def _rule(number: int, rule: schema.Rule) -> Row:
    weekdays = [schema.WEEKDAYS.index(day) + 1 for day in rule.weekdays] if rule.weekdays is not None else None
    return (
        number,
        rule.car,
        rule.claim,
        rule.account,
        rule.kind,
        rule.charge_point,
        rule.evse,
        weekdays,
        rule.from_time,
        rule.to_time,
        None if rule.minimum_kwh is None else rule.minimum_kwh.quantize(_WATT_HOUR, ROUND_HALF_UP),
    )


def _ends(starts: list[date]) -> list[date | None]:
    """The end of each dated entry: the start of the next one."""
    return [next_start for _, next_start in pairwise(starts)] + [None] if starts else []
