"""An account's data as the operator sends it, described by a test, and the logbook that the pipeline builds from it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from pipeline.database.connection import open_published, open_writer, publish, rows
from pipeline.load.answers import AnswerLoader
from pipeline.load.claims import load_folder, store_faults
from pipeline.load.journal import load_journal
from pipeline.logbook.entries import CLAIM_MADE, ClaimRecord, SessionDecision, fields_of
from pipeline.logbook.folder import Logbook
from pipeline.logbook.journal import Journal
from pipeline.raw.answer import Answer, Endpoint, history_key
from pipeline.raw.lines import RawLine, RunRecord, Window
from pipeline.raw.segments import SegmentWriter
from pipeline.settings.reading import read_settings
from pipeline.transform.refresh import refresh_marts
from tests.scenarios.new_logbook import new_logbook

NEWEST_RUN = datetime(2025, 5, 15, 12, 0, tzinfo=UTC)
Json = dict[str, Any]

_CARS = """
[[car]]
name = "Blå"
[[car]]
name = "Rød"
"""


@dataclass(frozen=True, kw_only=True)
class Session:
    """A session as the operator would send it; times are UTC. The default breaks no rule.

    `fields` replace those that follow from the others; if listing and detail have different fields, the archive keeps
    both.
    """

    id: str = "1"
    started: str = "2025-03-05T18:00:00+00:00"
    minutes: int = 60
    energy_wh: int = 6_000
    curve_wh: int | None = None  # None: as much as the meter states
    fields: Json = field(default_factory=dict)
    listing_fields: Json = field(default_factory=dict)
    listed_again: Json = field(default_factory=dict)  # the fields of a second item in the same list that are different
    has_detail: bool = True
    answered_after: int = 1  # minutes from the stop to the answers

    @property
    def started_at(self) -> datetime:
        return datetime.fromisoformat(self.started)

    @property
    def stopped_at(self) -> datetime:
        return self.started_at + timedelta(minutes=self.minutes)

    def at(self, minute: float) -> str:
        """A time during the session, as the operator writes it."""
        return (self.started_at + timedelta(minutes=minute)).isoformat()

    def samples(self) -> list[Json]:
        """One sample per minute, all of the same power, and a zero at the stop."""
        energy_wh = self.energy_wh if self.curve_wh is None else self.curve_wh
        power_kw = round(max(energy_wh, 0) * 0.06 / self.minutes, 6) if self.minutes > 0 else 0
        samples = [{"value": power_kw, "timestamp": self.at(minute)} for minute in range(self.minutes)]
        return [*samples, {"value": 0, "timestamp": self.at(self.minutes)}]

    def period(self, first: float, last: float, amount: float) -> Json:
        """A charging period between two of its minutes."""
        state = "charging@price|1.2&markup|1.0"  # 2.50 DKK per kWh with tax
        return {"startedAt": self.at(first), "stoppedAt": self.at(last), "state": state, "amount": amount}

    def listing_items(self) -> list[Json]:
        item: Json = {"session": {**self._figures(), **self.listing_fields}, "type": "private", "address": "Hjemme"}
        again = [{**item, "session": {**item["session"], **self.listed_again}}] if self.listed_again else []
        return [item, *again]

    def detail_answer(self) -> Json:
        periods = [self.period(0, self.minutes, float(self._figures()["amount"] or 0))] if self.minutes > 0 else []
        detail_fields = {
            "powerStats": {"averageKw": 6, "maxKw": 6, "history": self.samples()},
            "chargingPeriods": periods,
            "taxName": "Moms",
        }
        return {"session": {**self._figures(), **detail_fields, **self.fields}}

    def _figures(self) -> Json:
        amount = round(self.energy_wh * 0.0025, 5)
        figures = {
            "id": self.id,
            "startedAt": self.started,
            "stoppedAt": self.stopped_at.isoformat(),
            "status": "finished",
            "duration": self.minutes * 60,
            "idlePeriod": 0,
            "energy": self.energy_wh,
            "evseId": "2317",
            "amount": amount,
            "totalAmount": amount,
            "currency": {"code": "DKK", "minorUnitDecimal": 2},
            "paymentStatus": "paid",
            "isPersonal": True,
        }
        return {**figures, **{name: value for name, value in self.fields.items() if name in figures}}


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A month's listing that was read to its end; `missing` are the known sessions that it left out."""

    at: str = "2025-04-10T00:00:00+00:00"
    month: str = "2025-03"
    missing: tuple[str, ...] = ()
    sessions: int = 1
    parts: tuple[str, ...] = ()
    cut_days: tuple[str, ...] = ()
    largest_page: int = 0


