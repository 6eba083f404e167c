"""Put the demo's data into an empty database, through the use cases and in one transaction."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from geo.index.embedded import EmbeddedGeocoder
from geo.index.importing import import_addresses
from models.accounts import Actor, WayIn
from models.contracts import Verification
from models.database import Database
from models.keys import Key
from models.organizations import ContactDetails, UnitKind
from models.times import Window
from resolvers import (
    automats,
    contracts,
    desks,
    device_groups,
    entities,
    keys,
    organizations,
    reservations,
)
from resolvers.agreements import editing, versions
from resolvers.agreements.versions import Wording
from resolvers.planning.stays import Wanted
from resolvers.pushing.requests import Request, Times
from resolvers.work import Work
from schema.demo import files
from schema.demo.places import Place, find_places
from schema.demo.rows import DemoEntity, DemoUnit

SOURCE = "demo-pms"
"""Whose numbers the external ids of the demo's reservations are."""
KEY_TO_SIGN_FOR = "A0007"
TO_SIGN = "TO-SIGN-1"
"""The reference of a contract that waits for a signature."""


@dataclass
class DemoLoad:
    """What was made so far, by the keys of the files.

    Args:
        session: The transaction that all of it is made in.
        now: The moment at which all of it happens.
        places: Where the entities and automats are.
        actors: Who acts for each unit's organization.
        ids: The rows that were made.
        units: The unit of each entity.
    """

    session: AsyncSession
    now: datetime
    places: dict[str, Place]
    actors: dict[str, Actor] = field(default_factory=dict)
    ids: dict[str, UUID] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)

    def work_for(self, unit: str) -> Work:
        """Act for the organization that a unit belongs to."""
        return Work(self.session, self.actors[unit], self.now)


async def load_data(database: Database, geocoder: EmbeddedGeocoder, now: datetime) -> None:
    """Make everything that the files name: all of it, or nothing when it is interrupted.

    Args:
        database: Where to; it must be migrated.
        geocoder: Looks the entities' addresses up, in the demo's own addresses.
        now: The moment from which the reservations' times are counted.
    """
    await import_addresses(database, files.ADDRESSES)
    places = await find_places(geocoder, now)
    async with database.writing() as session:
        load = DemoLoad(session, now, places)
        for make in STEPS:
            await make(load)


def customer_id(key: str) -> str:
    """Name a unit of the demo so that it is found again."""
    return f"demo-{key}"


async def make_units(load: DemoLoad) -> None:
    """Found the organizations and their units."""
    for unit in files.read_units():
        await make_unit(load, unit)


async def make_unit(load: DemoLoad, unit: DemoUnit) -> None:
    """Found an organization, or put a unit into one."""
    changes = organizations.UnitChanges(
        name=unit.name, customer_id=customer_id(unit.key), language=unit.language
    )
    if unit.parent:
        work = load.work_for(unit.parent)
        made = await organizations.create_unit(
            work, parent_id=load.ids[unit.parent], kind=UnitKind.AREA, changes=changes
        )
    else:
        work = Work(load.session, organizations.founder(WayIn.COMMAND), load.now)
        made = await organizations.found(work, name=unit.name)
        await organizations.update_unit(work, made.id, changes)
    load.actors[unit.key], load.ids[unit.key] = work.actor, made.id


async def make_desks(load: DemoLoad) -> None:
    """Make the desks."""
    for desk in files.read_desks():
        made = await desks.create(
            load.work_for(desk.unit),
            name=desk.name,
            address=desk.address,
            instructions=desk.instructions,
            unit_id=load.ids[desk.unit],
        )
        load.ids[desk.key] = made.id


async def make_automats(load: DemoLoad) -> None:
    """Install the automats exactly where they stand."""
    for automat in files.read_automats():
        made = await automats.install(
            load.work_for(automat.unit),
            device_id=automat.device_id,
            name=automat.name,
            model=automat.model,
            address=automat.address,
            found=load.places[automat.device_id],
            unit_id=load.ids[automat.unit],
        )
        load.ids[automat.device_id] = made.id


async def make_groups(load: DemoLoad) -> None:
    """Make the device groups."""
    for group in files.read_groups():
        made = await device_groups.create(
            load.work_for(group.unit),
            name=group.name,
            automat_ids=[load.ids[device_id] for device_id in group.automats],
            free_locker_limit=group.free_locker_limit,
        )
        load.ids[group.key] = made.id


async def make_entities(load: DemoLoad) -> None:
    """Make the apartments, offices and cars."""
    for entity in files.read_entities():
        await make_entity(load, entity)


async def make_entity(load: DemoLoad, entity: DemoEntity) -> None:
    """Make an entity where the geocoder found it."""
    made = await entities.create(
        load.work_for(entity.unit),
        kind=entity.kind,
        name=entity.name,
        external_id=entity.external_id,
        address=entity.address,
        found=load.places[entity.external_id],
        device_group_id=load.ids[entity.group] if entity.group else None,
        unit_id=load.ids[entity.unit],
    )
    load.ids[entity.external_id] = made.id
    load.units[entity.external_id] = entity.unit


async def make_keys(load: DemoLoad) -> None:
    """Register the keys where they lie."""
    for key in files.read_keys():
        await keys.register(
            load.work_for(key.unit),
            kind=key.kind,
            entity_ids=[load.ids[entity] for entity in key.entities],
            automat_id=load.ids[key.automat] if key.automat else None,
            manual_storage_id=load.ids[key.desk] if key.desk else None,
            locker_index=key.locker,
            code=key.code,
            shared=key.shared,
            return_code=key.return_code,
            rfid_tag=key.rfid_tag,
        )


async def make_reservations(load: DemoLoad) -> None:
    """Push the reservations, as a partner would."""
    for reservation in files.read_reservations():
        request = Request(
            source=SOURCE,
            external_id=reservation.external_id,
            entity_external_id=reservation.entity,
            contacts=reservation.contacts,
            times=Times(reservation.starts_at(load.now), reservation.ends_at(load.now)),
            wanted=Wanted(),
        )
        await reservations.push(load.work_for(load.units[reservation.entity]), request)


async def make_terms(load: DemoLoad) -> None:
    """Let every organization ask for the same terms."""
    wordings = [Wording(*text) for text in files.read_terms()]
    for unit in files.read_units():
        if not unit.parent:
            work = load.work_for(unit.key)
            made = await editing.create(
                work, unit_id=load.ids[unit.key], name="Key terms", mandatory=True
            )
            draft = await versions.create(work, made.id, wordings)
            await versions.publish(work, draft.id)


async def make_contract_to_sign(load: DemoLoad) -> None:
    """Promise a key that lies at a desk to somebody who has to sign for it."""
    work = load.work_for("kotikatu")
    key = await work.first(work.own(Key).where(Key.code == KEY_TO_SIGN_FOR))
    await contracts.create(
        work,
        key_ids=[key.id if key else None],
        contacts=[ContactDetails("Aino Virtanen", email="aino@example.com", language="en")],
        window=Window(load.now, load.now + timedelta(days=30)),
        pick_up_information="At the desk, on weekdays from 8 to 16.",
        reference=TO_SIGN,
        verification=Verification.SIGNATURE,
    )


STEPS = (
    make_units,
    make_desks,
    make_automats,
    make_groups,
    make_entities,
    make_keys,
    make_reservations,
    make_terms,
    make_contract_to_sign,
)
"""What is made, each after what it needs."""
