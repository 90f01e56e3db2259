"""The events of the soak test's days, and the operator's changes to sessions meanwhile."""

from __future__ import annotations

import errno
import random
import shutil
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from pipeline.demo import DemoServer, Faults, Tenant
from tests.faults.content import most_samples_by_session
from tests.faults.processes import KILLED, Fault, Starter
from tests.faults.steps import STEPS, FailsAt, KilledAt
from tests.scenarios.demo_logbook import DemoLogbook, Outcome

_SUCCESS_CODES = (0, 3)  # 3: the checks found errors in the month that was reported
_STEPS_THAT_CAN_FAIL = [step for step in STEPS if step.name in ("raw write", "fsync", "publish", "render")]


@dataclass
class OperatorChanges:
    """The operator's changes so far, which apply to each day's tenant."""

    _corrected_figures: dict[str, tuple[int, Decimal]] = field(default_factory=dict)
    _thinned_ids: set[str] = field(default_factory=set)

    def tenant(self, now: datetime) -> Tenant:
        """The tenant at that time."""
        tenant = self._corrected_tenant(now)
        for session_id in self._thinned_ids:
            tenant.thin_out(session_id)
        return tenant

    def expected_tenant(self, now: datetime, logbook: DemoLogbook) -> Tenant:
        """The expected data of an archive. A session has its whole power history if that was ever fetched."""
        tenant, samples_fetched = self._corrected_tenant(now), most_samples_by_session(logbook)
        for session in tenant.sessions.values():
            if session.stopped_at and samples_fetched[session.id] > len({sample.at for sample in session.samples}):
                tenant.restore_history(session.id)
        return tenant

    def _corrected_tenant(self, now: datetime) -> Tenant:
        tenant = Tenant(now=now)
        for session_id, (energy_wh, amount) in self._corrected_figures.items():
            tenant.correct(session_id, energy_wh=energy_wh, amount=amount)
        return tenant

    def change_sessions(self, tenant: Tenant, logbook: DemoLogbook, draw: random.Random) -> None:
        """Correct or thin out a session on some days."""
        finished = [session for session in tenant.sessions.values() if session.stopped_at]
        if draw.random() < 0.2:
            session = draw.choice(finished)
            new_figures = (
                session.energy_wh + draw.randint(1, 2_000),
                session.amount + Decimal(draw.randint(1, 999)) / 100,
            )
            self._corrected_figures[session.id] = new_figures
            tenant.correct(session.id, energy_wh=new_figures[0], amount=new_figures[1])
        if draw.random() < 0.1 and logbook.paths.database.is_file():
            archived = {row["session_id"] for row in logbook.ask("select distinct session_id from power_samples")}
            if candidates := [session for session in finished if session.id in archived - self._thinned_ids]:
                session = draw.choice(candidates)
                self._thinned_ids.add(session.id)
                tenant.thin_out(session.id)


@dataclass
class Day:
    """What an event needs to run commands on one day."""

    logbook: DemoLogbook
    server: DemoServer
    starter: Starter
    draw: random.Random
    now: datetime
    _run_count: int = 0

    def run(self, command: str = "run", *, fault: Fault | None = None, after: timedelta = timedelta()) -> Outcome:
        """Run a command, one minute after the previous one of the day."""
        self._run_count += 1
        return self.starter.run(command, fault=fault, now=self.now + after + timedelta(minutes=self._run_count))

    def run_without_faults(self) -> None:
        """A run without faults."""
        outcome = self.run()
        assert outcome.code in _SUCCESS_CODES, outcome


def no_fault(day: Day) -> None:
    day.run_without_faults()


def machine_switched_off(day: Day) -> None:
    """No run; a later one catches up."""


def every_fault_of_the_server(day: Day) -> None:
    day.server.faults = Faults.every(seed=day.draw.randrange(1_000))
    outcome = day.run()
    assert outcome.code in (*_SUCCESS_CODES, 75), outcome


def empty_listings(day: Day) -> None:
    day.server.faults.empty_listing_calls = day.draw.randint(1, 5)
    outcome = day.run()
    assert outcome.code in _SUCCESS_CODES, outcome


def killed_at_steps(day: Day) -> None:
    for _ in range(day.draw.randint(1, 3)):
        step = day.draw.choice(STEPS)
        outcome = day.run(fault=KilledAt(step, day.draw.randint(1, 12), day.draw.random() < 0.5))
        assert outcome.code in (*_SUCCESS_CODES, KILLED), outcome


def killed_then_run(day: Day) -> None:
    killed_at_steps(day)
    day.run_without_faults()


def failing_disk(day: Day) -> None:
    step = day.draw.choice(_STEPS_THAT_CAN_FAIL)
    outcome = day.run(fault=FailsAt(step, day.draw.randint(1, 6), day.draw.choice((errno.ENOSPC, errno.EIO))))
    assert outcome.code in (*_SUCCESS_CODES, 1), outcome
    assert "unexpected" not in outcome.err, outcome


def flipped_bit_in_the_database(day: Day) -> None:
    path = day.logbook.paths.writer_database
    if path.is_file():
        content = bytearray(path.read_bytes())
        content[day.draw.randrange(len(content))] ^= 1 << day.draw.randrange(8)
        path.write_bytes(content)
        outcome = day.run()
        if outcome.code not in _SUCCESS_CODES:  # the database had no checksum, and the bit is not part of a row
            rebuild = f"ladebog --home {day.logbook.home} rebuild"
            assert (outcome.code, rebuild in outcome.err) == (1, True), outcome
            assert day.run("rebuild").code == 0
    day.run_without_faults()


def state_folder_deleted(day: Day) -> None:
    shutil.rmtree(day.logbook.paths.state, ignore_errors=True)
    day.run_without_faults()


def published_database_deleted(day: Day) -> None:
    day.run_without_faults()
    day.logbook.paths.database.unlink()
    day.run_without_faults()


def clock_set_forward(day: Day) -> None:
    outcome = day.run(after=timedelta(hours=day.draw.randint(1, 40)))
    assert outcome.code in _SUCCESS_CODES, outcome


def clock_set_back(day: Day) -> None:
    outcome = day.run(after=-timedelta(hours=day.draw.randint(1, 400)))
    assert outcome.code in _SUCCESS_CODES, outcome


EVENTS = (
    no_fault,
    no_fault,
    machine_switched_off,
    every_fault_of_the_server,
    empty_listings,
    killed_at_steps,
    killed_then_run,
    failing_disk,
    flipped_bit_in_the_database,
    state_folder_deleted,
    published_database_deleted,
    clock_set_forward,
    clock_set_back,
)
