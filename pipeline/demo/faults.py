"""Faults that the demo server can be set to cause."""

from __future__ import annotations

import random
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

FaultName = Literal["too_many", "server_error", "truncated_body", "not_json"]


@dataclass
class Faults:
    """Which faults the server causes; none by default. All may be changed while it runs.

    The first four are shares of requests (0 to 1). Which request fails depends on `seed`, the request and how often it
    was made, never on other threads; no request fails more than `most_in_a_row` times in a row, so a client that
    retries always succeeds. The login endpoint only has `too_many` and `server_error`: a refresh whose answer is lost
    would lock the client out.
    """

    too_many: float = 0.0
    """429, with `retry_after` (None: without the header)."""
    server_error: float = 0.0
    """500, 502 or 503."""
    truncated_body: float = 0.0
    """The connection closes after half of the `Content-Length`."""
    not_json: float = 0.0
    """An HTML page with status 200."""
    retry_after: str | None = "0"
    most_in_a_row: int = 2
    expired_token: bool = False
    """Once, after `expire_after` authenticated requests, the server stops accepting the access token in use."""
    expire_after: int = 3
    paging: Literal["honoured", "ignored"] = "ignored"
    """`ignored` sends all entries for every `page`."""
    per_page_cap: int = 5
    """The most entries per page where paging is honoured."""
    cap: int = 0
    """The most entries of any listing, whatever its `page`; 0 for all."""
    failing: frozenset[str] = frozenset()
    """Parts of paths, like `session/712345`, whose requests are always answered 500."""
    refusing: frozenset[str] = frozenset()
    """Parts of paths whose requests are always answered 401, whatever the token."""
    empty_listing_months: frozenset[str] = frozenset()
    """Local months (`2025-03`) whose sessions are in no listing."""
    empty_listing_calls: int = 0
    """How many of the next listings are empty; counts down to 0."""
    unknown_fields: bool = False
    """Unknown keys in every object of every answer, at every depth."""
    slow: float = 0.0
    """Seconds that every answer is delayed."""
    seed: int = 1
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False, compare=False)
    _attempts: Counter[str] = field(default_factory=Counter, init=False, repr=False, compare=False)
    _in_a_row: Counter[str] = field(default_factory=Counter, init=False, repr=False, compare=False)
    _authenticated: int = field(default=0, init=False, repr=False, compare=False)
    _expired: bool = field(default=False, init=False, repr=False, compare=False)

    @classmethod
    def every(cls, seed: int = 1) -> Faults:
        """Every fault that a retry overcomes, at moderate rates; no listing is empty."""
        return cls(
            too_many=0.07,
            server_error=0.07,
            truncated_body=0.06,
            not_json=0.05,
            expired_token=True,
            paging="honoured",
            unknown_fields=True,
            seed=seed,
        )

    def pick(self, request: str, *, login: bool = False) -> tuple[FaultName, random.Random] | None:
        """The fault of this attempt at `request`, with the random numbers for its details, or None."""
        shares: list[tuple[FaultName, float]] = [
            ("too_many", self.too_many),
            ("server_error", self.server_error),
        ]
        if not login:
            shares += [("truncated_body", self.truncated_body), ("not_json", self.not_json)]
        with self._lock:
            self._attempts[request] += 1
            draw = random.Random(f"{self.seed}:{request}:{self._attempts[request]}")  # noqa: S311 -- a model
            place = draw.random()
            for name, share in shares:
                if place < share and self._in_a_row[request] < self.most_in_a_row:
                    self._in_a_row[request] += 1
                    return name, draw
                place -= share
            self._in_a_row[request] = 0
            return None

    def expires_token(self) -> bool:
        """Whether the access token expires with this authenticated request: True at most once."""
        with self._lock:
            self._authenticated += 1
            if self._expired or not self.expired_token or self._authenticated <= self.expire_after:
                return False
            self._expired = True
            return True

    def empties_listing(self) -> bool:
        """Whether this listing is one of the `empty_listing_calls`."""
        with self._lock:
            if self.empty_listing_calls <= 0:
                return False
            self.empty_listing_calls -= 1
            return True


def with_unknown_fields(answer: Any) -> Any:
    """A copy of a JSON value in which every object has further keys."""
    if isinstance(answer, list):
        return [with_unknown_fields(value) for value in answer]
    if isinstance(answer, dict):
        known_fields = {key: with_unknown_fields(value) for key, value in answer.items()}
        return known_fields | {"newInLaterVersion": {"flags": [1, None, "æ"], "id": "x"}, "isBrandNew": True}
    return answer
