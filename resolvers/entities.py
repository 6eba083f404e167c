"""Apartments, offices and cars."""

from typing import TypedDict
from uuid import UUID

from models.accounts import Permission
from models.addressed import PlacementProblem
from models.automats import DeviceGroup
from models.entities import EntityKind, KeyRule, ReservableEntity
from models.errors import ExternalIdInUse, NotFound
from models.events import EventKind
from models.places import Placement, PostalAddress
from resolvers import placing
from resolvers.checks import exactly_one, fitting_text, required_text
from resolvers.organizations import unit_or_root
from resolvers.work import Reading, Work

EXTERNAL_ID_TAKEN = "reservable_entities_organization_id_external_id_key"


class EntityChanges(TypedDict, total=False):
    """What may be changed of an entity."""

    kind: EntityKind
    name: str
    external_id: str | None
    device_group_id: UUID | None
    unit_id: UUID | None
    key_rule: KeyRule
    key_count: int | None


async def create(
    work: Work,
    *,
    kind: EntityKind,
    name: str,
    external_id: str | None = None,
    address: PostalAddress | None = None,
    found: Placement | PlacementProblem | None = None,
    device_group_id: UUID | None = None,
    unit_id: UUID | None = None,
    key_rule: KeyRule = KeyRule.ONE,
    key_count: int | None = None,
) -> ReservableEntity:
    """Make something reservable. `found` is what `placing.place` said of its address.

    Raises:
        NotAllowed: The actor may not change entities.
        InvalidInput: The name is empty, the external id is too long, or the number of keys does
            not fit their rule.
        NotFound: There is no such unit or device group.
        ExternalIdInUse: Another entity of the organization has that external id.
    """
    work.require(Permission.EDIT_ENTITIES)
    fitting_text(external_id or "", path=("external_id",))
    unit = await unit_or_root(work, unit_id)
    entity = ReservableEntity(
        organization_id=work.actor.organization_id,
        unit_id=unit.id,
        kind=kind,
        name=required_text(name, path=("name",)),
        external_id=external_id,
        device_group_id=await _group(work, device_group_id),
    )
    entity.give_keys(key_rule, key_count)
    entity.address = address
    entity.place(found)
    await work.add(entity, refusals={EXTERNAL_ID_TAKEN: _taken(external_id)})
    work.record(EventKind.ENTITY_CREATED, entity)
    placing.record_place(work, entity, found)
    return entity


async def update(work: Work, id: UUID | None, changes: EntityChanges) -> ReservableEntity:
    """Change an entity; its address is changed by `move`.

    Raises:
        NotAllowed: The actor may not change entities.
        InvalidInput: The name is empty, the external id is too long, or the number of keys does
            not fit their rule.
        NotFound: There is no such entity, unit or device group.
        ExternalIdInUse: Another entity of the organization has that external id.
    """
    work.require(Permission.EDIT_ENTITIES)
    entity = await work.get(ReservableEntity, id, path=("id",))
    if "name" in changes:
        required_text(changes["name"], path=("name",))
    fitting_text(changes.get("external_id") or "", path=("external_id",))
    if "device_group_id" in changes:
        await _group(work, changes["device_group_id"])
    if "unit_id" in changes:
        changes = {**changes, "unit_id": (await unit_or_root(work, changes["unit_id"])).id}
    _change_keys(entity, changes)
    for name, value in changes.items():
        setattr(entity, name, value)
    await work.save({EXTERNAL_ID_TAKEN: _taken(entity.external_id)})
    work.record(EventKind.ENTITY_UPDATED, entity, changed=sorted(changes))
    return entity


def _change_keys(entity: ReservableEntity, changes: EntityChanges) -> None:
    """Change how many keys go along; the number goes with the rule that it belonged to."""
    rule = changes.get("key_rule", entity.key_rule)
    kept = entity.key_count if rule is entity.key_rule else None
    entity.give_keys(rule, changes.get("key_count", kept))


async def move(
    work: Work,
    id: UUID | None,
    *,
    address: PostalAddress | None,
    found: Placement | PlacementProblem | None,
) -> ReservableEntity:
    """Give an entity another address or another place.

    Raises:
        NotAllowed: The actor may not change entities.
        NotFound: There is no such entity.
    """
    work.require(Permission.EDIT_ENTITIES)
    entity = await work.get(ReservableEntity, id, path=("id",))
    await placing.move(work, entity, EventKind.ENTITY_UPDATED, address=address, found=found)
    return entity


async def named(reading: Reading, *, id: UUID | None, external_id: str | None) -> ReservableEntity:
    """Read the entity that somebody names by its id or by their own number.

    Raises:
        InvalidInput: Not exactly one of the two was given.
        NotFound: There is no such entity.
    """
    exactly_one(entityId=id, entityExternalId=external_id)
    if external_id is None:
        return await reading.get(ReservableEntity, id, path=("entity_id",))
    found = await reading.first(
        reading.seen(ReservableEntity).where(ReservableEntity.external_id == external_id)
    )
    if found is None:
        message = f"Your organization has no entity with the external id {external_id!r}."
        raise NotFound(message, path=("entity_external_id",))
    return found


async def _group(work: Work, id: UUID | None) -> UUID | None:
    if id is None:
        return None
    return (await work.get(DeviceGroup, id, path=("device_group_id",))).id


def _taken(external_id: str | None) -> ExternalIdInUse:
    message = f"Another entity of your organization has the external id {external_id!r}."
    return ExternalIdInUse(message, path=("external_id",))
