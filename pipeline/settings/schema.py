"""The settings: a class for each table of ladebog.toml, and a field for each key that it may have."""

import zoneinfo
from datetime import date, datetime, time
from decimal import Decimal
from typing import Literal

import msgspec

from pipeline.errors import SettingsError, UnknownNameError
from pipeline.settings.names import name_fault
from pipeline.text import did_you_mean

Attribution = Literal["stop", "split"]
Basis = Literal["billed", "rate", "electricity_cost", "spot"]
Language = Literal["da", "en"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")  # ISO order, from Monday


class Reimbursement(msgspec.Struct, frozen=True, kw_only=True):
    """How sessions are reimbursed from a day on, until the next entry, `[[account.NAME.reimbursement]]`."""

    valid_from: date
    basis: Basis
    rate: Decimal | None = None  # currency units per kWh, tax included; for the basis `rate` only


class Addition(msgspec.Struct, frozen=True, kw_only=True):
    """What is added to the spot price under the basis `spot`, `[[account.NAME.addition]]`.

    In an hour that no addition of a name covers, the price of that name is unknown, not 0.
    """

    name: str
    per_kwh: Decimal  # currency units, ex. tax
    valid_from: date
    valid_to: date | None = None  # the first day on which it no longer holds
    from_hour: int = 0  # local
    to_hour: int = 24  # the first local hour in which it no longer holds, on the next day if it is before from_hour
    months: tuple[int, ...] = tuple(range(1, 13))

    @property
    def hours(self) -> set[int]:
        """The local hours, 0 to 23, in which it holds."""
        if self.from_hour < self.to_hour:
            return set(range(self.from_hour, self.to_hour))
        return set(range(self.from_hour, 24)) | set(range(self.to_hour))


class TaxRefund(msgspec.Struct, frozen=True, kw_only=True):
    """The electricity tax that the operator refunds, from a day on until the next, `[[account.NAME.tax_refund]]`."""

    valid_from: date
    per_kwh: Decimal  # currency units


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One login at one operator, `[account.NAME]`."""

    name: str
    url: str
    country: str = "DK"  # ISO 3166; decides the tax where no charge point states one
    timezone: str = "Europe/Copenhagen"  # decides hours, days and months
    currency: str = "DKK"  # ISO 4217
    client_id: str = ""
    app_version: str = "2.126.0"
    device_id: str = "0000000000000000"
    moved_from: tuple[str, ...] = ()  # the operator's former hosts; `account add --moved` adds them
    reimbursement: tuple[Reimbursement, ...] = ()
    addition: tuple[Addition, ...] = ()
    tax_refund: tuple[TaxRefund, ...] = ()

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.timezone)


class TaxRate(msgspec.Struct, frozen=True, kw_only=True):
    """A country's standard rate of value added tax, `[[tax_rate]]`; overrides the rates that Ladebog knows."""

    country: str  # ISO 3166
    name: str
    rate: Decimal  # fraction
    valid_from: date
    valid_to: date | None = None  # the first day on which it no longer holds


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """How fast the operator is asked, and how long its answers are waited for, `[source]`. Times in seconds."""

    requests_per_second: int = 2
    at_a_time: int = 4
    connect_timeout: float = 10
    read_timeout: float = 60
    attempts: int = 6
    longest_wait: float = 120
    largest_body_mb: int = 64


class Driver(msgspec.Struct, frozen=True, kw_only=True):
    """Who claims, `[driver]`. What is empty is a line on the claim to fill in by hand."""

    name: str = ""
    employee_number: str = ""
    bank_account: str = ""


class Employer(msgspec.Struct, frozen=True, kw_only=True):
    """Who pays, `[employer]`. What is empty is a line on the claim to fill in by hand."""

    name: str = ""
    registration_number: str = ""  # in Denmark the CVR number
    cost_centre: str = ""


class ClaimSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How claims are drafted, `[claim]`."""

    attribution: Attribution = "stop"
    language: Language = "da"


class Car(msgspec.Struct, frozen=True, kw_only=True):
    """A car that is charged, `[[car]]`."""

    name: str
    plate: str = ""
    owner: Literal["company", "private"] = "company"


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """The car of the sessions that meet all its conditions, or whether they are claimed, `[[rule]]`.

    The first rule with a `car` decides the car, the first with `claim` whether the session is claimed. Times are local
    and compared with the session's start; `to_time` may be on the next day.
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


class Mail(msgspec.Struct, frozen=True, kw_only=True, rename={"sender": "from"}):
    """The SMTP server that sends messages, and their recipients, `[notify.mail]`."""

    host: str = ""
    port: int = 587
    starttls: bool = True
    sender: str = ""
    to: tuple[str, ...] = ()
    username: str = ""  # empty if the server asks for no login
    password_variable: str = ""  # the environment variable that holds the password


class Notify(msgspec.Struct, frozen=True, kw_only=True):
    """Where messages are sent, `[notify]`."""

    webhook: str = ""
    mail: Mail | None = None


class Demo(msgspec.Struct, frozen=True, kw_only=True):
    """Of a logbook that `ladebog demo` made, `[demo]`."""

    now: datetime | None = None  # the present time of its operator, which all its commands take for theirs


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The whole of ladebog.toml."""

    accounts: dict[str, Account]
    source: Source = Source()
    closed_after_hours: int = 24  # from `[report]`
    tax_rates: tuple[TaxRate, ...] = ()
    cars: tuple[Car, ...] = ()
    rules: tuple[Rule, ...] = ()
    driver: Driver = Driver()
    employer: Employer = Employer()
    claim: ClaimSettings = ClaimSettings()
    notify: Notify = Notify()
    demo: Demo = Demo()

    def account(self, name: str) -> Account:
        """The account of that name. Raises UnknownNameError."""
        if name not in self.accounts:
            known_names = ", ".join(self.accounts) or "none yet"
            raise UnknownNameError(
                f"There is no account {name!r} in this logbook (accounts: {known_names})."
                f"{did_you_mean(name, self.accounts)}",
                f"Add it with: ladebog account add {name} --url https://OPERATOR"
                if name_fault(name) is None
                else "Name one of these, or add one: ladebog account add NAME --url https://OPERATOR",
            )
        return self.accounts[name]

    def car(self, name: str) -> Car:
        """The car of that name. Raises UnknownNameError."""
        for car in self.cars:
            if car.name == name:
                return car
        known_names = ", ".join(car.name for car in self.cars) or "none yet"
        raise UnknownNameError(
            f"There is no car {name!r} in this logbook (cars: {known_names})."
            f"{did_you_mean(name, (car.name for car in self.cars))}",
            "Name one of them, or add it as a [[car]] in ladebog.toml",
        )

    def one_account(self, name: str | None) -> Account:
        """The named account, or the only one. Raises UnknownNameError, SettingsError."""
        accounts = self.chosen_accounts(name)
        if len(accounts) > 1:
            raise UnknownNameError(
                f"This logbook has several accounts ({', '.join(self.accounts)}).",
                "Name one of them with --account NAME",
            )
        return accounts[0]

    def account_option(self, name: str) -> str:
        """` --account NAME`, for a command about one account, or nothing if there is only one."""
        return f" --account {name}" if len(self.accounts) > 1 else ""

    def chosen_accounts(self, name: str | None) -> list[Account]:
        """The named account, or all of them. Raises UnknownNameError, or SettingsError if there are no accounts."""
        if name is not None:
            return [self.account(name)]
        if not self.accounts:
            raise SettingsError(
                "This logbook has no account yet.", "Add one with: ladebog account add NAME --url https://OPERATOR"
            )
        return list(self.accounts.values())
