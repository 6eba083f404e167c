"""Automats, lockers and device groups as clients see them."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Self
from uuid import UUID

import strawberry

import models.automats as models
from models.accounts import Permission
from models.automats import is_online
from models.availability import Span
from models.organizations import OrganizationUnit as UnitRow
from models.times import Window
from resolvers import relations
from resolvers.utilisation import days_to_full, shares
from schema.automats.automat_alarms import AutomatAlarm
from schema.automats.automat_commands import AutomatCommand, newest_commands
from schema.automats.automat_enums import LinkState
from schema.automats.automat_health import (
    AutomatHealth,
    firmwares,
    healths,
    link_states,
    synced_revisions,
)
from schema.context import Info
from schema.enums import AutomatModel, AutomatState, LockerState
from schema.execution import batched
from schema.loaders import to_first, to_many, to_one
from schema.nodes import Node, shows
from schema.organizations.effective_settings import EffectiveSetting, told
from schema.organizations.organizations import OrganizationUnit
from schema.organizations.settings_versions import SettingsVersion, versions_of_group
from schema.organizations.unit_settings import OwnSettings, own_settings
from schema.paging import FIRST, After, Connection, First, pages_of
from schema.permissions import takes
from schema.places import Address, Placement, addresses, placements
from schema.scalars import to_id
from schema.windows import From, To, window_of

if TYPE_CHECKING:  # keys refer to automats, and lockers to keys
    from schema.keys.keys import Key


FOUR_WEEKS = timedelta(weeks=4)


async def online(automats: list[Any], context: Any) -> list[bool]:
    """Tell which automats have given a sign of life lately."""
    return [is_online(automat.last_seen_at, context.now) for automat in automats]


async def days_till_full(automats: list[Any], context: Any) -> list[float | None]:
    """Tell when automats will be full."""
    ids = [automat.automat_id for automat in automats]
    return list(await context.loaders.answers(days_to_full).load_many(ids))


@shows(models.Locker)
@strawberry.type(description="One door of an automat.")
class Locker(Node):
    locker_id: strawberry.Private[UUID]
    automat_id: strawberry.Private[UUID]
    index: int = strawberry.field(description="Its number, from 0.")
    state: LockerState = strawberry.field(description="What the cabinet says of it.")
    key: Annotated["Key", strawberry.lazy("schema.keys.keys")] | None = batched(
        to_first(relations.KEY_IN_LOCKER, "locker_id"),
        description="The key that lies in it.",
    )
    automat: "Automat" = batched(
        to_one(models.Automat, "automat_id"),
        description="The automat that it is a door of.",
    )

    @classmethod
    def of(cls, row: models.Locker) -> Self:
        return cls(
            id=to_id(models.Locker, row.id),
            locker_id=row.id,
            automat_id=row.automat_id,
            index=row.index,
            state=row.state,
        )


@shows(models.Automat)
@strawberry.type(description="A cabinet that opens one locker for a right code.")
class Automat(Node):
    automat_id: strawberry.Private[UUID]
    row: strawberry.Private[Any]
    unit_id: strawberry.Private[UUID]
    device_id: str = strawberry.field(
        description="The device's own id, kept as text (leading zeros count)."
    )
    name: str = strawberry.field(description="What people call it.")
    model: AutomatModel = strawberry.field(description="Which cabinet it is.")
    state: AutomatState = strawberry.field(description="Whether people may be sent there.")
    address: Address = batched(addresses, description="Where it stands, as it was given.")
    placement: Placement | None = batched(
        placements, description="Where that is; null while the address could not be placed."
    )
    time_zone: str = strawberry.field(description="IANA name, fixed at installation.")
    installed_at: datetime = strawberry.field(description="When it was installed.")
    last_seen_at: datetime | None = strawberry.field(
        description="When it last gave a sign of life; null when it never has."
    )
    online: bool = batched(
        online, description="Whether it has given a sign of life in the last 90 seconds."
    )
    hardware_id: str | None = strawberry.field(
        description="The id of the cabinet itself, which may be replaced; null until it is known.",
        metadata=takes(Permission.VIEW_AUTOMATS),
    )
    link_state: LinkState = batched(
        link_states,
        description="How far it is with the credentials by which it is known.",
        metadata=takes(Permission.VIEW_AUTOMATS),
    )
    firmware: str | None = batched(
        firmwares,
        description="What runs on it; null until it said so.",
        metadata=takes(Permission.VIEW_AUTOMATS),
    )
    health: AutomatHealth | None = batched(
        healths,
        description="What it said last of itself; null until it did.",
        metadata=takes(Permission.VIEW_AUTOMATS),
    )
    code_revision: int = strawberry.field(
        description="How often the codes that it should know have changed.",
        metadata=takes(Permission.VIEW_AUTOMATS),
    )
    synced_revision: int | None = batched(
        synced_revisions,
        description="Up to which of these changes it said last that it knows its codes; null when "
        "it never has by the credentials that it works with.",
        metadata=takes(Permission.VIEW_AUTOMATS),
    )
    alarms: list[AutomatAlarm] = batched(
        to_many(relations.ALARMS_ON_AT_AUTOMAT, "automat_id"),
        description="The alarms whose cause is still there, the oldest first.",
    )
    commands: list[AutomatCommand] = batched(
        newest_commands,
        description="What it was told last: five commands at most, newest first.",
    )
    days_to_full: float | None = batched(
        days_till_full,
        description="In how many days of 24 hours no locker of it is free for the first time, by "
        "the contracts that there are: each one that is not out of order is held by a live "
        "contract then, or a key lies in it or is bound to it that no contract has fetched by "
        "then. 0 when that is so now; null when it never comes to that. Contracts that nobody has "
        "made yet and keys that come back are not foreseen.",
        metadata=takes(Permission.VIEW_AUTOMATS),
    )
    lockers: list[Locker] = batched(
        to_many(relations.LOCKERS, "automat_id"),
        description="Its doors, by number.",
        metadata=takes(Permission.VIEW_AUTOMATS),
    )
    device_groups: list["DeviceGroup"] = batched(
        to_many(relations.GROUPS_OF_AUTOMAT, "automat_id"),
        description="The groups that hold it.",
    )
    organization_unit: OrganizationUnit = batched(
        to_one(UnitRow, "unit_id"), description="The unit that it belongs to."
    )

    @strawberry.field(
        description="Lockers free over the whole window: not out of order, without a live contract "
        "in it and without a key of their own; now, when no window is given."
    )
    async def free_lockers(self, info: Info, from_: From = None, to: To = None) -> int:
        window = window_of(from_, to, info.context.now) or Window.moment(info.context.now)
        key = Span(self.automat_id, window)
        count: int = await info.context.loaders.free_lockers.load(key)
        return count

    @strawberry.field(
        description="The share of the time of its lockers that is held over the window, from 0 to "
        "1: the time for which live locker contracts hold lockers that are not out of order, "
        "divided by the length of the window times the number of lockers that are not out of "
        "order. Keys that lie in it without a contract do not count. The coming four weeks when no "
        "window is given, and to the end of the calendar when it has no end; null when all of its "
        "lockers are out of order.",
        metadata=takes(Permission.VIEW_REPORTS),
    )
    async def utilisation(self, info: Info, from_: From = None, to: To = None) -> float | None:
        now = info.context.now
        window = window_of(from_, to, now) or Window(now, now + FOUR_WEEKS)
        loader = info.context.loaders.answers(shares)
        share: float | None = await loader.load(Span(self.automat_id, window))
        return share

    @classmethod
    def of(cls, row: models.Automat) -> Self:
        return cls(
            id=to_id(models.Automat, row.id),
            automat_id=row.id,
            row=row,
            unit_id=row.unit_id,
            device_id=row.device_id,
            name=row.name,
            model=row.model,
            state=row.state,
            time_zone=row.time_zone,
            installed_at=row.installed_at,
            last_seen_at=row.last_seen_at,
            hardware_id=row.hardware_id,
            code_revision=row.code_revision,
        )


async def settings_with_groups(groups: list[Any], context: Any) -> list[list[EffectiveSetting]]:
    """Show what holds in the organization with each of several groups."""
    root = context.actor.organization_id
    return await told([(root, group.group_id) for group in groups], context)


@shows(models.DeviceGroup)
@strawberry.type(description="The legacy way to say which automats serve which entities.")
class DeviceGroup(Node):
    group_id: strawberry.Private[UUID]
    row: strawberry.Private[Any]
    name: str = strawberry.field(description="What people call it.")
    free_locker_limit: int | None = strawberry.field(
        description="How few free lockers are worth a notice, FREE_LOCKER_LIMIT_REACHED."
    )
    own_settings: OwnSettings = batched(
        own_settings, description="What it says itself; what is null it leaves to the units."
    )
    effective_settings: list[EffectiveSetting] = batched(
        settings_with_groups,
        description="Every setting that holds with it in the organization, with who says it.",
    )

    @strawberry.field(description="What it said of settings, version by version, oldest first.")
    async def settings_versions(
        self, info: Info, first: First = FIRST, after: After = None
    ) -> Connection[SettingsVersion]:
        return await versions_of_group(self.group_id, info, first, after)

    @strawberry.field(description="The automats of the group.")
    async def automats(
        self, info: Info, first: First = FIRST, after: After = None
    ) -> Connection[Automat]:
        return await automats_of_group(self.group_id, info, first, after)

    @classmethod
    def of(cls, row: models.DeviceGroup) -> Self:
        return cls(
            id=to_id(models.DeviceGroup, row.id),
            group_id=row.id,
            row=row,
            name=row.name,
            free_locker_limit=row.free_locker_limit,
        )


automats_of_group = pages_of(relations.AUTOMATS_OF_GROUP, Automat.of)
