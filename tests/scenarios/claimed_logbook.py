"""A logbook of one account, with the sessions that a test defines, and the claims made from it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.claims import arithmetic, document
from pipeline.claims.attachments import AttachedFile, files_for, store
from pipeline.claims.document import Amounts, Claim, MissingReceipt, encode
from pipeline.claims.draft import Drafter, open_drafter
from pipeline.claims.folder import StoredClaim, read_claims
from pipeline.claims.make import new_claim, with_files
from pipeline.clock import last_of_month
from pipeline.database.connection import open_published
from pipeline.logbook.entries import (
    ATTACH,
    MARK,
    Action,
    AttachmentFields,
    ClaimMark,
    ClaimState,
    SessionDecision,
    fields_of,
)
from pipeline.logbook.folder import Logbook
from pipeline.logbook.journal import Journal
from pipeline.maintenance.recorded import RecordedLinks
from pipeline.maintenance.verify import verify
from pipeline.raw.answer import Answer, Endpoint, history_key
from pipeline.raw.lines import RawLine, RunRecord, Window
from pipeline.raw.segments import SegmentWriter
from pipeline.settings.reading import read_settings
from pipeline.settings.schema import Settings
from pipeline.transform.update import open_current, update_archive
from tests.scenarios.new_logbook import new_logbook, write_empty_database

ZONE = ZoneInfo("Europe/Copenhagen")
JANUARY, FEBRUARY, MARCH, APRIL = (date(2025, month, 1) for month in (1, 2, 3, 4))
_STARTED_AT = datetime(2025, 6, 1, 6, 15, tzinfo=UTC)
_ACCOUNT = """
[account.home]
url = "https://operator.example.invalid"
"""


@dataclass
class ServedSession:
    """A session as the operator sends it."""

    session_id: str
    stopped_at: datetime
    energy_wh: int = 10_000
    amount: str = "25.00"
    hours: int = 3
    status: str = "finished"
    currency: str = "DKK"
    kind: str = "private"
    includes_tax: bool = True
    note: str | None = None
    receipt_url: str | None = None

    @property
    def month(self) -> date:
        """The first day of the local month in which it stopped."""
        return self.stopped_at.astimezone(ZONE).date().replace(day=1)

    @property
    def started_at(self) -> datetime:
        return self.stopped_at.astimezone(UTC) - timedelta(hours=self.hours)

    def body(self) -> dict[str, Any]:
        active = self.status == "active"
        return {
            "id": self.session_id,
            "startedAt": self.started_at.isoformat(),
            "stoppedAt": None if active else self.stopped_at.isoformat(),
            "status": self.status,
            "energy": self.energy_wh,
            "totalAmount": float(self.amount),
            "currency": {"code": self.currency, "minorUnitDecimal": 2},
            "evseId": "2317",
            "isPersonal": self.kind == "private",
            "arePricesTaxInclusive": self.includes_tax,
            "paymentStatus": "paid",
            "powerStats": {"history": self._curve()},
            "chargingPeriods": [] if active else [self._period()],
        }

    def _curve(self) -> list[dict[str, Any]]:
        """Constant power, one sample per minute."""
        minutes = self.hours * 60
        power = self.energy_wh / 1000 / self.hours
        return [
            {"timestamp": (self.started_at + timedelta(minutes=minute)).isoformat(), "value": power}
            for minute in range(minutes)
        ] + [{"timestamp": self.stopped_at.isoformat(), "value": 0}]

    def _period(self) -> dict[str, Any]:
        return {
            "startedAt": self.started_at.isoformat(),
            "stoppedAt": self.stopped_at.isoformat(),
            "state": "charging@price|1.2&markup|1.0",
            "amount": float(self.amount),
        }


def local(day: date, hour: int = 12) -> datetime:
    """A time on a local day, by its hour."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZONE)


