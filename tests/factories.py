"""Rows for tests, made by the use cases themselves: `make_entity`, `make_automat`, and so on."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from models.accounts import Actor, Role
from models.automats import Automat, AutomatModel, DeviceGroup
from models.entities import EntityKind, ReservableEntity
from models.keys import Key, KeyKind, KeyRing, ManualStorage
from models.organizations import ContactDetails, OrganizationUnit
from models.places import Coordinates, Placement, PlacementPrecision, PostalAddress
from models.reservations import Reservation, UpsertOutcome
from resolvers import (
    automats,
    desks,
    device_groups,
    entities,
    key_rings,
    keys,
    organizations,
    reservations,
)
from resolvers.planning.stays import Wanted
from resolvers.pushing.requests import Request, Times
from resolvers.work import Work

NOON = datetime(2027, 6, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

STATION = Coordinates(60.171873, 24.941422)
PASILA = Coordinates(60.198571, 24.933586)
MARKET_SQUARE = Coordinates(60.167492, 24.953469)

AINO = ContactDetails("Aino Virtanen", "aino@example.com", "+358505550001")
_numbers = count(1)


def placed(
    coordinates: Coordinates, precision: PlacementPrecision = PlacementPrecision.HOUSE_NUMBER
) -> Placement:
    return Placement(coordinates, precision, 1.0, "test", "A place, Helsinki", NOON)


def address(text: str = "Mannerheimintie 12 A 15, 00100 Helsinki") -> PostalAddress:
    return PostalAddress(text=text)


async def make_stranger(work: Work) -> Work:
    """Found another organization in the same transaction."""
    stranger = Work(work.session, organizations.founder(), work.now)
    await organizations.found(stranger, name="Somebody else")
    return stranger


def acting_as(work: Work, role: Role) -> Work:
    """Go on in the same transaction as somebody with another role."""
    actor = Actor(organization_id=work.actor.organization_id, role=role)
    return Work(work.session, actor, work.now)


def later(work: Work, by: timedelta) -> Work:
    """Go on in the same transaction at a later moment."""
    return Work(work.session, work.actor, work.now + by)


async def make_unit(work: Work, **changes: Any) -> OrganizationUnit:
    changes = {"name": f"Unit {next(_numbers)}", **changes}
    parent_id = changes.pop("parent_id", None)
    kind = changes.pop("kind", organizations.UnitKind.OTHER)
    return await organizations.create_unit(work, parent_id=parent_id, kind=kind, changes=changes)


async def make_desk(work: Work, name: str = "Desk") -> ManualStorage:
    return await desks.create(work, name=name)


async def make_entity(
    work: Work, position: Coordinates | None = STATION, **given: Any
) -> ReservableEntity:
    found = None if position is None else placed(position)
    given = {"kind": EntityKind.APARTMENT, "name": "A 15", "found": found, **given}
    given.setdefault("address", address() if given["found"] is not None else None)
    return await entities.create(work, **given)


async def make_automat(
    work: Work,
    name: str = "Station",
    position: Coordinates | None = STATION,
    model: AutomatModel = AutomatModel.LIVIONKEY_30,
    **given: Any,
) -> Automat:
    given.setdefault("device_id", f"{next(_numbers):06}")
    found = None if position is None else placed(position)
    return await automats.install(
        work, name=name, model=model, address=address(name), found=found, **given
    )


async def make_group(
    work: Work, *members: Automat, name: str | None = None, **given: Any
) -> DeviceGroup:
    name = name or f"Group {next(_numbers)}"
    ids = [one.id for one in members]
    return await device_groups.create(work, name=name, automat_ids=ids, **given)


async def make_key(
    work: Work,
    *opens: ReservableEntity,
    automat: Automat | None = None,
    desk: ManualStorage | None = None,
    kind: KeyKind = KeyKind.MECHANICAL,
    **given: Any,
) -> Key:
    if automat is None and desk is None:
        desk = await make_desk(work)
    return await keys.register(
        work,
        kind=kind,
        entity_ids=[one.id for one in opens],
        automat_id=automat.id if automat else None,
        manual_storage_id=desk.id if desk else None,
        **given,
    )


async def make_ring(work: Work, *keys: Key, name: str | None = None) -> KeyRing:
    name = name or f"Ring {next(_numbers)}"
    return await key_rings.create(work, name=name, key_ids=[key.id for key in keys])


async def push(
    work: Work,
    entity: ReservableEntity,
    *,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    days: int | None = 2,
    external_id: str | None = None,
    contacts: list[ContactDetails] | None = None,
    automat_id: Any = None,
    device_group_id: Any = None,
    key_ids: Any = (),
    **given: Any,
) -> tuple[Reservation, UpsertOutcome]:
    """Push a reservation that starts in a day and lasts two, unless something else is said."""
    begin = starts_at or work.now + DAY
    end = ends_at or (None if days is None else begin + days * DAY)
    request = Request(
        external_id=external_id or f"stay-{next(_numbers)}",
        entity_id=entity.id,
        contacts=[AINO] if contacts is None else contacts,
        times=Times(starts_at=begin, ends_at=end),
        wanted=Wanted(automat_id, device_group_id, key_ids),
        **given,
    )
    pushed = await reservations.push(work, request)
    assert pushed.outcome is not None
    return pushed.kept(), pushed.outcome
