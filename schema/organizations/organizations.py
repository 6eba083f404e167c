"""Organization units: the tree of an organization."""

from typing import Annotated, Any, Self
from uuid import UUID

import strawberry

import models.organizations as models
from models.accounts import Permission
from models.automats import DeviceGroup as GroupRow
from models.errors import NotFound
from models.settings import UnitSettings as Settings
from resolvers import looking, organizations
from resolvers.work import Work
from schema.context import Info
from schema.contracts.attachments import Attachment, attachments_of_unit
from schema.enums import UnitKind
from schema.errors import UserError
from schema.execution import batched
from schema.inputs import Repeatable, changes, was_given
from schema.loaders import to_one
from schema.mutations import mutation
from schema.nodes import Node, shows
from schema.organizations.effective_settings import EffectiveSetting, told
from schema.organizations.settings_versions import SettingsVersion, versions_of_unit
from schema.organizations.unit_settings import (
    OwnSettings,
    UnitSettings,
    UnitSettingsInput,
    own_settings,
    settings_in,
)
from schema.paging import FIRST, After, Connection, First, connection, from_cursor
from schema.permissions import query, reached
from schema.places import Address, AddressInput
from schema.scalars import from_id, to_id

load_parents = to_one(models.OrganizationUnit, "parent_id")


async def effective(units: list[Any], context: Any) -> list[Settings]:
    """Load what holds for each of several units."""
    lines = await context.loaders.settings.load_many([(unit.unit_id, None) for unit in units])
    return [line.effective() for line in lines]


async def settings_of_units(units: list[Any], context: Any) -> list[UnitSettings]:
    """Show what holds for units."""
    return [UnitSettings.of(settings) for settings in await effective(units, context)]


async def time_zones(units: list[Any], context: Any) -> list[str]:
    """Show the time zones that hold for units."""
    return [settings.time_zone for settings in await effective(units, context)]


async def languages(units: list[Any], context: Any) -> list[str]:
    """Show the languages that hold for units."""
    return [settings.language for settings in await effective(units, context)]


async def parents(units: list[Any], context: Any) -> list[Any]:
    """Show the units above units, as far as somebody reaches."""
    reached = context.actor.units
    found = await load_parents(units, context)
    return [
        one if reached is None or one is None or one.unit_id in reached else None for one in found
    ]


@shows(models.OrganizationUnit)
@strawberry.type(description="A node of an organization's tree; the root is the organization.")
class OrganizationUnit(Node):
    unit_id: strawberry.Private[UUID]
    row: strawberry.Private[Any]
    parent_id: strawberry.Private[UUID | None]
    name: str = strawberry.field(description="What people call it.")
    kind: UnitKind = strawberry.field(description="What it stands for.")
    customer_id: str | None = strawberry.field(description="The customer's own id of it.")
    address: Address | None = strawberry.field(
        description="Where it is; every building has one, others may."
    )
    parent: "OrganizationUnit | None" = batched(
        parents,
        description="The unit above it; null for the organization itself, and above the units "
        "that you reach.",
    )
    settings: UnitSettings = batched(
        settings_of_units, description="What holds here; the nearest unit that says it wins."
    )
    own_settings: OwnSettings = batched(
        own_settings, description="What it says itself; what is null it takes from above."
    )
    time_zone: str = batched(time_zones, description="The IANA name that holds here.")
    language: str = batched(languages, description="The language that holds here.")

    @strawberry.field(
        description="Every setting that holds here, with who says it; a device group that is named "
        "comes first."
    )
    async def effective_settings(
        self,
        info: Info,
        device_group_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="What holds with this group.")
        ] = None,
    ) -> list[EffectiveSetting]:
        group_id = from_id(GroupRow, device_group_id)
        if group_id and await info.context.loaders.rows(GroupRow).load(group_id) is None:
            raise NotFound("Your organization has no such device group; look its id up again.")
        (settings,) = await told([(self.unit_id, group_id)], info.context)
        return settings

    @strawberry.field(description="What it said of settings, version by version, oldest first.")
    async def settings_versions(
        self, info: Info, first: First = FIRST, after: After = None
    ) -> Connection[SettingsVersion]:
        return await versions_of_unit(self.unit_id, info, first, after)

    @strawberry.field(description="Files on it, in the order in which they were announced.")
    async def attachments(
        self, info: Info, first: First = FIRST, after: After = None
    ) -> Connection[Attachment]:
        return await attachments_of_unit(self.unit_id, info, first, after)

    @classmethod
    def of(cls, row: models.OrganizationUnit) -> Self:
        return cls(
            id=to_id(models.OrganizationUnit, row.id),
            unit_id=row.id,
            row=row,
            parent_id=row.parent_id,
            name=row.name,
            kind=row.kind,
            customer_id=row.customer_id,
            address=Address.of_address(models.address_of_unit(row)),
        )


