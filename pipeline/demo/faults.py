"""Switches for what goes wrong between an app and its tenant."""

from __future__ import annotations

import random
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

FaultName = Literal["too_many", "server_error", "truncated_body", "not_json"]


@dataclass
class Faults:
    """Which faults the server commits. All may be changed while it runs; the default commits none.

    The first four are shares of requests (0 to 1). Which request is hit follows from `seed`, the request
    and how often it was made, never from what other threads do; none is hit more than `most_in_a_row` times
    in a row, so a patient client always gets through. The login endpoint only suffers `too_many` and
    `server_error`: a refresh whose answer is lost would lock the client out for good.
    """

    too_many: float = 0.0
    """429, with `retry_after` (None: without the header)."""
    server_error: float = 0.0
    """500, 502 or 503."""
    truncated_body: float = 0.0
    """The connection closes half way through the announced `Content-Length`."""
    not_json: float = 0.0
    """An HTML page with status 200."""
    retry_after: str | None = "0"
    most_in_a_row: int = 2
    expired_token: bool = False
    """Once, after `expire_after` authenticated requests, the access token in use stops being accepted."""
    expire_after: int = 3
    paging: Literal["honoured", "ignored"] = "ignored"
    """`ignored` sends everything whatever `page` says."""
    per_page_cap: int = 5
    """The most entries on a page where paging is honoured."""
    empty_listing_months: frozenset[str] = frozenset()
    """Local months (`2025-03`) whose sessions every listing leaves out."""
    empty_listing_calls: int = 0
    """How many listings from now on are empty; counts down to 0."""
    unknown_fields: bool = False
    """Keys that nobody knows, in every object of every answer, however deep."""
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
        """Everything that passes by itself, at moderate rates; no listing is empty."""
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

    def strikes(self, request: str, *, login: bool = False) -> tuple[FaultName, random.Random] | None:
        """The fault that this attempt at `request` meets, with the dice for its details; None for none."""
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
        """Whether the access token ends with this authenticated request: True once at most."""
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
        known = {key: with_unknown_fields(value) for key, value in answer.items()}
        return known | {"newInLaterVersion": {"flags": [1, None, "æ"], "id": "x"}, "isBrandNew": True}
    return answer
