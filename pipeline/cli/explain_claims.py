"""The parts of an explanation about money back: what is reimbursed, and the claims that contain the session."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.text import Text

from pipeline.text import money_text

if TYPE_CHECKING:
    from rich.tree import Tree

    from reports.explanation import Explanation, Row

_BASES = {
    "billed": "what was billed",
    "rate": "the rate of the settings, for the energy that is neither free nor non-billable",
    "electricity_cost": "the cost of electricity that the operator tracks",
    "spot": "the spot price and the additions of the settings, with tax",
}


def add_reimbursement(root: "Tree", explanation: "Explanation") -> None:
    """Add what the session is reimbursed with, and how that is computed."""
    reimbursement = explanation.reimbursement
    amount, price = reimbursement["amount_incl_tax"], reimbursement["price_incl_tax"]
    if amount is None:
        text = f" unknown: {reimbursement['unknown']}"
    else:
        per_kwh = "" if price is None else f", {price.normalize():f} per kWh"
        text = f" {money_text(amount, reimbursement['currency'])} {reimbursement['currency']}{per_kwh}"
    branch = root.add(Text.assemble(("reimbursement", "bold"), text))
    branch.add(Text(f"basis {reimbursement['basis']}: {_BASES[reimbursement['basis']]}"))
    if refund := reimbursement["tax_refund"]:
        branch.add(Text(f"minus {refund.normalize():f} per kWh: the electricity tax that the operator refunds"))


def add_claims(root: "Tree", explanation: "Explanation") -> None:
    """Add what was claimed so far, and what is to be claimed or why nothing is."""
    branch = root.add(Text("claims", "bold"))
    for line in (*map(_claimed, explanation.claim_lines), *_outstanding(explanation)):
        branch.add(Text(line))


def _claimed(line: "Row") -> str:
    since = f" since {line['state_on']}" if line["state_on"] else ""
    correction = f", corrects claim {line['corrects']}: {line['reason']}" if line["corrects"] else ""
    figures = _figures(line, "energy_kwh", "amount_incl_tax", "+" if line["corrects"] else "")
    return f"claim {line['number']}, {line['state']}{since}: {figures}{correction}"


def _outstanding(explanation: "Explanation") -> Iterator[str]:
    for line in explanation.due:
        held_back = f", held back: {line['held_back']}" if line["held_back"] else ""
        is_open = not line["is_month_claimed"] and not line["is_month_closed"]
        condition = ", once the month is closed" if is_open else ""
        figures = _figures(line, "due_energy_kwh", "due_incl_tax", "+" if line["corrects"] else "")
        yield f"to be claimed{condition}: {figures}{held_back}"
    if not explanation.claimable["is_claimed"]:
        yield f"goes on no claim: {explanation.claimable['reason']}"


def _figures(line: "Row", energy: str, amount: str, sign: str) -> str:
    car = f" of {line['car']}" if line["car"] else ""
    money = "an unknown amount" if line[amount] is None else money_text(line[amount], line["currency"], sign)
    return f"{line['month']:%Y-%m}{car}, {line[energy]:{sign}} kWh, {money} {line['currency']}"
