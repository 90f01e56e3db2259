"""An explanation as a tree: months, the session, its days, hours, periods and samples, and the documents below."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rich.text import Text
from rich.tree import Tree

from pipeline.text import counted
from reports.explanation import Explanation, Row

if TYPE_CHECKING:
    from pipeline.settings.schema import Account

_TAX_SOURCES = {
    "charge point": "as the charge point states",
    "settings": "by the settings",
    "country": "the country's standard rate",
}


def tree(explained: Explanation, *, with_samples: bool) -> Tree:
    """The whole tree. With `with_samples` every power sample is a leaf, else each group of samples is one line."""
    session = explained.session
    place = ", ".join(part for part in (session["charge_point"], session["evse"] and f"EVSE {session['evse']}") if part)
    root = Tree(
        Text.assemble((f"Session {session['session_id']}", "bold"), f" of {explained.account.name}, ", session["kind"]),
        guide_style="dim",
    )
    if place:
        root.label.append(f", {place}")  # type: ignore[union-attr]  # (the Text above)
    for month in explained.months:
        _add_month(root, explained, month)
    _add_session(root, explained)
    for day in explained.days:
        _add_day(root, explained, day, with_samples)
    _add_documents(root, explained)
    return root


def local(account: "Account", moment: Any) -> str:
    """A moment in the account's zone, to the second."""
    return f"{moment.astimezone(account.zone):%Y-%m-%d %H:%M:%S}"


def _add_month(root: Tree, explained: Explanation, month: Row) -> None:
    how = "by stop" if month["attribution"] == "stop" else "split"
    sessions = counted(month["sessions"], "session")
    figures = _figures(explained, month["energy_kwh"], month["amount_incl_tax"], month["tax_amount"])
    branch = root.add(Text.assemble((f"month {month['month']:%Y-%m}", "bold"), f", {how}: {sessions}, {figures}"))
    part = _figures(explained, month["part_energy_kwh"], month["part_amount_incl_tax"], month["part_tax_amount"])
    branch.add(Text(f"of that this session: {part}"))


def _figures(explained: Explanation, energy_kwh: Decimal, amount: Decimal, tax: Decimal | None) -> str:
    of_which = "tax unknown" if tax is None else f"tax {_money(explained, tax)}"
    return f"{energy_kwh} kWh, {_money(explained, amount)} {explained.session['currency']}, {of_which}"


def _add_session(root: Tree, explained: Explanation) -> None:
    session = explained.session
    branch = root.add(
        Text.assemble(
            ("session", "bold"),
            f" {local(explained.account, session['started_at'])} to {local(explained.account, session['stopped_at'])}",
        )
    )
    duration = f"{timedelta(seconds=session['duration_s'])} long"
    idle = "" if session["idle_s"] is None else f", of which {timedelta(seconds=session['idle_s'])} idle"
    branch.add(Text(duration + idle))
    powers = "".join(
        f", {what} {_plain(session[name])} kW"
        for what, name in (("on average", "average_kw"), ("at most", "max_kw"))
        if session[name] is not None
    )
    branch.add(Text(f"energy {session['energy_kwh']} kWh by the meter{powers}"))
    if explained.samples:
        branch.add(Text(f"power history: {_extent(explained, explained.samples)}"))
    paid = f", {session['payment_status']}" if session["payment_status"] else ""
    bill = branch.add(Text(f"bill {_money(explained, session['amount_incl_tax'])} {session['currency']}{paid}"))
    bill.add(Text(_tax(explained)))
    _add_audit(bill, explained)
    _add_revisions(branch, explained)


def _tax(explained: Explanation) -> str:
    session = explained.session
    if session["currency"] != explained.account.currency:
        return f"tax unknown: the bill is in {session['currency']}, not in {explained.account.currency}"
    if session["tax_rate"] is None:
        return "tax unknown: the bill does not include it, or no rate is known"
    name = session["tax_name"] or "tax"
    source = _TAX_SOURCES[session["tax_source"]]
    return f"{name} {_money(explained, session['tax_amount'])}: {_plain(session['tax_rate'] * 100)} %, {source}"


