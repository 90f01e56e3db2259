"""`make bench`: the speeds in docs/reference/logbook-folder.md, on an archive of sessions as large as real ones."""

import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import msgspec

from pipeline.clock import SystemClock
from pipeline.database.connection import open_published, open_writer
from pipeline.database.named_queries import NamedQuery, bound_values, named_queries
from pipeline.load.answers import AnswerLoader
from pipeline.logbook.folder import Logbook
from pipeline.raw.answer import Answer, Endpoint
from pipeline.raw.lines import RawLine, RunRecord
from pipeline.raw.segments import SegmentWriter
from pipeline.settings.editing import write_account
from pipeline.settings.reading import read_settings
from pipeline.settings.schema import Account, Settings
from pipeline.transform.refresh import refresh_marts
from pipeline.transform.update import update_archive

SESSIONS = 4_000
SAMPLES = 400
FIRST_START = datetime(2021, 1, 1, 18, tzinfo=UTC)
LADEBOG = [sys.executable, "-m", "pipeline.cli.main"]


def session_body(number: int) -> bytes:
    """A finished session's detail of about 30 kB."""
    start = FIRST_START + timedelta(hours=10 * number)
    stop = start + timedelta(minutes=SAMPLES)
    boundaries = [start + timedelta(hours=hour) for hour in range(SAMPLES // 60 + 1)] + [stop]
    session = {
        "id": str(100_000 + number),
        "startedAt": start.isoformat(),
        "stoppedAt": stop.isoformat(),
        "duration": SAMPLES * 60,
        "energy": 70_000 + number % 1000,
        "amount": 120.5 + number % 10,
        "totalAmount": 120.5 + number % 10,
        "status": "finished",
        "paymentStatus": "paid",
        "evseId": "2317",
        "isPersonal": True,
        "currency": {"code": "DKK", "minorUnitDecimal": 2},
        "powerStats": {
            "averageKw": 10.5,
            "maxKw": 11.08,
            "history": [
                {
                    "value": round(10.9 + (minute * 7 + number) % 180 / 1000, 3),
                    "timestamp": f"{start + timedelta(minutes=minute):%Y-%m-%dT%H:%M:%S.000000Z}",
                }
                for minute in range(SAMPLES)
            ],
        },
        "chargingPeriods": [
            {
                "startedAt": f"{begin:%Y-%m-%dT%H:%M:%S.000000Z}",
                "stoppedAt": f"{end:%Y-%m-%dT%H:%M:%S.000000Z}",
                "durationInSeconds": 3600,
                "state": "charging@price|0.77516&markup|0.88",
                "amount": 17.21351,
                "graceTimeEnd": None,
                "freeEnergyWh": 0,
                "maxAllowanceWh": 0,
            }
            for begin, end in itertools.pairwise(boundaries)
        ],
        "taxName": "Moms",
        "smartChargingSchedule": [
            {"timestamp": f"{start + timedelta(minutes=minute):%Y-%m-%dT%H:%M:%SZ}", "limit": 11.085, "type": "boost"}
            for minute in range(0, SAMPLES, 10)
        ],
    }
    return msgspec.json.encode({"session": session})


def make_raw(logbook: Logbook) -> int:
    """Write one segment of sessions. Returns the size of its JSON in bytes."""
    size = 0
    record = RunRecord(run_id="bench", command="extract", version="bench", started_at=FIRST_START)
    with SegmentWriter.begin(logbook.raw / "home", record) as writer:
        for number in range(SESSIONS):
            body = session_body(number)
            size += len(body)
            writer.append(
                RawLine.of(
                    Answer(
                        account="home",
                        endpoint=Endpoint.SESSION,
                        key=str(100_000 + number),
                        fetched_at=FIRST_START + timedelta(hours=10 * number),
                        url="",
                        status=200,
                        trace_id=None,
                        body=body,
                    )
                )
            )
        writer.finish(FIRST_START)
    return size


def duration(action: Callable[[], object]) -> float:
    started_at = time.perf_counter()
    action()
    return time.perf_counter() - started_at


def run_command(*arguments: str) -> None:
    subprocess.run([*LADEBOG, *arguments], check=True, stdout=subprocess.DEVNULL)


def slowest_named_query(logbook: Logbook) -> str:
    """The seconds and the name of the named query that takes the database longest."""
    with open_published(logbook) as connection:

        def answer(query: NamedQuery) -> None:
            connection.execute(query.model.text, bound_values(query, {})).fetchall()

        seconds = {query.name: duration(partial(answer, query)) for query in named_queries().values()}
    name = max(seconds, key=lambda query: seconds[query])
    return f"{seconds[name]:.2f} s beyond its start, the slowest named query, {name}"


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="ladebog-bench-"))
    try:
        logbook = Logbook.create(folder / "logbook")
        write_account(logbook.settings, Account(name="home", url="https://tenant.example"))
        settings: Settings = read_settings(logbook.settings)
        size = make_raw(logbook)
        print(f"{os.cpu_count()} cores; {SESSIONS} sessions of {size / SESSIONS / 1000:.1f} kB, {SAMPLES} samples each")
        with logbook.lock(), open_writer(logbook) as connection:
            load_seconds = duration(AnswerLoader(connection, logbook.raw / "home").load_all)
            print(f"load            {SESSIONS / load_seconds:8.0f} sessions per second")
            print(f"transform       {duration(lambda: refresh_marts(connection, settings)):8.2f} s, all sessions")
            connection.execute("insert into facts.changed_sessions values ('home', '100100')")
            connection.execute("update facts.settings set loaded_lines = 0")
            print(
                f"transform       {duration(lambda: refresh_marts(connection, settings)):8.2f} s, one changed session"
            )
        update_archive(logbook, settings, SystemClock())
        home = ("--home", str(logbook.root))
        print(f"ladebog --version   {min(duration(lambda: run_command('--version')) for _ in range(5)):.2f} s")
        report_seconds = min(duration(lambda: run_command(*home, "report", "2022-03")) for _ in range(3))
        print(f"ladebog report      {report_seconds:.2f} s, one month")
        print(f"ladebog sql         {slowest_named_query(logbook)}")
        print(f"raw/ {_megabytes(logbook.raw):.1f} MB, ladebog.duckdb {_megabytes(logbook.database):.1f} MB")
    finally:
        shutil.rmtree(folder)


def _megabytes(path: Path) -> float:
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files) / 1e6


if __name__ == "__main__":
    main()
