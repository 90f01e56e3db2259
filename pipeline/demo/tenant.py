"""The demo operator's tenant: one driver's sessions, and the changes that an operator may make to them."""

from __future__ import annotations

import random
import threading
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from pipeline.demo import tokens
from pipeline.demo.charging import Plan, session_of, thinned
from pipeline.demo.driver import ordinary_plans
from pipeline.demo.model import DEMO_NOW, DemoSession
from pipeline.demo.prices import SpotPrices
from pipeline.demo.scenes import scene_plans

_FIRST_ID = 402_117


class Tenant:
    """A tenant with one driver, the same for the same `seed` and `now`; safe to use from threads.

    `now` is an aware UTC instant. A plan that lasts beyond `now` is an active session; later ones are not known yet.
    """

    def __init__(self, seed: int = 1, now: datetime = DEMO_NOW) -> None:
        self.seed = seed
        self.now = now
        self.spot_prices = SpotPrices(seed)
        self.username = tokens.USERNAME
        self.password = tokens.PASSWORD
        self.client_id = tokens.CLIENT_ID
        self.client_secret = tokens.CLIENT_SECRET
        self._lock = threading.RLock()
        self._issued = 0
        self._token_valid = True
        self._rotate()
        self._plans, sessions = planned_sessions(seed, now)
        self._sessions = dict(sessions)
        self._before_correction: dict[str, DemoSession] = {}

    @property
    def sessions(self) -> dict[str, DemoSession]:
        """The present sessions by id, oldest first; a copy, which does not change later."""
        with self._lock:
            return dict(self._sessions)

    def scene(self, name: str) -> DemoSession:
        """The session of a hand-made scene (see `pipeline.demo.scenes`); LookupError if there is none."""
        for session in self.sessions.values():
            if session.scene == name:
                return session
        raise LookupError(f"the demo tenant has no scene {name!r}")

    def correct(self, session_id: str, *, energy_wh: int | None = None, amount: Decimal | None = None) -> None:
        """The operator corrects a finished session's metered energy (Wh), its billed amount, or both.

        LookupError for an unknown session, ValueError for an active one.
        """
        with self._lock:
            session = self._finished(session_id)
            self._before_correction.setdefault(session_id, session)
            self._sessions[session_id] = replace(
                session,
                energy_wh=session.energy_wh if energy_wh is None else energy_wh,
                amount=session.amount if amount is None else amount,
            )

    def undo_corrections(self, session_id: str) -> None:
        """Undo every `correct`: energy and amount are as they were before the first one."""
        with self._lock:
            session = self._finished(session_id)
            before = self._before_correction.pop(session_id, session)
            self._sessions[session_id] = replace(session, energy_wh=before.energy_wh, amount=before.amount)

    def thin_out(self, session_id: str) -> None:
        """The operator keeps about a third of a finished session's samples, the first and the last too.

        Errors as `correct`.
        """
        with self._lock:
            session = self._finished(session_id)
            points = max(2, len(session.samples) // 3)
            self._sessions[session_id] = replace(session, samples=tuple(thinned(session.samples, points)))

    def restore_history(self, session_id: str) -> None:
        """Give a finished session back all the samples that it had when it stopped. Errors as `correct`."""
        with self._lock:
            session = self._finished(session_id)
            when_stopped = self._state_at(session_id, session.stopped_at or self.now, session.stopped_at)
            self._sessions[session_id] = replace(session, samples=when_stopped.samples)

    def finish_active(self, at: datetime) -> str:
        """Stop the active session `at` an instant (aware); returns its id.

        The tenant's present time becomes `at` if that is later. LookupError if no session is active,
        ValueError if `at` is not after its start.
        """
        with self._lock:
            active = [session for session in self._sessions.values() if session.stopped_at is None]
            if not active:
                raise LookupError("no session of the demo tenant is active")
            session = active[-1]
            if at <= session.started_at:
                raise ValueError(f"session {session.id} cannot stop at {at}, before it started")
            self.now = max(self.now, at)
            self._sessions[session.id] = self._state_at(session.id, self.now, at)
            return session.id

    @property
    def token(self) -> str:
        """The access token that the tenant accepts, or that it accepted last if it has expired."""
        return self._token

    @property
    def refresh_token(self) -> str:
        """The refresh token that the tenant accepts."""
        return self._refresh_token

    def accepts(self, token: str) -> bool:
        """Whether requests with this access token are answered."""
        with self._lock:
            return self._token_valid and token == self._token

    def expire_token(self) -> None:
        """Stop accepting the access token in use; logging in or refreshing gives a new pair."""
        with self._lock:
            self._token_valid = False

    def log_in(self, username: str, password: str) -> tuple[str, str] | None:
        """Access and refresh token, a new pair only if the last one expired; None for wrong credentials."""
        with self._lock:
            if (username, password) != (self.username, self.password):
                return None
            if not self._token_valid:
                self._rotate()
            return self._token, self._refresh_token

    def refresh(self, refresh_token: str) -> tuple[str, str] | None:
        """A new access and refresh token, which replace the old ones; None for another refresh token."""
        with self._lock:
            if refresh_token != self._refresh_token:
                return None
            self._rotate()
            return self._token, self._refresh_token

    def _rotate(self) -> None:
        self._issued += 1
        self._token = tokens.access_token(self._issued, self.now)
        self._refresh_token = tokens.refresh_token(self._issued)
        self._token_valid = True

    def _state_at(self, session_id: str, now: datetime, stopped_at: datetime | None) -> DemoSession:
        """The session of a plan at `now`, not paid yet."""
        return session_of(
            self._plans[session_id],
            session_id,
            seed=self.seed,
            spot_prices=self.spot_prices,
            now=now,
            payment="pending",
            stopped_at=stopped_at,
        )

    def _finished(self, session_id: str) -> DemoSession:
        if session_id not in self._sessions:
            raise LookupError(f"the demo tenant has no session {session_id!r}")
        session = self._sessions[session_id]
        if session.stopped_at is None:
            raise ValueError(f"session {session_id} is active: it can only be finished")
        return session


@lru_cache(maxsize=4)  # the sessions are immutable, and a test run makes a hundred tenants
def planned_sessions(seed: int, now: datetime) -> tuple[dict[str, Plan], dict[str, DemoSession]]:
    """Plans and sessions by id before any change. Do not change them in place.

    The newest finished session, like an active one, is not paid yet.
    """
    plans = _plans(seed, now)
    spot_prices = SpotPrices(seed)
    newest = max((plan.stopped_at for plan in plans.values() if plan.stopped_at <= now), default=now)
    sessions = {
        session_id: session_of(
            plan,
            session_id,
            seed=seed,
            spot_prices=spot_prices,
            now=now,
            payment="pending" if plan.stopped_at >= newest else "paid",
        )
        for session_id, plan in plans.items()
    }
    return plans, sessions


def _plans(seed: int, now: datetime) -> dict[str, Plan]:
    """The plans begun before `now` by session id; ids rise with time, as the operator's do."""
    scenes = scene_plans()
    plans = sorted([*scenes, *ordinary_plans(seed, now, scenes)], key=lambda plan: plan.started_at)
    draw = random.Random(f"{seed}:ids")  # noqa: S311 -- a model, not a secret
    number = _FIRST_ID
    plans_by_id = {}
    for plan in plans:
        if plan.started_at < now:
            number += draw.randint(700, 3900)
            plans_by_id[str(number)] = plan
    return plans_by_id
