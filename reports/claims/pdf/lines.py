"""The lines of a claim's PDF: for each currency its sessions, then its corrections, with the claim's line numbers."""

from collections.abc import Sequence

import msgspec

from pipeline.claims.document import Amounts, Claim, ClaimLine, Correction, Sum, Total
from reports.claims import phrases
from reports.claims.pdf.printable import cut
from reports.claims.pdf.totals import TotalsTable, money_text, totals_of
from reports.claims.words import Words

_PLACE = 40  # characters
_NOTE = 120
_REASON = 180
_TAGS = 60
_ID = 24


class SessionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A session with its figures: energy, price, amount, tax."""

    number: str
    session_id: str
    started: str
    stopped: str
    place: str
    note: str
    figures: list[str]


class CorrectionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A correction: the reason, and energy, amount and tax before, now, and their difference, which is claimed."""

    number: str
    session_id: str
    started: str
    stopped: str
    reason: str
    place: str
    note: str
    steps: list[list[str]]


class SessionTable(msgspec.Struct, frozen=True):
    """Sessions in one currency and their sums: energy, amount, tax."""

    heading: str
    header: list[str]
    rows: list[SessionRow]
    sum_label: str
    sums: list[str]


class CorrectionTable(msgspec.Struct, frozen=True):
    """Corrections in one currency and their sums: energy, amount, tax."""

    heading: str
    header: list[str]
    rows: list[CorrectionRow]
    sum_label: str
    sums: list[str]


class LinesPart(msgspec.Struct, frozen=True, kw_only=True):
    """All of a claim's lines."""

    heading: str
    sessions: list[SessionTable]
    corrections: list[CorrectionTable]
    empty_text: str | None  # for a claim without lines
    totals_heading: str
    totals: TotalsTable


def lines_of(claim: Claim, words: Words) -> LinesPart:
    """The lines of a claim, by currency in the order of its totals."""
    numbered_lines = list(enumerate(claim.lines, start=1))
    sessions, corrections, varying_fields = [], [], _varying(claim)
    for total in claim.totals:
        currency_lines = [(number, line) for number, line in numbered_lines if line.currency == total.currency]
        session_lines = [(number, line) for number, line in currency_lines if line.correction is None]
        correction_lines = [
            (number, line, line.correction) for number, line in currency_lines if line.correction is not None
        ]
        if session_lines:
            sessions.append(_session_table(session_lines, total, words, varying_fields))
        if correction_lines:
            corrections.append(_correction_table(correction_lines, total, words, varying_fields))
    return LinesPart(
        heading=words.text("lines" if corrections else "sessions"),
        sessions=sessions,
        corrections=corrections,
        empty_text=None if claim.lines else words.text("no_sessions_claimed"),
        totals_heading=words.text("total"),
        totals=totals_of(claim.totals, words),
    )


class _VaryingFields(msgspec.Struct, frozen=True):
    """What differs between the lines of a claim, so each line prints it; what does not is on the first page."""

    evse_at: frozenset[str | None]  # charge points with several EVSEs
    car: bool
    basis: bool
    tax_refund: bool


def _varying(claim: Claim) -> _VaryingFields:
    evses: dict[str | None, set[str | None]] = {}
    for line in claim.lines:
        evses.setdefault(line.charge_point, set()).add(line.evse)
    return _VaryingFields(
        frozenset(point for point, evses_there in evses.items() if point is None or len(evses_there) > 1),
        len({line.car for line in claim.lines}) > 1,
        len({line.basis for line in claim.lines}) > 1,
        len({line.tax_refund for line in claim.lines}) > 1,
    )


def _session_table(
    lines: Sequence[tuple[int, ClaimLine]], total: Total, words: Words, varying_fields: _VaryingFields
) -> SessionTable:
    keys = ("line", "session", "started", "stopped", "charge_point", "energy_kwh", "price", "gross", "of_which_tax")
    return SessionTable(
        f"{words.text('sessions')}, {total.currency}",
        [words.text(key) for key in keys],
        [_session_row(number, line, words, varying_fields) for number, line in lines],
        f"{words.text('sessions')}, {total.currency}: {words.count(total.sessions.lines)}",
        _figures(total.sessions, words),
    )


def _session_row(number: int, line: ClaimLine, words: Words, varying_fields: _VaryingFields) -> SessionRow:
    return SessionRow(
        number=words.count(number),
        session_id=cut(line.session_id, _ID),
        started=words.moment(line.started_at),
        stopped=words.moment(line.stopped_at),
        place=_place(line, words, varying_fields),
        note=_note(line, words),
        figures=[
            words.kwh(line.energy_kwh),
            "" if line.price_incl_tax is None else words.price(line.price_incl_tax),
            money_text(line.amount_incl_tax, words),
            money_text(line.tax_amount, words),
        ],
    )


def _correction_table(
    lines: Sequence[tuple[int, ClaimLine, Correction]], total: Total, words: Words, varying_fields: _VaryingFields
) -> CorrectionTable:
    keys = ("line", "session", "started", "correction", "values", "energy_kwh", "gross", "of_which_tax")
    return CorrectionTable(
        f"{words.text('corrections')}, {total.currency}",
        [words.text(key) for key in keys],
        [_correction_row(number, line, correction, words, varying_fields) for number, line, correction in lines],
        f"{words.text('corrections')}, {total.currency}: {words.count(total.corrections.lines)}",
        _figures(total.corrections, words),
    )


def _correction_row(
    number: int, line: ClaimLine, correction: Correction, words: Words, varying_fields: _VaryingFields
) -> CorrectionRow:
    return CorrectionRow(
        number=words.count(number),
        session_id=cut(line.session_id, _ID),
        started=words.moment(line.started_at),
        stopped=words.moment(line.stopped_at),
        reason=cut(phrases.correction(correction, words), _REASON),
        place=_place(line, words, varying_fields),
        note=_note(line, words),
        steps=[
            [words.text("old"), *_figures(correction.old, words)],
            [words.text("new"), *_figures(correction.new, words)],
            [words.text("difference"), *_figures(line, words)],
        ],
    )


def _figures(amounts: Amounts | ClaimLine | Sum, words: Words) -> list[str]:
    return [
        words.kwh(amounts.energy_kwh),
        money_text(amounts.amount_incl_tax, words),
        money_text(amounts.tax_amount, words),
    ]


def _place(line: ClaimLine, words: Words, varying_fields: _VaryingFields) -> str:
    parts = (
        line.charge_point,
        line.evse if line.charge_point in varying_fields.evse_at else None,
        line.car if varying_fields.car else None,
        words.text(f"basis.{line.basis}") if varying_fields.basis else None,
        words.text("no_refund") if varying_fields.tax_refund and line.tax_refund is None else None,
    )
    return " · ".join(cut(part, _PLACE) for part in parts if part)


def _note(line: ClaimLine, words: Words) -> str:
    """Note, tags and remarks; empty for most lines."""
    note = cut((line.note or "").strip(), _NOTE)
    return " · ".join(part for part in (note, cut(", ".join(line.tags), _TAGS), *phrases.remarks(line, words)) if part)
