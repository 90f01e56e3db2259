"""What a run changed: the archive's sessions before and after it, compared."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import NamedTuple

import duckdb

from pipeline.errors import LadebogError

_SESSIONS = "select session_id, revision, is_active from staging.sessions where account = ?"
_QUARANTINED = "select count(*) from facts.quarantine where account = ?"


@dataclass
class Summary:
    """The result of a run: numbers of sessions, except `quarantined` (documents), `requests` and `seconds`."""

    listed: int = 0
    new: int = 0
    corrected: int = 0
    unchanged: int = 0
    active: int = 0
    never_charged: int = 0
    quarantined: int = 0
    requests: int = 0
    seconds: float = 0.0
    warnings: list[str] = field(default_factory=list)
    error: LadebogError | None = None  # why some months could not be listed; everything else was fetched


class ArchiveState(NamedTuple):
    """An account's sessions and quarantined documents at one moment."""

    revisions: dict[str, int | None]  # how often each session's figures have changed; None for one without figures yet
    active: set[str]  # the sessions that have not ended
    quarantined: int


def read_state(connection: duckdb.DuckDBPyConnection, account: str) -> ArchiveState:
    """The present state of an account."""
    sessions = connection.execute(_SESSIONS, [account]).fetchall()
    ((quarantined,),) = connection.execute(_QUARANTINED, [account]).fetchall()
    return ArchiveState(
        revisions={session_id: revision for session_id, revision, _ in sessions},
        active={session_id for session_id, _, is_active in sessions if is_active},
        quarantined=quarantined,
    )


def summarize(state_before: ArchiveState, state_after: ArchiveState, listed_ids: Collection[str]) -> Summary:
    """What a run changed that listed the sessions `listed_ids`; the caller sets requests, seconds and warnings."""
    summary = Summary(listed=len(listed_ids), quarantined=state_after.quarantined - state_before.quarantined)
    for session_id, revision in state_after.revisions.items():
        is_listed = session_id in listed_ids
        revision_before = state_before.revisions.get(session_id)
        if revision_before is not None and revision != revision_before:
            summary.corrected += 1
        elif session_id in state_after.active:
            summary.active += is_listed
        elif revision is None:
            summary.never_charged += is_listed
        elif revision_before is None:
            summary.new += 1
        else:
            summary.unchanged += is_listed
    return summary
