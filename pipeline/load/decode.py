"""Decodes a document's bytes into rows of the fact tables, and validates every field on the way.

Figures keep the digits that were sent, as text for a DECIMAL(38, 18); times become microseconds since 1970. Power
samples, which only decide how energy is spread over time, are floats in kW, stored to nine decimals.
A document with a fault in a figure, a time or another field that it needs yields no rows at all. Any other field that
cannot be understood counts as not stated.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

import msgspec

from pipeline.load.figures import DocumentFaultError, exact, optional, percent
from pipeline.load.odd_fields import (
    LONGEST_FAULT,
    Row,
    check_needed,
    odd_rows,
    optional_figure,
    usable_samples,
    within_path,
)
from pipeline.load.times import LONGEST, ImplausibleTimeError, check_times, stated_time, without_implausible_times
from pipeline.raw.answer import Endpoint
from pipeline.source.app import optional_fields, schema
from pipeline.source.app.optional_fields import OddField
from pipeline.text import without_middle

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class QuarantineRow(NamedTuple):
    """A row of `facts.quarantine`, its columns after `account`."""

    sha256: str
    endpoint: str
    key: str
    fault: str
    belongs_at: int | None
    plausible_from: int | None


_FAULTS = (msgspec.DecodeError, DocumentFaultError, UnicodeDecodeError, RecursionError)


@dataclass(frozen=True)
class Document:
    """One document of an answer: all of it, or one item of a listing. It may have been stored before.

    `answered_at` is when the answer was received, or could have been at the latest. With a `fault`, nothing in it
    can be used.
    """

    endpoint: Endpoint
    key: str
    sha256: str
    body: bytes | memoryview
    is_item: bool
    answered_at: datetime
    fault: str | None = None


@dataclass
class Facts:
    """The rows of a batch of documents, by fact table, in the order of each table's columns after `account`."""

    session_facts: list[Row] = field(default_factory=list)
    period_facts: list[Row] = field(default_factory=list)
    evse_facts: list[Row] = field(default_factory=list)
    price_facts: list[Row] = field(default_factory=list)
    sample_facts: list[Row] = field(default_factory=list)
    odd_fields: list[Row] = field(default_factory=list)
    quarantine: list["QuarantineRow"] = field(default_factory=list)

    @property
    def decoded(self) -> dict[str, list[Row]]:
        """The rows of the tables for what was decoded; the first column of each is the document's SHA-256."""
        return {table: rows for table, rows in vars(self).items() if table != "quarantine"}

    @property
    def session_ids(self) -> set[str]:
        """The sessions whose documents were decoded."""
        return {session_id for _, _, session_id, *_ in self.session_facts}

    def add(self, document: Document) -> None:
        """Decode one document into rows, or put it in quarantine with the path of its fault."""
        if document.fault is not None:
            self.put_in_quarantine(document, f"{document.fault} - at `$.session.id`")
            return
        try:
            _DECODERS[document.endpoint](self, document)
        except ImplausibleTimeError as fault:
            self.put_in_quarantine(document, str(fault), fault.plausible_from)
        except _FAULTS as fault:
            self.put_in_quarantine(document, str(fault))

    def put_in_quarantine(self, document: Document, fault: str, plausible_from: datetime | None = None) -> None:
        """Record that a document, or a part of it, cannot be used, or not in an answer before `plausible_from`.

        `fault` may quote what was sent, however long, and ends with a path.
        """
        is_session = document.endpoint in (Endpoint.SESSION, Endpoint.SESSION_HISTORY)
        stated = stated_time(document.body, document.answered_at) if is_session else None
        self.quarantine.append(
            QuarantineRow(
                document.sha256,
                document.endpoint.value,
                document.key,
                without_middle(fault, LONGEST_FAULT),
                optional_micros(stated),
                optional_micros(plausible_from),
            )
        )


_prices_decoder = msgspec.json.Decoder(schema.PricePeriodsAnswer, strict=False)


def _add_session(facts: Facts, document: Document) -> None:
    if document.is_item:
        item, odd_fields = optional_fields.decode(document.body, schema.HistoryItem)
        _add_session_rows(facts, document, "listing", item.session, item, odd_fields)
    else:
        answer, odd_fields = optional_fields.decode(document.body, schema.SessionAnswer)
        _add_session_rows(facts, document, "detail", answer.session, None, odd_fields)


