"""What an archive contains, read without the product's own code, so that a loss is noticed."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

from pipeline.demo import Tenant
from tests.scenarios.agreement import assert_marts_are_as_expected, assert_segments_form_a_chain
from tests.scenarios.demo_logbook import DemoLogbook

Items = Counter[str]


def items(logbook: DemoLogbook) -> Items:
    """Every complete answer in raw/, also in unfinished segments, and each session of the published database."""
    counts = Counter(name for path in _segments(logbook.paths.raw, "*.ndjson.gz*") for name in answer_names(path))
    if logbook.paths.database.is_file():
        counts.update(f"session {row['session_id']}" for row in logbook.ask("select session_id from sessions"))
    return counts


def count_lost(before: Items, logbook: DemoLogbook) -> int:
    """The number of items from before that are missing now."""
    return (before - items(logbook)).total()


def assert_complete(logbook: DemoLogbook, tenant: Tenant) -> None:
    """Assert that the archive has all of the operator's data, and no files left by a fault."""
    assert_segments_form_a_chain(logbook)
    assert_marts_are_as_expected(logbook, tenant)
    assert [path for path in logbook.home.rglob("*") if path.name.endswith((".new", ".part", ".wal"))] == []


def marts(logbook: DemoLogbook) -> dict[str, object]:
    """The rows of all marts, except those with the times of runs."""
    rows: dict[str, object] = {**logbook.marts()}
    del rows["account_states"], rows["month_states"]
    return rows


def answer_names(segment: Path) -> list[str]:
    """The key and hash of each answer in the complete lines of a segment, without the run record."""
    return [
        f"{line['endpoint']} {line['key']} {line['fetched_at']} {line['sha256']}"
        for line in _lines(segment)
        if line["endpoint"] != "run"
    ]


def most_samples_by_session(logbook: DemoLogbook) -> Counter[str]:
    """Per session, the number of distinct sample times in its longest history that was fetched after it stopped."""
    counts = Counter[str]()
    for path in _segments(logbook.paths.raw, "*.ndjson.gz"):
        for line in _lines(path):
            session = line["body"].get("session") if line["endpoint"] == "session" else None
            if session and session["stoppedAt"]:
                samples = (session["powerStats"] or {}).get("history", [])
                counts |= Counter({session["id"]: len({sample["timestamp"] for sample in samples})})
    return counts


def _lines(segment: Path) -> list[dict[str, Any]]:
    """The complete lines of a segment, up to the first torn one."""
    data, lines = segment.read_bytes(), []
    while data:
        inflate = zlib.decompressobj(wbits=31)
        try:
            line = inflate.decompress(data)
        except zlib.error:
            break
        if not inflate.eof:
            break
        lines.append(json.loads(line))
        data = inflate.unused_data
    return lines


def _segments(folder: Path, pattern: str) -> list[Path]:
    return [path for path in sorted(folder.rglob(pattern)) if not path.name.endswith(".torn")]
