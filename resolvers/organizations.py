"""Organizations: founding one, its units, and its contacts."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from models.accounts import Actor, Permission, Role, WayIn
from models.base import new_id
from models.database import Database
from models.errors import ExternalIdInUse, InvalidInput
from models.events import EventKind
from models.organizations import Contact, ContactDetails, OrganizationUnit, UnitKind
from models.places import PostalAddress
from models.settings_versions import said_of
from resolvers import setting_changes, settings_versions
from resolvers.checks import fitting_text, required_text
from resolvers.setting_changes import SettingChanges
from resolvers.work import Reading, Work

CUSTOMER_ID_TAKEN = "organization_units_organization_id_customer_id_key"


class UnitChanges(SettingChanges, total=False):
    """What may be changed of a unit."""

    name: str
    customer_id: str | None
    address: PostalAddress | None


def founder(way_in: WayIn = WayIn.SYSTEM) -> Actor:
    """Make an actor for an organization that does not exist yet, and its id."""
    return Actor(organization_id=new_id(), role=Role.ADMIN, way_in=way_in)


async def found(work: Work, *, name: str, clock_ahead: timedelta | None = None) -> OrganizationUnit:
    """Found the organization of the actor.

    Args:
        work: The transaction.
        name: What it is called.
        clock_ahead: For a sandbox: how far its clock is ahead of ours at first. Any other
            organization has none, and never will.

    Raises:
        InvalidInput: The name is empty.
    """
    id = work.actor.organization_id
    unit = OrganizationUnit(
        id=id,
        organization_id=id,
        kind=UnitKind.ORGANIZATION,
        name=required_text(name, path=("name",)),
        clock_ahead=clock_ahead,
    )
    await work.add(unit)
    work.record(EventKind.ORGANIZATION_CREATED, unit)
    return unit


async def all_ids(database: Database) -> list[UUID]:
    """List every organization, for the caretaker and for those who run the product."""
    async with database.reading() as connection:
        roots = select(OrganizationUnit.id).where(OrganizationUnit.parent_id.is_(None))
        return list((await connection.execute(roots)).scalars())


async def create_unit(
    work: Work, *, parent_id: UUID | None, kind: UnitKind, changes: UnitChanges
) -> OrganizationUnit:
    """Put a new unit into the tree, below the organization itself when no parent is named.

    Raises:
        NotAllowed: The actor may not change the organization.
        NotFound: There is no such parent.
        InvalidInput: A setting does not make sense, or does not fit the others; a building has no
            address.
        ExternalIdInUse: Another unit has that customer id.
    """
    work.require(Permission.EDIT_ORGANIZATION)
    if kind is UnitKind.ORGANIZATION:
        raise InvalidInput("Only a root is an organization; choose another kind.", path=("kind",))
    changes = await setting_changes.prepare(work, changes)
    parent = await unit_or_root(work, parent_id, path=("parent_id",))
    unit = OrganizationUnit(
        organization_id=work.actor.organization_id, parent_id=parent.id, kind=kind, **changes
    )
    _check_texts(unit)
    _check_address(unit)
    await work.add(unit, refusals={CUSTOMER_ID_TAKEN: _taken(unit)})
    if work.actor.units is not None:
        work.actor = replace(work.actor, units=work.actor.units | {unit.id})
    await setting_changes.check_unit(work, unit, changes)
    await settings_versions.keep(work, unit, before={})
    work.record(EventKind.ORGANIZATION_UNIT_CREATED, unit)
    return unit


async def update_unit(work: Work, id: UUID | None, changes: UnitChanges) -> OrganizationUnit:
    """Change a unit's name, address or settings.

    Raises:
        NotAllowed: The actor may not change the organization.
        NotFound: There is no such unit.
        InvalidInput: A setting does not make sense, or does not fit the others here or below; a
            building would have no address.
        ExternalIdInUse: Another unit has that customer id.
    """
    work.require(Permission.EDIT_ORGANIZATION)
    changes = await setting_changes.prepare(work, changes)
    unit = await work.get(OrganizationUnit, id, path=("id",))
    before = said_of(unit)
    for name, value in changes.items():
        setattr(unit, name, value)
    _check_texts(unit)
    _check_address(unit)
    await work.save({CUSTOMER_ID_TAKEN: _taken(unit)})
    await setting_changes.check_unit(work, unit, changes)
    await settings_versions.keep(work, unit, before=before)
    work.record(EventKind.ORGANIZATION_UNIT_UPDATED, unit, changed=sorted(changes))
    return unit


def _check_texts(unit: OrganizationUnit) -> None:
    required_text(unit.name, path=("name",))
    fitting_text(unit.customer_id or "", path=("customer_id",))


def _check_address(unit: OrganizationUnit) -> None:
    if unit.kind is UnitKind.BUILDING and unit.address_text is None:
        message = "A building has an address; give its street and number, postal code and city."
        raise InvalidInput(message, path=("address",))


def _taken(unit: OrganizationUnit) -> ExternalIdInUse:
    message = f"Another unit has the customer id {unit.customer_id!r}."
    return ExternalIdInUse(message, path=("customer_id",))


async def unit_or_root(
    reading: Reading, id: UUID | None, *, path: tuple[str, ...] = ("organization_unit_id",)
) -> OrganizationUnit:
    """Read a unit; where none is named, the organization itself or the one unit that is reached.

    Raises:
        NotFound: There is no such unit.
        InvalidInput: None is named by somebody who reaches several.
    """
    if id is None and reading.is_narrow:
        return await only_unit(reading, path)
    return await reading.get(OrganizationUnit, id or reading.actor.organization_id, path=path)


async def top_units(reading: Reading) -> list[OrganizationUnit]:
    """List the units that somebody who reaches only some was given access to, topmost only."""
    row = OrganizationUnit
    found = await reading.all(reading.seen(row).order_by(row.id))
    return [unit for unit in found if unit.parent_id not in (reading.actor.units or ())]


async def only_unit(reading: Reading, path: tuple[str, ...]) -> OrganizationUnit:
    """Give the one unit to which somebody's access is, where they need not say which.

    Raises:
        InvalidInput: They have access to several; the message names them.
    """
    tops = await top_units(reading)
    if len(tops) == 1:
        return tops[0]
    names = ", ".join(unit.name for unit in tops) or "none"
    message = f"You reach several units ({names}): say which one it is to belong to."
    raise InvalidInput(message, path=path)


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
        checked_contact(contact, path=("contacts", str(place)))
        for place, contact in enumerate(details)
    ]


def checked_contact(contact: ContactDetails, *, path: tuple[str, ...] = ()) -> ContactDetails:
    """Check what is told of one contact.

    Raises:
        InvalidInput: It has no name, an e-mail address that is none, or a text that is too long.
    """
    if contact.email is not None and "@" not in contact.email:
        raise InvalidInput("An e-mail address has an @ in it.", path=(*path, "email"))
    for name in ("email", "phone", "language"):
        fitting_text(getattr(contact, name) or "", path=(*path, name))
    name = required_text(contact.name, path=(*path, "name"))
    return replace(contact, name=name, language=(contact.language or "").strip() or None)
