"""Organizations: a tree of units with inherited settings, and the contacts that they know."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Owned, Removable
from models.places import PostalAddress
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


class OrganizationUnit(SaysSettings, Removable, Base):
    """A node of the tree. A root is an organization, and its own id is its organization's.

    Buildings are nodes too, so that access is given building by building; these have an address.
    """

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
    """The customer's own id of it; no two units of an organization have the same."""
    address_text: Mapped[str | None]
    street: Mapped[str | None]
    postal_code: Mapped[str | None]
    city: Mapped[str | None]
    address_country_code: Mapped[str | None]
    """Of its address; `country_code` is a setting."""
    settings_version: Mapped[int] = mapped_column(default=0)
    """How often what it says of settings has changed, see `models.settings_versions`."""
    clock_ahead: Mapped[timedelta | None]
    """Of a sandbox: how far its clock was moved ahead of ours. Null for what is not one."""

    @property
    def address(self) -> PostalAddress | None:
        """The address as it was given."""
        return address_of_unit(self)

    @address.setter
    def address(self, given: PostalAddress | None) -> None:
        self.address_text = given.text if given else None
        self.street = given.street if given else None
        self.postal_code = given.postal_code if given else None
        self.city = given.city if given else None
        self.address_country_code = given.country_code if given else None


def address_of_unit(row: OrganizationUnit) -> PostalAddress | None:
    """Put the columns of a unit's address together; also for plain rows, which have no methods."""
    if row.address_text is None:
        return None
    return PostalAddress(
        text=row.address_text,
        street=row.street,
        postal_code=row.postal_code,
        city=row.city,
        country_code=row.address_country_code or "FI",
    )


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
