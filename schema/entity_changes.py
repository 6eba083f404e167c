"""Changing apartments, offices and cars."""

import strawberry

import models.entities as models
from models.accounts import Permission
from models.automats import DeviceGroup as GroupRow
from models.organizations import OrganizationUnit as UnitRow
from resolvers import entities
from resolvers.work import Work
from schema.entities import ReservableEntity
from schema.enums import EntityKind, KeyRule
from schema.errors import UserError
from schema.inputs import Repeatable, changes, given, was_given
from schema.mutations import mutation
from schema.permissions import reached
from schema.places import AddressInput, CoordinatesInput, Whereabouts, warnings, whereabouts
from schema.scalars import from_id


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


@reached
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


@reached
@strawberry.type(
    description="What became of an entity; `warnings` tell what was stored all the same, such as "
    "an address that was not found."
)
class EntityUpdatePayload(EntityCreatePayload):
    pass


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