def _add_audit(bill: Tree, explained: Explanation) -> None:
    audit = explained.audit
    reason = f": {audit['reason']}" if audit["reason"] else ""
    if audit["recomputed"] is None:
        bill.add(Text(f"audit {audit['verdict']}{reason}"))
        return
    branch = bill.add(
        Text(
            f"audit {audit['verdict']}: recomputed {_money(explained, audit['recomputed'])}, "
            f"billed minus recomputed {_money(explained, audit['difference'])}"
        )
    )
    if audit["reason"]:
        branch.add(Text(audit["reason"]))
    parts = [f"energy {_plain(audit['energy_amount'])}"]
    parts += [
        f"{sign} {name} {_plain(audit[column])}"
        for sign, name, column in (
            ("+", "connection fee", "connection_fee"),
            ("+", "idle fee", "idle_fee"),
            ("−", "free energy", "free_energy_amount"),
        )
        if audit[column]
    ]
    least = f", at least {_money(explained, audit['minimum_price'])}" if audit["minimum_price"] is not None else ""
    branch.add(Text(" ".join(parts) + least))


def _add_revisions(branch: Tree, explained: Explanation) -> None:
    first, *later = explained.revisions
    revisions = branch.add(Text(f"revision {explained.session['revision']}"))
    revisions.add(
        Text(
            f"1, {_fetched(explained, first)}: "
            f"{first['energy_kwh']} kWh, {_money(explained, first['amount_incl_tax'])} {first['currency']}"
        )
    )
    for before, after in zip(explained.revisions, later, strict=False):
        changes = ", ".join(_changes(explained, before, after))
        revisions.add(Text(f"{after['revision']}, {_fetched(explained, after)}: {changes}"))


def _changes(explained: Explanation, before: Row, after: Row) -> Iterable[str]:
    for name, column in (("start", "started_at"), ("stop", "stopped_at")):
        if before[column] != after[column]:
            yield f"{name} {local(explained.account, before[column])} → {local(explained.account, after[column])}"
    if before["energy_kwh"] != after["energy_kwh"]:
        yield f"energy {before['energy_kwh']} → {after['energy_kwh']} kWh"
    if (before["amount_incl_tax"], before["currency"]) != (after["amount_incl_tax"], after["currency"]):
        old = _money(explained, before["amount_incl_tax"])
        new = _money(explained, after["amount_incl_tax"])
        yield f"bill {old} {before['currency']} → {new} {after['currency']}"


def _add_day(root: Tree, explained: Explanation, day: Row, with_samples: bool) -> None:
    figures = _figures(explained, day["energy_kwh"], day["amount_incl_tax"], day["tax_amount"])
    branch = root.add(Text.assemble((f"day {day['day']}", "bold"), f": {figures}"))
    hours = [hour for hour in explained.hours if hour["day"] == day["day"]]
    for is_quiet, group in groupby(hours, key=lambda hour: _is_quiet(explained, hour)):
        stretch = list(group)
        if is_quiet and len(stretch) > 1:
            begins, ends = _clock(explained, stretch[0]["hour_start"]), _clock(explained, stretch[-1]["hour_stop"])
            branch.add(Text(f"{begins} to {ends}: no energy, no money", "dim"))
        else:
            for hour in stretch:
                _add_hour(branch, explained, hour, with_samples)


def _is_quiet(explained: Explanation, hour: Row) -> bool:
    return (
        not hour["energy_kwh"]
        and not hour["amount_incl_tax"]
        and all(sample["hour_start"] != hour["hour_start"] for sample in explained.samples)
    )


def _add_hour(branch: Tree, explained: Explanation, hour: Row, with_samples: bool) -> None:
    price = "" if hour["price_incl_tax"] is None else f", {_plain(hour['price_incl_tax'])} per kWh"
    amount = f"{_money(explained, hour['amount_incl_tax'])} {hour['currency']}"
    label = f"hour {_clock(explained, hour['hour_start'])}: {hour['energy_kwh']} kWh, {amount}{price}"
    node = branch.add(Text(label))
    samples = [sample for sample in explained.samples if sample["hour_start"] == hour["hour_start"]]
    periods = [period for period in explained.periods if period["hour_start"] == hour["hour_start"]]
    for period in periods:
        under = _add_period(node, explained, period)
        _add_samples(under, explained, [s for s in samples if s["period"] == period["period"]], with_samples)
    placed = {period["period"] for period in periods}
    _add_samples(node, explained, [s for s in samples if s["period"] not in placed], with_samples)


