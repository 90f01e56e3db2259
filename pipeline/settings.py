"""ladebog.toml: what it may hold, reading it, and adding an account to it. No secrets."""

import re
import tomllib
import zoneinfo
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from pipeline import policy, settings_example
from pipeline.errors import SettingsError, UnknownNameError

ACCOUNT_NAME = re.compile(r"^\w[\w-]{0,31}$")
_Entry = TypeVar("_Entry", bound=msgspec.Struct)
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


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
    reimbursement: tuple[policy.Reimbursement, ...] = ()
    addition: tuple[policy.Addition, ...] = ()
    tax_refund: tuple[policy.TaxRefund, ...] = ()

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
    tax_rates: tuple[policy.TaxRate, ...] = ()
    cars: tuple[policy.Car, ...] = ()
    rules: tuple[policy.Rule, ...] = ()

    def account(self, name: str) -> Account:
        """The account of that name, or UnknownNameError."""
        if name not in self.accounts:
            known = ", ".join(self.accounts) or "none yet"
            raise UnknownNameError(
                f"There is no account {name!r} in this logbook (accounts: {known}).",
                f"Add it with: ladebog account add {name} --url https://TENANT"
                if ACCOUNT_NAME.match(name)
                else "Name one of these with --account",
            )
        return self.accounts[name]

    def car(self, name: str) -> policy.Car:
        """The car of that name, or UnknownNameError."""
        for car in self.cars:
            if car.name == name:
                return car
        known = ", ".join(car.name for car in self.cars) or "none yet"
        raise UnknownNameError(
            f"There is no car {name!r} in this logbook (cars: {known}).",
            "Name one of them, or add it as a [[car]] in ladebog.toml",
        )

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
    "reimbursement": policy.Reimbursement,
    "addition": policy.Addition,
    "tax_refund": policy.TaxRefund,
}
_PLAIN = tuple(name for name in Account.__struct_fields__ if name != "name" and name not in _NESTED)


def read(path: Path) -> Settings:
    """Read and check the settings.

    Raises SettingsError that lists every mistake at once.
    """
    return parsed(path.read_bytes(), path)


def parsed(content: bytes, path: Path) -> Settings:
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
    accounts = {name: _account(name, table, mistakes) for name, table in _table(document, "account", mistakes).items()}
    source = _fields(Source, _table(document, "source", mistakes), "source", mistakes)
    mistakes += [f"source.{key}: must be more than 0" for key, value in source.items() if not 0 < value < 1e9]
    report = _fields(_Report, _table(document, "report", mistakes), "report", mistakes)
    if report.get("closed_after_hours", 0) < 0:
        mistakes.append("report.closed_after_hours: must not be less than 0")
    tax_rates = _entries(policy.TaxRate, document, "tax_rate", "tax_rate", mistakes)
    cars = _entries(policy.Car, document, "car", "car", mistakes)
    rules = _entries(policy.Rule, document, "rule", "rule", mistakes)
    mistakes += policy.tax_rate_faults(tax_rates) + policy.rule_faults(rules, cars)
    known = ("account", "source", "report", "tax_rate", "car", "rule")
    mistakes += [f"{key}: unknown table (known: {', '.join(known)})" for key in document if key not in known]
    return Settings(
        accounts=accounts,
        source=Source(**source),
        closed_after_hours=_Report(**report).closed_after_hours,
        tax_rates=tax_rates,
        cars=cars,
        rules=rules,
    )


class _Report(msgspec.Struct):
    closed_after_hours: int = 24


def _table(document: dict[str, Any], name: str, mistakes: list[str]) -> dict[str, Any]:
    table = document.get(name, {})
    if isinstance(table, dict):
        return table
    mistakes.append(f"{name}: must be a table")
    return {}


def _account(name: str, table: Any, mistakes: list[str]) -> Account:
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
    mistakes += [f"{where}{fault}" for fault in account_faults(account)]
    return account


def account_faults(account: Account) -> list[str]:
    """What is wrong with an account, as `.key: reason`; empty when all is well."""
    faults = []
    if not ACCOUNT_NAME.match(account.name):
        faults.append(": a name is letters, digits, - and _, at most 32 of them")
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
    faults += policy.reimbursement_faults(account.reimbursement)
    faults += policy.addition_faults(account.addition)
    faults += policy.refund_faults(account.tax_refund)
    return faults


def url_fault(url: str) -> str | None:
    """Why a tenant's address will not do, or None: https, except on loopback, and nothing but a host."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError as error:
        return f"{url!r} is no address ({error})"
    if not host or parts.username or parts.query or parts.fragment or parts.path.strip("/"):
        return f"{url!r} must be just https:// and the tenant's host"
    if parts.scheme != "https" and not (parts.scheme == "http" and host in LOOPBACK_HOSTS):
        return f"{url!r} must begin with https://"
    return None


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
    types = {field.name: field.type for field in msgspec.structs.fields(struct) if field.name not in but}
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

    from pipeline.logbook import write_text

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
    lines += [settings_example.POLICY, ""]
    return "\n".join(lines)