@dataclass(frozen=True, kw_only=True)
class OperatorData:
    """Everything that an operator sends about one account."""

    sessions: tuple[Session, ...] = (Session(),)
    listings: tuple[Listing, ...] = (Listing(),)
    charge_points: Mapping[str | None, Json] = field(default_factory=dict)  # by time
    # Answers after these, with their times, None for an import without one:
    details: tuple[tuple[str | None, int, Json], ...] = ()  # about session 1: time, status, body
    later_items: tuple[tuple[str | None, Json], ...] = ()  # items of a listing: time, item
    country: str = "DK"
    timezone: str = "Europe/Copenhagen"
    has_car: bool = True  # a rule in the settings assigns the sessions to one of two cars
    basis: str = "billed"  # the basis of reimbursement
    rate: str | None = None  # per kWh, under that basis
    settings: str = ""  # more tables of the settings, in which ACCOUNT is the account's name
    command: str = "extract"  # or import: how the answers came into the archive
    has_damaged_claim: bool = False  # a claim's folder without claim.json
    recorded_claim: int | None = None  # the number of a claim of March that the journal records
    excluded: tuple[str, ...] = ()  # the ids of sessions that a person excluded
    host: str | None = None  # None: of this account alone, as accounts have sessions of the same ids

    def answers(self, account: str) -> Iterator[Answer]:
        for at, body in self.charge_points.items():
            yield _answer(account, Endpoint.CHARGE_POINTS, "all", at, body)
        for session in self.sessions:
            at = session.stopped_at + timedelta(minutes=session.answered_after)
            key = history_key("2025-03-01", "2025-03-31", 1)
            yield _answer(
                account, Endpoint.SESSION_HISTORY, key, at.isoformat(), {"session_history": session.listing_items()}
            )
            if session.has_detail:
                detail_at = (at + timedelta(seconds=1)).isoformat()
                yield _answer(account, Endpoint.SESSION, session.id, detail_at, session.detail_answer())
        for at, status, body in self.details:
            yield _answer(account, Endpoint.SESSION, "1", at, body, status)
        for at, item in self.later_items:
            yield _listing(account, at, item)


def charge_point(**fields: Any) -> Json:
    """An answer about one charge point with one EVSE.

    The fields are `max_power`, `minimum_price` or `tariff`, `last_month_kwh` and `refunds`.
    """
    evse = {"id": "148964", "identifier": "2317", "maxPower": fields.get("max_power")}
    if "minimum_price" in fields:
        evse["tariff"] = {"type": "energy tou", "pricing": {"minPrice": fields["minimum_price"]}}
    if "tariff" in fields:
        evse["tariff"] = fields["tariff"]
    return {
        "data": [
            {
                "id": "52310",
                "name": "Hjemme",
                "evses": [evse],
                "last_month_energy_kwh": fields.get("last_month_kwh"),
                "has_electricity_tax_reimbursement": fields.get("refunds", False),
            }
        ]
    }


