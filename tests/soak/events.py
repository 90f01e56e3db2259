"""The events of the soak test's days, and the operator's changes to sessions meanwhile."""

from __future__ import annotations

import errno
import random
import shutil
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from pipeline.demo import DemoServer, Faults, Tenant
from tests.faults.content import most_samples
from tests.faults.processes import KILLED, Fault, Starter
from tests.faults.steps import STEPS, FailsAt, KilledAt
from tests.scenarios.demo_logbook import DemoLogbook, Outcome

_GOOD = (0, 3)  # 3: the checks found errors in the month that was reported
_FAILING = [step for step in STEPS if step.name in ("raw write", "fsync", "publish", "render")]


@dataclass
class Tampering:
    """The operator's changes so far, which apply to each day's tenant."""

    _corrected: dict[str, tuple[int, Decimal]] = field(default_factory=dict)
    _thinned: set[str] = field(default_factory=set)

    def tenant(self, now: datetime) -> Tenant:
        """The tenant at that time."""
        tenant = self._corrected_tenant(now)
        for session_id in self._thinned:
            tenant.thin_out(session_id)
        return tenant

    def truth(self, now: datetime, logbook: DemoLogbook) -> Tenant:
        """What an archive must hold at that time: the whole power history of a session if it was ever fetched whole."""
        tenant, most = self._corrected_tenant(now), most_samples(logbook)
        for session in tenant.sessions.values():
            if session.stopped_at and most[session.id] > len({sample.at for sample in session.samples}):
                tenant.restore_history(session.id)
        return tenant

    def _corrected_tenant(self, now: datetime) -> Tenant:
        tenant = Tenant(now=now)
        for session_id, (energy_wh, amount) in self._corrected.items():
            tenant.correct(session_id, energy_wh=energy_wh, amount=amount)
        return tenant

    def tamper(self, tenant: Tenant, logbook: DemoLogbook, draw: random.Random) -> None:
        """Correct or thin out a session now and then."""
        finished = [session for session in tenant.sessions.values() if session.stopped_at]
        if draw.random() < 0.2:
            session = draw.choice(finished)
            changed = session.energy_wh + draw.randint(1, 2_000), session.amount + Decimal(draw.randint(1, 999)) / 100
            self._corrected[session.id] = changed
            tenant.correct(session.id, energy_wh=changed[0], amount=changed[1])
        if draw.random() < 0.1 and logbook.paths.database.is_file():
            archived = {row["session_id"] for row in logbook.ask("select distinct session_id from power_samples")}
            if kept := [session for session in finished if session.id in archived - self._thinned]:
                session = draw.choice(kept)
                self._thinned.add(session.id)
                tenant.thin_out(session.id)


@dataclass
class Day:
    """A day of the account."""

    logbook: DemoLogbook
    server: DemoServer
    starter: Starter
    draw: random.Random
    now: datetime
    _runs: int = 0

    def run(self, command: str = "run", *, fault: Fault | None = None, after: timedelta = timedelta()) -> Outcome:
        """Run a command, one minute after the previous one of the day."""
        self._runs += 1
        return self.starter.run(command, fault=fault, now=self.now + after + timedelta(minutes=self._runs))

    def run_well(self) -> None:
        """A run without faults."""
        outcome = self.run()
        assert outcome.code in _GOOD, outcome


def an_ordinary_day(day: Day) -> None:
    day.run_well()


def the_machine_is_off(day: Day) -> None:
    """No run; a later one catches up."""


def every_fault_of_the_operator(day: Day) -> None:
    day.server.faults = Faults.every(seed=day.draw.randrange(1_000))
    outcome = day.run()
    assert outcome.code in (*_GOOD, 75), outcome


def empty_listings(day: Day) -> None:
    day.server.faults.empty_listing_calls = day.draw.randint(1, 5)
    outcome = day.run()
    assert outcome.code in _GOOD, outcome


def killed_at_steps(day: Day) -> None:
    for _ in range(day.draw.randint(1, 3)):
        step = day.draw.choice(STEPS)
        outcome = day.run(fault=KilledAt(step, day.draw.randint(1, 12), day.draw.random() < 0.5))
        assert outcome.code in (*_GOOD, KILLED), outcome


def killed_then_run(day: Day) -> None:
    killed_at_steps(day)
    day.run_well()


def a_failing_disk(day: Day) -> None:
    step = day.draw.choice(_FAILING)
    outcome = day.run(fault=FailsAt(step, day.draw.randint(1, 6), day.draw.choice((errno.ENOSPC, errno.EIO))))
    assert outcome.code in (*_GOOD, 1), outcome
    assert "unexpected" not in outcome.err, outcome


def a_bit_of_the_database(day: Day) -> None:
    path = day.logbook.paths.writer_database
    if path.is_file():
        content = bytearray(path.read_bytes())
        content[day.draw.randrange(len(content))] ^= 1 << day.draw.randrange(8)
        path.write_bytes(content)
        outcome = day.run()
        if outcome.code not in _GOOD:  # the database had no checksum, and the bit is outside of all rows
            assert (outcome.code, "ladebog rebuild" in outcome.err) == (1, True), outcome
            assert day.run("rebuild").code == 0
    day.run_well()


def state_gone(day: Day) -> None:
    shutil.rmtree(day.logbook.paths.state, ignore_errors=True)
    day.run_well()


def published_database_gone(day: Day) -> None:
    day.run_well()
    day.logbook.paths.database.unlink()
    day.run_well()


def clock_ahead(day: Day) -> None:
    outcome = day.run(after=timedelta(hours=day.draw.randint(1, 40)))
    assert outcome.code in _GOOD, outcome


def clock_behind(day: Day) -> None:
    outcome = day.run(after=-timedelta(hours=day.draw.randint(1, 400)))
    assert outcome.code in _GOOD, outcome


EVENTS = (
    an_ordinary_day,
    an_ordinary_day,
    the_machine_is_off,
    every_fault_of_the_operator,
    empty_listings,
    killed_at_steps,
    killed_then_run,
    a_failing_disk,
    a_bit_of_the_database,
    state_gone,
    published_database_gone,
    clock_ahead,
    clock_behind,
)
