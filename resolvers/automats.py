"""Automats, their lockers, and the legacy groups of automats."""

from collections.abc import Sequence
from typing import TypedDict
from uuid import UUID

from sqlalchemy import delete

from models.accounts import Permission
from models.addressed import PlacementProblem
from models.automats import (
    Automat,
    AutomatModel,
    AutomatState,
    DeviceGroup,
    DeviceGroupAutomat,
    Locker,
    LockerState,
)
from models.errors import ExternalIdInUse, InvalidInput
from models.events import EventKind
from models.keys import Key
from models.places import Placement, PostalAddress
from models.times import time_zone as checked_time_zone
from resolvers import placing, setting_changes
from resolvers.checks import required_text
from resolvers.organizations import unit_or_root
from resolvers.setting_changes import SettingChanges
from resolvers.settings import settings as settings_of
from resolvers.work import Work

DEVICE_ID_TAKEN = "automats_organization_id_device_id_key"
GROUP_NAME_TAKEN = "device_groups_organization_id_name_key"


class AutomatChanges(TypedDict, total=False):
    """What may be changed of an automat."""

    name: str
    state: AutomatState
    time_zone: str


async def install(
    work: Work,
    *,
    device_id: str,
    name: str,
    model: AutomatModel,
    address: PostalAddress,
    found: Placement | PlacementProblem | None = None,
    time_zone: str | None = None,
    unit_id: UUID | None = None,
    device_group_ids: Sequence[UUID | None] = (),
) -> Automat:
    """Put an automat into service with all its lockers empty.

    Its time zone is fixed now, from its unit when none is given (R52, R53).

    Raises:
        NotAllowed: The actor may not change automats.
        InvalidInput: A name is empty, or there is no such time zone.
        NotFound: There is no such unit or device group.
        ExternalIdInUse: Another automat of the organization has that device id.
    """
    work.require(Permission.EDIT_AUTOMATS)
    unit = await unit_or_root(work, unit_id)
    zone = time_zone or (await settings_of(work, unit.id)).time_zone
    checked_time_zone(zone)
    automat = Automat(
        organization_id=work.actor.organization_id,
        unit_id=unit.id,
        device_id=required_text(device_id, path=("device_id",)),
        name=required_text(name, path=("name",)),
        model=model,
        time_zone=zone,
        installed_at=work.now,
        usable_lockers=(1 << model.locker_count) - 1,
    )
    automat.address = address
    automat.place(found)
    await work.add(automat, refusals={DEVICE_ID_TAKEN: _device_id_taken(device_id)})
    await _add_lockers(work, automat)
    await join_groups(work, automat, device_group_ids)
    work.record(EventKind.AUTOMAT_INSTALLED, automat, model=model.value)
    placing.record_place(work, automat, found)
    return automat


async def _add_lockers(work: Work, automat: Automat) -> None:
    lockers = [
        Locker(organization_id=automat.organization_id, automat_id=automat.id, index=index)
        for index in range(automat.model.locker_count)
    ]
    await work.add(*lockers)


async def join_groups(work: Work, automat: Automat, group_ids: Sequence[UUID | None]) -> None:
    """Make an automat a member of groups.

    Raises:
        NotFound: There is no such group.
    """
    groups = [await work.get(DeviceGroup, id, path=("device_group_ids",)) for id in group_ids]
    await work.add(
        *(
            DeviceGroupAutomat(
                organization_id=automat.organization_id,
                device_group_id=group.id,
                automat_id=automat.id,
            )
            for group in dict.fromkeys(groups)
        )
    )


async def update(work: Work, id: UUID | None, changes: AutomatChanges) -> Automat:
    """Change an automat's name, state or time zone; its address is changed by `move`.

    Raises:
        NotAllowed: The actor may not change automats.
        NotFound: There is no such automat.
        InvalidInput: The name is empty, or there is no such time zone.
    """
    work.require(Permission.EDIT_AUTOMATS)
    automat = await work.get(Automat, id, path=("id",))
    if "name" in changes:
        required_text(changes["name"], path=("name",))
    if "time_zone" in changes:
        checked_time_zone(changes["time_zone"])
    for name, value in changes.items():
        setattr(automat, name, value)
    await work.save()
    work.record(EventKind.AUTOMAT_UPDATED, automat, changed=sorted(changes))
    return automat


async def move(
    work: Work,
    id: UUID | None,
    *,
    address: PostalAddress | None,
    found: Placement | PlacementProblem | None,
) -> Automat:
    """Give an automat another address or another place.

    Raises:
        NotAllowed: The actor may not change automats.
        NotFound: There is no such automat.
    """
    work.require(Permission.EDIT_AUTOMATS)
    automat = await work.get(Automat, id, path=("id",))
    await placing.move(work, automat, EventKind.AUTOMAT_UPDATED, address=address, found=found)
    return automat


