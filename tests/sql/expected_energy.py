"""How much of a session's energy is in each of its periods, computed without the SQL, in whole numbers."""

from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Period:
    """A period from `start` to `stop`, in microseconds since the session's start."""

    start: int
    stop: int
    kind: str = "charging"


@dataclass(frozen=True)
class Charge:
    """A session that begins at 0. `samples` are (microsecond, mW) in the order listed, `periods` are in order."""

    stop: int
    energy_wh: int
    samples: tuple[tuple[int, int], ...]
    periods: tuple[Period, ...]


def period_energies(charge: Charge) -> list[int]:
    """Wh per period: divided by the curve, else by the duration of charging, else all in the last period."""
    weights = [_energy_flow(charge, period) for period in charge.periods]
    if not any(weights):
        weights = [max(p.stop - p.start, 0) if p.kind == "charging" else 0 for p in charge.periods]
    if not any(weights):
        weights = [0] * (len(charge.periods) - 1) + [1]
    return divide(charge.energy_wh, weights)


def divide(amount: int, weights: list[int]) -> list[int]:
    """The floor of each share, then one more for the largest remainders, ties to the earlier."""
    total_weight = sum(weights)
    floors = [amount * weight // total_weight for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda index: (-(amount * weights[index] % total_weight), index))
    for index in by_remainder[: amount - sum(floors)]:
        floors[index] += 1
    return floors


def _energy_flow(charge: Charge, period: Period) -> int:
    """mW x µs of the curve within a charging period; a sample holds on only within its run of charging."""
    if period.kind != "charging":
        return 0
    run = _run_start(charge, period)
    by_time = dict(charge.samples)  # of samples at one time the last listed counts
    times = sorted(by_time)
    total = 0
    for time, next_time in pairwise([*times, charge.stop]):
        start, stop = max(time, 0), min(next_time, charge.stop)
        if start < stop and run <= start:
            total += by_time[time] * max(min(stop, period.stop) - max(start, period.start), 0)
    return total


def _run_start(charge: Charge, period: Period) -> int:
    """The start of the unbroken run of charging periods that ends with `period`."""
    start = period.start
    for earlier in reversed([p for p in charge.periods if p.kind == "charging" and p.start < period.start]):
        if earlier.stop < start:
            break
        start = earlier.start
    return start
