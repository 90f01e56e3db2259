"""An explanation as a tree: the bill and the hours that cost most, the months, the session, its days, hours, periods
and samples, and the documents below.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rich.text import Text
from rich.tree import Tree

from pipeline.cli.explain_claims import add_claims, add_reimbursement
from pipeline.cli.explain_placement import is_time_unknown, placement
from pipeline.cli.output import in_one_line
from pipeline.cli.period_difference import difference
from pipeline.text import counted
from reports.explanation import Explanation, Row

if TYPE_CHECKING:
    from pipeline.settings.schema import Account

_DEAREST_HOURS = 3
_TAX_SOURCES = {
    "charge point": "as the charge point states",
    "settings": "by the settings",
    "country": "the country's standard rate",
}


def tree(explanation: Explanation, *, with_samples: bool) -> Tree:
    """The whole tree. With `with_samples` every power sample is a leaf, else each group of samples is one line."""
    explanation = _in_lines(explanation)
    session = explanation.session
    place = ", ".join(part for part in (session["charge_point"], session["evse"] and f"EVSE {session['evse']}") if part)
    root = Tree(
        Text.assemble(
            (f"Session {session['session_id']}", "bold"), f" of {explanation.account.name}, ", session["kind"]
        ),
        guide_style="dim",
    )
    if place:
        root.label.append(f", {place}")  # type: ignore[union-attr]  # (the Text above)
    _add_answer(root, explanation)
    for month in explanation.months:
        _add_month(root, explanation, month)
    _add_session(root, explanation)
    for day in explanation.days:
        _add_day(root, explanation, day, with_samples)
    add_reimbursement(root, explanation)
    add_claims(root, explanation)
    _add_documents(root, explanation)
    return root


def _in_lines(explanation: Explanation) -> Explanation:
    """The explanation with texts from outside that make no lines of their own."""
    values = {name: _in_line(value) for name, value in vars(explanation).items() if isinstance(value, dict | list)}
    return replace(explanation, **values)


def _in_line(value: Any) -> Any:
    match value:
        case str():
            return in_one_line(value)
        case dict():
            return {key: _in_line(item) for key, item in value.items()}
        case list():
            return [_in_line(item) for item in value]
    return value


def local(account: "Account", moment: Any) -> str:
    """A moment in the account's zone, to the second."""
    return f"{moment.astimezone(account.zone):%Y-%m-%d %H:%M:%S}"


def _add_answer(root: Tree, explanation: Explanation) -> None:
    """What was billed, for how much energy, and the hours that cost most."""
    session = explanation.session
    price, currency, tax = session["average_price_incl_tax"], session["currency"], session["tax_amount"]
    amount = f"{_money(explanation, session['amount_incl_tax'])} {currency}"
    of_which = "tax unknown" if tax is None else f"of which tax {_money(explanation, tax)}"
    per_kwh = "" if price is None else f", {price} {currency} per kWh"
    root.add(Text.assemble(("billed", "bold"), f" {amount} ({of_which}) for {session['energy_kwh']} kWh{per_kwh}"))
    hours = sorted(explanation.hours, key=lambda hour: hour["amount_incl_tax"], reverse=True)[:_DEAREST_HOURS]
    texts = [
        f"{_clock(explanation, hour['hour_start'])} {_money(explanation, hour['amount_incl_tax'])}"
        for hour in hours
        if hour["amount_incl_tax"]
    ]
    if len(texts) > 1:
        root.add(Text(f"the hours that cost most: {', '.join(texts)} {currency}"))


def _add_month(root: Tree, explanation: Explanation, month: Row) -> None:
    attribution_text = "by stop" if month["attribution"] == "stop" else "split"
    sessions = counted(month["sessions"], "session")
    figures = _figures(explanation, month["energy_kwh"], month["amount_incl_tax"], month["tax_amount"])
    branch = root.add(
        Text.assemble((f"month {month['month']:%Y-%m}", "bold"), f", {attribution_text}: {sessions}, {figures}")
    )
    part = _figures(explanation, month["part_energy_kwh"], month["part_amount_incl_tax"], month["part_tax_amount"])
    branch.add(Text(f"of that this session: {part}"))