@strawberry.input(description="A new unit.")
class OrganizationUnitCreateInput(Repeatable):
    name: str = strawberry.field(description="What people call it.")
    kind: UnitKind = strawberry.field(default=UnitKind.OTHER, description="What it stands for.")
    parent_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The unit above it; the organization by default."
    )
    customer_id: str | None = strawberry.field(
        default=strawberry.UNSET, description="The customer's own id of it."
    )
    address: AddressInput | None = strawberry.field(
        default=strawberry.UNSET, description="Where it is; a building must have one."
    )
    settings: UnitSettingsInput | None = strawberry.field(
        default=strawberry.UNSET, description="What it decides for itself and all below it."
    )


@strawberry.input(description="Changes of a unit; what is left out stays.")
class OrganizationUnitUpdateInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which unit.")
    name: str | None = strawberry.field(default=strawberry.UNSET, description="Its name.")
    customer_id: str | None = strawberry.field(
        default=strawberry.UNSET, description="The customer's own id of it."
    )
    address: AddressInput | None = strawberry.field(
        default=strawberry.UNSET, description="Where it is; null for none, but for buildings."
    )
    settings: UnitSettingsInput | None = strawberry.field(
        default=strawberry.UNSET, description="What it decides for itself and all below it."
    )


@reached
@strawberry.type(description="What became of a unit.")
class OrganizationUnitPayload:
    organization_unit: OrganizationUnit | None = strawberry.field(
        default=None, description="The unit; null when it was refused."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


def address_in(input: Any) -> dict[str, Any]:
    """Read what an input says of a unit's address; nothing where it says nothing."""
    if not was_given(input.address):
        return {}
    return {"address": input.address.checked() if input.address else None}


@strawberry.type
class OrganizationQueries:
    @query(
        permission=Permission.VIEW_PLACES,
        description="The units of your organization that you reach, the organization first.",
    )
    async def organization_units(
        self,
        info: Info,
        first: First = FIRST,
        after: After = None,
        search: Annotated[
            str | None,
            strawberry.argument(description="Part of a name, an address or a customer id."),
        ] = None,
        kind: Annotated[
            UnitKind | None, strawberry.argument(description="Only units of this kind.")
        ] = None,
    ) -> Connection[OrganizationUnit]:
        behind, row = from_cursor(after), models.OrganizationUnit
        conditions = looking.matching(
            search,
            row.name,
            row.customer_id,
            row.address_text,
            row.street,
            row.postal_code,
            row.city,
        )
        if kind is not None:
            conditions.append(row.kind == kind)
        async with info.context.reading() as reading:
            part = await looking.page(reading, row, *conditions, first=first, after=behind)
        return connection(part, OrganizationUnit.of, behind)


@strawberry.type
class OrganizationMutations:
    @mutation(
        permission=Permission.EDIT_ORGANIZATION,
        description="Put a new unit into the organization's tree.",
    )
    async def organization_unit_create(
        self, work: Work, input: OrganizationUnitCreateInput
    ) -> OrganizationUnitPayload:
        unit = await organizations.create_unit(
            work,
            parent_id=from_id(models.OrganizationUnit, input.parent_id),
            kind=input.kind,
            changes=changes(input, "name", "customer_id") | address_in(input) | settings_in(input),
        )
        return OrganizationUnitPayload(organization_unit=OrganizationUnit.of(unit))

    @mutation(
        permission=Permission.EDIT_ORGANIZATION, description="Change a unit's name or settings."
    )
    async def organization_unit_update(
        self, work: Work, input: OrganizationUnitUpdateInput
    ) -> OrganizationUnitPayload:
        written = changes(input, "name", "customer_id", required=("name",))
        unit = await organizations.update_unit(
            work,
            from_id(models.OrganizationUnit, input.id),
            written | address_in(input) | settings_in(input),
        )
        return OrganizationUnitPayload(organization_unit=OrganizationUnit.of(unit))
