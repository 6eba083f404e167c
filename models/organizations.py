"""Organizations: a tree of units with inherited settings, and the contacts that they know."""

from dataclasses import dataclass, fields
from datetime import timedelta
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Owned
from models.places import PlacementPrecision


class UnitKind(StrEnum):
    """What a node of the organization's tree stands for (livionkey.md 2.1, 2.2)."""

    ORGANIZATION = "organization"
    COUNTRY = "country"
    AREA = "area"
    TOWN = "town"
    DISTRICT = "district"
    COMPANY = "company"
    OTHER = "other"
    BUILDING = "building"
    BUILDING_SECTION = "building_section"


@dataclass(frozen=True, slots=True)
class UnitSettings:
    """What a unit decides for itself and all below it; the nearest unit that says it wins (R50).

    Args:
        time_zone: IANA name.
        language: BCP 47 primary tag.
        country_code: ISO 3166-1 alpha-2.
        least_precision: The coarsest placement that may choose an automat.
        largest_distance_metres: How far an automat may be from the entity; None: any distance.
        default_sync_time: How long before its start a PIN goes to the automat (R5).
        silence_tolerance: How long an automat may be silent and still be chosen.
        uses_automats: Whether keys that lie at desks are to be fetched from automats.
    """

    time_zone: str = "Europe/Helsinki"
    language: str = "en"
    country_code: str = "FI"
    least_precision: PlacementPrecision = PlacementPrecision.INTERPOLATED
    largest_distance_metres: float | None = None
    default_sync_time: timedelta = timedelta(days=1)
    silence_tolerance: timedelta = timedelta(hours=1)
    uses_automats: bool = True

    @classmethod
    def effective(cls, units: "list[OrganizationUnit]") -> Self:
        """Put together what holds for a unit: it comes first, its organization last."""
        said: dict[str, Any] = {}
        for unit in units:
            for field in fields(cls):
                value = getattr(unit, field.name)
                if value is not None:
                    said.setdefault(field.name, value)
        return cls(**said)


class OrganizationUnit(Base):
    """A node of the tree. A root is an organization, and its own id is its organization's."""

    __tablename__ = "organization_units"
    __table_args__ = (
        UniqueConstraint("organization_id", "customer_id"),
        CheckConstraint(
            "(parent_id is null) = (id = organization_id)", name="organization_units_root_is_own"
        ),
    )

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization_units.id"), index=True)
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization_units.id"), index=True)
    kind: Mapped[UnitKind] = mapped_column(default=UnitKind.OTHER)
    name: Mapped[str]
    customer_id: Mapped[str | None]

    time_zone: Mapped[str | None]
    language: Mapped[str | None]
    country_code: Mapped[str | None]
    least_precision: Mapped[PlacementPrecision | None]
    largest_distance_metres: Mapped[float | None]
    default_sync_time: Mapped[timedelta | None]
    silence_tolerance: Mapped[timedelta | None]
    uses_automats: Mapped[bool | None]


class Contact(Owned, Base):
    """Somebody who fetches and returns keys."""

    __tablename__ = "contacts"

    name: Mapped[str]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    language: Mapped[str]


@dataclass(frozen=True, slots=True)
class ContactDetails:
    """What a partner tells of a contact; the unit's language when it tells none."""

    name: str
    email: str | None = None
    phone: str | None = None
    language: str | None = None
