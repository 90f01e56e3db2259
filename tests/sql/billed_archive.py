"""Sessions with bills, charging periods and tariffs as the operator would send them, archived and audited."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from pipeline.database import connection as database
from pipeline.load.answers import AnswerLoader
from pipeline.raw.answer import Answer, Endpoint
from pipeline.raw.lines import RawLine, RunRecord
from pipeline.raw.segments import SegmentWriter
from pipeline.settings.schema import Account, Settings
from pipeline.transform.refresh import refresh_marts
from tests.scenarios.new_logbook import new_logbook

PLUGGED_IN_AT = datetime(2025, 3, 10, 17, 0, tzinfo=UTC)
FETCHED_AT = datetime(2025, 3, 12, 8, 0, tzinfo=UTC)
TARIFF_KNOWN_AT = datetime(2025, 1, 1, tzinfo=UTC)
HOME = Account(name="home", url="https://operator.example.invalid")
_JSON = msgspec.json.Encoder(decimal_format="number")

Row = dict[str, Any]


@dataclass(frozen=True)
class Period:
    """A charging period, in seconds since PLUGGED_IN_AT."""

    starts: int
    stops: int
    state: str = "charging@price|1&markup|0.75"
    amount: Decimal = Decimal(1)
    free_wh: int | None = None


@dataclass(frozen=True, kw_only=True)
class BilledSession:
    """A session. `curve` is (seconds since PLUGGED_IN_AT, kW); `fields` are further fields of the operator's answer."""

    energy_wh: int = 10_000
    amount: str = "20.00"
    periods: Sequence[Period] = (Period(0, 3600),)
    curve: Sequence[tuple[int, float]] = ((0, 10.0), (3600, 0.0))
    currency: str = "DKK"
    minor_digits: int = 2
    evse: str = "2317"
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def seconds(self) -> int:
        """The session's duration."""
        return max([7200, *(period.stops for period in self.periods)])

    def answer(self, session_id: str) -> dict[str, Any]:
        """The operator's detail answer."""
        session = {
            "id": session_id,
            "startedAt": at(0),
            "stoppedAt": at(self.seconds),
            "status": "finished",
            "energy": self.energy_wh,
            "evseId": self.evse,
            "amount": Decimal(self.amount),
            "totalAmount": Decimal(self.amount),
            "currency": {"code": self.currency, "minorUnitDecimal": self.minor_digits},
            "isPersonal": True,
            "powerStats": {"history": [{"value": kw, "timestamp": at(seconds)} for seconds, kw in self.curve]},
            "chargingPeriods": [
                {
                    "startedAt": at(period.starts),
                    "stoppedAt": at(period.stops),
                    "state": period.state,
                    "amount": period.amount,
                    "freeEnergyWh": period.free_wh,
                }
                for period in reversed(self.periods)
            ],
            **self.fields,
        }
        return {"session": session}


def at(seconds: int) -> str:
    """The time this many seconds after PLUGGED_IN_AT, as the API writes it."""
    return (PLUGGED_IN_AT + timedelta(seconds=seconds)).isoformat()


def evse(identifier: str = "2317", kind: str | None = "energy tou", **pricing: Any) -> dict[str, Any]:
    """An EVSE whose tariff has this `type` and this `pricing`, in the API's own words."""
    tariff = {"id": "3307", "type": kind, "currency": {"code": "DKK"}, "pricing": {"minPrice": 2.5, **pricing}}
    return {"id": f"1{identifier}", "identifier": identifier, "tariffId": "3307", "tariff": tariff}


def charge_points(*evses: dict[str, Any], tax_percent: int | None = 25) -> dict[str, Any]:
    """The answer about one charge point with these EVSEs."""
    point = {"id": "52310", "name": "Indkørslen", "evses": evses, "electricity_cost_tax_percent": tax_percent}
    return {"data": [point]}


class BilledArchive:
    """An archive in a folder; each `fetch` is a run that brings it up to date."""

    def __init__(self, folder: Path, account: Account = HOME) -> None:
        self._logbook = new_logbook(folder)
        self._account = account
        self._runs = 0

    def fetch(
        self,
        sessions: dict[str, BilledSession] | None = None,
        points: Iterable[tuple[datetime | None, dict[str, Any]]] = ((TARIFF_KNOWN_AT, charge_points(evse())),),
    ) -> dict[str, Row]:
        """Archive sessions by id, and charge point answers with their times; returns bill_audit by session."""
        answers = [self._answer(Endpoint.CHARGE_POINTS, "all", body, fetched_at) for fetched_at, body in points]
        for session_id, session in (sessions or {}).items():
            answers.append(self._answer(Endpoint.SESSION, session_id, session.answer(session_id), FETCHED_AT))
        self._runs += 1
        started_at = FETCHED_AT + timedelta(hours=self._runs)
        record = RunRecord(run_id=f"{self._runs:04}", command="extract", version="0", started_at=started_at)
        with SegmentWriter.begin(self._logbook.raw / self._account.name, record) as segment:
            for answer in answers:
                segment.append(RawLine.of(answer))
            segment.finish(started_at)
        with self._logbook.lock(), database.open_writer(self._logbook) as connection:
            AnswerLoader(connection, self._logbook.raw / self._account.name).load_all()
            refresh_marts(connection, Settings(accounts={self._account.name: self._account}))
            return _by_session(connection)

    def rows(self, query: str) -> list[Row]:
        """Rows of a query on the writer's database."""
        with self._logbook.lock(), database.open_writer(self._logbook) as connection:
            return database.rows(connection, query)

    def rebuild(self) -> dict[str, Row]:
        """bill_audit by session, after rebuilding the database from raw/."""
        with self._logbook.lock():
            database.drop_writer(self._logbook)
            with database.open_writer(self._logbook) as connection:
                AnswerLoader(connection, self._logbook.raw / self._account.name).load_all()
                refresh_marts(connection, Settings(accounts={self._account.name: self._account}))
                return _by_session(connection)

    def _answer(self, endpoint: Endpoint, key: str, body: dict[str, Any], fetched_at: datetime | None) -> Answer:
        return Answer(
            account=self._account.name,
            endpoint=endpoint,
            key=key,
            fetched_at=fetched_at,
            url="",
            status=200,
            trace_id=None,
            body=_JSON.encode(body),
        )


def _by_session(connection: duckdb.DuckDBPyConnection) -> dict[str, Row]:
    return {row["session_id"]: row for row in database.rows(connection, "select * from bill_audit")}
