"""Why somebody should look at where something was placed, and runs that place much anew."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Json, Owned


class ReviewReason(StrEnum):
    """Why somebody should look at a placement."""

    MISSING = "missing"
    AMBIGUOUS = "ambiguous"
    COARSE = "coarse"
    FAR_FROM_NEIGHBOURS = "far_from_neighbours"
    REPORTED_ELSEWHERE = "reported_elsewhere"


class PlacementScope(StrEnum):
    """Whose addresses are looked up again; places that people set by hand never are."""

    UNPLACED = "unplaced"
    COARSE = "coarse"
    ALL = "all"


class PlacementRun(Owned, Base):
    """Looking up many addresses again; interrupted, it goes on behind the last one.

    Args:
        unit_id: Whose addresses, with those of the units below; None for the whole organization.
        scope: Which of them.
        began_at: When it began.
        finished_at: When it was through; None until then.
        stage: Among which things it is: 0 for entities, 1 for automats.
        last_id: The last of them that is done.
        counts: How many of each outcome.
        moves: How many moved how far, see `geo.moved`.
    """

    __tablename__ = "placement_runs"

    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization_units.id"))
    scope: Mapped[PlacementScope]
    began_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    stage: Mapped[int] = mapped_column(default=0)
    last_id: Mapped[UUID | None]
    counts: Mapped[Json] = mapped_column(default=dict)
    moves: Mapped[Json] = mapped_column(default=dict)
