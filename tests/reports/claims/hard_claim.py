"""Claims with the difficult cases that every format must handle, written by hand instead of by the pipeline."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import TypeVar
from zoneinfo import ZoneInfo

import msgspec

from pipeline.claims import document
from pipeline.claims.document import Amounts, Claim, ClaimLine, Correction, Sum
from pipeline.settings import schema
from pipeline.settings.schema import Driver, Employer, Language

_T = TypeVar("_T")
ZONE = ZoneInfo("Europe/Copenhagen")
MARCH = date(2025, 3, 1)
LONG_NOTE = "Hentede Søren i Ålborg; kørte over Ærø og Fåborg, måtte vente på færgen. " * 12
GOLF = schema.Car(name="Golf", plate="ÆØ 12 345")

_NOTES = (
    None,
    "Blåbærgrød på Åløkke",
    LONG_NOTE,
    '=HYPERLINK("https://example.org/?a="&A1,"Klik her")',
    "+45 12 34 56 78",
    "@SUM(1;2)",
    "linje 1\nlinje 2\r\nlinje 3",
    "tab\tog \x07 klokke",
    '"citat"; semikolon, komma',
    "日本語 и кириллица ⚡🚗",
    "-1+1",
    "   ",
)


def hard_claim(language: Language = "da", sessions: int = 8) -> Claim:
    """A month's claim: that many sessions, two currencies, an unknown tax, and every kind of correction."""
    lines = (*(_session(place) for place in range(sessions)), *_corrections(), _abroad(sessions))
    return document.Claim(
        account="home",
        number=3,
        kind="month",
        month=MARCH,
        car=None,
        created_at=datetime(2025, 4, 2, 6, 15, tzinfo=UTC).astimezone(ZONE),
        language=language,
        reverses=None,
        reason=None,
        driver=Driver(name="Åse Østergård-Æbelø", employee_number="004711", bank_account=""),
        employer=Employer(name="Smørrebrød & Sønner <A/S>", registration_number="", cost_centre="4711 Kørsel"),
        cars=(GOLF,),
        chargers=(
            document.Charger(charge_point="Carport på Tværvej", evse="2317", kind="private"),
            document.Charger(charge_point="Öresund Ladepark, Malmö", evse="SE*123", kind="public"),
        ),
        odometer=(document.Odometer(car="Golf", read_on=date(2025, 3, 31), kilometres=48_211),),
        lines=lines,
        totals=expected_totals(lines),
        days=expected_days(lines),
        exclusions=(
            document.Exclusion(
                session_id="700901",
                month=MARCH,
                started_at=_local(9, 20),
                stopped_at=_local(10, 2),
                car="Golf",
                currency="DKK",
                energy_kwh=Decimal("11.400"),
                billed_incl_tax=Decimal("21.36"),
                ground="decision",
                detail="en gæst ladede",
            ),
            document.Exclusion(
                session_id="700902",
                month=MARCH,
                started_at=_local(11, 20),
                stopped_at=_local(12, 2),
                car=None,
                currency="DKK",
                energy_kwh=Decimal("0.470"),
                billed_incl_tax=Decimal("2.50"),
                ground="no car",
                detail=None,
            ),
        ),
        findings=(
            document.Finding(
                finding_id="0a1b2c3d4e5f",
                rule="unassigned_car",
                severity="error",
                session_id="700902",
                detail="It is unknown which of the 2 cars was charged with its 0.470 kWh. "
                "Assign one with: ladebog session assign 700902 CAR, or by a [[rule]] in ladebog.toml",
                accepted="bilen var lånt ud, og det er uvist til hvem",
            ),  # as an earlier version wrote it: without sentences
            document.Finding(
                finding_id="5f4e3d2c1b0a",
                rule="thinned_history",
                severity="warning",
                session_id="700001",
                detail="It has 96 power samples for 240 minutes of charging, so when its energy flowed is known less "
                "exactly. The total is the meter's own.",
                accepted=None,
                sentences=(
                    "It has {samples} power samples for {minutes} minutes of charging, so when its energy flowed is "
                    "known less exactly.",
                    "The total is the meter's own.",
                ),
                parameters=(
                    document.FindingParameter(name="samples", kind="number", value="96", unit=None),
                    document.FindingParameter(name="minutes", kind="number", value="240", unit=None),
                ),
            ),
        ),
        completeness=document.Completeness(
            listed_at=datetime(2025, 4, 2, 4, 15, 7, tzinfo=UTC).astimezone(ZONE),
            sessions=sessions + 3,
            claimed=sessions + 1,
            excluded=2,
        ),
        policy=billed_policy(),
        sources=document.Sources(
            ladebog_version="0.1.0",
            rules=document.RULES,
            raw=document.Head(name="2025/20250402T041500Z-0a1b2c3d.ndjson.gz", sha256=_digest("raw")),
            journal=document.Head(name="12", sha256=_digest("journal")),
            previous_claim=document.Head(name="0002-2025-02", sha256=_digest("manifest")),
        ),
        attachments=(
            document.Attachment(name="elregning æøå.pdf", sha256=_digest("bill"), size=48_211, session_id=None),
            document.Attachment(name="receipt-800001.pdf", sha256=_digest("receipt"), size=9_000, session_id="800001"),
        ),
        missing_receipts=(document.MissingReceipt(session_id="700003", why="the operator answered 404 (not found)"),),
    )


