"""Apartments, offices and cars as clients see them."""

from typing import Annotated, Any, Self
from uuid import UUID

import strawberry

import models.entities as models
from models.accounts import Permission
from models.automats import DeviceGroup as GroupRow
from models.organizations import OrganizationUnit as UnitRow
from resolvers import looking, relations
from resolvers.checks import exactly_one
from schema.automats.automats import DeviceGroup
from schema.context import Info
from schema.contracts.attachments import Attachment, attachments_of_entity
from schema.enums import EntityKind, KeyRule
from schema.execution import batched
from schema.keys.keys import Key
from schema.loaders import to_one
from schema.nodes import Node, shows
from schema.organizations.effective_settings import EffectiveSetting, told
from schema.organizations.organizations import OrganizationUnit
from schema.paging import FIRST, After, Connection, First, connection, from_cursor, pages_of
from schema.permissions import query
from schema.places import (
    Address,
    Placement,
    addresses,
    placements,
)
from schema.scalars import from_id, to_id

keys_of_entity = pages_of(relations.KEYS_OF_ENTITY, Key.of)


async def settings_of_entities(things: list[Any], context: Any) -> list[list[EffectiveSetting]]:
    """Show what holds for each of several entities: their own groups come before their units."""
    return await told([(thing.unit_id, thing.group_id) for thing in things], context)


@shows(models.ReservableEntity)
@strawberry.type(description="Something that can be reserved and that keys open.")
class ReservableEntity(Node):
    entity_id: strawberry.Private[UUID]
    row: strawberry.Private[Any]
    unit_id: strawberry.Private[UUID]
    group_id: strawberry.Private[UUID | None]
    kind: EntityKind = strawberry.field(description="What kind of thing it is.")
    name: str = strawberry.field(description="What people call it.")
    external_id: str | None = strawberry.field(description="The partner's own number of it.")
    key_rule: KeyRule = strawberry.field(description="How many of its keys go with a reservation.")
    key_count: int | None = strawberry.field(
        description="How many keys they are where the rule is SOME, else null."
    )
    address: Address | None = batched(addresses, description="Where it is, as it was given.")
    placement: Placement | None = batched(
        placements, description="Where that is; null while the address could not be placed."
    )
    device_group: DeviceGroup | None = batched(
        to_one(GroupRow, "group_id"), description="The legacy group that serves it."
    )
    organization_unit: OrganizationUnit = batched(
        to_one(UnitRow, "unit_id"), description="The unit that it belongs to."
    )
    effective_settings: list[EffectiveSetting] = batched(
        settings_of_entities,
        description="Every setting that holds for it, with who says it: its device group comes "
        "first, then its unit and those above.",
    )

    @strawberry.field(description="The keys that open it.")
    async def keys(self, info: Info, first: First = FIRST, after: After = None) -> Connection[Key]:
        return await keys_of_entity(self.entity_id, info, first, after)

    @strawberry.field(description="Files on it, in the order in which they were announced.")
    async def attachments(
        self, info: Info, first: First = FIRST, after: After = None
    ) -> Connection[Attachment]:
        return await attachments_of_entity(self.entity_id, info, first, after)

    @classmethod
    def of(cls, row: models.ReservableEntity) -> Self:
        return cls(
            id=to_id(models.ReservableEntity, row.id),
            entity_id=row.id,
            row=row,
            unit_id=row.unit_id,
            group_id=row.device_group_id,
            kind=row.kind,
            name=row.name,
            external_id=row.external_id,
            key_rule=row.key_rule,
            key_count=row.key_count,
        )


@strawberry.type
class EntityQueries:
    @query(
        permission=Permission.VIEW, description="One entity, by its id or by your own number of it."
    )
    async def entity(
        self,
        info: Info,
        id: Annotated[strawberry.ID | None, strawberry.argument(description="Its id.")] = None,
        external_id: Annotated[
            str | None, strawberry.argument(description="Your own number of it.")
        ] = None,
    ) -> ReservableEntity | None:
        exactly_one(id=id, externalId=external_id)
        row_type = models.ReservableEntity
        async with info.context.reading() as reading:
            if external_id is None:
                row = await looking.find(reading, row_type, from_id(row_type, id))
            else:
                same = row_type.external_id == external_id
                row = await looking.find_by(reading, row_type, same)
        return None if row is None else ReservableEntity.of(row)

    @query(permission=Permission.VIEW, description="What can be reserved in your organization.")
    async def entities(
        self,
        info: Info,
        first: First = FIRST,
        after: After = None,
        search: Annotated[
            str | None,
            strawberry.argument(description="Part of a name, an address or an external id."),
        ] = None,
        kind: Annotated[
            EntityKind | None, strawberry.argument(description="Only of this kind.")
        ] = None,
    ) -> Connection[ReservableEntity]:
        behind = from_cursor(after)
        row = models.ReservableEntity
        conditions = looking.matching(search, row.name, row.address_text, row.external_id)
        if kind is not None:
            conditions.append(row.kind == kind)
        async with info.context.reading() as reading:
            part = await looking.page(reading, row, *conditions, first=first, after=behind)
        return connection(part, ReservableEntity.of, behind)
