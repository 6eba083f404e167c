"""What can be reserved: apartments, offices, cars (livionkey.md 2.3)."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.addressed import Placed
from models.base import Base, Owned


class EntityKind(StrEnum):
    """What kind of thing is reserved."""

    APARTMENT = "apartment"
    OFFICE = "office"
    CAR = "car"
    OTHER = "other"


class ReservableEntity(Placed, Owned, Base):
    """Something that can be reserved and that keys open."""

    __tablename__ = "reservable_entities"
    __table_args__ = (UniqueConstraint("organization_id", "external_id"),)

    unit_id: Mapped[UUID] = mapped_column(ForeignKey("organization_units.id"), index=True)
    kind: Mapped[EntityKind]
    name: Mapped[str]
    external_id: Mapped[str | None]
    device_group_id: Mapped[UUID | None] = mapped_column(ForeignKey("device_groups.id"), index=True)
