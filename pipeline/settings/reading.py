"""ladebog.toml: what it may hold, reading it, and adding an account to it. No secrets."""

import tomllib
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from pipeline.errors import SettingsError
from pipeline.settings import checks, schema
from pipeline.settings.checks import account_faults, profile_faults
from pipeline.settings.schema import Account, ClaimSettings, Driver, Employer, Settings, Source

_Entry = TypeVar("_Entry", bound=msgspec.Struct)


TABLES_OF_ACCOUNT: dict[str, type[msgspec.Struct]] = {
    "reimbursement": schema.Reimbursement,
    "addition": schema.Addition,
    "tax_refund": schema.TaxRefund,
}


def read_settings(path: Path) -> Settings:
    """Read and check the settings.

    Raises SettingsError that lists every mistake at once.
    """
    return parse_settings(path.read_bytes(), path)


def parse_settings(content: bytes, path: Path) -> Settings:
    """Check the content of a settings file, which is or is to be at `path`. Raises as `read` does."""
    try:
        document = tomllib.loads(content.decode("utf-8"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{path} is not TOML: {error}.", "Mend that line, then run the same command again"
        ) from None
    mistakes: list[str] = []
    settings = _settings(document, mistakes)
    if mistakes:
        listed = "".join(f"\n  {mistake}" for mistake in mistakes)
        raise SettingsError(f"{path} has mistakes:{listed}", "Mend them, then run the same command again")
    return settings


def _settings(document: dict[str, Any], mistakes: list[str]) -> Settings:
    tables = _table(document, "account", mistakes)
    accounts = {name: _account(name, table, tables, mistakes) for name, table in tables.items()}
    source = _fields(Source, _table(document, "source", mistakes), "source", mistakes)
    mistakes += [f"source.{key}: must be more than 0" for key, value in source.items() if not 0 < value < 1e9]
    report = _fields(_Report, _table(document, "report", mistakes), "report", mistakes)
    if report.get("closed_after_hours", 0) < 0:
        mistakes.append("report.closed_after_hours: must not be less than 0")
    tax_rates = _entries(schema.TaxRate, document, "tax_rate", "tax_rate", mistakes)
    cars = _entries(schema.Car, document, "car", "car", mistakes)
    rules = _entries(schema.Rule, document, "rule", "rule", mistakes)
    driver = _whole(Driver, document, "driver", mistakes)
    employer = _whole(Employer, document, "employer", mistakes)
    mistakes += profile_faults(driver, "driver") + profile_faults(employer, "employer")
    mistakes += checks.tax_rate_faults(tax_rates) + checks.rule_faults(rules, cars)
    notify = _notify(_table(document, "notify", mistakes), mistakes)
    known = ("account", "source", "report", "tax_rate", "car", "rule", "driver", "employer", "claim", "notify")
    mistakes += [f"{key}: unknown table (known: {', '.join(known)})" for key in document if key not in known]
    return Settings(
        accounts=accounts,
        source=Source(**source),
        closed_after_hours=_Report(**report).closed_after_hours,
        tax_rates=tax_rates,
        cars=cars,
        rules=rules,
        driver=driver,
        employer=employer,
        claim=_whole(ClaimSettings, document, "claim", mistakes),
        notify=notify,
    )


class _Report(msgspec.Struct):
    closed_after_hours: int = 24


def _table(document: dict[str, Any], name: str, mistakes: list[str]) -> dict[str, Any]:
    table = document.get(name, {})
    if isinstance(table, dict):
        return table
    mistakes.append(f"{name}: must be a table")
    return {}


def _account(name: str, table: Any, names: Iterable[str], mistakes: list[str]) -> Account:
    where = f"account.{name}"
    if not isinstance(table, dict):
        mistakes.append(f"{where}: must be a table")
        table = {}
    plain = {key: value for key, value in table.items() if key not in TABLES_OF_ACCOUNT}
    values = _fields(Account, plain, where, mistakes)
    if "url" not in table:
        mistakes.append(f'{where}.url: missing, for example url = "https://TENANT"')
    nested: dict[str, Any] = {
        key: _entries(kind, table, key, f"{where}.{key}", mistakes) for key, kind in TABLES_OF_ACCOUNT.items()
    }
    account = Account(name=name, **{"url": "https://missing.invalid", **values}, **nested)
    mistakes += [f"{where}{fault}" for fault in account_faults(account, names)]
    return account


def _notify(table: dict[str, Any], mistakes: list[str]) -> schema.Notify:
    plain = {key: value for key, value in table.items() if key != "mail"}
    values = _fields(schema.Notify, plain, "notify", mistakes, but=("mail",))
    mail = _table({"notify.mail": table.get("mail", {})}, "notify.mail", mistakes)
    if mail == table.get("mail"):  # there is such a table
        given = _fields(schema.Mail, mail, "notify.mail", mistakes, but=())
        values["mail"] = msgspec.convert(given, schema.Mail)
    notify = schema.Notify(**values)
    said = {mistake.partition(":")[0] for mistake in mistakes}
    mistakes += [fault for fault in checks.notify_faults(notify) if fault.partition(":")[0] not in said]
    return notify


def _fields(
    struct: type[msgspec.Struct],
    table: dict[str, Any],
    where: str,
    mistakes: list[str],
    but: tuple[str, ...] = ("name", *TABLES_OF_ACCOUNT),
) -> dict[str, Any]:
    """The keys of `table` that are fields of `struct` and of their type; the others become mistakes.

    `but` are fields that such a table does not set itself.
    """
    types = {field.encode_name: field.type for field in msgspec.structs.fields(struct) if field.name not in but}
    values = {}
    for key, value in table.items():
        if key not in types:
            mistakes.append(f"{where}.{key}: unknown key (known: {', '.join(types)})")
            continue
        try:
            values[key] = msgspec.convert(value, types[key])
        except msgspec.ValidationError as error:
            mistakes.append(f"{where}.{key}: {error}")
    return values


def _whole(struct: type[_Entry], document: dict[str, Any], name: str, mistakes: list[str]) -> _Entry:
    """The struct that a table makes, of those of its keys that are sound."""
    return struct(**_fields(struct, _table(document, name, mistakes), name, mistakes, but=()))


def _entries(
    struct: type[_Entry], document: dict[str, Any], key: str, where: str, mistakes: list[str]
) -> tuple[_Entry, ...]:
    """The tables of an array `[[...]]`, those that hold together; the others become mistakes."""
    listed = document.get(key, [])
    if not isinstance(listed, list):
        mistakes.append(f"{where}: must be an array of tables, [[{where}]]")
        return ()
    entries = []
    for number, table in enumerate(listed, start=1):
        if not isinstance(table, dict):
            mistakes.append(f"{where} {number}: must be a table")
            continue
        before = len(mistakes)
        values = _fields(struct, table, f"{where} {number}", mistakes, but=())
        for field in msgspec.structs.fields(struct):
            if field.required and field.name not in table:
                mistakes.append(f"{where} {number}.{field.name}: missing")
        if len(mistakes) == before:
            entries.append(struct(**values))
    return tuple(entries)
