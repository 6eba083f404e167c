"""Which automat was chosen, and why: a decision, kept as it was made."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Json, JsonList, Owned
from models.places import Coordinates


class SelectionMethod(StrEnum):
    """By which rule an automat was chosen (R40, R44; the order is that of `geo.selection`)."""

    NAMED_AUTOMAT = "named_automat"
    KEY_LOCATION = "key_location"
    NEAREST = "nearest"
    DEVICE_GROUP = "device_group"


class SelectionMode(StrEnum):
    """Which rule comes first where several could choose an automat (G5).

    Whatever the mode, an automat that is named comes first, then one in which a mechanical key
    lies. Each mode is a step of the way from device groups to the nearest automat.
    """

    BY_RESERVATION = "by_reservation"
    """A named group, else the nearest automat, else the entity's own group."""
    GROUP = "group"
    """A named group, else the entity's own, else the nearest automat."""
    SHADOW = "shadow"
    """As GROUP, and what NEAREST would have chosen is kept beside it."""
    NEAREST = "nearest"
    """The nearest automat; a group only where the entity has no place that is exact enough."""


class RejectionCode(StrEnum):
    """Why an automat cannot serve."""

    TOO_FAR = "too_far"
    OFFLINE = "offline"
    NOT_IN_SERVICE = "not_in_service"
    FULL_IN_WINDOW = "full_in_window"
    WRONG_MODEL = "wrong_model"
    NOT_IN_GROUP = "not_in_group"
    POSITION_UNKNOWN = "position_unknown"
    OUTSIDE_AREA = "outside_area"
    KEY_ELSEWHERE = "key_elsewhere"
    NO_FREE_KEY = "no_free_key"


class CounterfactualKind(StrEnum):
    """What would have had to be otherwise for another automat to be chosen."""

    FULL = "full"
    LIMIT = "limit"


class AutomatSelection(Owned, Base):
    """A stored decision, with what it takes to make it again.

    `candidates` holds what `geo.candidates.Candidate.stored` writes, `counterfactuals` what
    `geo.counterfactuals.Counterfactual.stored` does, `shadow` what
    `geo.decisions.Decision.shadow_written` does, and `inputs` the text of `geo.records`: canonical
    JSON, kept letter for letter. Decisions that were made before inputs were kept have none.
    """

    __tablename__ = "automat_selections"

    reservation_id: Mapped[UUID] = mapped_column(ForeignKey("reservations.id"), index=True)
    method: Mapped[SelectionMethod | None]
    automat_id: Mapped[UUID | None] = mapped_column(ForeignKey("automats.id"))
    origin: Mapped[Coordinates | None]
    candidates: Mapped[JsonList]
    examined: Mapped[int]
    notes: Mapped[JsonList]
    decided_at: Mapped[datetime]
    policy_version: Mapped[str | None]
    counterfactuals: Mapped[JsonList] = mapped_column(default=list, server_default="[]")
    shadow: Mapped[Json | None]
    inputs: Mapped[str | None] = mapped_column(deferred=True)


class SelectionArea(Owned, Base):
    """An area that a stored decision went by: kept once, as it is long, and named by its digest."""

    __tablename__ = "selection_areas"
    __table_args__ = (UniqueConstraint("organization_id", "digest", name="each_area_once"),)

    digest: Mapped[str]
    area: Mapped[str]
