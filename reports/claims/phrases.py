"""What a claim says of itself in a phrase: its title, its period, why a line corrects, why a session is left out."""

from pipeline.claims.document import Charger, Claim, Correction, Exclusion, Finding, Odometer
from pipeline.clock import last_of_month
from reports.claims.words import Words


def title(claim: Claim, words: Words) -> str:
    """`Udlæg for elbilopladning`"""
    return words.text(f"title.{claim.kind}", number=claim.reverses)


def subject(claim: Claim, words: Words) -> str:
    """`Udlæg nr. 3, marts 2025`"""
    return f"{words.text('claim_number')} {claim.number}, {months(claim, words)}"


def months(claim: Claim, words: Words) -> str:
    """`marts 2025`: the month claimed, or those that its lines are of; of a claim without either its title."""
    named = [claim.month] if claim.month else sorted({line.month for line in claim.lines})
    if not named:
        return title(claim, words)
    first, last = words.month(named[0]), words.month(named[-1])
    return first if first == last else f"{first} – {last}"


def period(claim: Claim, words: Words) -> str:
    """`01.03.2025 – 31.03.2025`, or the months that are corrected."""
    if claim.month is None:
        return months(claim, words)
    return f"{words.day(claim.month)} – {words.day(last_of_month(claim.month))}"


def bases(claim: Claim, words: Words) -> str:
    """`som opkrævet af operatøren`: by what its lines are settled, or would be."""
    settled = [line.basis for line in claim.lines] or [entry.basis for entry in claim.policy.account.reimbursement]
    return "; ".join(words.text(f"basis.{basis}") for basis in dict.fromkeys(settled))


def charger(charger: Charger, words: Words) -> str:
    """`Carport på Tværvej (2317), privat`"""
    evse = f"({charger.evse})" if charger.evse else None
    named = " ".join(part for part in (charger.charge_point, evse) if part)
    return ", ".join(part for part in (named, words.text(f"kind.{charger.kind}")) if part)


def odometer(reading: Odometer, words: Words) -> str:
    """`Golf: 48.211 km den 31.03.2025`"""
    kilometres, day = words.count(reading.kilometres), words.day(reading.read_on)
    return f"{reading.car}: {words.text('odometer.reading', kilometres=kilometres, day=day)}"


def correction(correction: Correction, words: Words) -> str:
    """`retter udlæg nr. 2: medtages ikke længere (fravalgt: en gæst ladede)`"""
    reason = words.text(f"correction.{correction.reason}")
    ground = words.text(f"ground.{correction.ground}", detail=correction.detail or "") if correction.ground else ""
    return f"{words.text('correction.of', number=correction.claim)}: {reason}{f' ({ground})' if ground else ''}"


def ground(exclusion: Exclusion, words: Words) -> str:
    """`bilen Golf er privat`"""
    return words.text(f"ground.{exclusion.ground}", detail=exclusion.detail or "")


def finding(finding: Finding, words: Words) -> str:
    """`Opkrævet i fremmed valuta`: what was found, by its rule; a rule that is no more goes by its name."""
    key = f"rule.{finding.rule}"
    return words.text(key) if words.has(key) else finding.rule
