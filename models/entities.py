"""What can be reserved: apartments, offices, cars (livionkey.md 2.3)."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.addressed import Placed
from models.base import Base, Owned


class EntityKind(StrEnum):
    """What kind of thing is reserved."""

    APARTMENT = "apartment"
    OFFICE = "office"
    CAR = "car"
    OTHER = "other"


class KeyRule(StrEnum):
    """How many of its keys go with a reservation (G32)."""

    ONE = "one"
    ALL = "all"
    SOME = "some"


class ReservableEntity(Placed, Owned, Base):
    """Something that can be reserved and that keys open."""

    __tablename__ = "reservable_entities"
    __table_args__ = (
        UniqueConstraint("organization_id", "external_id"),
        CheckConstraint(
            "(key_rule = 'some') = (key_count is not null)", name="reservable_entities_key_count"
        ),
    )

    unit_id: Mapped[UUID] = mapped_column(ForeignKey("organization_units.id"), index=True)
    kind: Mapped[EntityKind]
    name: Mapped[str]
    external_id: Mapped[str | None]
    device_group_id: Mapped[UUID | None] = mapped_column(ForeignKey("device_groups.id"), index=True)
    key_rule: Mapped[KeyRule] = mapped_column(default=KeyRule.ONE)
    key_count: Mapped[int | None]
    """How many keys go with a reservation where the rule is SOME."""