async def update_locker(work: Work, id: UUID | None, *, out_of_order: bool) -> Locker:
    """Take a locker out of use, or back into it.

    Raises:
        NotAllowed: The actor may not change automats.
        NotFound: There is no such locker.
    """
    work.require(Permission.EDIT_AUTOMATS)
    locker = await work.get(Locker, id, path=("id",))
    (automat,) = await work.locked(Automat, [locker.automat_id])
    locker.state = LockerState.OUT_OF_ORDER if out_of_order else await _filling(work, locker)
    bit = 1 << locker.index
    usable = automat.usable_lockers
    automat.usable_lockers = usable & ~bit if out_of_order else usable | bit
    await work.save()
    work.record(EventKind.LOCKER_UPDATED, locker, state=locker.state.value)
    return locker


async def _filling(work: Work, locker: Locker) -> LockerState:
    inside = await work.first(work.own(Key).where(Key.locker_id == locker.id))
    return LockerState.WITH_KEY if inside else LockerState.EMPTY


async def create_group(
    work: Work,
    *,
    name: str,
    automat_ids: Sequence[UUID | None],
    free_locker_limit: int | None = None,
    settings: SettingChanges | None = None,
) -> DeviceGroup:
    """Make a device group of automats.

    Raises:
        NotAllowed: The actor may not change automats, or, where settings are given, those.
        InvalidInput: The name is empty, the limit is negative, or a setting makes no sense.
        NotFound: There is no such automat.
        ExternalIdInUse: Another group has that name.
    """
    said = settings or {}
    work.require(Permission.EDIT_AUTOMATS)
    await _prepare_settings(work, said)
    group = DeviceGroup(
        organization_id=work.actor.organization_id,
        name=required_text(name, path=("name",)),
        free_locker_limit=_checked_limit(free_locker_limit),
        **said,
    )
    await work.add(group, refusals={GROUP_NAME_TAKEN: _name_taken(name)})
    await setting_changes.check_group(work, group, said)
    await set_members(work, group, automat_ids)
    work.record(EventKind.DEVICE_GROUP_CREATED, group)
    return group


async def _prepare_settings(work: Work, said: SettingChanges) -> None:
    """Settings are the organization's to decide: who installs automats does not change them."""
    if said:
        work.require(Permission.EDIT_ORGANIZATION)
    await setting_changes.prepare(work, said)


async def set_members(work: Work, group: DeviceGroup, automat_ids: Sequence[UUID | None]) -> None:
    """Let a group have these automats and no others.

    Raises:
        NotFound: There is no such automat.
    """
    automats = [await work.get(Automat, id, path=("automat_ids",)) for id in automat_ids]
    of_group = DeviceGroupAutomat.device_group_id == group.id
    await work.session.execute(delete(DeviceGroupAutomat).where(of_group))
    await work.add(
        *(
            DeviceGroupAutomat(
                organization_id=group.organization_id,
                device_group_id=group.id,
                automat_id=automat.id,
            )
            for automat in dict.fromkeys(automats)
        )
    )


async def update_group(
    work: Work,
    id: UUID | None,
    *,
    name: str | None = None,
    automat_ids: Sequence[UUID | None] | None = None,
    free_locker_limit: int | None = None,
    settings: SettingChanges | None = None,
) -> DeviceGroup:
    """Change a device group; what is None stays as it is.

    Raises:
        NotAllowed: The actor may not change automats, or, where settings are given, those.
        NotFound: There is no such group or automat.
        InvalidInput: The name is empty, the limit is negative, or a setting makes no sense.
        ExternalIdInUse: Another group has that name.
    """
    said = settings or {}
    work.require(Permission.EDIT_AUTOMATS)
    await _prepare_settings(work, said)
    group = await work.get(DeviceGroup, id, path=("id",))
    if name is not None:
        group.name = required_text(name, path=("name",))
    if free_locker_limit is not None:
        group.free_locker_limit = _checked_limit(free_locker_limit)
    for setting, value in said.items():
        setattr(group, setting, value)
    await work.save({GROUP_NAME_TAKEN: _name_taken(group.name)})
    await setting_changes.check_group(work, group, said)
    if automat_ids is not None:
        await set_members(work, group, automat_ids)
    work.record(EventKind.DEVICE_GROUP_UPDATED, group, settings=sorted(said))
    return group


def _checked_limit(limit: int | None) -> int | None:
    if limit is not None and limit < 0:
        message = "The limit of free lockers must not be negative."
        raise InvalidInput(message, path=("free_locker_limit",))
    return limit


def _device_id_taken(device_id: str) -> ExternalIdInUse:
    message = f"Another automat of your organization has the device id {device_id!r}."
    return ExternalIdInUse(message, path=("device_id",))


def _name_taken(name: str) -> ExternalIdInUse:
    return ExternalIdInUse(f"Another group is called {name!r}.", path=("name",))
