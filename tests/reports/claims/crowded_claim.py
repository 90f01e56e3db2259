"""A claim with many rows of every kind, and with long and wide texts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec

from pipeline.claims import document
from pipeline.claims.document import Claim, ClaimLine
from pipeline.settings import schema
from pipeline.settings.schema import Driver, Employer, Language
from tests.reports.claims.hard_claim import expected_totals, hard_claim

WIDE = "W" * 300
LONG = "Overingeniørernes Rejse- og Kørselsafdeling i Nørresundby og Omegn " * 6
CURRENCIES = ("DKK", "CHF", "EUR", "GBP", "NOK", "PLN", "SEK")


def crowded_claim(language: Language = "da") -> Claim:
    """Dozens of cars, chargers and readings, seven currencies, and names too long for a line."""
    hard = hard_claim(language)
    lines = tuple(_line(place, line) for place, line in enumerate(hard.lines * 2))
    return msgspec.structs.replace(
        hard,
        account="a" * 40,
        number=1234,
        driver=Driver(name=WIDE, employee_number=LONG, bank_account=""),
        employer=Employer(name=LONG, registration_number=WIDE, cost_centre=""),
        reason=LONG,
        cars=tuple(schema.Car(name=f"{place} {LONG}", plate=WIDE) for place in range(30)),
        chargers=tuple(
            document.Charger(charge_point=f"{place} {WIDE}", evse=LONG, kind="private") for place in range(30)
        ),
        odometer=tuple(
            document.Odometer(car=LONG, read_on=date(2025, 3, 1 + place), kilometres=1_234_567) for place in range(12)
        ),
        lines=lines,
        totals=expected_totals(lines),
        days=tuple(
            msgspec.structs.replace(day, currency=currency, amount_incl_tax=Decimal("-1234567.89"))
            for currency in CURRENCIES
            for day in hard.days[:4]
        ),
        exclusions=tuple(
            msgspec.structs.replace(exclusion, session_id="9" * 40, car=WIDE, ground="rule", detail=LONG)
            for exclusion in hard.exclusions
        ),
        findings=tuple(
            msgspec.structs.replace(finding, session_id="9" * 40, detail=LONG, accepted=WIDE)
            for finding in hard.findings
        ),
        attachments=tuple(
            msgspec.structs.replace(attachment, name=f"{WIDE[:200]}.pdf") for attachment in hard.attachments
        ),
        missing_receipts=(document.MissingReceipt(session_id="9" * 40, why=WIDE),),
    )


def _line(place: int, line: ClaimLine) -> ClaimLine:
    return msgspec.structs.replace(
        line,
        session_id=f"{place}" + "9" * 38,
        currency=CURRENCIES[place % len(CURRENCIES)],
        amount_incl_tax=line.amount_incl_tax + Decimal("1234567.89"),
        charge_point=LONG,
        evse=WIDE if place % 2 else LONG,
        car=WIDE if place % 3 else LONG,
        note=WIDE if place % 2 else LONG,
        tags=(WIDE, LONG),
        basis="spot" if place % 2 else "electricity_cost",
    )
