"""The lines of a claim's PDF: for each currency its sessions and then its corrections, numbered as the claim does."""

from collections.abc import Sequence

import msgspec

from pipeline.claims.document import Amounts, Claim, ClaimLine, Correction, Sum, Total
from reports.claims import phrases
from reports.claims.pdf.printable import cut
from reports.claims.pdf.totals import TotalsTable, money, totals_of
from reports.claims.words import Words

_PLACE = 40  # characters
_NOTE = 120
_WHY = 180
_TAGS = 60
_ID = 24


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A session and its figures: energy, price, amount, tax."""

    number: str
    session_id: str
    started: str
    stopped: str
    place: str
    note: str
    figures: list[str]


class CorrectionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A correction: why, and energy, amount and tax before, now, and the difference, which is what is claimed."""

    number: str
    session_id: str
    started: str
    stopped: str
    why: str
    place: str
    note: str
    steps: list[list[str]]


class Table(msgspec.Struct, frozen=True):
    """Sessions of one currency and their sum: energy, amount, tax."""

    heading: str
    header: list[str]
    rows: list[Row]
    sum_label: str
    sums: list[str]


class CorrectionTable(msgspec.Struct, frozen=True):
    """Corrections of one currency and their sum."""

    heading: str
    header: list[str]
    rows: list[CorrectionRow]
    sum_label: str
    sums: list[str]


class LinesPart(msgspec.Struct, frozen=True, kw_only=True):
    """All of a claim's lines."""

    heading: str
    sessions: list[Table]
    corrections: list[CorrectionTable]
    none: str | None  # what is said where there is no line
    totals_heading: str
    totals: TotalsTable


def lines_of(claim: Claim, words: Words) -> LinesPart:
    """The lines of a claim, by currency in the order of its totals."""
    numbered = list(enumerate(claim.lines, start=1))
    sessions, corrections, varying = [], [], _varying(claim)
    for total in claim.totals:
        own = [(number, line) for number, line in numbered if line.currency == total.currency]
        first_time = [(number, line) for number, line in own if line.correction is None]
        corrected = [(number, line, line.correction) for number, line in own if line.correction is not None]
        if first_time:
            sessions.append(_table(first_time, total, words, varying))
        if corrected:
            corrections.append(_correction_table(corrected, total, words, varying))
    return LinesPart(
        heading=words.text("lines"),
        sessions=sessions,
        corrections=corrections,
        none=None if claim.lines else words.text("no_sessions_claimed"),
        totals_heading=words.text("total"),
        totals=totals_of(claim.totals, words),
    )


class _Varying(msgspec.Struct, frozen=True):
    """What differs between the lines of a claim, so that each has to say it; what does not stands on the first page."""

    evse_at: frozenset[str | None]  # charge points of several EVSEs
    car: bool
    basis: bool


def _varying(claim: Claim) -> _Varying:
    evses: dict[str | None, set[str | None]] = {}
    for line in claim.lines:
        evses.setdefault(line.charge_point, set()).add(line.evse)
    return _Varying(
        frozenset(point for point, its in evses.items() if point is None or len(its) > 1),
        len({line.car for line in claim.lines}) > 1,
        len({line.basis for line in claim.lines}) > 1,
    )


def _table(lines: Sequence[tuple[int, ClaimLine]], total: Total, words: Words, varying: _Varying) -> Table:
    keys = ("line", "session", "started", "stopped", "charge_point", "energy_kwh", "price", "gross", "of_which_tax")
    return Table(
        f"{words.text('sessions')}, {total.currency}",
        [words.text(key) for key in keys],
        [_row(number, line, words, varying) for number, line in lines],
        f"{words.text('sessions')}, {total.currency}: {words.count(total.sessions.lines)}",
        _sums(total.sessions, words),
    )


def _row(number: int, line: ClaimLine, words: Words, varying: _Varying) -> Row:
    return Row(
        number=words.count(number),
        session_id=cut(line.session_id, _ID),
        started=words.moment(line.started_at),
        stopped=words.moment(line.stopped_at),
        place=_place(line, words, varying),
        note=_note(line),
        figures=[
            words.kwh(line.energy_kwh),
            "" if line.price_incl_tax is None else words.price(line.price_incl_tax),
            money(line.amount_incl_tax, words),
            money(line.tax_amount, words),
        ],
    )


def _correction_table(
    lines: Sequence[tuple[int, ClaimLine, Correction]], total: Total, words: Words, varying: _Varying
) -> CorrectionTable:
    keys = ("line", "session", "started", "correction", "", "energy_kwh", "gross", "of_which_tax")
    return CorrectionTable(
        f"{words.text('corrections')}, {total.currency}",
        [words.text(key) if key else "" for key in keys],
        [_correction_row(number, line, correction, words, varying) for number, line, correction in lines],
        f"{words.text('corrections')}, {total.currency}: {words.count(total.corrections.lines)}",
        _sums(total.corrections, words),
    )


def _correction_row(
    number: int, line: ClaimLine, correction: Correction, words: Words, varying: _Varying
) -> CorrectionRow:
    return CorrectionRow(
        number=words.count(number),
        session_id=cut(line.session_id, _ID),
        started=words.moment(line.started_at),
        stopped=words.moment(line.stopped_at),
        why=cut(phrases.correction(correction, words), _WHY),
        place=_place(line, words, varying),
        note=_note(line),
        steps=[
            [words.text("old"), *_sums(correction.old, words)],
            [words.text("new"), *_sums(correction.new, words)],
            [words.text("difference"), *_sums(line, words)],
        ],
    )


def _sums(of: Amounts | ClaimLine | Sum, words: Words) -> list[str]:
    return [words.kwh(of.energy_kwh), money(of.amount_incl_tax, words), money(of.tax_amount, words)]


def _place(line: ClaimLine, words: Words, varying: _Varying) -> str:
    parts = (
        line.charge_point,
        line.evse if line.charge_point in varying.evse_at else None,
        line.car if varying.car else None,
        words.text(f"basis.{line.basis}") if varying.basis else None,
    )
    return " · ".join(cut(part, _PLACE) for part in parts if part)


def _note(line: ClaimLine) -> str:
    """Note and tags; neither is there most of the time."""
    note = cut((line.note or "").strip(), _NOTE)
    return " · ".join(part for part in (note, cut(", ".join(line.tags), _TAGS)) if part)
