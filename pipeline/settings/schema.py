"""The settings: a class for each table of ladebog.toml, and a field for each key that it may have.

The texts of classes and fields are for users: a new ladebog.toml and the documentation contain them.
"""

import zoneinfo
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from pipeline.errors import SettingsError, UnknownNameError
from pipeline.settings.names import host_and_port, name_fault, same_file
from pipeline.text import did_you_mean

Attribution = Literal["stop", "split"]
Basis = Literal["billed", "rate", "electricity_cost", "spot"]
Language = Literal["da", "en"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")  # ISO order, from Monday


class Reimbursement(msgspec.Struct, frozen=True, kw_only=True):
    """How sessions are reimbursed from a day on, until the next entry."""

    valid_from: Annotated[date, Meta(description="the first day on which it holds")]
    basis: Annotated[
        Basis,
        Meta(
            description="billed (what the operator charged; the default), rate, electricity_cost (your own cost, if "
            "the operator tracks it) or spot"
        ),
    ]
    rate: Annotated[
        Decimal | None, Meta(description="currency units per kWh, tax included; only with the basis rate")
    ] = None


class Addition(msgspec.Struct, frozen=True, kw_only=True):
    """What is added to the spot price under the basis spot. The amounts are examples: yours are on your bill.

    Each name needs one price for every hour of every day, 0 if it is free: if one is missing, the amount of the session
    is unknown. Denmark's electricity tax is added automatically, unless you name an addition "electricity tax" (or
    "elafgift"). Without additions, only the spot price with tax (and the electricity tax) is reimbursed.
    """

    name: Annotated[str, Meta(description="what the price is for; several entries of one name share the hours")]
    per_kwh: Annotated[Decimal, Meta(description="currency units per kWh, without tax")]
    valid_from: Annotated[date, Meta(description="the first day on which it holds")]
    valid_to: Annotated[date | None, Meta(description="the first day on which it no longer holds")] = None
    from_hour: Annotated[int, Meta(description="the first local hour in which it holds")] = 0
    to_hour: Annotated[
        int,
        Meta(description="the first local hour in which it no longer holds, on the next day if it is before from_hour"),
    ] = 24
    months: Annotated[tuple[int, ...], Meta(description="the months in which it holds")] = tuple(range(1, 13))

    @property
    def hours(self) -> set[int]:
        """The local hours, 0 to 23, in which it holds."""
        if self.from_hour < self.to_hour:
            return set(range(self.from_hour, self.to_hour))
        return set(range(self.from_hour, 24)) | set(range(self.to_hour))


class TaxRefund(msgspec.Struct, frozen=True, kw_only=True):
    """The electricity tax that the operator refunds, from a day on until the next entry.

    It is subtracted from every session that is not public, under every basis, whatever the app says of the charge
    point. In Denmark it is the tax less 0.004. From 2026 on that is at most 0.004, in practice not paid: without an
    entry it is 0.
    """

    valid_from: Annotated[date, Meta(description="the first day on which it holds")]
    per_kwh: Annotated[
        Decimal,
        Meta(
            description="currency units per kWh as they are paid out; subtracted from the amount with tax, and no "
            "tax is added to it"
        ),
    ]


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One login at one operator. `ladebog account add` writes it."""

    name: str
    url: Annotated[str, Meta(description="the operator's address")]
    country: Annotated[str, Meta(description="ISO 3166; decides the tax where no charge point states one")] = "DK"
    timezone: Annotated[str, Meta(description="decides hours, days and months")] = "Europe/Copenhagen"
    currency: Annotated[str, Meta(description="ISO 4217")] = "DKK"
    client_id: Annotated[str, Meta(description="the app's client id, to log in with a user name")] = ""
    app_version: Annotated[str, Meta(description="the version of the app that requests name")] = "2.126.0"
    device_id: Annotated[str, Meta(description="the device that requests name")] = "0000000000000000"
    moved_from: Annotated[
        tuple[str, ...], Meta(description="the operator's former hosts; `account add --moved` adds them")
    ] = ()
    moved_to: Annotated[
        str | None, Meta(description="the host they moved to; they are not those of an address with another host")
    ] = None
    reimbursement: tuple[Reimbursement, ...] = ()
    addition: tuple[Addition, ...] = ()
    tax_refund: tuple[TaxRefund, ...] = ()

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.timezone)

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts of its operator: that of its address, and those which that operator has moved between."""
        own_host = host_and_port(self.url)
        moved_between = {host.lower() for host in (*self.moved_from, self.moved_to or own_host)}
        return frozenset(moved_between if own_host in moved_between else {own_host})


class TaxRate(msgspec.Struct, frozen=True, kw_only=True):
    """A country's standard rate of value added tax.

    It overrides those that Ladebog knows (DK, NO, SE, FI, DE, NL).
    """

    country: Annotated[str, Meta(description="ISO 3166")]
    name: Annotated[str, Meta(description="what the tax is called there")]
    rate: Annotated[Decimal, Meta(description="a fraction: 0.25 is 25 %")]
    valid_from: Annotated[date, Meta(description="the first day on which it holds")]
    valid_to: Annotated[date | None, Meta(description="the first day on which it no longer holds")] = None


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """How fast the operator is asked, and how long its answers are waited for."""

    requests_per_second: Annotated[int, Meta(description="the most requests that start in a second")] = 2
    at_a_time: Annotated[int, Meta(description="the most requests that wait for their answers")] = 4
    connect_timeout: Annotated[float, Meta(description="seconds to wait for a connection")] = 10
    read_timeout: Annotated[float, Meta(description="seconds to wait for the next bytes of an answer")] = 60
    attempts: Annotated[int, Meta(description="how often a request is tried")] = 6
    longest_wait: Annotated[float, Meta(description="the most seconds between two tries")] = 120
    largest_body_mb: Annotated[int, Meta(description="MB; a larger answer is refused")] = 64


class ReportSettings(msgspec.Struct, frozen=True, kw_only=True):
    """When a month is closed, so that it can be claimed."""

    closed_after_hours: Annotated[
        int, Meta(description="hours after its end from which a listing of a month is complete")
    ] = 24


class Driver(msgspec.Struct, frozen=True, kw_only=True):
    """Who claims. What you leave out is a line on the claim to fill in by hand."""

    name: Annotated[str, Meta(description="your name")] = ""
    employee_number: Annotated[str, Meta(description="your number at the employer")] = ""
    bank_account: Annotated[str, Meta(description="where the money is paid to")] = ""


class Employer(msgspec.Struct, frozen=True, kw_only=True):
    """Who pays. What you leave out is a line on the claim to fill in by hand."""

    name: Annotated[str, Meta(description="the employer's name")] = ""
    registration_number: Annotated[str, Meta(description="in Denmark the CVR number")] = ""
    cost_centre: Annotated[str, Meta(description="where the employer books it")] = ""


class ClaimSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How claims are drafted."""

    attribution: Annotated[
        Attribution,
        Meta(description="stop: a session belongs to the month in which it stopped; split divides it between months"),
    ] = "stop"
    language: Annotated[Language, Meta(description="of the claim: da or en")] = "da"


class Car(msgspec.Struct, frozen=True, kw_only=True):
    """A car that is charged. Sessions of a private car are not claimed."""

    name: Annotated[str, Meta(description="what you call it, in rules and commands")]
    plate: Annotated[str, Meta(description="its registration number")] = ""
    owner: Annotated[Literal["company", "private"], Meta(description="company or private")] = "company"


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """The car of the sessions that meet all its conditions, or whether they are claimed.

    The first rule with a car decides the car, the first with claim whether the session is claimed. Times are local and
    compared with the session's start.
    """

    car: Annotated[str | None, Meta(description="the car that these sessions charge")] = None
    claim: Annotated[bool | None, Meta(description="false leaves these sessions out of the claim")] = None
    account: Annotated[str | None, Meta(description="only sessions of this account")] = None
    kind: Annotated[
        Literal["private", "public"] | None, Meta(description="only sessions at your own or at public charge points")
    ] = None
    charge_point: Annotated[str | None, Meta(description="only sessions at the charge point of this name")] = None
    evse: Annotated[str | None, Meta(description="only sessions at this EVSE")] = None
    weekdays: Annotated[tuple[Weekday, ...] | None, Meta(description="only sessions that start on these days")] = None
    from_time: Annotated[time | None, Meta(description="only sessions that start at this time or later")] = None
    to_time: Annotated[
        time | None, Meta(description="only sessions that start before this time, which may be on the next day")
    ] = None
    minimum_kwh: Annotated[Decimal | None, Meta(description="only sessions with at least this energy")] = None


class Mail(msgspec.Struct, frozen=True, kw_only=True, rename={"sender": "from"}):
    """The SMTP server that sends messages, and their recipients."""

    host: Annotated[str, Meta(description="the server's name")] = ""
    port: Annotated[int, Meta(description="its port")] = 587
    starttls: Annotated[bool, Meta(description="whether the connection is encrypted with STARTTLS")] = True
    sender: Annotated[str, Meta(description="the sender's address")] = ""
    to: Annotated[tuple[str, ...], Meta(description="the recipients' addresses")] = ()
    username: Annotated[str, Meta(description="empty if the server asks for no login")] = ""
    password_variable: Annotated[
        str, Meta(description="the environment variable that holds the password, not the password itself")
    ] = ""


class Notify(msgspec.Struct, frozen=True, kw_only=True):
    """Where messages about failed runs and new errors are sent, each at most once a day.

    A webhook (a POST of JSON), mail, or both. Try it with: ladebog notify --test
    """

    webhook: Annotated[str, Meta(description="an address that accepts the messages")] = ""
    mail: Mail | None = None


class Demo(msgspec.Struct, frozen=True, kw_only=True):
    """Of a logbook that `ladebog demo` made."""

    now: Annotated[
        datetime | None,
        Meta(description="the demo operator's present time; in this logbook, all commands take it for theirs"),
    ] = None


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The whole of ladebog.toml."""

    accounts: dict[str, Account]
    source: Source = Source()
    report: ReportSettings = ReportSettings()
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
                if name_fault(name) is None and same_file(name, self.accounts) is None
                else "Name one of these, or add one: ladebog account add NAME --url https://OPERATOR",
            )
        return self.accounts[name]

    def car(self, name: str) -> Car:
        """The car of that name. Raises UnknownNameError."""
        for car in self.cars:
            if car.name == name:
                return car
        names = [car.name for car in self.cars]
        raise UnknownNameError(
            f"There is no car {name!r} in this logbook (cars: {', '.join(names) or 'none yet'})."
            f"{did_you_mean(name, names)}",
            f"{'Name one of them, or add' if names else 'Add'} it as a [[car]] in ladebog.toml"
            if same_file(name, names) is None
            else "Name one of them",
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
