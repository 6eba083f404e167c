"""What would have been chosen if one thing had been otherwise: a locker, or the largest distance.

Both are read off the automats that were judged, so they cost no further look. At most one of each
kind is told, of the automat that would have come first.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from geo.candidates import Candidate, Rejection
from models.cabinets import lockers_of
from models.selections import CounterfactualKind, RejectionCode
from models.settings import UnitSettings


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


def counterfactuals(
    judged: Sequence[Candidate], settings: UnitSettings
) -> tuple[Counterfactual, ...]:
    """Tell what one thing would have changed.

    Args:
        judged: All automats that were looked at, in the order of preference.
        settings: The policy.
    """
    chosen_at = next((at for at, one in enumerate(judged) if one.is_suitable), None)
    full = next(
        (
            one
            for one in judged[:chosen_at]
            if _only_reason(one) is RejectionCode.FULL_IN_WINDOW and _wins(one, judged, settings)
        ),
        None,
    )
    far = _nearest_beyond(judged, settings) if chosen_at is None else None
    return (
        *((_if_not_full(full),) if full else ()),
        *((_if_limit_were_larger(far),) if far else ()),
    )


def _only_reason(candidate: Candidate) -> RejectionCode | None:
    codes = {rejection.code for rejection in candidate.rejections}
    return codes.pop() if len(codes) == 1 else None


def _wins(full: Candidate, judged: Sequence[Candidate], settings: UnitSettings) -> bool:
    """Tell whether a full automat would be chosen if just enough of its lockers were free.

    Where choices are spread, another one that is hardly farther away and emptier would be.
    """
    if not settings.spreading_metres or full.metres is None:
        return True
    missing = max(rejection.missing for rejection in full.rejections)
    lockers = lockers_of(full.automat.model)
    share = (full.facts.free_lockers + missing) / lockers
    farthest = full.metres + settings.spreading_metres
    return not any(
        one.facts.free_share > share or one.metres <= full.metres
        for one in judged
        if one.is_suitable and one.metres is not None and one.metres <= farthest
    )


def _nearest_beyond(judged: Sequence[Candidate], settings: UnitSettings) -> Candidate | None:
    """Find the automat that would be chosen if only the largest distance were large enough.

    Where the nearest is not all that counts, another one may lie within the distance as it is
    rounded up; then there is none to be sure of.
    """
    beyond = [one for one in judged if _only_reason(one) is RejectionCode.TOO_FAR]
    nearest = next((one for one in beyond if one.metres is not None), None)
    if nearest is None or nearest.metres is None:
        return None
    if not settings.spreading_metres and settings.preferred_area is None:
        return nearest
    limit = rounded_up(nearest.metres)
    within = [one for one in beyond if one.metres is not None and one.metres <= limit]
    sees_all = any(one.metres is not None and one.metres > limit for one in judged)
    return nearest if len(within) == 1 and sees_all else None


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


def rounded_up(metres: float) -> float:
    """Round a distance up to what people say: 10 m below a kilometre, 100 m beyond."""
    step = 10 if metres <= 990 else 100
    return float(math.ceil(metres / step) * step)


def in_words(metres: float) -> str:
    """Write a rounded distance: `850 m`, `3.2 km`."""
    return f"{metres:.0f} m" if metres < 1_000 else f"{metres / 1_000:.1f} km"
