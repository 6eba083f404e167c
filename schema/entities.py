"""Apartments, offices and cars as clients see them."""

from typing import Annotated, Any, Self
from uuid import UUID

import strawberry

import models.entities as models
from models.accounts import Permission
from models.automats import DeviceGroup as GroupRow
from models.organizations import OrganizationUnit as UnitRow
from resolvers import entities, looking, relations
from resolvers.checks import exactly_one
from resolvers.work import Work
from schema.automats import DeviceGroup
from schema.context import Info
from schema.effective_settings import EffectiveSetting, told
from schema.enums import EntityKind, KeyRule
from schema.errors import UserError
from schema.execution import batched
from schema.inputs import Repeatable, changes, given, was_given
from schema.keys import Key
from schema.loaders import to_one
from schema.mutations import mutation
from schema.nodes import Node, shows
from schema.organizations import OrganizationUnit
from schema.paging import FIRST, After, Connection, First, connection, from_cursor, pages_of
from schema.places import (
    Address,
    AddressInput,
    CoordinatesInput,
    Placement,
    Whereabouts,
    addresses,
    placements,
    warnings,
    whereabouts,
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


@strawberry.input(description="A new entity.")
class EntityCreateInput(Repeatable):
    kind: EntityKind = strawberry.field(description="What kind of thing it is.")
    name: str = strawberry.field(description="What people call it.")
    external_id: str | None = strawberry.field(
        default=strawberry.UNSET, description="Your own number of it."
    )
    address: AddressInput | None = strawberry.field(
        default=strawberry.UNSET, description="Where it is."
    )
    coordinates: CoordinatesInput | None = strawberry.field(
        default=strawberry.UNSET, description="Where exactly; else the address is looked up."
    )
    device_group_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The legacy group that serves it."
    )
    organization_unit_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Its unit; the organization when left out."
    )
    key_rule: KeyRule = strawberry.field(
        default=KeyRule.ONE, description="How many of its keys go with a reservation."
    )
    key_count: int | None = strawberry.field(
        default=strawberry.UNSET, description="How many keys, at least 1; only with the rule SOME."
    )


@strawberry.input(description="Changes of an entity; what is left out stays.")
class EntityUpdateInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which entity.")
    kind: EntityKind | None = strawberry.field(default=strawberry.UNSET, description="Its kind.")
    name: str | None = strawberry.field(default=strawberry.UNSET, description="Its name.")
    external_id: str | None = strawberry.field(
        default=strawberry.UNSET, description="Your own number of it."
    )
    address: AddressInput | None = strawberry.field(
        default=strawberry.UNSET, description="Where it is; it is looked up again."
    )
    coordinates: CoordinatesInput | None = strawberry.field(
        default=strawberry.UNSET, description="Where exactly."
    )
    device_group_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The legacy group that serves it."
    )
    organization_unit_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Its unit."
    )
    key_rule: KeyRule | None = strawberry.field(
        default=strawberry.UNSET,
        description="How many of its keys go with a reservation; a rule other than SOME forgets "
        "the number.",
    )
    key_count: int | None = strawberry.field(
        default=strawberry.UNSET, description="How many keys, at least 1; only with the rule SOME."
    )


@strawberry.type(
    description="What became of an entity; `warnings` tell what was stored all the same, such as "
    "an address that was not found."
)
class EntityCreatePayload:
    entity: ReservableEntity | None = strawberry.field(
        default=None, description="The entity; null when it was refused."
    )
    warnings: list[UserError] = strawberry.field(
        default_factory=list, description="What was stored all the same."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@strawberry.type(
    description="What became of an entity; `warnings` tell what was stored all the same, such as "
    "an address that was not found."
)
class EntityUpdatePayload(EntityCreatePayload):
    pass


@strawberry.type
class EntityQueries:
    @strawberry.field(description="One entity, by its id or by your own number of it.")
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

    @strawberry.field(description="What can be reserved in your organization.")
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


@strawberry.type
class EntityMutations:
    @mutation(
        permission=Permission.EDIT_ENTITIES,
        before=whereabouts,
        description="Make something reservable; its address is looked up at once.",
    )
    async def entity_create(
        self, work: Work, input: EntityCreateInput, found: Whereabouts
    ) -> EntityCreatePayload:
        entity = await entities.create(
            work,
            kind=input.kind,
            name=input.name,
            external_id=given(input.external_id),
            address=found.address,
            found=found.place,
            device_group_id=from_id(GroupRow, input.device_group_id),
            unit_id=from_id(UnitRow, input.organization_unit_id),
            key_rule=input.key_rule,
            key_count=given(input.key_count),
        )
        return EntityCreatePayload(
            entity=ReservableEntity.of(entity), warnings=warnings(found.place)
        )

    @mutation(
        permission=Permission.EDIT_ENTITIES,
        before=whereabouts,
        description="Change an entity; a new address is looked up at once.",
    )
    async def entity_update(
        self, work: Work, input: EntityUpdateInput, found: Whereabouts
    ) -> EntityUpdatePayload:
        id = from_id(models.ReservableEntity, input.id)
        required = ("kind", "name", "key_rule")
        written = changes(input, "external_id", "key_count", *required, required=required)
        if was_given(input.device_group_id):
            written["device_group_id"] = from_id(GroupRow, input.device_group_id)
        if was_given(input.organization_unit_id):
            written["unit_id"] = from_id(UnitRow, input.organization_unit_id)
        entity = await entities.update(work, id, written)
        if found.were_given:
            entity = await entities.move(work, id, address=found.address, found=found.place)
        return EntityUpdatePayload(
            entity=ReservableEntity.of(entity), warnings=warnings(found.place)
        )