def _add_session_rows(
    facts: Facts,
    document: Document,
    source: str,
    session: schema.Session,
    item: schema.HistoryItem | None,
    odd_fields: list[OddField],
) -> None:
    session = schema.with_unstated_as_zero(session)
    _check_session(session, odd_fields)
    if schema.ended_without_charging(session):
        session = without_implausible_times(session, document.answered_at)
    else:
        check_times(session, document.answered_at)
    sha256 = document.sha256
    session_id = str(session.id)
    history = usable_samples(session, odd_fields)
    samples = (sha256, session_id, _times(history), [sample.value for sample in history])
    periods = [
        (
            sha256,
            position,
            session_id,
            period.state,
            micros(period.started_at),
            micros(period.stopped_at),
            exact(period.amount, f"session.chargingPeriods[{position - 1}].amount"),
            period.free_energy_wh,
        )
        for position, period in enumerate(session.charging_periods or (), start=1)
    ]
    facts.session_facts.append(_session_row(sha256, source, session, item, odd_fields))
    facts.period_facts.extend(periods)
    facts.odd_fields.extend(odd_rows(sha256, odd_fields))
    if history:
        facts.sample_facts.append(samples)


# What the figures of a session are made of, and what a charge point must state.
_ENERGY_OR_AMOUNT = re.compile(r"\$\.session\.(energy|amount|totalAmount)")
_FIGURE = re.compile(
    r"\$\.session\.(energy|nonBillableEnergy|freeEnergyWh|amount|totalAmount|totalAmountWithoutTax"
    r"|arePricesTaxInclusive|currency|startedAt|stoppedAt|chargingPeriods(\[\d+\])?)"
)
_OF_CHARGE_POINT = re.compile(r"\$\.(electricity_cost_tax_percent|evses(\[\d+\])?)")


def _check_session(session: schema.Session, odd_fields: list[OddField]) -> None:
    """Check the id, and the fields that a session must have, unless it ended without charging."""
    if not schema.is_usable_id(session.id):
        raise DocumentFaultError(f"{session.id!r} is not an id - at `$.session.id`")
    check_needed(_ENERGY_OR_AMOUNT, odd_fields)
    if schema.ended_without_charging(session):
        return
    check_needed(_FIGURE, odd_fields)
    if session.started_at is None and schema.has_ended(session):
        raise DocumentFaultError("A session without a start - at `$.session.startedAt`")
    if schema.has_ended(session):
        ended = "A finished session" if session.status == "finished" else "A session that did not finish,"
        if session.stopped_at is None:
            raise DocumentFaultError(f"{ended} without a stop - at `$.session.stoppedAt`")
        if session.energy is None:
            raise DocumentFaultError(f"{ended} without energy - at `$.session.energy`")
        if session.currency is None:
            raise DocumentFaultError(f"{ended} without a currency - at `$.session.currency`")
        if session.amount is None and session.total_amount is None:
            raise DocumentFaultError(f"{ended} without an amount - at `$.session.totalAmount`")


def _session_row(
    sha256: str,
    source: str,
    session: schema.Session,
    item: schema.HistoryItem | None,
    odd_fields: list[OddField],
) -> Row:
    stats = session.power_stats or schema.PowerStats()
    evse = _text(session.evse_id)
    if evse is None and item is not None and item.evse is not None:
        evse = _text(item.evse.identifier)
    return (
        sha256,
        source,
        str(session.id),
        item.type if item else None,
        session.status,
        session.payment_status,
        session.charging_state,
        session.stop_reason,
        evse,
        _text(item.address if item else None),
        _text(item.note if item else None),
        item.receipt_url if item else None,
        session.currency and session.currency.code,
        session.currency and session.currency.minor_unit_decimal,
        session.tax_name,
        optional_micros(session.started_at),
        optional_micros(session.stopped_at),
        session.duration,
        session.idle_period,
        session.energy,
        session.non_billable_energy,
        session.free_energy_wh,
        optional_figure(stats.average_kw, "session.powerStats.averageKw", odd_fields),
        optional_figure(stats.max_kw, "session.powerStats.maxKw", odd_fields),
        optional(session.amount, "session.amount"),
        optional(session.total_amount, "session.totalAmount"),
        optional(session.total_amount_without_tax, "session.totalAmountWithoutTax"),
        optional_figure(_own_cost(session, odd_fields), "session.electricityCost", odd_fields),
        session.are_prices_tax_inclusive,
        session.is_personal,
    )


