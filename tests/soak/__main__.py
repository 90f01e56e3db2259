"""`make soak` runs Ladebog daily for many days while faults happen, and then compares all marts with
the operator's data.

A seed, which is printed, decides on all random choices: `make soak DAYS=200 SEED=1234` repeats a failure.
"""

import argparse
import random
import shutil
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.demo import DemoServer, Tenant
from tests.conftest import reset_server
from tests.faults.content import assert_complete, count_lost, items, marts
from tests.faults.processes import Starter
from tests.scenarios.demo_logbook import DemoLogbook
from tests.soak.events import EVENTS, Day, OperatorChanges

_FIRST_RUN_AT = datetime(2024, 9, 20, 6, 15, tzinfo=UTC)


def soak(folder: Path, days: int, seed: int) -> Counter[str]:
    """Run all days. Returns how often each event happened. Raises AssertionError if anything is lost."""
    draw, operator_changes, counts = random.Random(seed), OperatorChanges(), Counter[str]()  # noqa: S311 (draws the events)
    with DemoServer(Tenant(now=_FIRST_RUN_AT)) as server:
        logbook = DemoLogbook.begin(folder / "logbook", server.url, client_id="1")
        starter = Starter(logbook, _FIRST_RUN_AT)
        for day_number in range(days):
            now = _FIRST_RUN_AT + timedelta(days=day_number, minutes=draw.randrange(600))
            reset_server(server, operator_changes.tenant(now))
            logbook.store_login(server.tenant)
            operator_changes.change_sessions(server.tenant, logbook, draw)
            event = draw.choice(EVENTS)
            items_before = items(logbook)
            try:
                event(Day(logbook, server, starter, draw, now))
                assert count_lost(items_before, logbook) == 0
            except AssertionError:
                print(f"On day {day_number} ({now:%Y-%m-%d}), {event.__name__}:")
                raise
            counts[event.__name__] += 1
            if (day_number + 1) % 20 == 0:
                print(f"{day_number + 1} days, {sum(items_before.values())} items stored, none lost", flush=True)
        last_day = _FIRST_RUN_AT + timedelta(days=days)
        reset_server(server, operator_changes.tenant(last_day))
        logbook.store_login(server.tenant)
        starter.do("extract", "--since", "2024-09-01", now=last_day)
        starter.do("transform", now=last_day)
        assert_complete(logbook, operator_changes.expected_tenant(last_day, logbook))
        final_marts = marts(logbook)
        starter.do("rebuild", now=last_day)
        assert final_marts == marts(logbook)
    return counts


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--days", type=int, default=200)
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1_000_000)
    print(f"{options.days} days, seed {seed}", flush=True)
    folder, started_at = Path(tempfile.mkdtemp(prefix="ladebog-soak-")), time.monotonic()
    counts = soak(folder, options.days, seed)
    shutil.rmtree(folder)
    for name, times in sorted(counts.items()):
        print(f"{name.replace('_', ' '):<40}{times:>5}")
    print(f"{counts.total()} days in {time.monotonic() - started_at:.0f} s: the marts are correct, no item was lost")


if __name__ == "__main__":
    main()