def _figures(explanation: Explanation, energy_kwh: Decimal, amount: Decimal, tax: Decimal | None) -> str:
    of_which = "tax unknown" if tax is None else f"tax {_money(explanation, tax)}"
    return f"{energy_kwh} kWh, {_money(explanation, amount)} {explanation.session['currency']}, {of_which}"


def _add_session(root: Tree, explanation: Explanation) -> None:
    session = explanation.session
    start, stop = (local(explanation.account, session[name]) for name in ("started_at", "stopped_at"))
    branch = root.add(Text.assemble(("session", "bold"), f" {start} to {stop}"))
    duration = f"{timedelta(seconds=session['duration_s'])} long"
    idle = "" if session["idle_s"] is None else f", of which {timedelta(seconds=session['idle_s'])} idle"
    branch.add(Text(duration + idle))
    powers = "".join(
        f", {label} {_plain(session[name])} kW"
        for label, name in (("on average", "average_kw"), ("at most", "max_kw"))
        if session[name] is not None
    )
    energy = branch.add(Text(f"energy {session['energy_kwh']} kWh by the meter{powers}"))
    if how := placement(explanation):
        energy.add(Text(how))
    if explanation.samples:
        branch.add(Text(f"power history: {_extent(explanation, explanation.samples)}"))
    paid = f", {session['payment_status']}" if session["payment_status"] else ""
    bill = branch.add(Text(f"bill {_money(explanation, session['amount_incl_tax'])} {session['currency']}{paid}"))
    bill.add(Text(_tax(explanation)))
    _add_audit(bill, explanation)
    _add_revisions(branch, explanation)


def _tax(explanation: Explanation) -> str:
    session = explanation.session
    name = session["tax_name"] or "tax"
    if session["tax_source"] == "session":
        return f"{name} {_money(explanation, session['tax_amount'])}: the bill minus the net that the session states"
    if session["currency"] != explanation.account.currency:
        return f"tax unknown: the bill is in {session['currency']}, not in {explanation.account.currency}"
    if session["tax_rate"] is None:
        return "tax unknown: the bill does not include it, or no rate is known"
    source = _TAX_SOURCES[session["tax_source"]]
    return f"{name} {_money(explanation, session['tax_amount'])}: {_plain(session['tax_rate'] * 100)} %, {source}"


def _add_audit(bill: Tree, explanation: Explanation) -> None:
    audit = explanation.audit
    reason = f": {audit['reason']}" if audit["reason"] else ""
    if audit["recomputed"] is None:
        bill.add(Text(f"audit {audit['verdict']}{reason}"))
        return
    branch = bill.add(
        Text(
            f"audit {audit['verdict']}: recomputed {_money(explanation, audit['recomputed'])}, "
            f"billed minus recomputed {_money(explanation, audit['difference'])}"
        )
    )
    if audit["reason"]:
        branch.add(Text(audit["reason"]))
    parts = [f"energy {_plain(audit['energy_amount'])}"]
    parts += [
        f"{sign} {name} {_plain(audit[column])}"
        for sign, name, column in (
            ("+", "price per session", "price_per_session"),
            ("+", "duration fee", "duration_fee"),
            ("+", "connection fee", "connection_fee"),
            ("+", "idle fee", "idle_fee"),
            ("−", "free energy", "free_energy_amount"),
        )
        if audit[column]
    ]
    minimum_text = (
        f"; minimum price {_money(explanation, audit['minimum_price'])}" if audit["minimum_price"] is not None else ""
    )
    branch.add(Text(" ".join(parts) + minimum_text))


