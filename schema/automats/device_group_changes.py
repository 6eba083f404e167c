"""The legacy groups of automats: queries and mutations."""

import strawberry

import models.automats as models
from models.accounts import Permission
from resolvers import device_groups, looking
from resolvers.work import Work
from schema.automats.automats import DeviceGroup
from schema.context import Info
from schema.errors import UserError
from schema.inputs import Repeatable, given
from schema.mutations import mutation
from schema.organizations.unit_settings import UnitSettingsInput, settings_in
from schema.paging import FIRST, After, Connection, First, connection, from_cursor
from schema.permissions import query, reached
from schema.scalars import from_id


@strawberry.input(description="A new device group.")
class DeviceGroupCreateInput(Repeatable):
    name: str = strawberry.field(description="What people call it.")
    automat_ids: list[strawberry.ID] = strawberry.field(description="Its automats.")
    free_locker_limit: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="How few free lockers are worth a notice, FREE_LOCKER_LIMIT_REACHED.",
    )
    settings: UnitSettingsInput | None = strawberry.field(
        default=strawberry.UNSET, description="What it decides before the units do."
    )


@strawberry.input(description="Changes of a device group; what is left out stays.")
class DeviceGroupUpdateInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which group.")
    name: str | None = strawberry.field(default=strawberry.UNSET, description="Its name.")
    automat_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Its automats, all of them."
    )
    free_locker_limit: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="How few free lockers are worth a notice, FREE_LOCKER_LIMIT_REACHED.",
    )
    settings: UnitSettingsInput | None = strawberry.field(
        default=strawberry.UNSET, description="What it decides before the units do."
    )


@reached
@strawberry.type(description="What became of a device group.")
class DeviceGroupCreatePayload:
    device_group: DeviceGroup | None = strawberry.field(
        default=None, description="The group; null when it was refused."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@reached
@strawberry.type(description="What became of a device group.")
class DeviceGroupUpdatePayload(DeviceGroupCreatePayload):
    pass


@strawberry.type
class DeviceGroupQueries:
    @query(permission=Permission.VIEW_PLACES, description="The device groups of your organization.")
    async def device_groups(
        self, info: Info, first: First = FIRST, after: After = None
    ) -> Connection[DeviceGroup]:
        behind = from_cursor(after)
        async with info.context.reading() as reading:
            part = await looking.page(reading, models.DeviceGroup, first=first, after=behind)
        return connection(part, DeviceGroup.of, behind)


@strawberry.type
class DeviceGroupMutations:
    @mutation(permission=Permission.EDIT_AUTOMATS, description="Make a device group (legacy).")
    async def device_group_create(
        self, work: Work, input: DeviceGroupCreateInput
    ) -> DeviceGroupCreatePayload:
        group = await device_groups.create(
            work,
            name=input.name,
            automat_ids=[from_id(models.Automat, id) for id in input.automat_ids],
            free_locker_limit=given(input.free_locker_limit),
            settings=settings_in(input),
        )
        return DeviceGroupCreatePayload(device_group=DeviceGroup.of(group))

    @mutation(permission=Permission.EDIT_AUTOMATS, description="Change a device group (legacy).")
    async def device_group_update(
        self, work: Work, input: DeviceGroupUpdateInput
    ) -> DeviceGroupUpdatePayload:
        members = given(input.automat_ids)
        group = await device_groups.update(
            work,
            from_id(models.DeviceGroup, input.id),
            name=given(input.name),
            automat_ids=None
            if members is None
            else [from_id(models.Automat, id) for id in members],
            free_locker_limit=given(input.free_locker_limit),
            settings=settings_in(input),
        )
        return DeviceGroupUpdatePayload(device_group=DeviceGroup.of(group))
