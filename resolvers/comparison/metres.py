"""Distances of very many entities: their number, sum, mean and median, without keeping them.

For the median they are counted in bins: a metre wide up to 10 km, and a thousandth of the distance
wide beyond that. So the median is right to a metre, and beyond 10 km to a thousandth, and there are
never more than 20 000 bins.
"""

import math
from collections import Counter
from dataclasses import dataclass, field

FINE = 10_000
"""Up to so many metres bins are a metre wide."""
COARSE = math.log(1.001)


@dataclass(slots=True)
class Metres:
    """Distances that were counted."""

    number: int = 0
    total: float = 0.0
    _bins: Counter[int] = field(default_factory=Counter)

    def add(self, metres: float) -> None:
        """Count one."""
        self.number += 1
        self.total += metres
        self._bins[bin_of(metres)] += 1

    @property
    def mean(self) -> float | None:
        """The mean; None of nothing."""
        return self.total / self.number if self.number else None

    @property
    def median(self) -> float | None:
        """The median: of an even number the mean of the two in the middle; None of nothing."""
        if not self.number:
            return None
        lower, upper = self._ranked((self.number - 1) // 2), self._ranked(self.number // 2)
        return (lower + upper) / 2

    def _ranked(self, rank: int) -> float:
        """Give the distance that has so many before it."""
        for bin in sorted(self._bins):
            rank -= self._bins[bin]
            if rank < 0:
                return middle_of(bin)
        raise IndexError(rank)


def bin_of(metres: float) -> int:
    """Tell in which bin a distance is counted."""
    if metres < FINE:
        return int(metres)
    return FINE + int(math.log(metres / FINE) / COARSE)


def middle_of(bin: int) -> float:
    """Give the distance in the middle of a bin."""
    if bin < FINE:
        return bin + 0.5
    return FINE * math.exp((bin - FINE + 0.5) * COARSE)
