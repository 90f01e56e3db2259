"""The last part of a claim's PDF: completeness, findings of the checks, sessions not claimed, and the sources."""

import msgspec

from pipeline.claims.document import Attachment, Claim, Exclusion, Finding
from reports.claims import phrases
from reports.claims.pdf.printable import cut
from reports.claims.pdf.totals import money_text
from reports.claims.pdf.voucher import Digest, heads_of
from reports.claims.words import Words

_ID = 24  # characters
_TEXT = 240
_NAME = 80
_CAR = 40


class FindingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A finding of the checks, and why it was accepted."""

    severity: str
    is_error: bool
    title: str
    name: str
    session_id: str
    detail: str
    detail_language: str
    accepted: str | None


class Listing(msgspec.Struct, frozen=True):
    """A table under a heading, or the text that replaces an empty table."""

    heading: str
    header: list[str]
    rows: list[list[str]]
    empty_text: str


class ChecksPart(msgspec.Struct, frozen=True, kw_only=True):
    """The content of the last part. Only a claim of a month has completeness and exclusions."""

    heading: str
    completeness_heading: str
    completeness: list[str]
    findings_heading: str
    findings: list[FindingRow]
    findings_empty_text: str | None
    exclusions: Listing | None
    missing_receipts: Listing | None
    attachments_heading: str
    attachments: list[Digest]
    attachments_empty_text: str
    sources_heading: str
    sources: list[Digest]
    facts: list[str]


def checks_of(claim: Claim, words: Words, embedded_names: tuple[str, ...]) -> ChecksPart:
    """The part of a claim on the checks; `embedded_names` are those of the files inside the PDF."""
    return ChecksPart(
        heading=words.text("checks"),
        completeness_heading=words.text("completeness"),
        completeness=_completeness(claim, words),
        findings_heading=words.text("findings"),
        findings=[_finding(finding, words) for finding in claim.findings],
        findings_empty_text=words.text("findings.none") if claim.completeness else None,
        exclusions=_exclusions(claim, words) if claim.completeness or claim.exclusions else None,
        missing_receipts=_missing_receipts(claim, words) if claim.missing_receipts else None,
        attachments_heading=words.text("attachments"),
        attachments=[_attachment(attachment, words) for attachment in claim.attachments],
        attachments_empty_text=words.text("attachments.none"),
        sources_heading=words.text("sources"),
        sources=heads_of(claim, words),
        facts=[
            f"{words.text('sources.version')} {claim.sources.ladebog_version}, "
            f"{words.text('sources.rules').lower()} {claim.sources.rules}.",
            f"{words.text('embedded')}: {', '.join(embedded_names)}.",
            words.text("printed.cut"),
        ],
    )


def _completeness(claim: Claim, words: Words) -> list[str]:
    completeness = claim.completeness
    if completeness is None:
        return []
    return [
        words.text("completeness.listed", moment=words.moment(completeness.listed_at)),
        phrases.counted_sessions(completeness, words),
        words.text("completeness.policy"),
    ]


def _finding(finding: Finding, words: Words) -> FindingRow:
    acceptance = None if finding.accepted is None else words.text("accepted", reason=cut(finding.accepted, _TEXT))
    return FindingRow(
        severity=words.text(f"severity.{finding.severity}"),
        is_error=finding.severity == "error",
        title=phrases.finding(finding, words),
        name=f"{finding.rule} · {finding.finding_id}",
        session_id=cut(finding.session_id or "", _ID),
        detail=cut(phrases.finding_detail(finding, words), _TEXT),
        detail_language=words.language if finding.sentences else "en",
        accepted=acceptance,
    )


def _exclusions(claim: Claim, words: Words) -> Listing:
    keys = ("session", "started", "car", "ground", "energy_kwh", "billed", "currency")
    return Listing(
        words.text("exclusions"),
        [words.text(key) for key in keys],
        [_exclusion(exclusion, words) for exclusion in claim.exclusions],
        words.text("exclusions.none"),
    )


def _exclusion(exclusion: Exclusion, words: Words) -> list[str]:
    return [
        cut(exclusion.session_id, _ID),
        words.moment(exclusion.started_at),
        cut(exclusion.car or "–", _CAR),
        cut(phrases.ground(exclusion, words), _TEXT),
        words.kwh(exclusion.energy_kwh),
        money_text(exclusion.billed_incl_tax, words),
        exclusion.currency,
    ]


def _missing_receipts(claim: Claim, words: Words) -> Listing:
    return Listing(
        words.text("receipts.missing"),
        [words.text("session"), words.text("ground")],
        [[cut(missing.session_id, _ID), cut(missing.why, _TEXT)] for missing in claim.missing_receipts],
        "",
    )


def _attachment(attachment: Attachment, words: Words) -> Digest:
    session = "" if attachment.session_id is None else f"{words.text('session')} {cut(attachment.session_id, _ID)}, "
    size = words.text("attachments.size", size=words.count(attachment.size))
    return Digest(cut(attachment.name, _NAME), f"{session}{size}", attachment.sha256)
