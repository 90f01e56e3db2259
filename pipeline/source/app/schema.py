"""The schema of the app API's answers, as far as Ladebog reads them.

Unknown fields are ignored, and optional ones that are missing or cannot be understood are None: the API is private and
changes without notice. What a session must state depends on how it ended, so most of its fields are optional here.
Figures are decoded as Decimal from the digits that were sent; energies are whole Wh.
Field names are the API's in snake case.
"""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, NamedTuple

import msgspec

Id = str | int  # ids are text today, but may become numbers: whole ones, which `700.0` is as well
Text = str | int | float | bool
Whole = Annotated[int, msgspec.Meta(ge=-1_000_000_000, le=1_000_000_000)]  # Wh or seconds; far above any session
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class CamelCaseStruct(msgspec.Struct, rename="camel", gc=False):
    """The base of the structs whose fields the API names in camel case."""


class Sample(CamelCaseStruct):
    value: float  # kW; decides only when energy flowed, and a double has more digits than any meter
    timestamp: Moment


class PowerStats(CamelCaseStruct):
    average_kw: Decimal | None = None
    max_kw: Decimal | None = None
    history: list[Sample] | None = None


class Period(CamelCaseStruct):
    started_at: Moment
    stopped_at: Moment
    state: str
    amount: Decimal  # currency units
    duration_in_seconds: Whole | None = None
    free_energy_wh: Whole | None = None


class Currency(CamelCaseStruct):
    code: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}\Z")]  # ISO 4217
    minor_unit_decimal: Annotated[int, msgspec.Meta(ge=0, le=3)]
    id: Id | None = None


class Session(CamelCaseStruct):
    id: Id
    status: str
    energy: Whole | None = None  # Wh
    currency: Currency | None = None
    started_at: Moment | None = None
    stopped_at: Moment | None = None
    duration: Whole | None = None  # seconds
    idle_period: Whole | None = None  # seconds
    non_billable_energy: Whole | None = None  # Wh
    free_energy_wh: Whole | None = None
    power_stats: PowerStats | None = None
    amount: Decimal | None = None
    total_amount: Decimal | None = None
    total_amount_without_tax: Decimal | None = None
    are_prices_tax_inclusive: bool | None = None
    payment_status: str | None = None
    stop_reason: str | None = None
    charging_state: str | None = None
    evse_id: Id | None = None  # the EVSE's identifier
    is_personal: bool | None = None
    tax_name: str | None = None
    electricity_cost: Decimal | None = None
    electricity_cost_currency_id: Id | None = None
    charging_periods: list[Period] | None = None


class SessionAnswer(CamelCaseStruct):
    session: Session


class HistoryEvse(CamelCaseStruct):
    identifier: Id | None = None
    label: Text | None = None


class HistoryItem(CamelCaseStruct):
    session: Session
    type: str | None = None  # "private" or "public"
    note: Text | None = None
    address: Text | None = None  # of a private session, its charge point's name
    receipt_url: str | None = None
    evse: HistoryEvse | None = None


class HistoryAnswer(msgspec.Struct):
    """A listing, its items as the bytes that were sent."""

    session_history: list[msgspec.Raw]


class Evse(CamelCaseStruct):
    id: Id
    identifier: Id | None = None
    max_power: Decimal | None = None  # W
    tariff_id: Id | None = None
    tariff: msgspec.Raw = msgspec.Raw(b"null")


class ChargePoint(msgspec.Struct, gc=False):
    """Its own fields are in snake case, unlike those of its EVSEs."""

    id: Id
    name: Text | None = None
    evses: list[Evse] | None = None
    electricity_cost_tax_name: str | None = None
    electricity_cost_tax_percent: Decimal | None = None
    has_electricity_tax_reimbursement: bool | None = None


class ChargePointsAnswer(msgspec.Struct):
    """The charge points as the bytes that were sent: one with a fault is left out alone."""

    data: list[msgspec.Raw]


class PricePoint(CamelCaseStruct):
    at_day: str  # ISO date, local
    at_time: str  # "13:00:00", local
    price_per_kwh: Decimal


class PricePeriodsAnswer(msgspec.Struct):
    granularity: Annotated[int, msgspec.Meta(ge=1, le=1440)]  # minutes
    periods: list[PricePoint]


class Item(NamedTuple):
    """One entry of a listing. `key` is its session's id, or None if it has none that can be requested."""

    key: str | None
    body: memoryview


class _Id(msgspec.Struct):
    id: Id


class _ItemId(msgspec.Struct):
    session: _Id


_history_decoder = msgspec.json.Decoder(HistoryAnswer)
_charge_points_decoder = msgspec.json.Decoder(ChargePointsAnswer)
_id_decoder = msgspec.json.Decoder(_ItemId, strict=False)  # as all of an answer is decoded


def charge_points(body: bytes | memoryview) -> list[msgspec.Raw]:
    """The charge points of an answer of endpoint `charge_points`, each for `charge_point`.

    Raises msgspec.DecodeError where the answer is not a list of them.
    """
    return _charge_points_decoder.decode(body).data


def items(body: bytes | memoryview) -> list[Item]:
    """The items of an answer of endpoint `session_history`.

    Raises msgspec.DecodeError where the answer is not a listing.
    """
    bodies = [memoryview(item) for item in _history_decoder.decode(body).session_history]
    return [Item(_key(item), item) for item in bodies]


def has_ended(session: Session) -> bool:
    """Whether a session is over, in whatever way."""
    if session.stopped_at is not None:
        return session.status != "active"
    return session.status not in ("active", "pending", "stopping")


def ended_without_charging(session: Session) -> bool:
    """Whether it ended otherwise than as finished, without energy and without an amount: no charging session."""
    amount = session.amount if session.total_amount is None else session.total_amount
    return has_ended(session) and session.status != "finished" and not session.energy and not amount


def with_unstated_as_zero(session: Session) -> Session:
    """A session that ended otherwise than as finished, with energy or an amount, whose other figures count as 0.

    Without a stop, it stopped at its start. Every other session is returned as it is.
    """
    may_be_stated_later = session.status in ("finished", "pending", "stopping") or not has_ended(session)
    if may_be_stated_later or ended_without_charging(session):
        return session
    states_amount = session.amount is not None or session.total_amount is not None
    return msgspec.structs.replace(
        session,
        energy=0 if session.energy is None else session.energy,
        total_amount=session.total_amount if states_amount else Decimal(0),
        stopped_at=session.started_at if session.stopped_at is None else session.stopped_at,
    )


def session_id(body: bytes | memoryview) -> str | None:
    """The id of the session that an answer of endpoint `session` is about, or None where it states none."""
    try:
        return str(_id_decoder.decode(body).session.id)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def is_usable_id(name: Id) -> bool:
    """Whether an id can be one part of a request's path."""
    return str(name).strip() not in ("", ".", "..")


def id_text(value: object) -> str | None:
    """The id that a value of a JSON document is, or None if it is neither a whole number nor a text that can be one."""
    try:
        name = msgspec.convert(value, Id, strict=False)
    except msgspec.ValidationError:
        return None
    return str(name) if is_usable_id(name) else None


def _key(item: memoryview) -> str | None:
    try:
        session_id = _id_decoder.decode(item).session.id
    except msgspec.DecodeError:
        return None
    return str(session_id) if is_usable_id(session_id) else None