def write_logbook(root: Path, accounts: Mapping[str, OperatorData]) -> Logbook:
    """Build and publish a logbook with these accounts."""
    logbook = new_logbook(root)
    tables = [_settings_of(name, data) for name, data in accounts.items()]
    logbook.settings.write_text("".join([_CARS, *tables]), "utf-8")
    for name, data in accounts.items():
        write_segment(logbook, name, data)
        if data.has_damaged_claim:
            (logbook.claims / name / "0001-2025-03").mkdir(parents=True)
        if data.recorded_claim is not None:
            _record_claim(logbook, name, data.recorded_claim)
        for session_id in data.excluded:
            decision = SessionDecision(account=name, session_id=session_id, reason="a guest")
            Journal.open(logbook.journal).append(NEWEST_RUN, "exclude", fields_of(decision))
    update(logbook)
    return logbook


def _record_claim(logbook: Logbook, account: str, number: int) -> None:
    month, made_on = date(2025, 3, 1), NEWEST_RUN.date()
    record = ClaimRecord(account=account, number=number, manifest_sha256="0" * 64, month=month, made_on=made_on)
    Journal.open(logbook.journal).append(NEWEST_RUN, CLAIM_MADE, fields_of(record))


def write_segment(logbook: Logbook, account: str, data: OperatorData, run_id: str = "abcd") -> None:
    """Write the segment of one more run of the account."""
    record = RunRecord(run_id=run_id, command=data.command, version="0", started_at=NEWEST_RUN)
    record.outcome = "complete"
    with SegmentWriter.begin(logbook.raw / account, record) as segment:
        for answer in data.answers(account):
            segment.append(RawLine.of(answer))
        record.windows = [
            Window(
                month=f"{listing.month}-01",
                listed_at=datetime.fromisoformat(listing.at),
                pages=1,
                sessions=listing.sessions,
                missing=list(listing.missing),
                parts=list(listing.parts),
                cut_days=list(listing.cut_days),
                largest_page=listing.largest_page,
            )
            for listing in data.listings
        ]
        segment.finish(NEWEST_RUN)


def update(logbook: Logbook) -> None:
    """Load, transform and publish, as a run does."""
    with logbook.lock(), open_writer(logbook) as connection:
        for folder in sorted(logbook.raw.iterdir()):
            AnswerLoader(connection, folder).load_all()
        claims = [folder for folder in logbook.claims.glob("*") if folder.is_dir()]
        store_faults(connection, {folder.name: load_folder(connection, folder) for folder in claims})
        load_journal(connection, logbook, Journal.open(logbook.journal))
        refresh_marts(connection, read_settings(logbook.settings))
    publish(logbook)


def findings(logbook: Logbook) -> list[Json]:
    """All findings, in a fixed order."""
    with open_published(logbook) as connection:
        return rows(connection, "select * from check_results order by account, rule, session_id, finding_id")


def _settings_of(account: str, data: OperatorData) -> str:
    """The account's part of the settings."""
    rate = f"rate = {data.rate}\n" if data.rate else ""
    rule = f'[[rule]]\naccount = "{account}"\ncar = "Blå"\n' if data.has_car else ""
    return f"""
[account.{account}]
url = "https://{_host(account, data)}"
country = "{data.country}"
timezone = "{data.timezone}"
[[account.{account}.reimbursement]]
valid_from = 2025-01-01
basis = "{data.basis}"
{rate}{rule}{data.settings.replace("ACCOUNT", account)}"""


def _host(account: str, sent: OperatorData) -> str:
    return sent.host or f"{account.replace('_', '-')}.example.invalid"


def _listing(account: str, at: str | None, item: Json) -> Answer:
    key = history_key("2025-03-01", "2025-03-31", 1)
    return _answer(account, Endpoint.SESSION_HISTORY, key, at, {"session_history": [item]})


def _answer(account: str, endpoint: Endpoint, key: str, at: str | None, body: Json, status: int = 200) -> Answer:
    return Answer(
        account=account,
        endpoint=endpoint,
        key=key,
        fetched_at=None if at is None else datetime.fromisoformat(at),
        url="",
        status=status,
        trace_id=None,
        body=json.dumps(body).encode(),
    )
