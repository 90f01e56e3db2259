"""One answer of the app API, on its way from the source to raw/."""

from datetime import datetime
from enum import StrEnum

import msgspec


class Endpoint(StrEnum):
    """Which question an answer answers; with the key it names the thing that the answer is about."""

    SESSION = "session"  # key: the session's id
    SESSION_HISTORY = "session_history"  # key: "2025-03-01..2025-03-31 page 1"; of one of its items, the session's id
    CHARGE_POINTS = "charge_points"  # key: "all"
    PRICE_PERIODS = "price_periods"  # key: the EVSE's id
    RUN = "run"  # key: the run's id; our own record, not the operator's


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came back: the body as the operator's bytes, already decompressed and known to be JSON in UTF-8.

    `fetched_at` is None only for an imported answer that names no time. `dated_at` is when the operator made it, by its
    own clock; None where it does not say.
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


def history_key(start: str, end: str, page: int) -> str:
    """The key of a listing: its window (ISO dates, both included) and page."""
    return f"{start}..{end} page {page}"