@dataclass
class ClaimedLogbook:
    """A logbook at `root`, as one of its accounts uses it. Its clock advances one minute each time it is read."""

    root: Path
    extra_settings: str = ""
    moment: datetime = _STARTED_AT
    account: str = "home"
    host: str = "operator.example.invalid"  # that answers; empty for imports without an address
    _served: dict[str, ServedSession] = field(default_factory=dict)

    @classmethod
    def begin(cls, root: Path, extra_settings: str = "") -> ClaimedLogbook:
        """A new logbook, whose ladebog.toml contains an account and `extra_settings`."""
        new_logbook(root)
        logbook = cls(root)
        logbook.write_settings(extra_settings)
        return logbook

    def copied(self, root: Path) -> ClaimedLogbook:
        """A copy of the logbook in another folder, at the same time."""
        shutil.copytree(self.root, root)
        return replace(self, root=root, _served=dict(self._served))

    @property
    def paths(self) -> Logbook:
        return Logbook(self.root)

    @property
    def settings(self) -> Settings:
        return read_settings(self.paths.settings)

    @property
    def stored(self) -> list[StoredClaim]:
        """The claims in claims/."""
        return read_claims(self.paths.claims / self.account)

    @property
    def claims(self) -> list[Claim]:
        return [stored.claim for stored in self.stored]

    def now(self) -> datetime:
        self.moment += timedelta(minutes=1)
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)

    def write_settings(self, extra_settings: str) -> None:
        """Write ladebog.toml again, with other settings."""
        self.extra_settings = extra_settings
        self.paths.settings.write_text(_ACCOUNT + extra_settings, "utf-8")

    def extract(self, *sessions: ServedSession, months: tuple[date, ...] = (), details: bool = True) -> None:
        """Store what a run would fetch: listings of the sessions' months and of `months`, and the sessions' details.

        A session with the id of an earlier one replaces it.
        """
        self._served |= {session.session_id: session for session in sessions}
        started = self.now()
        record = RunRecord(
            run_id=f"{started:%d%H%M}", command="extract", version="0", started_at=started, outcome="complete"
        )
        with SegmentWriter.begin(self.paths.raw / self.account, record) as writer:
            for month in sorted({session.month for session in sessions} | set(months)):
                listed = [session for session in self._served.values() if session.month == month]
                key = history_key(month.isoformat(), last_of_month(month).isoformat(), 1)
                history = {"session_history": [_listed(session) for session in listed]}
                writer.append(self._line(Endpoint.SESSION_HISTORY, key, history))
                record.windows.append(
                    Window(month=month.isoformat(), listed_at=self.now(), pages=1, sessions=len(listed))
                )
            if details:
                for session in sessions:
                    writer.append(self._line(Endpoint.SESSION, session.session_id, {"session": session.body()}))
            writer.finish(self.now())

    def decide(self, action: Action, session_id: str, value: str | None = None, reason: str = "because") -> None:
        decision = SessionDecision(account=self.account, session_id=session_id, value=value, reason=reason)
        self.journal.append(self.now(), action, fields_of(decision))

    @property
    def journal(self) -> Journal:
        return Journal.open(self.paths.journal)

    def claim(self, month: date, car: str | None = None, accepted: Mapping[str, str] | None = None) -> Claim:
        """Claim a month."""
        with self.open() as (drafter, journal):
            draft = drafter.month(month, car, accepted or {})
            return self.store(draft, files_for(draft, self.paths.journal, journal.entries, drafter.claims))

    def corrections(self, car: str | None = None, accepted: Mapping[str, str] | None = None) -> Claim:
        with self.open() as (drafter, _):
            return self.store(drafter.corrections(car, accepted or {}))

    def mark(self, number: int, state: ClaimState) -> None:
        """Record the state of a claim."""
        now = self.now()
        (manifest,) = (stored.manifest_sha256 for stored in self.stored if stored.claim.number == number)
        mark = ClaimMark(
            account=self.account, number=number, manifest_sha256=manifest, state=state, marked_on=now.date()
        )
        self.journal.append(now, MARK, fields_of(mark))

    def reverse(self, number: int) -> Claim:
        with self.open() as (drafter, _):
            return self.store(drafter.reversal(number, "wrong employer"))

    @contextmanager
    def open(self) -> Iterator[tuple[Drafter, Journal]]:
        """Open a drafter of claims on the current archive; at the end of the block, stored claims are loaded."""
        settings = self.settings
        account = settings.accounts[self.account]
        with open_current(self.paths, settings, self) as (connection, journal):
            drafter = open_drafter(connection, journal, self.paths, settings, account, now=self.now(), language="da")
            yield drafter, journal

    def store(self, draft: Claim, files: Sequence[AttachedFile] = (), missing: Sequence[MissingReceipt] = ()) -> Claim:
        """Write a claim with a minimal voucher, which is faster than a real one."""
        claim = with_files(draft, files, missing)
        with new_claim(self.paths.claims / self.account, claim, files) as folder:
            write_voucher(claim, folder)
        return claim

    def update(self) -> None:
        update_archive(self.paths, self.settings, self)

    def rebuild(self) -> None:
        """Replace the databases by those of today's files."""
        self.paths.database.unlink()
        write_empty_database(self.paths)
        self.update()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query to the published database."""
        with open_published(self.paths) as connection:
            return connection.execute(query).fetchall()

    def verify(self, *, full: bool = True) -> list[str]:
        """What `ladebog verify` prints, with `full` that of `ladebog verify --full`."""
        return list(verify(self.paths, RecordedLinks.read(self.paths), full=full))

    def attach(self, name: str, content: bytes, month: date | None = None) -> None:
        """Attach a file to the next claim, or to that of a month."""
        fields = AttachmentFields(
            account=self.account, name=name, sha256=store(self.paths.journal, content), month=month
        )
        self.journal.append(self.now(), ATTACH, fields.fields)

    def sums(self) -> dict[document.LineKey, Amounts]:
        """The sums of all claims by session, month, car and currency, without those that are zero."""
        sums = arithmetic.sums_by_key(line for claim in self.claims for line in claim.lines)
        return {key: amounts for key, amounts in sums.items() if amounts.energy_kwh or amounts.amount_incl_tax}

    def _line(self, endpoint: Endpoint, key: str, body: dict[str, Any]) -> RawLine:
        answer = Answer(
            account=self.account,
            endpoint=endpoint,
            key=key,
            fetched_at=self.now(),
            url=f"https://{self.host}/" if self.host else "",
            status=200,
            trace_id=None,
            body=json.dumps(body).encode(),
        )
        return RawLine.of(answer)


def write_voucher(claim: Claim, folder: Path) -> None:
    """Write a minimal voucher, which is faster than a real one."""
    (folder / "voucher.txt").write_text(f"claim {claim.number}: {len(encode(claim))} bytes\n", "utf-8")


def _listed(served: ServedSession) -> dict[str, Any]:
    session = {name: value for name, value in served.body().items() if name not in ("powerStats", "chargingPeriods")}
    entry = {"session": session, "type": served.kind, "address": "Carport", "note": served.note}
    return entry if served.receipt_url is None else entry | {"receiptUrl": served.receipt_url}
