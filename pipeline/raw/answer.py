"""One answer of the app API, as sources return it and raw/ stores it."""

from datetime import datetime
from enum import StrEnum

import msgspec

from pipeline.raw.body import storable


class Endpoint(StrEnum):
    """The kind of an answer; together with the key it identifies what the answer is about."""

    SESSION = "session"  # key: the session's id, as the body states it
    SESSION_HISTORY = "session_history"  # key: "2025-03-01..2025-03-31 page 1"; for one of its items, the session's id
    CHARGE_POINTS = "charge_points"  # key: "all"
    PRICE_PERIODS = "price_periods"  # key: the EVSE's id
    RUN = "run"  # key: the run's id; our own record, not the operator's


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer whose body is the operator's bytes, decompressed, which `body.storable` accepts.

    `fetched_at` is None only for an imported answer that has no time. `dated_at` is the operator's `Date`, None where
    it sent none.
    """

    account: str
    endpoint: Endpoint
    key: str
    fetched_at: datetime | None
    url: str
    status: int
    trace_id: str | None
    body: bytes
    dated_at: datetime | None = None

    @property
    def stored_body(self) -> bytes:
        """The body as it is stored and as the loader will decode it."""
        return storable(self.body)[0]


def history_key(start: str, end: str, page: int) -> str:
    """The key of a listing: its window (ISO dates, both included) and its page number."""
    return f"{window_key(start, end)} page {page}"


def window_key(start: str, end: str) -> str:
    """The window of a listing, as in its key."""
    return f"{start}..{end}"
