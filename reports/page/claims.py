"""The claims of an account and their states, and the findings of the checks, as texts."""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.language.findings import finding_text
from reports.page.chart import FiguresTable
from reports.page.figures import AccountFigures, Row
from reports.page.words import PageWords


@dataclass(frozen=True, kw_only=True)
class ShownFinding:
    """A finding. `detail` says what was found and what to do."""

    is_error: bool
    severity: str
    title: str
    subject: str
    detail: str


def claims_table(figures: AccountFigures, words: PageWords) -> FiguresTable:
    """The claims, the newest first."""
    heads = ("number", "covers", "made", "energy_kwh", "cost", "state", "since")
    return FiguresTable(
        [words.text(f"column.{head}") for head in heads],
        [
            (
                words.count(claim["number"]),
                covers(claim, words),
                words.day(claim["made_on"]),
                words.kwh(claim["energy_kwh"]),
                f"{words.money(claim['amount_incl_tax'], figures.digits(claim['currency']))} {claim['currency']}",
                words.text(f"claim_state.{claim['state']}"),
                words.day(claim["state_on"]) if claim["state_on"] else "",
            )
            for claim in figures.claims
        ],
    )


def covers(claim: Row, words: PageWords) -> str:
    """What a claim is about: its month and car, or that it has corrections or reverses another claim."""
    if claim["kind"] == "month":
        return words.month(claim["month"]) + (f", {claim['car']}" if claim["car"] else "")
    return words.text(f"claim_kind.{claim['kind']}", number=claim["reverses"])


def shown_findings(figures: AccountFigures, words: PageWords) -> Sequence[ShownFinding]:
    """The findings, errors first."""
    return [
        ShownFinding(
            is_error=finding["severity"] == "error",
            severity=words.text(f"severity.{finding['severity']}"),
            title=words.text(f"rule.{finding['rule']}"),
            subject=_subject(finding, words),
            detail=finding_text(finding["sentences"], finding["parameters"], words),
        )
        for finding in figures.findings
    ]


def _subject(finding: Row, words: PageWords) -> str:
    month = [words.month(finding["month"])] if finding["month"] else []
    session = [words.text("finding.session", id=finding["session_id"])] if finding["session_id"] else []
    return ", ".join(month + session)