def _add_period(node: Tree, explained: Explanation, period: Row) -> Tree:
    name = f"period {period['period']} {period['state']}"
    if any(other["period"] == period["period"] for other in explained.periods[: explained.periods.index(period)]):
        return node.add(Text(f"{name} continues"))
    begins = period["started_at"].astimezone(explained.account.zone)
    ends = period["stopped_at"].astimezone(explained.account.zone)
    figures = f"{period['energy_kwh']} kWh, {_plain(period['amount_incl_tax'])} {period['currency']}"
    branch = node.add(Text(f"{name} {begins:%H:%M:%S}–{ends:%H:%M:%S}: {figures}"))
    if period["energy_kwh"]:
        branch.add(Text(_price(explained, period)))
    return branch


def _price(explained: Explanation, period: Row) -> str:
    if period["price_incl_tax"] is None:
        return "the price per kWh is unknown"
    rate = explained.session["tax_rate"]
    spot, markup = _plain(period["spot_price_excl_tax"]), _plain(period["markup_incl_tax"])
    return f"per kWh: spot {spot} × {_plain(1 + rate)} + markup {markup} = {_plain(period['price_incl_tax'])}"


def _add_samples(branch: Tree, explained: Explanation, samples: Sequence[Row], with_samples: bool) -> None:
    if not samples:
        return
    node = branch.add(Text(_extent(explained, samples)))
    if with_samples:
        for sample in samples:
            moment = sample["sampled_at"].astimezone(explained.account.zone)
            node.add(Text(f"{moment:%H:%M:%S} {_plain(sample['power_kw'])} kW"))


def _extent(explained: Explanation, samples: Sequence[Row]) -> str:
    first, last = (sample["sampled_at"].astimezone(explained.account.zone) for sample in (samples[0], samples[-1]))
    if len(samples) == 1:
        return f"1 sample {first:%H:%M:%S}"
    gap = timedelta(microseconds=max(sample["gap_us"] for sample in samples[1:]))
    return f"{len(samples)} samples {first:%H:%M:%S}–{last:%H:%M:%S}, at most {gap} apart"


def _add_documents(root: Tree, explained: Explanation) -> None:
    uses: dict[str, list[str]] = {}
    session = explained.session
    for use, sha256 in (
        ("figures", session["document_sha256"]),
        ("charging periods", session["period_sha256"]),
        ("power history", session["curve_sha256"]),
        ("tax", session["tax_sha256"]),
        ("tariff", explained.audit["tariff_sha256"]),
        *((f"revision {revision['revision']}", revision["document_sha256"]) for revision in explained.revisions),
    ):
        if sha256 is not None:
            uses.setdefault(sha256, []).append(use)
    branch = root.add(Text("documents", "bold"))
    for sha256, names in uses.items():
        document = explained.documents[sha256]
        node = branch.add(Text(", ".join(names)))
        node.add(Text(f"{document['endpoint']}, {_fetched(explained, document)}"))
        node.add(Text(sha256, "dim"))
        item = f", item {document['item']}" if document["item"] else ""
        segment = f"raw/{explained.account.name}/{document['segment']}"
        node.add(Text(f"{segment} line {document['line']}{item}", "dim"))


def _fetched(explained: Explanation, row: Row) -> str:
    return f"fetched {local(explained.account, row['fetched_at'])}" if row["fetched_at"] else "imported without a time"


def _clock(explained: Explanation, moment: datetime) -> str:
    """The local wall time, with its offset where the clocks change within the session."""
    zone = explained.account.zone
    offsets = {explained.session[name].astimezone(zone).utcoffset() for name in ("started_at", "stopped_at")}
    shown = moment.astimezone(zone)
    return f"{shown:%H:%M}" if len(offsets) == 1 else f"{shown:%H:%M} ({shown:%Z})"


def _money(explained: Explanation, amount: Decimal) -> str:
    return f"{amount:.{explained.session['digits']}f}"


def _plain(number: Decimal) -> str:
    """A number without trailing zeros."""
    return f"{number.normalize():f}"
