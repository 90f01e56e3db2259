"""An archive of five years: 1,500 sessions with 280,000 power samples and a price per clock hour."""

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pipeline.clock import SystemClock
from pipeline.logbook.folder import Logbook
from pipeline.raw.answer import Answer, Endpoint
from pipeline.raw.lines import RawLine, RunRecord
from pipeline.raw.segments import SegmentWriter
from pipeline.settings.editing import write_account
from pipeline.settings.reading import read_settings
from pipeline.settings.schema import Account
from pipeline.transform.update import update_archive

SESSIONS = 1_500
SAMPLES = 187  # of a session, one per minute
_FIRST_START = datetime(2020, 11, 1, 18, tzinfo=UTC)
_BETWEEN = timedelta(hours=29)


def large_archive(folder: Path) -> Logbook:
    """The archive, published. The same numbers come out each time."""
    numbers = random.Random(1)  # noqa: S311 (not for secrets)
    logbook = Logbook.create(folder)
    write_account(logbook.settings, Account(name="home", url="https://operator.example.invalid"))
    record = RunRecord(run_id="abcd", command="extract", version="0", started_at=_FIRST_START)
    with SegmentWriter.begin(logbook.raw / "home", record) as segment:
        for place in range(SESSIONS):
            segment.append(RawLine.of(_answer(place, numbers)))
        segment.finish(_FIRST_START + SESSIONS * _BETWEEN)
    update_archive(logbook, read_settings(logbook.settings), SystemClock())
    return logbook


def _answer(place: int, numbers: random.Random) -> Answer:
    start = _FIRST_START + place * _BETWEEN + timedelta(minutes=numbers.randrange(180))
    return Answer(
        account="home",
        endpoint=Endpoint.SESSION,
        key=str(100_000 + place),
        fetched_at=start + timedelta(hours=5),
        url="",
        status=200,
        trace_id=None,
        body=json.dumps({"session": _session(place, start, numbers)}).encode(),
    )


def _session(place: int, start: datetime, numbers: random.Random) -> dict[str, Any]:
    stop = start + timedelta(minutes=SAMPLES)
    powers = [round(numbers.gauss(10.9, 0.06), 3) for _ in range(SAMPLES)]
    periods = _periods(start, stop, numbers)
    amount = sum(period["amount"] for period in periods)
    return {
        "id": str(100_000 + place),
        "startedAt": start.isoformat(),
        "stoppedAt": stop.isoformat(),
        "duration": SAMPLES * 60,
        "energy": round(sum(powers) / 60 * 1000),
        "amount": round(amount, 2),
        "totalAmount": round(amount, 2),
        "status": "finished",
        "paymentStatus": "paid",
        "evseId": "2317",
        "isPersonal": True,
        "currency": {"code": "DKK", "minorUnitDecimal": 2},
        "taxName": "Moms",
        "powerStats": {
            "averageKw": 10.9,
            "maxKw": max(powers),
            "history": [
                {"value": power, "timestamp": (start + timedelta(minutes=minute)).isoformat()}
                for minute, power in enumerate(powers)
            ],
        },
        "chargingPeriods": periods,
    }


def _periods(start: datetime, stop: datetime, numbers: random.Random) -> list[dict[str, Any]]:
    periods = []
    while start < stop:
        end = min(stop, (start + timedelta(hours=1)).replace(minute=0))
        price = round(numbers.uniform(0.1, 2.4), 5)
        hours = (end - start) / timedelta(hours=1)
        periods.append(
            {
                "startedAt": start.isoformat(),
                "stoppedAt": end.isoformat(),
                "durationInSeconds": int((end - start).total_seconds()),
                "state": f"charging@price|{price}&markup|0.88",
                "amount": round(10.9 * hours * (price * 1.25 + 0.88), 5),
            }
        )
        start = end
    return periods
