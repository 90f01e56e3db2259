"""The first page of a claim's PDF. It must stay one page: long texts are cut, and long lists show their first few."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from pipeline.claims.document import Claim, Odometer, Total
from pipeline.settings.schema import Car
from reports.claims import phrases
from reports.claims.pdf.chart import Chart, charts_of
from reports.claims.pdf.printable import cut
from reports.claims.pdf.totals import TotalsTable, totals_of
from reports.claims.words import Words

_T = TypeVar("_T")
_FIELD = 200  # characters, far more than the space holds
_SENTENCE = 200
_LISTED = 3  # cars, chargers, readings and currencies shown


class Field(msgspec.Struct, frozen=True):
    """A label and its value. None is a line to fill in by hand; an empty text is an empty field."""

    label: str
    value: str | None


class ClaimedAmount(msgspec.Struct, frozen=True):
    """The amount claimed in one currency."""

    amount: str
    currency: str


class Digest(msgspec.Struct, frozen=True):
    """A SHA-256 and the name of the file or entry it belongs to."""

    label: str
    name: str
    sha256: str


class Voucher(msgspec.Struct, frozen=True, kw_only=True):
    """The content of the first page."""

    number: str
    title: str
    period: str
    claimed_label: str
    claimed: list[ClaimedAmount]
    claimed_more: str | None
    fill_in: str
    who: list[tuple[Field, Field]]
    what: list[tuple[Field, Field]]
    how: list[tuple[Field, Field]]
    reason: Field | None
    totals_heading: str
    totals: TotalsTable
    small_print: str
    charts: list[Chart]
    no_chart: str | None  # the text that replaces the charts
    signatures: list[str]
    checksum_note: str
    heads: list[Digest]


def voucher_of(claim: Claim, words: Words) -> Voucher:
    """The first page of a claim."""
    charts = charts_of(claim, words)
    return Voucher(
        number=f"{words.text('claim_number')} {claim.number}",
        title=phrases.title(claim, words),
        period=phrases.months(claim, words),
        claimed_label=words.text("claimed"),
        claimed=[_claimed(total, words) for total in claim.totals[:_LISTED]],
        claimed_more=and_more(claim.totals, words),
        fill_in=words.text("fill_in"),
        who=_who(claim, words),
        what=_what(claim, words),
        how=_how(claim, words),
        reason=Field(words.text("reversal.reason"), cut(claim.reason, _SENTENCE)) if claim.reason else None,
        totals_heading=words.text("total"),
        totals=totals_of(claim.totals[:_LISTED], words),
        small_print=f"{words.text('tax_note')} {words.text(f'attribution.{claim.policy.attribution}')}",
        charts=charts,
        no_chart=None if charts or claim.kind != "month" else _no_lines(claim, words),
        signatures=[words.text("signature.driver"), words.text("signature.employer")],
        checksum_note=words.text("sources.checksum"),
        heads=heads_of(claim, words),
    )


def heads_of(claim: Claim, words: Words) -> list[Digest]:
    """The newest segment, journal entry and claim when the claim was created."""
    heads = (
        ("sources.raw", claim.sources.raw),
        ("sources.journal", claim.sources.journal),
        ("sources.previous", claim.sources.previous_claim),
    )
    return [
        Digest(words.text(key), head.name, head.sha256)
        if head
        else Digest(words.text(key), words.text("sources.none"), "")
        for key, head in heads
    ]


def and_more(listed: Sequence[object], words: Words) -> str | None:
    """`… og 4 mere`, if there are more than the first page shows."""
    return words.text("and_more", count=words.count(len(listed) - _LISTED)) if len(listed) > _LISTED else None


def _claimed(total: Total, words: Words) -> ClaimedAmount:
    return ClaimedAmount(words.money(total.total.amount_incl_tax, total.minor_digits), total.currency)


def _who(claim: Claim, words: Words) -> list[tuple[Field, Field]]:
    driver, employer = claim.driver, claim.employer
    return [
        (_by_hand("driver", driver.name, words), _by_hand("employer", employer.name, words)),
        (
            _by_hand("employee_number", driver.employee_number, words),
            _by_hand("registration_number", employer.registration_number, words),
        ),
        (
            _by_hand("bank_account", driver.bank_account, words),
            _by_hand("cost_centre", employer.cost_centre, words),
        ),
    ]


def _by_hand(key: str, value: str, words: Words) -> Field:
    return Field(words.text(key), cut(value, _FIELD) if value.strip() else None)


def _what(claim: Claim, words: Words) -> list[tuple[Field, Field]]:
    return [*_car_rows(claim.cars, words), *_charger_rows(claim, words)]


def _car_rows(cars: Sequence[Car], words: Words) -> list[tuple[Field, Field]]:
    if not cars:
        return [(_by_hand("car", "", words), _by_hand("plate", "", words))]
    rows = [(_by_hand("car", car.name, words), _by_hand("plate", car.plate, words)) for car in cars[:_LISTED]]
    more = and_more(cars, words)
    return [*rows, (Field("", more), Field("", ""))] if more else rows


def _charger_rows(claim: Claim, words: Words) -> list[tuple[Field, Field]]:
    """Chargers on the left, odometer readings on the right. A missing charger is not left to fill in by hand."""
    chargers = _listed(claim.chargers, lambda charger: phrases.charger(charger, words), words)
    with_car = len(claim.cars) > 1
    readings = _listed(claim.odometer, lambda reading: _reading(reading, words, with_car=with_car), words)
    empty = Field("", "")
    labelled_fields = (
        [Field(words.text("charger") if place == 0 else "", text) for place, text in enumerate(chargers)],
        [Field(words.text("odometer") if place == 0 else "", text) for place, text in enumerate(readings)],
    )
    return [
        (
            labelled_fields[0][place] if place < len(chargers) else empty,
            labelled_fields[1][place] if place < len(readings) else empty,
        )
        for place in range(max(len(chargers), len(readings)))
    ]


def _listed(listed: Sequence[_T], to_text: Callable[[_T], str], words: Words) -> list[str]:
    more = and_more(listed, words)
    return [*(cut(to_text(one), _FIELD) for one in listed[:_LISTED]), *([more] if more else [])]


def _reading(reading: Odometer, words: Words, *, with_car: bool) -> str:
    text = words.text("odometer.reading", kilometres=words.count(reading.kilometres), day=words.day(reading.read_on))
    return f"{text} ({reading.car})" if with_car else text


def _how(claim: Claim, words: Words) -> list[tuple[Field, Field]]:
    return [
        (
            Field(words.text("basis"), phrases.bases(claim, words)),
            Field(words.text("created"), words.moment(claim.created_at)),
        ),
        (
            Field(words.text("account"), claim.account),
            Field(words.text("time_zone"), claim.timezone),
        ),
    ]


def _no_lines(claim: Claim, words: Words) -> str:
    if claim.month is not None and claim.completeness is not None and not claim.completeness.sessions:
        return words.text("no_lines", month=words.month(claim.month))
    return words.text("no_sessions_claimed")
