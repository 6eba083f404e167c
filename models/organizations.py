"""Organizations: a tree of units with inherited settings, and the contacts that they know."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Owned
from models.settings import SaysSettings


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


class OrganizationUnit(SaysSettings, Base):
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
    settings_version: Mapped[int] = mapped_column(default=0)
    """How often what it says of settings has changed, see `models.settings_versions`."""
    clock_ahead: Mapped[timedelta | None]
    """Of a sandbox: how far its clock was moved ahead of ours. Null for what is not one."""


class Contact(Owned, Base):
    """Somebody who fetches and returns keys."""

    __tablename__ = "contacts"

    name: Mapped[str]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    language: Mapped[str]
    erased_at: Mapped[datetime | None]
    """Since when nothing personal is left of it (G27)."""


@dataclass(frozen=True, slots=True)
class ContactDetails:
    """What a partner tells of a contact; the unit's language when it tells none."""

    name: str
    email: str | None = None
    phone: str | None = None
    language: str | None = None
