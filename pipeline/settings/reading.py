"""Reads ladebog.toml: each of its tables becomes a struct of `schema`, and all faults are reported at once."""

import codecs
import tomllib
from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin

import msgspec

from pipeline.errors import SettingsError
from pipeline.settings import checks, schema
from pipeline.settings.misplaced_keys import explained, overwriting_hint
from pipeline.settings.schema import Account, ClaimSettings, Driver, Employer, Settings, Source
from pipeline.settings.tables import plain_type
from pipeline.settings.toml_faults import hint, why_unreadable
from pipeline.text import counted, did_you_mean, one_line

_Struct = TypeVar("_Struct", bound=msgspec.Struct)

TABLES_OF_ACCOUNT: dict[str, type[msgspec.Struct]] = {
    "reimbursement": schema.Reimbursement,
    "addition": schema.Addition,
    "tax_refund": schema.TaxRefund,
}
_MOST_HOURS = 100_000
_TABLES = ("account", "source", "report", "tax_rate", "car", "rule", "driver", "employer", "claim", "notify", "demo")


_FORMS = {
    Decimal: "a number: write it with a point and without quotes, for example 2.79",
    date: "a day, for example 2025-03-30",
    time: 'a time of day, for example "22:00:00"',
    datetime: "a time, for example 2025-11-12T12:00:00Z",
}


def read_settings(path: Path) -> Settings:
    """Read and check the settings. Raises SettingsError that lists every fault."""
    return parse_settings(path.read_bytes(), path)


