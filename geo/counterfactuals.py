"""What would have been chosen if one thing had been otherwise: a locker, or the largest distance.

Both are read off the automats that were judged, so they cost no further look. At most one of each
kind is told, of the automat that would have come first.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from geo.candidates import Candidate, Rejection
from models.selections import RejectionCode


class CounterfactualKind(StrEnum):
    """What would have had to be otherwise."""

    FULL = "full"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """Another automat, and what would have made it the chosen one.

    Args:
        kind: What would have had to be otherwise.
        automat_id: The automat.
        message: The whole in one sentence, with the numbers.
        limit_metres: The largest distance with which it would have been chosen, rounded up.
    """

    kind: CounterfactualKind
    automat_id: UUID
    message: str
    limit_metres: float | None = None

    def stored(self) -> dict[str, Any]:
        """Write it the way a stored decision keeps it."""
        return {
            "kind": self.kind.value,
            "automat_id": self.automat_id.hex,
            "message": self.message,
            "limit_metres": self.limit_metres,
        }


def counterfactuals(preferred: Sequence[Candidate]) -> tuple[Counterfactual, ...]:
    """Tell what one thing would have changed.

    Args:
        preferred: The automats that would have come before the chosen one, best first, had nothing
            stood against them; all that were judged where none was chosen.
    """
    found: dict[RejectionCode, Counterfactual] = {}
    for candidate in preferred:
        code = _only_reason(candidate)
        if code is not None and code in _WRITTEN and code not in found:
            found[code] = _WRITTEN[code](candidate)
            if len(found) == len(_WRITTEN):
                break
    return tuple(found.values())


def _only_reason(candidate: Candidate) -> RejectionCode | None:
    codes = {rejection.code for rejection in candidate.rejections}
    return codes.pop() if len(codes) == 1 else None


def _if_not_full(candidate: Candidate) -> Counterfactual:
    needs = " and ".join(_need(rejection) for rejection in candidate.rejections)
    message = f"{candidate.automat.name} would have been chosen if {needs}."
    return Counterfactual(CounterfactualKind.FULL, candidate.automat.id, message)


def _need(rejection: Rejection) -> str:
    if not rejection.missing:
        return f"the locker in which the key lies were free {rejection.window}"
    if rejection.missing == 1:
        return f"one more locker were free {rejection.window}"
    return f"{rejection.missing} more lockers were free {rejection.window}"


def _if_limit_were_larger(candidate: Candidate) -> Counterfactual:
    assert candidate.metres is not None  # noqa: S101 - what is too far has a distance
    limit = rounded_up(candidate.metres)
    message = (
        f"{candidate.automat.name} would have been chosen if the limit were {in_words(limit)}."
    )
    return Counterfactual(CounterfactualKind.LIMIT, candidate.automat.id, message, limit)


_WRITTEN = {
    RejectionCode.FULL_IN_WINDOW: _if_not_full,
    RejectionCode.TOO_FAR: _if_limit_were_larger,
}


def rounded_up(metres: float) -> float:
    """Round a distance up to what people say: 10 m below a kilometre, 100 m beyond."""
    step = 10 if metres <= 990 else 100
    return float(math.ceil(metres / step) * step)


def in_words(metres: float) -> str:
    """Write a rounded distance: `850 m`, `3.2 km`."""
    return f"{metres:.0f} m" if metres < 1_000 else f"{metres / 1_000:.1f} km"
