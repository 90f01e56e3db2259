"""Where values lie in a drawing."""

from collections.abc import Iterable
from decimal import Decimal

_STEPS = tuple(Decimal(step) for step in ("1", "2", "2.5", "5", "10"))


class Scale:
    """Maps values to coordinates between two ends. Zero always lies between them."""

    def __init__(self, values: Iterable[Decimal], zero_end: float, far_end: float) -> None:
        known_values = list(values)
        self.lowest = min([Decimal(0), *known_values])
        self.highest = max([Decimal(0), *known_values])
        self._range = float(self.highest - self.lowest) or 1.0
        self._zero_end = zero_end
        self._length = far_end - zero_end

    def at(self, value: Decimal | int) -> float:
        """The coordinate of a value."""
        return self._zero_end + self._length * float(value - self.lowest) / self._range

    def span(self, value: Decimal, base: Decimal = Decimal(0)) -> tuple[float, float]:
        """The lower coordinate and the length of a bar from a base to base + value."""
        ends = sorted((self.at(base), self.at(base + value)))
        return ends[0], ends[1] - ends[0]


def round_step(highest: Decimal, intervals: int) -> Decimal:
    """The smallest round number of which that many reach the highest value; 1 without a value above zero."""
    if highest <= 0:
        return Decimal(1)
    least = highest / intervals
    unit = Decimal(1).scaleb(least.adjusted())
    return next(step * unit for step in _STEPS if step * unit >= least)
