"""Who claims, from whom, and how, as the settings say it. What is left empty is filled in by hand."""

import zoneinfo
from datetime import date, time
from decimal import Decimal
from typing import Literal

import msgspec

from pipeline.errors import SettingsError, UnknownNameError
from pipeline.settings.names import name_fault

Attribution = Literal["stop", "split"]
Language = Literal["da", "en"]


class Driver(msgspec.Struct, frozen=True, kw_only=True):
    """Who claims, `[driver]`."""

    name: str = ""
    employee_number: str = ""
    bank_account: str = ""


class Employer(msgspec.Struct, frozen=True, kw_only=True):
    """Who is to pay, `[employer]`."""

    name: str = ""
    registration_number: str = ""  # in Denmark the CVR number
    cost_centre: str = ""


class ClaimSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How claims are made, `[claim]`."""

    attribution: Attribution = "stop"
    language: Language = "da"


Basis = Literal["billed", "rate", "electricity_cost", "spot"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")  # ISO order, from Monday


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


def hours(entry: Addition) -> set[int]:
    """The local hours in which an addition holds."""
    if entry.from_hour < entry.to_hour:
        return set(range(entry.from_hour, entry.to_hour))
    return set(range(entry.from_hour, 24)) | set(range(entry.to_hour))


class Mail(msgspec.Struct, frozen=True, kw_only=True, rename={"sender": "from"}):
    """A server that takes mail by SMTP, and whose mail it is, `[notify.mail]`."""

    host: str = ""
    port: int = 587
    starttls: bool = True
    sender: str = ""
    to: tuple[str, ...] = ()
    username: str = ""  # where it is empty, the server asks for no login
    password_variable: str = ""  # the environment variable that holds the password


class Notify(msgspec.Struct, frozen=True, kw_only=True):
    """Where messages go, `[notify]`."""

    webhook: str = ""
    mail: Mail | None = None


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
    reimbursement: tuple[Reimbursement, ...] = ()
    addition: tuple[Addition, ...] = ()
    tax_refund: tuple[TaxRefund, ...] = ()

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
    tax_rates: tuple[TaxRate, ...] = ()
    cars: tuple[Car, ...] = ()
    rules: tuple[Rule, ...] = ()
    driver: Driver = Driver()
    employer: Employer = Employer()
    claim: ClaimSettings = ClaimSettings()
    notify: Notify = Notify()

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

    def car(self, name: str) -> Car:
        """The car of that name, or UnknownNameError."""
        for car in self.cars:
            if car.name == name:
                return car
        known = ", ".join(car.name for car in self.cars) or "none yet"
        raise UnknownNameError(
            f"There is no car {name!r} in this logbook (cars: {known}).",
            "Name one of them, or add it as a [[car]] in ladebog.toml",
        )

    def one_account(self, name: str | None) -> Account:
        """The named account, or the only one. Raises UnknownNameError where it has to be named."""
        accounts = self.chosen_accounts(name)
        if len(accounts) > 1:
            raise UnknownNameError(
                f"This logbook has several accounts ({', '.join(self.accounts)}).", "Say which with --account NAME"
            )
        return accounts[0]

    def chosen_accounts(self, name: str | None) -> list[Account]:
        """The named account, or all of them. Raises SettingsError where there is none at all."""
        if name is not None:
            return [self.account(name)]
        if not self.accounts:
            raise SettingsError(
                "This logbook names no account yet.", "Add one with: ladebog account add NAME --url https://TENANT"
            )
        return list(self.accounts.values())
