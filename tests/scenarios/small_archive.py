"""A small archive of one or more accounts, built by the pipeline from answers that a test describes."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from pipeline.database.connection import open_writer
from pipeline.load.answers import AnswerLoader
from pipeline.raw.answer import Answer, Endpoint, history_key
from pipeline.raw.lines import RawLine, RunRecord, Window
from pipeline.raw.segments import SegmentWriter
from pipeline.settings.schema import Account, Settings
from pipeline.transform.refresh import refresh_marts
from tests.scenarios.new_logbook import new_logbook

ACCOUNT = Account(name="home", url="https://operator.example.invalid")
SETTINGS = Settings(accounts={"home": ACCOUNT})
NOON = datetime(2025, 3, 5, 12, tzinfo=UTC)
LATER = datetime(2030, 1, 1, tzinfo=UTC)

Json = dict[str, Any]


class SetClock:
    """A clock that a test sets; waiting adds to its time."""

    def __init__(self, moment: datetime = LATER) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


def at(minutes: float) -> datetime:
    """The time this many minutes after NOON."""
    return NOON + timedelta(minutes=minutes)


def text(moment: datetime) -> str:
    return moment.isoformat()


def session(session_id: str = "1", **fields: Any) -> Json:
    """A finished session of an hour and 10 kWh for 25 kr. that began at NOON; `fields` replace its own."""
    return {
        "id": session_id,
        "startedAt": text(NOON),
        "stoppedAt": text(at(60)),
        "status": "finished",
        "energy": 10_000,
        "totalAmount": 25,
        "currency": {"code": "DKK", "minorUnitDecimal": 2},
        "evseId": "2317",
        "isPersonal": True,
    } | fields


def without(fields: Json, *names: str) -> Json:
    return {name: value for name, value in fields.items() if name not in names}


def curve(*samples: tuple[float, float]) -> Json:
    """Power statistics with a history of (minutes after NOON, kW)."""
    return {"history": [{"timestamp": text(at(minutes)), "value": power} for minutes, power in samples]}


def period(start: float, stop: float, kind: str = "charging", amount: float = 1) -> Json:
    """A charging period by its minutes after NOON."""
    return {"startedAt": text(at(start)), "stoppedAt": text(at(stop)), "state": kind, "amount": amount}


def answer(
    endpoint: Endpoint, key: str, body: Json | bytes, fetched_at: datetime | None = NOON, status: int = 200
) -> Answer:
    return Answer(
        account="home",
        endpoint=endpoint,
        key=key,
        fetched_at=fetched_at,
        url="https://operator.example.invalid/",
        status=status,
        trace_id=None,
        body=body if isinstance(body, bytes) else json.dumps(body).encode(),
    )


def detail(body: Json, fetched_at: datetime | None = LATER) -> Answer:
    """The answer with one session in detail."""
    return answer(Endpoint.SESSION, str(body["id"]), {"session": body}, fetched_at)


def listed(body: Json, **fields: Any) -> Json:
    """A session as an item of a listing: without its curve and periods."""
    return {"session": without(body, "powerStats", "chargingPeriods", "taxName")} | fields


def listing(*items: Json, fetched_at: datetime | None = LATER, month: str = "2025-03", page: int = 1) -> Answer:
    """A page of the listing of a month."""
    key = history_key(f"{month}-01", f"{month}-31", page)
    return answer(Endpoint.SESSION_HISTORY, key, {"session_history": list(items)}, fetched_at)


def charge_point(
    fetched_at: datetime | None, tax_percent: object = 25, name: str = "Drive", evse: str = "2317"
) -> Answer:
    """The account's charge points: one with one EVSE, by default that of `session`."""
    point = {
        "id": 7,
        "name": name,
        "electricity_cost_tax_name": "Moms",
        "electricity_cost_tax_percent": tax_percent,
        "evses": [{"id": 9, "identifier": evse}],
    }
    return answer(Endpoint.CHARGE_POINTS, "all", {"data": [point]}, fetched_at)


class SmallArchive:
    """An archive that is open for writing. Each `add` is a separate run."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path, settings: Settings = SETTINGS) -> None:
        self.connection = connection
        self.folder = folder
        self.settings = settings
        self._runs = 0

    def of(self, account: str) -> "SmallArchive":
        """The same archive, to add answers of another of its accounts."""
        return SmallArchive(self.connection, self.folder.with_name(account), self.settings)

    def add(
        self,
        *answers: Answer,
        windows: Iterable[Window] = (),
        unchanged: Iterable[str] = (),
        outcome: str = "complete",
        command: str = "extract",
        began_at: datetime | None = None,
    ) -> Path:
        """Write a segment with the answers and load it. Without `began_at`, each run begins after the one before."""
        self._runs += 1
        moment = began_at or LATER + timedelta(minutes=self._runs)
        record = RunRecord(run_id=f"{self._runs:04x}", command=command, version="0", started_at=moment, outcome=outcome)
        record.windows, record.unchanged, record.caught_up = list(windows), list(unchanged), True
        with SegmentWriter.begin(self.folder, record) as writer:
            for one in answers:
                writer.append(RawLine.of(msgspec.structs.replace(one, account=self.folder.name)))
            segment = writer.finish(moment)
        self.load()
        return segment

    def load(self) -> None:
        """Load the answers in raw/ that are not loaded yet."""
        AnswerLoader(self.connection, self.folder).load_all()

    def transform(self) -> "SmallArchive":
        refresh_marts(self.connection, self.settings)
        return self

    def build(self, *answers: Answer, windows: Iterable[Window] = ()) -> "SmallArchive":
        """`add` and `transform`."""
        self.add(*answers, windows=windows)
        return self.transform()

    def rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        return self.connection.execute(query, list(parameters)).fetchall()

    def value(self, query: str, *parameters: object) -> Any:
        """The single value of a query."""
        [(found,)] = self.rows(query, *parameters)
        return found


@contextmanager
def small_archive(root: Path, accounts: Iterable[str] = ("home",)) -> Iterator[SmallArchive]:
    """An archive under `root` without sessions, to which the answers of the first account are added.

    A transform takes about as long for many accounts as for one.
    """
    named = {name: msgspec.structs.replace(ACCOUNT, name=name) for name in accounts}
    logbook = new_logbook(root)
    with open_writer(logbook) as connection:
        yield SmallArchive(connection, logbook.raw / next(iter(named)), Settings(accounts=named))