def _own_cost(session: schema.Session, odd_fields: list[OddField]) -> Decimal | None:
    """The owner's cost of the electricity, or None if it is, or may be, in another currency than the session."""
    other, own = session.electricity_cost_currency_id, session.currency and session.currency.id
    if any(_CURRENCY_ID.fullmatch(odd_field.path) for odd_field in odd_fields):
        return None
    return None if other is not None and own is not None and str(other) != str(own) else session.electricity_cost


_CURRENCY_ID = re.compile(r"\$\.session\.(currency\.id|electricityCostCurrencyId)")


def _add_charge_points(facts: Facts, document: Document) -> None:
    """A charge point with a fault in what it must state is left out alone."""
    faults = []
    for place, body in enumerate(schema.charge_points(document.body)):
        try:
            point, odd_fields = optional_fields.decode(body, schema.ChargePoint)
            check_needed(_OF_CHARGE_POINT, odd_fields)
            facts.evse_facts.extend(_evse_rows(document.sha256, point, odd_fields))
            facts.odd_fields.extend(odd_rows(document.sha256, odd_fields, f"$.data[{place}]"))
        except _FAULTS as fault:
            faults.append(within_path(str(fault), f"$.data[{place}]"))
    if faults:
        facts.put_in_quarantine(document, "; ".join(faults))


def _evse_rows(sha256: str, point: schema.ChargePoint, odd_fields: list[OddField]) -> list[Row]:
    return [
        (
            sha256,
            str(point.id),
            _text(point.name),
            str(evse.id),
            _text(evse.identifier),
            point.electricity_cost_tax_name,
            _text(evse.tariff_id),
            _json(evse.tariff),
            percent(point.electricity_cost_tax_percent),
            optional_figure(evse.max_power, f"evses[{place}].maxPower", odd_fields),
            point.has_electricity_tax_reimbursement,
        )
        for place, evse in enumerate(point.evses or ())
    ]


def _add_price_periods(facts: Facts, document: Document) -> None:
    answer = _prices_decoder.decode(document.body)
    rows = [
        (
            document.sha256,
            document.key,
            answer.granularity,
            _local_micros(point, f"periods[{number}]", document.answered_at),
            exact(point.price_per_kwh, f"periods[{number}].pricePerKwh"),
        )
        for number, point in enumerate(answer.periods)
    ]
    facts.price_facts.extend(rows)


_DECODERS: dict[Endpoint, Callable[[Facts, Document], None]] = {
    Endpoint.SESSION: _add_session,
    Endpoint.SESSION_HISTORY: _add_session,
    Endpoint.CHARGE_POINTS: _add_charge_points,
    Endpoint.PRICE_PERIODS: _add_price_periods,
}


def _times(history: list[schema.Sample]) -> list[int]:
    return [(sample.timestamp - _EPOCH) // _MICROSECOND for sample in history]


def _text(value: schema.Text | None) -> str | None:
    """The text, or None if it is missing or blank."""
    return None if value is None or not str(value).strip() else str(value)


def _json(value: msgspec.Raw) -> str | None:
    text = bytes(value).decode()
    return None if text == "null" else text


def micros(moment: datetime) -> int:
    """Microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


def optional_micros(moment: datetime | None) -> int | None:
    """Microseconds since 1970, or None."""
    return None if moment is None else micros(moment)


def _local_micros(point: schema.PricePoint, path: str, answered_at: datetime) -> int:
    """A local wall time as microseconds, as if it were UTC; the account's zone is applied in SQL."""
    try:
        moment = datetime.fromisoformat(f"{point.at_day}T{point.at_time}").replace(tzinfo=UTC)
    except ValueError as error:
        raise DocumentFaultError(f"{error} - at `$.{path}`") from None
    if abs(moment - answered_at) > LONGEST:
        raise DocumentFaultError(f"Implausible time {moment:%Y-%m-%d %H:%M} - at `$.{path}`")
    return micros(moment)
