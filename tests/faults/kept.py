"""What an archive holds of what it was told, found without the product's own reader, so that a loss shows."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

from pipeline.demo import Tenant
from tests.scenarios.agreement import assert_marts_are_the_truth, assert_raw_holds_together
from tests.scenarios.demo_logbook import DemoLogbook

Held = Counter[str]


def held(logbook: DemoLogbook) -> Held:
    """Every answer that lies whole under raw/, finished or not, and every session of the published database."""
    found = Counter(name for path in _segments(logbook.paths.raw, "*.ndjson.gz*") for name in answers(path))
    if logbook.paths.database.is_file():
        found.update(f"session {row['session_id']}" for row in logbook.ask("select session_id from sessions"))
    return found


def lost(before: Held, logbook: DemoLogbook) -> int:
    """How many of the things that were held before are no longer there."""
    return (before - held(logbook)).total()


def assert_whole(logbook: DemoLogbook, tenant: Tenant) -> None:
    """The archive is all that the operator knows, and nothing tells of what happened on the way."""
    assert_raw_holds_together(logbook)
    assert_marts_are_the_truth(logbook, tenant)
    assert [path for path in logbook.home.rglob("*") if path.name.endswith((".new", ".part", ".wal"))] == []


def told(logbook: DemoLogbook) -> dict[str, object]:
    """All that the marts say, but for the times of the runs and the names of what they wrote."""
    marts: dict[str, object] = {**logbook.marts()}
    del marts["account_states"], marts["month_states"]
    return marts


def answers(segment: Path) -> list[str]:
    """What each whole line of a segment is an answer to, with the hash that it claims; our own records left out."""
    return [
        f"{line['endpoint']} {line['key']} {line['fetched_at']} {line['sha256']}"
        for line in _lines(segment)
        if line["endpoint"] != "run"
    ]


def most_samples(logbook: DemoLogbook) -> Counter[str]:
    """Of each session, at how many different times the longest history has samples that came after it had stopped."""
    most = Counter[str]()
    for path in _segments(logbook.paths.raw, "*.ndjson.gz"):
        for line in _lines(path):
            session = line["body"].get("session") if line["endpoint"] == "session" else None
            if session and session["stoppedAt"]:
                samples = (session["powerStats"] or {}).get("history", [])
                most |= Counter({session["id"]: len({sample["timestamp"] for sample in samples})})
    return most


def _lines(segment: Path) -> list[dict[str, Any]]:
    """The whole lines of a segment, up to the first that is torn."""
    rest, found = segment.read_bytes(), []
    while rest:
        inflate = zlib.decompressobj(wbits=31)
        try:
            line = inflate.decompress(rest)
        except zlib.error:
            break
        if not inflate.eof:
            break
        found.append(json.loads(line))
        rest = inflate.unused_data
    return found


def _segments(folder: Path, pattern: str) -> list[Path]:
    return [path for path in sorted(folder.rglob(pattern)) if not path.name.endswith(".torn")]
