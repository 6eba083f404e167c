"""How far many things moved: their number, the median and the largest, in a few kilobytes.

Distances are counted in steps that grow by a hundredth each, so the median of any number of them
is known to one per cent, and a run that goes on after an interruption goes on counting.
"""

import math
from dataclasses import dataclass, field
from typing import Any, Self

STEP = math.log(1.01)
LEAST_METRES = 0.01
"""Less is no move."""


@dataclass(slots=True)
class Moved:
    """Distances that were moved.

    Args:
        steps: How many distances fell on each step.
        largest: The largest of them, in metres.
    """

    steps: dict[int, int] = field(default_factory=dict)
    largest: float = 0.0

    def add(self, metres: float) -> None:
        """Count a distance; less than a centimetre is none."""
        if metres < LEAST_METRES:
            return
        step = round(math.log(metres) / STEP)
        self.steps[step] = self.steps.get(step, 0) + 1
        self.largest = max(self.largest, metres)

    def join(self, other: "Moved") -> None:
        """Count what another one counted, too."""
        for step, number in other.steps.items():
            self.steps[step] = self.steps.get(step, 0) + number
        self.largest = max(self.largest, other.largest)

    @property
    def number(self) -> int:
        """How many moved."""
        return sum(self.steps.values())

    @property
    def median(self) -> float | None:
        """The distance that half of them moved at most, to one per cent; None when none did."""
        half = (self.number + 1) // 2
        for step in sorted(self.steps):
            half -= self.steps[step]
            if half <= 0:
                return math.exp(step * STEP)
        return None

    def stored(self) -> dict[str, Any]:
        """Write it as JSON."""
        steps = {str(step): number for step, number in self.steps.items()}
        return {"steps": steps, "largest": self.largest}

    @classmethod
    def of_stored(cls, stored: dict[str, Any]) -> Self:
        """Read it again."""
        steps = {int(step): number for step, number in stored.get("steps", {}).items()}
        return cls(steps, stored.get("largest", 0.0))