def parse_settings(content: bytes, path: Path) -> Settings:
    """Check the content of a settings file; `path` is for messages. Raises SettingsError that lists every fault."""
    text = _decoded(content, path)
    try:
        document = tomllib.loads(text, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise SettingsError(
            f"{path} is not TOML: {why_unreadable(text, error)}.",
            f"Fix that line{overwriting_hint(text, error) or hint(text, error)}, then run the same command again",
        ) from None
    faults: list[str] = []
    settings = _settings(document, faults)
    if faults:
        fault_list = "".join(f"\n  {explained(fault, text)}" for fault in faults)
        raise SettingsError(
            f"{path} has {counted(len(faults), 'fault')}:{fault_list}",
            f"Fix {'it' if len(faults) == 1 else 'them'}, then run the same command again",
        )
    return settings


def _decoded(content: bytes, path: Path) -> str:
    """The text of a settings file. Raises SettingsError for another encoding than UTF-8."""
    advice = "Save it again with the encoding UTF-8, then run the same command again"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in content:
        raise SettingsError(f"{path} is saved in UTF-16, or is not a text: it must be in UTF-8.", advice)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SettingsError(
            f"{path} is saved in another encoding than UTF-8: line {line} has a letter that is not UTF-8.", advice
        ) from None


def _settings(document: dict[str, Any], faults: list[str]) -> Settings:
    tables = _table(document, "account", faults)
    accounts = {name: _account(name, table, tables, faults) for name, table in tables.items()}
    source = _fields(Source, _table(document, "source", faults), "source", faults)
    faults += [f"source.{key}: must be more than 0" for key, value in source.items() if not value > 0]
    faults += [f"source.{key}: must be less than 1,000,000,000" for key, value in source.items() if value >= 1e9]
    report = _fields(schema.ReportSettings, _table(document, "report", faults), "report", faults)
    if report.get("closed_after_hours", 0) < 0:
        faults.append("report.closed_after_hours: must not be less than 0")
    if report.get("closed_after_hours", 0) > _MOST_HOURS:
        faults.append(f"report.closed_after_hours: must not be more than {_MOST_HOURS:,}")
    tax_rates = _array(schema.TaxRate, document, "tax_rate", "tax_rate", faults)
    cars = _array(schema.Car, document, "car", "car", faults)
    rules = _array(schema.Rule, document, "rule", "rule", faults)
    driver = _struct(Driver, document, "driver", faults)
    employer = _struct(Employer, document, "employer", faults)
    faults += checks.text_faults(driver, "driver") + checks.text_faults(employer, "employer")
    faults += checks.tax_rate_faults(tax_rates) + checks.rule_faults(rules, cars)
    notify = _notify(_table(document, "notify", faults), faults)
    faults += [
        f"{key}: unknown table (known: {', '.join(_TABLES)}){did_you_mean(key, _TABLES)}"
        for key in document
        if key not in _TABLES
    ]
    return Settings(
        accounts=accounts,
        source=Source(**source),
        report=schema.ReportSettings(**report),
        tax_rates=tax_rates,
        cars=cars,
        rules=rules,
        driver=driver,
        employer=employer,
        claim=_struct(ClaimSettings, document, "claim", faults),
        notify=notify,
        demo=_demo(document, faults),
    )


def _account(name: str, table: Any, names: Iterable[str], faults: list[str]) -> Account:
    where = f"account.{name}"
    if not isinstance(table, dict):
        faults.append(f"{where}: must be a table")
        table = {}
    plain = {key: value for key, value in table.items() if key not in TABLES_OF_ACCOUNT}
    values = _fields(Account, plain, where, faults, without=("name", *TABLES_OF_ACCOUNT))
    if "url" not in table:
        faults.append(f'{where}.url: missing, for example url = "https://OPERATOR"')
    arrays: dict[str, Any] = {
        key: _array(struct, table, key, f"{where}.{key}", faults) for key, struct in TABLES_OF_ACCOUNT.items()
    }
    account = Account(name=name, **{"url": "https://missing.invalid", **values}, **arrays)
    faults += [f"{where}{fault}" for fault in checks.account_faults(account, names)]
    return account


def _demo(document: dict[str, Any], faults: list[str]) -> schema.Demo:
    demo = _struct(schema.Demo, document, "demo", faults)
    if demo.now is not None and demo.now.tzinfo is None:
        faults.append("demo.now: has no time zone, for example 2025-11-12T12:00:00Z")
    return demo


def _notify(table: dict[str, Any], faults: list[str]) -> schema.Notify:
    plain = {key: value for key, value in table.items() if key != "mail"}
    values = _fields(schema.Notify, plain, "notify", faults, without=("mail",))
    mail = _table({"notify.mail": table.get("mail", {})}, "notify.mail", faults)
    if mail is table.get("mail"):
        mail_values = _fields(schema.Mail, mail, "notify.mail", faults)
        values["mail"] = msgspec.convert(mail_values, schema.Mail)
    notify = schema.Notify(**values)
    reported_keys = {fault.partition(":")[0] for fault in faults}
    faults += [fault for fault in checks.notify_faults(notify) if fault.partition(":")[0] not in reported_keys]
    return notify


def _table(document: dict[str, Any], name: str, faults: list[str]) -> dict[str, Any]:
    table = document.get(name, {})
    if isinstance(table, dict):
        return table
    faults.append(f"{name}: must be a table")
    return {}


def _fields(
    struct: type[msgspec.Struct],
    table: dict[str, Any],
    where: str,
    faults: list[str],
    without: tuple[str, ...] = (),
) -> dict[str, Any]:
    """The keys of `table` that are fields of `struct` and have their type; each other key is a fault.

    `without` are fields that the table does not set itself.
    """
    fields = [field for field in msgspec.structs.fields(struct) if field.name not in without]
    types = {field.encode_name: plain_type(field.type) for field in fields}
    values = {}
    for key, value in table.items():
        if key not in types:
            faults.append(f"{where}.{key}: unknown key (known: {', '.join(types)}){did_you_mean(key, types)}")
            continue
        try:
            values[key] = msgspec.convert(value, types[key])
        except msgspec.ValidationError as error:
            allowed = _allowed_texts(types[key])
            fault = _wrong_form(key, value, types[key]) or str(error)
            faults.append(f"{where}.{key}: {fault}" + (f" (allowed: {', '.join(allowed)})" if allowed else ""))
    return values


def _wrong_form(key: str, value: Any, kind: Any) -> str | None:
    """What is wrong with a number that should be a text, or with a text that should not; None for other faults."""
    kinds = {kind, *get_args(kind)}
    if str in kinds and isinstance(value, int | Decimal) and not isinstance(value, bool):
        return f'{value} is not a text: put it in quotes: {key} = "{value}"'
    if not isinstance(value, str):
        return None
    named = next((name for expected, name in _FORMS.items() if expected in kinds), None)
    return f"{one_line(value)!r} is not {named}" if named else None


def _allowed_texts(kind: Any) -> list[str]:
    """The texts that a field may have, where its type lists them."""
    if get_origin(kind) is Literal:
        return [str(text) for text in get_args(kind)]
    return [text for part in get_args(kind) for text in _allowed_texts(part)]


def _struct(struct: type[_Struct], document: dict[str, Any], name: str, faults: list[str]) -> _Struct:
    """The struct of a table, with the defaults for keys that have a fault."""
    return struct(**_fields(struct, _table(document, name, faults), name, faults))


def _array(
    struct: type[_Struct], document: dict[str, Any], key: str, where: str, faults: list[str]
) -> tuple[_Struct, ...]:
    """The structs of an array of tables `[[...]]`, without those that have faults."""
    tables = document.get(key, [])
    if not isinstance(tables, list):
        faults.append(f"{where}: must be an array of tables, [[{where}]]")
        return ()
    structs = []
    for number, table in enumerate(tables, start=1):
        if not isinstance(table, dict):
            faults.append(f"{where} {number}: must be a table")
            continue
        before = len(faults)
        values = _fields(struct, table, f"{where} {number}", faults)
        for field in msgspec.structs.fields(struct):
            if field.required and field.name not in table:
                faults.append(f"{where} {number}.{field.name}: missing")
        if len(faults) == before:
            structs.append(struct(**values))
    return tuple(structs)