def zero_claim(language: Language = "da") -> Claim:
    """A month's claim without sessions, driver, employer or car."""
    return _replace(
        hard_claim(language),
        driver=Driver(),
        employer=Employer(),
        cars=(),
        chargers=(),
        odometer=(),
        lines=(),
        totals=expected_totals(()),
        days=(),
        exclusions=(),
        findings=(),
        completeness=document.Completeness(
            listed_at=datetime(2025, 4, 2, 4, 15, 7, tzinfo=UTC).astimezone(ZONE), sessions=0, claimed=0, excluded=0
        ),
        attachments=(),
        missing_receipts=(),
    )


def corrections_claim(language: Language = "da") -> Claim:
    """A claim of corrections only, with a negative total."""
    lines = _corrections()[:2]
    return _replace(
        hard_claim(language),
        kind="corrections",
        month=None,
        lines=lines,
        totals=expected_totals(lines),
        days=(),
        exclusions=(),
        findings=(),
        completeness=None,
    )


def reversal_claim(language: Language = "da") -> Claim:
    """The reversal of another claim."""
    lines = tuple(_reversed(_session(place)) for place in range(3))
    return _replace(
        corrections_claim(language),
        kind="reversal",
        reverses=2,
        reason="sendt til den forkerte arbejdsgiver",
        lines=lines,
        totals=expected_totals(lines),
        attachments=(),
        missing_receipts=(),
    )


def billed_policy() -> document.Policy:
    """Settings of a driver who is reimbursed the billed amounts."""
    return document.Policy(
        attribution="stop",
        closed_after_hours=24,
        account=document.AccountPolicy(
            country="DK",
            timezone="Europe/Copenhagen",
            currency="DKK",
            reimbursement=(schema.Reimbursement(valid_from=date(2025, 1, 1), basis="billed"),),
            addition=(),
            tax_refund=(schema.TaxRefund(valid_from=date(2025, 1, 1), per_kwh=Decimal("0.716")),),
        ),
        tax_rates=(),
        cars=(GOLF,),
        rules=(),
    )


def expected_totals(lines: tuple[ClaimLine, ...]) -> tuple[document.Total, ...]:
    """The totals of lines, summed here independently of the SQL; without lines zero in DKK."""
    currencies = sorted({line.currency for line in lines}, key=lambda currency: (currency != "DKK", currency)) or [
        "DKK"
    ]
    totals = []
    for currency in currencies:
        lines_of_currency = [line for line in lines if line.currency == currency]
        total = _sum(lines_of_currency)
        sessions = _sum([line for line in lines_of_currency if line.correction is None])
        totals.append(
            document.Total(
                currency=currency,
                minor_digits=2,
                sessions=sessions,
                corrections=_sum([line for line in lines_of_currency if line.correction is not None]),
                total=total,
                average_price_incl_tax=_quotient(sessions.amount_incl_tax, sessions.energy_kwh),
            )
        )
    return tuple(totals)


def expected_days(lines: tuple[ClaimLine, ...]) -> tuple[document.Day, ...]:
    """The days of a claim of March with these lines, summed here independently of the SQL."""
    days: dict[tuple[date, str], list[ClaimLine]] = {}
    for line in lines:
        if line.correction is None:
            days.setdefault((min(line.stopped_at.date(), date(2025, 3, 31)), line.currency), []).append(line)
    return tuple(
        document.Day(
            day=day,
            currency=currency,
            sessions=len(lines_of_day),
            energy_kwh=sum((line.energy_kwh for line in lines_of_day), Decimal("0.000")),
            amount_incl_tax=sum((line.amount_incl_tax for line in lines_of_day), Decimal("0.00")),
        )
        for (day, currency), lines_of_day in sorted(days.items())
    )


def _sum(lines: list[ClaimLine]) -> Sum:
    taxes = [line.tax_amount for line in lines]
    known = [tax for tax in taxes if tax is not None]
    return Sum(
        lines=len(lines),
        energy_kwh=sum((line.energy_kwh for line in lines), Decimal("0.000")),
        amount_incl_tax=sum((line.amount_incl_tax for line in lines), Decimal("0.00")),
        tax_amount=sum(known, Decimal("0.00")) if len(known) == len(taxes) else None,
    )


def _quotient(amount: Decimal, energy: Decimal) -> Decimal | None:
    return (amount / energy).quantize(Decimal("0.000001"), "ROUND_HALF_UP") if energy else None


