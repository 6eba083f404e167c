"""Organizations: founding one, its units, what holds for a unit, and its contacts."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import aliased

from models.accounts import Actor, Permission, Role
from models.base import new_id
from models.errors import ExternalIdInUse, InvalidInput
from models.events import EventKind
from models.organizations import (
    Contact,
    ContactDetails,
    OrganizationUnit,
    UnitKind,
)
from models.settings import UnitSettings
from models.times import time_zone
from resolvers.checks import required_text
from resolvers.work import Reading, Work, owned

CUSTOMER_ID_TAKEN = "organization_units_organization_id_customer_id_key"


class UnitChanges(TypedDict, total=False):
    """What may be changed of a unit; a setting that is None is inherited again."""

    name: str
    customer_id: str | None
    time_zone: str | None
    language: str | None
    country_code: str | None
    least_precision: Any
    largest_distance_metres: float | None
    default_sync_time: Any
    silence_tolerance: Any
    uses_automats: bool | None


def founder() -> Actor:
    """Make an actor for an organization that does not exist yet, and its id."""
    return Actor(organization_id=new_id(), role=Role.ADMIN)


async def found(work: Work, *, name: str) -> OrganizationUnit:
    """Found the organization of the actor.

    Raises:
        InvalidInput: The name is empty.
    """
    id = work.actor.organization_id
    unit = OrganizationUnit(
        id=id,
        organization_id=id,
        kind=UnitKind.ORGANIZATION,
        name=required_text(name, path=("name",)),
    )
    await work.add(unit)
    work.record(EventKind.ORGANIZATION_CREATED, unit)
    return unit


async def create_unit(
    work: Work, *, parent_id: UUID | None, kind: UnitKind, changes: UnitChanges
) -> OrganizationUnit:
    """Put a new unit into the tree, below the organization itself when no parent is named.

    Raises:
        NotAllowed: The actor may not change the organization.
        NotFound: There is no such parent.
        InvalidInput: A setting does not make sense.
        ExternalIdInUse: Another unit has that customer id.
    """
    work.require(Permission.EDIT_ORGANIZATION)
    if kind is UnitKind.ORGANIZATION:
        raise InvalidInput("Only a root is an organization; choose another kind.", path=("kind",))
    parent = await unit_or_root(work, parent_id, path=("parent_id",))
    unit = OrganizationUnit(
        organization_id=work.actor.organization_id, parent_id=parent.id, kind=kind, **changes
    )
    check_unit(unit)
    await work.add(unit, refusals={CUSTOMER_ID_TAKEN: _taken(unit)})
    work.record(EventKind.ORGANIZATION_UNIT_CREATED, unit)
    return unit


async def update_unit(work: Work, id: UUID | None, changes: UnitChanges) -> OrganizationUnit:
    """Change a unit's name or settings.

    Raises:
        NotAllowed: The actor may not change the organization.
        NotFound: There is no such unit.
        InvalidInput: A setting does not make sense.
        ExternalIdInUse: Another unit has that customer id.
    """
    work.require(Permission.EDIT_ORGANIZATION)
    unit = await work.get(OrganizationUnit, id, path=("id",))
    for name, value in changes.items():
        setattr(unit, name, value)
    check_unit(unit)
    await work.save({CUSTOMER_ID_TAKEN: _taken(unit)})
    work.known_settings.clear()
    work.record(EventKind.ORGANIZATION_UNIT_UPDATED, unit, changed=sorted(changes))
    return unit


def _taken(unit: OrganizationUnit) -> ExternalIdInUse:
    message = f"Another unit has the customer id {unit.customer_id!r}."
    return ExternalIdInUse(message, path=("customer_id",))


def check_unit(unit: OrganizationUnit) -> None:
    """Refuse names and settings that make no sense.

    Raises:
        InvalidInput: With the fact and the way out.
    """
    required_text(unit.name, path=("name",))
    if unit.time_zone is not None:
        time_zone(unit.time_zone, path=("settings", "time_zone"))
    distance = unit.largest_distance_metres
    for broken, setting, message in (
        (
            unit.country_code is not None and not re.fullmatch("[A-Z]{2}", unit.country_code),
            "country_code",
            "A country code has two capital letters, such as FI.",
        ),
        (
            unit.language is not None and not re.fullmatch("[a-z]{2,3}", unit.language),
            "language",
            "A language has two or three small letters, such as fi.",
        ),
        (
            distance is not None and not distance > 0,
            "largest_distance_metres",
            "The largest distance must be more than 0 metres.",
        ),
        (
            _is_negative(unit.default_sync_time),
            "default_sync_seconds",
            "The default sync time must not be negative.",
        ),
        (
            _is_negative(unit.silence_tolerance),
            "silence_tolerance_seconds",
            "The silence tolerance must not be negative.",
        ),
    ):
        if broken:
            raise InvalidInput(message, path=("settings", setting))


def _is_negative(duration: timedelta | None) -> bool:
    return duration is not None and duration < timedelta(0)


async def unit_or_root(
    reading: Reading, id: UUID | None, *, path: tuple[str, ...] = ("organization_unit_id",)
) -> OrganizationUnit:
    """Read a unit, or the organization itself when none is named.

    Raises:
        NotFound: There is no such unit.
    """
    return await reading.get(OrganizationUnit, id or reading.actor.organization_id, path=path)


async def settings(reading: Reading, unit_id: UUID) -> UnitSettings:
    """Put together what holds for a unit: its own settings, then those of the units above it."""
    if unit_id not in reading.known_settings:
        (reading.known_settings[unit_id],) = await settings_of_all(reading, [unit_id])
    return reading.known_settings[unit_id]


async def settings_for(
    reading: Reading, unit_id: UUID, device_group_id: UUID | None
) -> UnitSettings:
    """Put together what holds for a unit (stub until settings are merged)."""
    del device_group_id
    return await settings(reading, unit_id)


async def settings_of_all(reading: Reading, unit_ids: Sequence[UUID]) -> list[UnitSettings]:
    """Put together what holds for each of several units, in one statement."""
    told = {"owner": reading.actor.organization_id, "ids": unit_ids}
    by_id = {unit.id: unit for unit in await reading.all(_with_those_above(), **told)}
    return [UnitSettings.effective(_line(by_id, id)) for id in unit_ids]


@cache
def _with_those_above() -> Select[OrganizationUnit]:
    above = (
        select(OrganizationUnit.id, OrganizationUnit.parent_id)
        .where(OrganizationUnit.id.in_(bindparam("ids", expanding=True)))
        .cte(recursive=True)
    )
    parent = aliased(OrganizationUnit)
    above = above.union(
        select(parent.id, parent.parent_id).join(above, parent.id == above.c.parent_id)
    )
    return owned(OrganizationUnit).where(OrganizationUnit.id.in_(select(above.c.id)))


def _line(by_id: dict[UUID, OrganizationUnit], id: UUID) -> list[OrganizationUnit]:
    """List a unit and all above it, nearest first."""
    line = []
    unit = by_id.get(id)
    while unit is not None:
        line.append(unit)
        unit = by_id.get(unit.parent_id) if unit.parent_id else None
    return line


async def add_contacts(
    work: Work, details: list[ContactDetails], *, language: str
) -> list[Contact]:
    """Write the contacts of a reservation down.

    Raises:
        InvalidInput: There are none, or one has no name.
    """
    contacts = [
        Contact(
            organization_id=work.actor.organization_id,
            name=contact.name,
            email=contact.email,
            phone=contact.phone,
            language=contact.language or language,
        )
        for contact in checked_contacts(details)
    ]
    await work.add(*contacts)
    return contacts


def checked_contacts(details: list[ContactDetails]) -> list[ContactDetails]:
    """Check what a partner tells of contacts.

    Raises:
        InvalidInput: There are none, or one has no name.
    """
    if not details:
        raise InvalidInput("At least one contact is needed.", path=("contacts",))
    return [
        _checked_contact(contact, path=("contacts", str(place)))
        for place, contact in enumerate(details)
    ]


def _checked_contact(contact: ContactDetails, *, path: tuple[str, ...] = ()) -> ContactDetails:
    if contact.email is not None and "@" not in contact.email:
        raise InvalidInput("An e-mail address has an @ in it.", path=(*path, "email"))
    return replace(contact, name=required_text(contact.name, path=(*path, "name")))


async def update_contact(work: Work, id: UUID | None, changes: dict[str, Any]) -> Contact:
    """Change what is known of a contact.

    Raises:
        NotAllowed: The actor may not change reservations.
        NotFound: There is no such contact.
        InvalidInput: The name is empty.
    """
    work.require(Permission.EDIT_RESERVATIONS)
    contact = await work.get(Contact, id, path=("id",))
    for name, value in changes.items():
        setattr(contact, name, value)
    details = ContactDetails(contact.name, contact.email, contact.phone)
    contact.name = _checked_contact(details).name
    await work.save()
    work.record(EventKind.CONTACT_UPDATED, contact, changed=sorted(changes))
    return contact
