"""What can be reserved: apartments, offices, cars (livionkey.md 2.3)."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.addressed import Placed
from models.base import Base, Owned
from models.errors import InvalidInput


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

    def give_keys(self, rule: KeyRule, count: int | None) -> None:
        """Say how many of its keys go with a reservation.

        Args:
            rule: One of them, all, or some.
            count: How many, where the rule is SOME; else None.

        Raises:
            InvalidInput: A count is missing, is not at least 1, or comes with another rule.
        """
        if rule is not KeyRule.SOME and count is not None:
            raise InvalidInput(
                f"A number of keys goes only with the rule SOME, but the rule is {rule.name}: "
                "leave keyCount out, or make the rule SOME.",
                path=("key_count",),
            )
        if rule is KeyRule.SOME and (count is None or count < 1):
            raise InvalidInput(
                "The rule SOME needs to know how many keys: give keyCount, at least 1"
                f"{'' if count is None else f', not {count}'}.",
                path=("key_count",),
            )
        self.key_rule, self.key_count = rule, count
