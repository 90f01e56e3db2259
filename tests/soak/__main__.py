"""`make soak` runs Ladebog daily for many days while faults happen, and compares the marts with the tenant at the end.

Everything is drawn from a seed, which is printed: `make soak DAYS=200 SEED=1234` repeats a failure.
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
from tests.soak.events import EVENTS, Day, Tampering

_FIRST = datetime(2024, 9, 20, 6, 15, tzinfo=UTC)


def soak(folder: Path, days: int, seed: int) -> Counter[str]:
    """Run all days. Returns how often each event happened. Raises AssertionError if anything is lost."""
    draw, tampering, counts = random.Random(seed), Tampering(), Counter[str]()  # noqa: S311 (draws the events)
    with DemoServer(Tenant(now=_FIRST)) as server:
        logbook = DemoLogbook.begin(folder / "logbook", server.url, client_id="1")
        starter = Starter(logbook, _FIRST)
        for number in range(days):
            now = _FIRST + timedelta(days=number, minutes=draw.randrange(600))
            reset_server(server, tampering.tenant(now))
            logbook.store_login(server.tenant)
            tampering.tamper(server.tenant, logbook, draw)
            event = draw.choice(EVENTS)
            before = items(logbook)
            try:
                event(Day(logbook, server, starter, draw, now))
                assert count_lost(before, logbook) == 0
            except AssertionError:
                print(f"On day {number} ({now:%Y-%m-%d}), {event.__name__}:")
                raise
            counts[event.__name__] += 1
            if (number + 1) % 20 == 0:
                print(f"{number + 1} days, {sum(before.values())} things stored, nothing lost", flush=True)
        last = _FIRST + timedelta(days=days)
        reset_server(server, tampering.tenant(last))
        logbook.store_login(server.tenant)
        starter.do("extract", "--since", "2024-09-01", now=last)
        starter.do("transform", now=last)
        assert_complete(logbook, tampering.truth(last, logbook))
        at_the_end = marts(logbook)
        starter.do("rebuild", now=last)
        assert at_the_end == marts(logbook)
    return counts


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--days", type=int, default=200)
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1_000_000)
    print(f"{options.days} days, seed {seed}", flush=True)
    folder, began = Path(tempfile.mkdtemp(prefix="ladebog-soak-")), time.monotonic()
    counts = soak(folder, options.days, seed)
    shutil.rmtree(folder)
    for name, times in sorted(counts.items()):
        print(f"{name.replace('_', ' '):<40}{times:>5}")
    print(f"{counts.total()} days in {time.monotonic() - began:.0f} s: the marts are right, nothing was lost")


if __name__ == "__main__":
    main()
