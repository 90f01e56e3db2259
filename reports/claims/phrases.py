"""Phrases of a claim that both the PDF and the workbook print: titles, periods, chargers, reasons, findings."""

import msgspec

from pipeline.claims.document import Charger, Claim, ClaimLine, Completeness, Correction, Exclusion, Finding, Odometer
from pipeline.clock import last_of_month
from reports.claims.words import Words
from reports.language.findings import finding_text


def title(claim: Claim, words: Words) -> str:
    """`Udlæg for elbilopladning`."""
    return words.text(f"title.{claim.kind}", number=claim.reverses)


def subject(claim: Claim, words: Words) -> str:
    """`Udlæg nr. 3, marts 2025`."""
    return f"{words.text('claim_number')} {claim.number}, {months(claim, words)}"


def months(claim: Claim, words: Words) -> str:
    """`marts 2025`: the claimed month, or else the months of its lines; the title of a claim without either."""
    month_list = [claim.month] if claim.month else sorted({line.month for line in claim.lines})
    if not month_list:
        return title(claim, words)
    first, last = words.month(month_list[0]), words.month(month_list[-1])
    return first if first == last else f"{first} – {last}"


def period(claim: Claim, words: Words) -> str:
    """`01.03.2025 – 31.03.2025`, or the months that it corrects."""
    if claim.month is None:
        return months(claim, words)
    return f"{words.day(claim.month)} – {words.day(last_of_month(claim.month))}"


def bases(claim: Claim, words: Words) -> str:
    """`som opkrævet af operatøren`: how its lines are settled, or how lines would be if there were any."""
    line_bases = [basis(line, words) for line in claim.lines]
    planned_bases = [words.text(f"basis.{entry.basis}") for entry in claim.policy.account.reimbursement]
    return "; ".join(dict.fromkeys(line_bases or planned_bases))


def basis(line: ClaimLine, words: Words) -> str:
    """`fast sats`: how a line is settled, and the refund of electricity tax that is subtracted, if there is one."""
    text = words.text(f"basis.{line.basis}")
    if line.tax_refund is None:
        return text
    refund = words.text("basis.refund", amount=words.exact(line.tax_refund.normalize()), currency=line.currency)
    return f"{text}, {refund}"


def charger(charger: Charger, words: Words) -> str:
    """`Carport på Tværvej (2317), privat`."""
    evse = f"({charger.evse})" if charger.evse else None
    name = " ".join(part for part in (charger.charge_point, evse) if part)
    return ", ".join(part for part in (name, words.kind(charger.kind)) if part)


def odometer(reading: Odometer, words: Words) -> str:
    """`Golf: 48.211 km den 31.03.2025`."""
    kilometres, day = words.count(reading.kilometres), words.day(reading.read_on)
    return f"{reading.car}: {words.text('odometer.reading', kilometres=kilometres, day=day)}"


def correction(correction: Correction, words: Words) -> str:
    """`retter udlæg nr. 2: medtages ikke længere (fravalgt: en gæst ladede)`."""
    reason = words.text(f"correction.{correction.reason}")
    ground = words.text(f"ground.{correction.ground}", detail=correction.detail or "") if correction.ground else ""
    return f"{words.text('correction.of', number=correction.claim)}: {reason}{f' ({ground})' if ground else ''}"


def remarks(line: ClaimLine, words: Words) -> tuple[str, ...]:
    """What a reader has to know of a line: a minimum price that explains its price per kWh, and an imported origin."""
    price = line.minimum_price
    return (
        *(
            ()
            if price is None or line.correction is not None
            else (words.text("remark.minimum_price", amount=words.exact(price), currency=line.currency),)
        ),
        *((words.text("remark.imported"),) if line.is_imported else ()),
    )


def ground(exclusion: Exclusion, words: Words) -> str:
    """`bilen Golf er privat`: why a session is not claimed."""
    return words.text(f"ground.{exclusion.ground}", detail=exclusion.detail or "")


def finding(finding: Finding, words: Words) -> str:
    """`Opkrævet i fremmed valuta`: the text of the finding's rule; the name of a rule that no longer exists."""
    key = f"rule.{finding.rule}"
    return words.text(key) if words.has(key) else finding.rule


def finding_detail(finding: Finding, words: Words) -> str:
    """What was found and what to do; in English in a claim of an earlier version."""
    if not finding.sentences:
        return finding.detail
    return finding_text(finding.sentences, map(msgspec.structs.asdict, finding.parameters), words)


def counted_sessions(completeness: Completeness, words: Words) -> str:
    """How many sessions the operator's list and the archive contain, and how many of them are claimed."""
    return words.text(
        "completeness.counted_unlisted" if completeness.unlisted else "completeness.counted",
        listed=words.count(completeness.sessions - completeness.unlisted),
        sessions=words.count(completeness.sessions),
        unlisted=words.count(completeness.unlisted),
        claimed=words.count(completeness.claimed),
        excluded=words.count(completeness.excluded),
    )
