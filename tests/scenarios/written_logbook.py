"""A logbook written by the project's own pipeline from sessions that a test describes."""

import json
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from pipeline.database import connection as database
from pipeline.load.answers import AnswerLoader
from pipeline.logbook.folder import Logbook
from pipeline.raw.answer import Answer, Endpoint, history_key
from pipeline.raw.lines import RawLine, RunRecord, Window
from pipeline.raw.segments import SegmentWriter
from pipeline.settings.editing import write_account
from pipeline.settings.reading import read_settings
from pipeline.settings.schema import Account
from pipeline.transform.refresh import refresh_marts
from reports.month.period import ReportPeriod
from reports.month.report import Report, read_report
from tests.scenarios.new_logbook import new_logbook

GENERATED_AT = datetime(2025, 7, 1, 8, 0, tzinfo=UTC)
HOME = Account(name="home", url="https://operator.example.invalid")


@dataclass(frozen=True, kw_only=True)
class ChargedSession:
    """A session as the operator would send it. Without `stopped` it is still charging; times are UTC."""

    id: str
    stopped: str | None
    energy_wh: int = 10_000
    amount: str = "25.00"
    started: str | None = None
    currency: str = "DKK"
    minor_digits: int = 2
    note: str | None = None
    address: str = "Hjemme"
    kind: str = "private"
    evse: str = "2317"
    tax_name: str | None = "Moms"
    prices_include_tax: bool | None = None
    has_detail: bool = True
    has_curve: bool = True
    broken_detail: bool = False

    @property
    def stopped_at(self) -> datetime | None:
        return None if self.stopped is None else datetime.fromisoformat(self.stopped)

    @property
    def started_at(self) -> datetime:
        if self.started is not None:
            return datetime.fromisoformat(self.started)
        assert self.stopped_at is not None
        return self.stopped_at - timedelta(hours=2)

    def listed(self) -> dict[str, Any]:
        return {"session": self._figures(), "note": self.note, "type": self.kind, "address": self.address}

    def detailed(self) -> dict[str, Any]:
        if self.broken_detail:
            return {"session": {**self._figures(), "energy": "much"}}
        return {
            "session": {
                **self._figures(),
                "taxName": self.tax_name,
                "powerStats": {"averageKw": 5.5, "maxKw": 11.04, "history": self._history() if self.has_curve else []},
            }
        }

    def _history(self) -> list[dict[str, Any]]:
        """One sample per minute, which add up to the meter's energy."""
        minutes = int(((self.stopped_at or self.started_at) - self.started_at) / timedelta(minutes=1))
        power_kw = round(self.energy_wh * 0.06 / minutes, 6) if minutes else 0
        times = [self.started_at + timedelta(minutes=minute) for minute in range(minutes + 1)]
        return [{"value": 0 if time == times[-1] else power_kw, "timestamp": time.isoformat()} for time in times]

    def _figures(self) -> dict[str, Any]:
        stopped_at = self.stopped_at
        return {
            "id": self.id,
            "startedAt": self.started_at.isoformat(),
            "stoppedAt": None if stopped_at is None else stopped_at.isoformat(),
            "status": "active" if stopped_at is None else "finished",
            "duration": None if stopped_at is None else int((stopped_at - self.started_at).total_seconds()),
            "idlePeriod": 600,
            "energy": self.energy_wh,
            "evseId": self.evse,
            "amount": float(self.amount),
            "totalAmount": float(self.amount),
            "arePricesTaxInclusive": self.prices_include_tax,
            "currency": {"code": self.currency, "minorUnitDecimal": self.minor_digits},
            "paymentStatus": "paid",
            "stopReason": "evDisconnected",
            "isPersonal": self.kind == "private",
        }


@dataclass(frozen=True, eq=False)
class WrittenLogbook:
    """A logbook of one account: `publish` sessions, then read it."""

    root: Path
    account: Account = HOME

    def publish(
        self,
        sessions: Iterable[ChargedSession] = (),
        *,
        listed: dict[str, str] | None = None,
        charge_points: dict[str, Any] | None = None,
    ) -> "WrittenLogbook":
        """`archive`, then publish the marts."""
        logbook = self.archive(sessions, listed=listed, charge_points=charge_points)
        with logbook.lock(), database.open_writer(logbook) as connection:
            AnswerLoader(connection, logbook.raw / self.account.name).load_all()
            refresh_marts(connection, read_settings(logbook.settings))
        database.publish(logbook)
        return self

    def archive(
        self,
        sessions: Iterable[ChargedSession] = (),
        *,
        listed: dict[str, str] | None = None,
        charge_points: dict[str, Any] | None = None,
    ) -> Logbook:
        """Archive the sessions, each fetched a minute after it stopped. The database has no sessions then.

        `listed` maps a month (`2025-03`) to the time of its complete listing.
        """
        logbook = new_logbook(self.root)
        write_account(logbook.settings, self.account)
        moment = datetime(2030, 1, 1, tzinfo=UTC)
        record = RunRecord(run_id="abcd", command="extract", version="0", started_at=moment)
        record.outcome = "complete"
        with SegmentWriter.begin(logbook.raw / self.account.name, record) as segment:
            for answer in self._answers(sessions, charge_points):
                segment.append(RawLine.of(answer))
            record.windows = [
                Window(month=f"{month}-01", listed_at=datetime.fromisoformat(at), pages=1, sessions=0)
                for month, at in (listed or {}).items()
            ]
            segment.finish(moment)
        return logbook

    def read(self) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        return database.open_published(Logbook(self.root))

    @cache  # noqa: B019 (a logbook lives as long as the tests that share it)
    def report(self, period: str) -> Report:
        """The report of a period, generated at GENERATED_AT. It is immutable, so it is read once."""
        return self.report_of(self.account, period)

    def report_of(self, account: Account, period: str) -> Report:
        """The report of a period with other settings of the account."""
        with self.read() as connection:
            return read_report(connection, account, ReportPeriod.parse(period), generated_at=GENERATED_AT)

    def _answers(self, sessions: Iterable[ChargedSession], charge_points: dict[str, Any] | None) -> Iterable[Answer]:
        if charge_points is not None:
            yield self._answer(Endpoint.CHARGE_POINTS, "all", charge_points, datetime(2024, 1, 1, tzinfo=UTC))
        for session in sessions:
            at = (session.stopped_at or session.started_at) + timedelta(minutes=1)
            key = history_key("2025-01-01", "2025-12-31", 1)
            yield self._answer(Endpoint.SESSION_HISTORY, key, {"session_history": [session.listed()]}, at)
            if session.has_detail:
                yield self._answer(Endpoint.SESSION, session.id, session.detailed(), at + timedelta(seconds=1))

    def _answer(self, endpoint: Endpoint, key: str, body: dict[str, Any], at: datetime) -> Answer:
        return Answer(
            account=self.account.name,
            endpoint=endpoint,
            key=key,
            fetched_at=at,
            url="https://operator.example.invalid/",
            status=200,
            trace_id=None,
            body=json.dumps(body).encode(),
        )