def _add_revisions(branch: Tree, explanation: Explanation) -> None:
    first, *later_revisions = explanation.revisions
    revisions = branch.add(Text(f"revision {explanation.session['revision']}"))
    revisions.add(
        Text(
            f"1, {_fetched(explanation, first['document_sha256'])}: "
            f"{first['energy_kwh']} kWh, {_money(explanation, first['amount_incl_tax'])} {first['currency']}"
        )
    )
    for before, after in zip(explanation.revisions, later_revisions, strict=False):
        changes = ", ".join(_changes(explanation, before, after))
        revisions.add(Text(f"{after['revision']}, {_fetched(explanation, after['document_sha256'])}: {changes}"))


def _changes(explanation: Explanation, before: Row, after: Row) -> Iterable[str]:
    for name, column in (("start", "started_at"), ("stop", "stopped_at")):
        if before[column] != after[column]:
            yield f"{name} {local(explanation.account, before[column])} → {local(explanation.account, after[column])}"
    if before["energy_kwh"] != after["energy_kwh"]:
        yield f"energy {before['energy_kwh']} → {after['energy_kwh']} kWh"
    if (before["amount_incl_tax"], before["currency"]) != (after["amount_incl_tax"], after["currency"]):
        old = _money(explanation, before["amount_incl_tax"])
        new = _money(explanation, after["amount_incl_tax"])
        yield f"bill {old} {before['currency']} → {new} {after['currency']}"


def _add_day(root: Tree, explanation: Explanation, day: Row, with_samples: bool) -> None:
    figures = _figures(explanation, day["energy_kwh"], day["amount_incl_tax"], day["tax_amount"])
    branch = root.add(Text.assemble((f"day {day['day']}", "bold"), f": {figures}"))
    hours = [hour for hour in explanation.hours if hour["day"] == day["day"]]
    for is_empty, group in groupby(hours, key=lambda hour: _is_empty(explanation, hour)):
        group_hours = list(group)
        if is_empty and len(group_hours) > 1:
            begins, ends = (
                _clock(explanation, group_hours[0]["hour_start"]),
                _clock(explanation, group_hours[-1]["hour_stop"]),
            )
            content = "unknown, counted at the stop" if is_time_unknown(explanation) else "no energy, no money"
            branch.add(Text(f"{begins} to {ends}: {content}", "dim"))
        else:
            for hour in group_hours:
                _add_hour(branch, explanation, hour, with_samples)


def _is_empty(explanation: Explanation, hour: Row) -> bool:
    return (
        not hour["energy_kwh"]
        and not hour["amount_incl_tax"]
        and all(sample["hour_start"] != hour["hour_start"] for sample in explanation.samples)
    )


def _add_hour(branch: Tree, explanation: Explanation, hour: Row, with_samples: bool) -> None:
    price = "" if hour["paid_price_incl_tax"] is None else f", {_plain(hour['paid_price_incl_tax'])} per kWh"
    if hour["price_incl_tax"] is not None:
        price += f" (tariff {_plain(hour['price_incl_tax'])})"
    amount = f"{_money(explanation, hour['amount_incl_tax'])} {hour['currency']}"
    label = f"hour {_clock(explanation, hour['hour_start'])}: {hour['energy_kwh']} kWh, {amount}{price}"
    node = branch.add(Text(label))
    samples = [sample for sample in explanation.samples if sample["hour_start"] == hour["hour_start"]]
    periods = [period for period in explanation.periods if period["hour_start"] == hour["hour_start"]]
    for period in periods:
        period_node = _add_period(node, explanation, period)
        _add_samples(period_node, explanation, [s for s in samples if s["period"] == period["period"]], with_samples)
    placed_periods = {period["period"] for period in periods}
    _add_samples(node, explanation, [s for s in samples if s["period"] not in placed_periods], with_samples)


def _add_period(node: Tree, explanation: Explanation, period: Row) -> Tree:
    name = f"period {period['period']} {period['state']}"
    if any(other["period"] == period["period"] for other in explanation.periods[: explanation.periods.index(period)]):
        return node.add(Text(f"{name} continues"))
    begins = period["started_at"].astimezone(explanation.account.zone)
    ends = period["stopped_at"].astimezone(explanation.account.zone)
    figures = f"{period['energy_kwh']} kWh, {_plain(period['amount_incl_tax'])} {period['currency']}"
    branch = node.add(Text(f"{name} {begins:%H:%M:%S}–{ends:%H:%M:%S}: {figures}"))
    if period["energy_kwh"]:
        price = branch.add(Text(_price(explanation, period)))
        if text := difference(period, explanation.periods, explanation.session["digits"]):
            price.add(Text(text))
    return branch


