"""An archive that the pipeline builds from the sessions that a test describes, for accounts with any settings."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from pipeline.database.connection import open_writer
from pipeline.load.answers import AnswerLoader
from pipeline.raw.answer import Answer, Endpoint
from pipeline.raw.lines import RawLine, RunRecord
from pipeline.raw.segments import SegmentWriter
from pipeline.settings.schema import Account, Settings
from pipeline.transform.refresh import refresh_marts
from tests.scenarios.new_logbook import new_logbook

URL = "https://operator.example.invalid"
LATER = datetime(2030, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Period:
    """A charging period; its state is its kind, `@` and its prices."""

    started: datetime
    stopped: datetime
    kind: str = "charging"
    prices: str = "price|1&markup|0.5"
    amount: Decimal = Decimal("1")


@dataclass(frozen=True, kw_only=True)
class ReimbursedSession:
    """A finished session as the operator sends it."""

    id: str = "1"
    started: datetime
    stopped: datetime
    energy_wh: int = 10_000
    bill: Decimal = Decimal("25")
    curve: tuple[tuple[datetime, Decimal], ...] = ()
    periods: tuple[Period, ...] = ()
    currency: str = "DKK"
    minor_digits: int = 2
    fields: dict[str, Any] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "startedAt": self.started.isoformat(),
            "stoppedAt": self.stopped.isoformat(),
            "status": "finished",
            "energy": self.energy_wh,
            "totalAmount": str(self.bill),
            "currency": {"id": 2, "code": self.currency, "minorUnitDecimal": self.minor_digits},
            "evseId": "2317",
            "isPersonal": True,
            "powerStats": {"history": [{"timestamp": at.isoformat(), "value": str(power)} for at, power in self.curve]},
            "chargingPeriods": [
                {
                    "startedAt": period.started.isoformat(),
                    "stoppedAt": period.stopped.isoformat(),
                    "state": f"{period.kind}@{period.prices}" if period.prices else period.kind,
                    "amount": str(period.amount),
                }
                for period in reversed(self.periods)
            ],
            **self.fields,
        }


def hour_session(started: datetime, session_id: str = "1", **fields: Any) -> ReimbursedSession:
    """A session of one hour in one charging period: 10 kWh by an even curve, for 25 kr."""
    stopped = started + 60 * MINUTE
    defaults = {"curve": ((started, Decimal(10)),), "periods": (Period(started=started, stopped=stopped),)}
    return ReimbursedSession(id=session_id, started=started, stopped=stopped, **(defaults | fields))


def account(name: str = "home", **fields: Any) -> Account:
    return Account(name=name, url=URL, **fields)


class ReimbursedArchive:
    """An open writer's database and the raw segments that it is loaded from."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path, accounts: Iterable[Account]) -> None:
        self.connection = connection
        self.settings = Settings(accounts={account.name: account for account in accounts})
        self._folder = folder
        self._runs = 0

    def load_sessions(
        self, *sessions: ReimbursedSession, account: str = "home", fetched_at: datetime = LATER
    ) -> "ReimbursedArchive":
        """Archive and load the details of sessions."""
        answers = [
            self._answer(account, Endpoint.SESSION, session.id, {"session": session.body()}, fetched_at)
            for session in sessions
        ]
        return self._load(account, answers)

    def load_charge_point(
        self, fetched_at: datetime, *, account: str = "home", refunds: bool | None = None, tax_percent: object = 25
    ) -> "ReimbursedArchive":
        """Archive and load the charge point of all sessions."""
        point = {
            "id": 7,
            "name": "Hjemme",
            "electricity_cost_tax_percent": tax_percent,
            "has_electricity_tax_reimbursement": refunds,
            "evses": [{"id": 9, "identifier": "2317"}],
        }
        return self._load(
            account, [self._answer(account, Endpoint.CHARGE_POINTS, "all", {"data": [point]}, fetched_at)]
        )

    def transform(self) -> "ReimbursedArchive":
        refresh_marts(self.connection, self.settings)
        return self

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()

    def amounts(self, columns: str = "amount_incl_tax") -> dict[str, Any]:
        """A column of the mart by session."""
        return dict(self.rows(f"select session_id, {columns} from reimbursement"))  # noqa: S608

    def _load(self, account: str, answers: list[Answer]) -> "ReimbursedArchive":
        self._runs += 1
        moment = LATER + self._runs * MINUTE
        record = RunRecord(
            run_id=f"{self._runs:04x}", command="extract", version="0", started_at=moment, outcome="complete"
        )
        with SegmentWriter.begin(self._folder / account, record) as writer:
            for answer in answers:
                writer.append(RawLine.of(answer))
            writer.finish(moment)
        AnswerLoader(self.connection, self._folder / account).load_all()
        return self

    def _answer(self, account: str, endpoint: Endpoint, key: str, body: dict[str, Any], at: datetime) -> Answer:
        return Answer(
            account=account,
            endpoint=endpoint,
            key=key,
            fetched_at=at,
            url=URL,
            status=200,
            trace_id=None,
            body=json.dumps(body).encode(),
        )


@contextmanager
def reimbursed_archive(root: Path, *accounts: Account) -> Iterator[ReimbursedArchive]:
    logbook = new_logbook(root)
    with open_writer(logbook) as connection:
        yield ReimbursedArchive(connection, logbook.raw, accounts or (account(),))