def _session(place: int) -> ClaimLine:
    energy = Decimal(4_000 + 7_919 * (place + 1) % 40_000) / 1000
    amount = (energy * Decimal("1.8437")).quantize(Decimal("0.01"), "ROUND_HALF_UP")
    tax = (amount / 5).quantize(Decimal("0.01"), "ROUND_HALF_UP")
    started = _local(1 + place * 29 // 200 if place >= 31 else 1 + place % 30, 17 + place % 6, place % 60)
    return ClaimLine(
        session_id=str(700_000 + place),
        month=MARCH,
        started_at=started,
        stopped_at=(started.astimezone(UTC) + timedelta(hours=3, minutes=place % 50)).astimezone(ZONE),
        kind="private",
        charge_point="Carport på Tværvej",
        evse="2317",
        car="Golf",
        currency="DKK",
        energy_kwh=energy,
        amount_incl_tax=amount,
        tax_amount=tax,
        basis="billed",
        price_incl_tax=_quotient(amount, energy),
        tax_name="Moms",
        tax_rate=Decimal("0.25"),
        note=_NOTES[place % len(_NOTES)],
        tags=("ferie", "Skagen") if place % 5 == 1 else (),
        revision=1,
        document_sha256=_digest(f"document {place}"),
        curve_sha256=_digest(f"curve {place}") if place % 4 else None,
        correction=None,
        tax_refund=Decimal("0.716000"),
    )


def _corrections() -> tuple[ClaimLine, ...]:
    """One correction per reason except a reversal: corrected, withdrawn, late and repriced."""
    february = date(2025, 2, 1)
    corrections = (
        ("600001", "corrected", None, None, ("20.000", "40.00", "8.00"), ("18.500", "37.25", "7.45")),
        ("600002", "withdrawn", "decision", "en gæst ladede", ("31.250", "61.07", "12.21"), ("0.000", "0.00", "0.00")),
        ("600003", "late", None, None, ("0.000", "0.00", "0.00"), ("9.999", "19.60", "3.92")),
        ("600004", "repriced", None, None, ("12.000", "25.00", None), ("12.000", "33.48", "6.70")),
    )
    lines = []
    for place, (session_id, reason, ground, detail, old, new) in enumerate(corrections):
        old_amounts, new_amounts = _amounts(old), _amounts(new)
        lines.append(
            _replace(
                _session(place),
                session_id=session_id,
                month=february,
                started_at=datetime(2025, 2, 3 + place, 20, 15, tzinfo=ZONE),
                stopped_at=datetime(2025, 2, 4 + place, 1, 40, tzinfo=ZONE),
                energy_kwh=new_amounts.energy_kwh - old_amounts.energy_kwh,
                amount_incl_tax=new_amounts.amount_incl_tax - old_amounts.amount_incl_tax,
                tax_amount=(new_amounts.tax_amount or Decimal()) - (old_amounts.tax_amount or Decimal("0.00")),
                price_incl_tax=_quotient(new_amounts.amount_incl_tax, new_amounts.energy_kwh),
                revision=2,
                correction=Correction(
                    claim=2, reason=reason, ground=ground, detail=detail, old=old_amounts, new=new_amounts
                ),
            )
        )
    return tuple(lines)


def _abroad(place: int) -> ClaimLine:
    """A public session in another currency, with an unknown tax."""
    return _replace(
        _session(place),
        session_id="800001",
        kind="public",
        charge_point="Öresund Ladepark, Malmö",
        evse="SE*123",
        currency="SEK",
        tax_refund=None,
        amount_incl_tax=Decimal("1234.50"),
        tax_amount=None,
        tax_rate=None,
        tax_name=None,
        price_incl_tax=None,
    )


def _reversed(line: ClaimLine) -> ClaimLine:
    claimed = Amounts(energy_kwh=line.energy_kwh, amount_incl_tax=line.amount_incl_tax, tax_amount=line.tax_amount)
    nothing = _amounts(("0.000", "0.00", "0.00"))
    return _replace(
        line,
        energy_kwh=-line.energy_kwh,
        amount_incl_tax=-line.amount_incl_tax,
        tax_amount=None if line.tax_amount is None else -line.tax_amount,
        correction=Correction(claim=2, reason="reversed", ground=None, detail=None, old=claimed, new=nothing),
    )


def _amounts(figures: tuple[str, str, str | None]) -> Amounts:
    energy, amount, tax = figures
    return Amounts(
        energy_kwh=Decimal(energy), amount_incl_tax=Decimal(amount), tax_amount=None if tax is None else Decimal(tax)
    )


def _local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2025, 3, day, hour % 24, minute, tzinfo=ZONE)


def _digest(content: str) -> str:
    return sha256(content.encode()).hexdigest()


def _replace(struct: _T, **values: object) -> _T:
    return msgspec.structs.replace(struct, **values)
