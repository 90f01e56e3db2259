"""ladebog.toml: what it may hold, reading it, and adding an account to it. No secrets."""

import re
import tomllib
import zoneinfo
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from pipeline.address import url_fault
from pipeline.errors import SettingsError, UnknownNameError
from pipeline.notify import channels
from pipeline.settings import checks, template
from pipeline.settings.names import name_fault, same_file
from pipeline.settings.schema import ClaimSettings, Driver, Employer, profile_faults

_Entry = TypeVar("_Entry", bound=msgspec.Struct)


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One login at one operator's tenant, `[account.NAME]`."""

    name: str
    url: str
    country: str = "DK"
    timezone: str = "Europe/Copenhagen"
    currency: str = "DKK"
    client_id: str = ""
    app_version: str = "2.126.0"
    device_id: str = "0000000000000000"
    reimbursement: tuple[checks.Reimbursement, ...] = ()
    addition: tuple[checks.Addition, ...] = ()
    tax_refund: tuple[checks.TaxRefund, ...] = ()

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.timezone)


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """How politely and how patiently the operator is asked, `[source]`. Seconds throughout."""

    requests_per_second: int = 2
    at_a_time: int = 4
    connect_timeout: float = 10
    read_timeout: float = 60
    attempts: int = 6
    longest_wait: float = 120
    largest_body_mb: int = 64


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The whole of ladebog.toml."""

    accounts: dict[str, Account]
    source: Source = Source()
    closed_after_hours: int = 24
    tax_rates: tuple[checks.TaxRate, ...] = ()
    cars: tuple[checks.Car, ...] = ()
    rules: tuple[checks.Rule, ...] = ()
    driver: Driver = Driver()
    employer: Employer = Employer()
    claim: ClaimSettings = ClaimSettings()
    notify: channels.Notify = channels.Notify()

    def account(self, name: str) -> Account:
        """The account of that name, or UnknownNameError."""
        if name not in self.accounts:
            known = ", ".join(self.accounts) or "none yet"
            raise UnknownNameError(
                f"There is no account {name!r} in this logbook (accounts: {known}).",
                f"Add it with: ladebog account add {name} --url https://TENANT"
                if name_fault(name) is None
                else "Name one of these with --account",
            )
        return self.accounts[name]

    def car(self, name: str) -> checks.Car:
        """The car of that name, or UnknownNameError."""
        for car in self.cars:
            if car.name == name:
                return car
        known = ", ".join(car.name for car in self.cars) or "none yet"
        raise UnknownNameError(
            f"There is no car {name!r} in this logbook (cars: {known}).",
            "Name one of them, or add it as a [[car]] in ladebog.toml",
        )

    def one(self, name: str | None) -> Account:
        """The named account, or the only one. Raises UnknownNameError where it has to be named."""
        accounts = self.chosen(name)
        if len(accounts) > 1:
            raise UnknownNameError(
                f"This logbook has several accounts ({', '.join(self.accounts)}).", "Say which with --account NAME"
            )
        return accounts[0]

    def chosen(self, name: str | None) -> list[Account]:
        """The named account, or all of them. Raises SettingsError where there is none at all."""
        if name is not None:
            return [self.account(name)]
        if not self.accounts:
            raise SettingsError(
                "This logbook names no account yet.", "Add one with: ladebog account add NAME --url https://TENANT"
            )
        return list(self.accounts.values())


_NESTED: dict[str, type[msgspec.Struct]] = {
    "reimbursement": checks.Reimbursement,
    "addition": checks.Addition,
    "tax_refund": checks.TaxRefund,
}
_PLAIN = tuple(name for name in Account.__struct_fields__ if name != "name" and name not in _NESTED)


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
    tax_rates = _entries(checks.TaxRate, document, "tax_rate", "tax_rate", mistakes)
    cars = _entries(checks.Car, document, "car", "car", mistakes)
    rules = _entries(checks.Rule, document, "rule", "rule", mistakes)
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
    plain = {key: value for key, value in table.items() if key not in _NESTED}
    values = _fields(Account, plain, where, mistakes)
    if "url" not in table:
        mistakes.append(f'{where}.url: missing, for example url = "https://TENANT"')
    nested: dict[str, Any] = {
        key: _entries(kind, table, key, f"{where}.{key}", mistakes) for key, kind in _NESTED.items()
    }
    account = Account(name=name, **{"url": "https://missing.invalid", **values}, **nested)
    mistakes += [f"{where}{fault}" for fault in account_faults(account, names)]
    return account


def _notify(table: dict[str, Any], mistakes: list[str]) -> channels.Notify:
    plain = {key: value for key, value in table.items() if key != "mail"}
    values = _fields(channels.Notify, plain, "notify", mistakes, but=("mail",))
    mail = _table({"notify.mail": table.get("mail", {})}, "notify.mail", mistakes)
    if mail == table.get("mail"):  # there is such a table
        given = _fields(channels.Mail, mail, "notify.mail", mistakes, but=())
        values["mail"] = msgspec.convert(given, channels.Mail)
    notify = channels.Notify(**values)
    said = {mistake.partition(":")[0] for mistake in mistakes}
    mistakes += [fault for fault in channels.faults(notify) if fault.partition(":")[0] not in said]
    return notify


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
    faults += checks.reimbursement_faults(account.reimbursement)
    faults += checks.addition_faults(account.addition)
    faults += checks.refund_faults(account.tax_refund)
    return faults


def _fields(
    struct: type[msgspec.Struct],
    table: dict[str, Any],
    where: str,
    mistakes: list[str],
    but: tuple[str, ...] = ("name", *_NESTED),
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


def write_account(path: Path, account: Account) -> None:
    """Put an account into the settings file, keeping all else in it as it stands, comments included."""
    import tomlkit

    from pipeline.logbook.folder import write_text

    document = tomlkit.parse(path.read_text("utf-8") if path.is_file() else _sample())
    accounts = document.setdefault("account", tomlkit.table(is_super_table=True))
    table = accounts.setdefault(account.name, tomlkit.table())
    for name in _PLAIN:
        table[name] = getattr(account, name)
    write_text(path, tomlkit.dumps(document))


def _sample() -> str:
    """What a new settings file says: every key that may be set, commented out at its default or with an example."""
    lines = ["# Ladebog's settings; no secrets in here. A line without its # takes effect.", "", "# [source]"]
    lines += [f"# {field.name} = {field.default}" for field in msgspec.structs.fields(Source)]
    lines += ["", "# [report]", f"# closed_after_hours = {Settings(accounts={}).closed_after_hours}", ""]
    lines += [template.POLICY, template.NOTIFY, ""]
    return "\n".join(lines)
