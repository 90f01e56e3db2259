"""What a run changed: the archive's sessions before and after it, compared."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import NamedTuple

import duckdb

from pipeline.errors import LadebogError

_REVISIONS = "select session_id, revision from staging.sessions where account = ?"
_QUARANTINED = "select count(*) from facts.quarantine where account = ?"


@dataclass
class Summary:
    """The result of a run: numbers of sessions, except `quarantined` (documents), `requests` and `seconds`."""

    listed: int = 0
    new: int = 0
    corrected: int = 0
    unchanged: int = 0
    active: int = 0
    quarantined: int = 0
    requests: int = 0
    seconds: float = 0.0
    warnings: list[str] = field(default_factory=list)
    error: LadebogError | None = None  # why some months could not be listed; everything else was fetched


class ArchiveState(NamedTuple):
    """An account's sessions and quarantined documents at one moment."""

    revisions: dict[str, int | None]  # how often each session's figures have changed; None while it is active
    quarantined: int


def read_state(connection: duckdb.DuckDBPyConnection, account: str) -> ArchiveState:
    """The present state of an account."""
    revisions = dict(connection.execute(_REVISIONS, [account]).fetchall())
    ((quarantined,),) = connection.execute(_QUARANTINED, [account]).fetchall()
    return ArchiveState(revisions, quarantined)


def summarize(state_before: ArchiveState, state_after: ArchiveState, listed_ids: Collection[str]) -> Summary:
    """What a run changed that listed the sessions `listed_ids`; the caller sets requests, seconds and warnings."""
    summary = Summary(listed=len(listed_ids), quarantined=state_after.quarantined - state_before.quarantined)
    for session_id, revision in state_after.revisions.items():
        if revision is None and session_id in listed_ids:
            summary.active += 1
        if state_before.revisions.get(session_id) != revision:
            if state_before.revisions.get(session_id) is None:
                summary.new += 1
            else:
                summary.corrected += 1
    summary.unchanged = max(summary.listed - summary.new - summary.corrected - summary.active, 0)
    return summary