def _price(explanation: Explanation, period: Row) -> str:
    if period["price_incl_tax"] is None:
        return "the price per kWh is unknown"
    rate = explanation.session["known_tax_rate"]
    spot, markup = _plain(period["spot_price_excl_tax"]), _plain(period["markup_incl_tax"])
    return f"per kWh: spot {spot} × {_plain(1 + rate)} + markup {markup} = {_plain(period['price_incl_tax'])}"


def _add_samples(branch: Tree, explanation: Explanation, samples: Sequence[Row], with_samples: bool) -> None:
    if not samples:
        return
    node = branch.add(Text(_extent(explanation, samples)))
    if with_samples:
        for sample in samples:
            moment = sample["sampled_at"].astimezone(explanation.account.zone)
            node.add(Text(f"{moment:%H:%M:%S} {_plain(sample['power_kw'])} kW"))


def _extent(explanation: Explanation, samples: Sequence[Row]) -> str:
    first, last = (sample["sampled_at"].astimezone(explanation.account.zone) for sample in (samples[0], samples[-1]))
    if len(samples) == 1:
        return f"1 sample {first:%H:%M:%S}"
    gap = timedelta(microseconds=max(sample["gap_us"] for sample in samples[1:]))
    return f"{len(samples)} samples {first:%H:%M:%S}–{last:%H:%M:%S}, at most {gap} apart"


def _add_documents(root: Tree, explanation: Explanation) -> None:
    uses: dict[str, list[str]] = {}
    session = explanation.session
    for use, sha256 in (
        ("figures", session["document_sha256"]),
        ("charging periods", session["period_sha256"]),
        ("power history", session["curve_sha256"]),
        ("tax", session["tax_sha256"]),
        ("tariff", explanation.audit["tariff_sha256"]),
        *((f"revision {revision['revision']}", revision["document_sha256"]) for revision in explanation.revisions),
    ):
        if sha256 is not None:
            uses.setdefault(sha256, []).append(use)
    for sha256, names in uses.items():
        document = explanation.documents[sha256]
        node = root.add(Text.assemble(("document", "bold"), f" of {', '.join(names)}"))
        node.add(Text(f"{document['endpoint']}, {_fetched(explanation, sha256)}"))
        node.add(Text(f"SHA-256 {sha256}", "dim"))
        item = f", item {document['item']}" if document["item"] else ""
        segment = f"raw/{explanation.account.name}/{document['segment']}"
        node.add(Text(f"in {segment} line {document['line']}{item}", "dim"))


def _fetched(explanation: Explanation, sha256: str) -> str:
    """When a document was fetched; of an imported one, when its file says that it was received."""
    document = explanation.documents[sha256]
    if not document["fetched_at"]:
        return "imported without a time"
    moment = local(explanation.account, document["fetched_at"])
    return f"imported, received {moment}" if document["is_imported"] else f"fetched {moment}"


def _clock(explanation: Explanation, moment: datetime) -> str:
    """The local wall time, with its offset where the clocks change within the session."""
    zone = explanation.account.zone
    offsets = {explanation.session[name].astimezone(zone).utcoffset() for name in ("started_at", "stopped_at")}
    local_moment = moment.astimezone(zone)
    return f"{local_moment:%H:%M}" if len(offsets) == 1 else f"{local_moment:%H:%M} ({local_moment:%Z})"


def _money(explanation: Explanation, amount: Decimal) -> str:
    return f"{amount:.{explanation.session['digits']}f}"


def _plain(number: Decimal) -> str:
    """A number without trailing zeros."""
    return f"{number.normalize():f}"
