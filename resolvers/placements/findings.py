"""What is doubtful about a placement, in words and numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from geo.neighbours import Far
from geo.position import distance_metres
from models.errors import ErrorCode
from models.placement_reviews import ReviewReason
from models.places import PlacementPrecision

ELSEWHERE_METRES = 100.0
"""An automat that says that it is farther away from its place than this stands elsewhere."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is doubtful about a placement."""

    reason: ReviewReason
    message: str
    metres: float | None = None


def findings_of(row: Any, least: PlacementPrecision, far: Mapping[UUID, Far]) -> list[Finding]:
    """List all that is doubtful about where an entity or an automat was placed.

    Args:
        row: The entity or the automat.
        least: What its unit's settings ask for.
        far: What is known to stand far from its neighbours.
    """
    if row.position is None:
        return [_unplaced(row)]
    found = []
    if not row.placement_precision.is_at_least(least):
        found.append(_coarse(row.placement_precision, least))
    if row.id in far:
        away = far[row.id]
        found.append(Finding(ReviewReason.FAR_FROM_NEIGHBOURS, away.message, away.metres))
    metres = reported_metres(row)
    if metres is not None and metres > ELSEWHERE_METRES:
        message = f"It says itself that it stands {metres:.0f} m from there."
        found.append(Finding(ReviewReason.REPORTED_ELSEWHERE, message, metres))
    return found


def reported_metres(row: Any) -> float | None:
    """Tell how far from its place an automat says that it is; None when it does not say."""
    reported = getattr(row, "reported_position", None)
    if reported is None or row.position is None:
        return None
    return distance_metres(row.position, reported)


def _unplaced(row: Any) -> Finding:
    code = row.placement_problem_code
    ambiguous = code is ErrorCode.ADDRESS_AMBIGUOUS
    reason = ReviewReason.AMBIGUOUS if ambiguous else ReviewReason.MISSING
    return Finding(reason, row.placement_problem_message or "It has not been looked up yet.")


def _coarse(precision: PlacementPrecision, least: PlacementPrecision) -> Finding:
    message = f"It was placed only as {precision.name}; its unit asks for {least.name} or better."
    return Finding(ReviewReason.COARSE, message)
