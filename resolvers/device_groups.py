"""The legacy groups of automats."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete

from models.accounts import Permission
from models.automats import Automat, DeviceGroup, DeviceGroupAutomat
from models.errors import ExternalIdInUse, InvalidInput
from models.events import EventKind
from models.settings_versions import said_of
from resolvers import setting_changes, settings_versions
from resolvers.checks import required_text
from resolvers.setting_changes import SettingChanges
from resolvers.work import Work

NAME_TAKEN = "device_groups_organization_id_name_key"


async def create(
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
    work.require(Permission.EDIT_AUTOMATS)
    said = await _prepared(work, settings or {})
    group = DeviceGroup(
        organization_id=work.actor.organization_id,
        name=required_text(name, path=("name",)),
        free_locker_limit=_checked_limit(free_locker_limit),
        **said,
    )
    await work.add(group, refusals={NAME_TAKEN: _name_taken(name)})
    await setting_changes.check_group(work, group, said)
    await settings_versions.keep(work, group, before={})
    await set_members(work, group, automat_ids)
    work.record(EventKind.DEVICE_GROUP_CREATED, group)
    return group


async def _prepared(work: Work, said: SettingChanges) -> SettingChanges:
    """Settings are the organization's to decide: who installs automats does not change them."""
    if said:
        work.require(Permission.EDIT_ORGANIZATION)
    found: SettingChanges = await setting_changes.prepare(work, said)
    return found


async def set_members(work: Work, group: DeviceGroup, automat_ids: Sequence[UUID | None]) -> None:
    """Let a group have these automats and no others.

    Raises:
        NotFound: There is no such automat.
    """
    if work.is_narrow and not automat_ids:
        message = "Name an automat of yours: a group is found through its automats."
        raise InvalidInput(message, path=("automat_ids",))
    automats = [await work.get(Automat, id, path=("automat_ids",)) for id in automat_ids]
    of_group = DeviceGroupAutomat.device_group_id == group.id
    await work.session.execute(delete(DeviceGroupAutomat).where(of_group))
    await work.add(*(_membership(group, automat) for automat in dict.fromkeys(automats)))


async def update(
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
    work.require(Permission.EDIT_AUTOMATS)
    said = await _prepared(work, settings or {})
    group = await work.get(DeviceGroup, id, path=("id",))
    before = said_of(group)
    if name is not None:
        group.name = required_text(name, path=("name",))
    if free_locker_limit is not None:
        group.free_locker_limit = _checked_limit(free_locker_limit)
    for setting, value in said.items():
        setattr(group, setting, value)
    await work.save({NAME_TAKEN: _name_taken(group.name)})
    await setting_changes.check_group(work, group, said)
    await settings_versions.keep(work, group, before=before)
    if automat_ids is not None:
        await set_members(work, group, automat_ids)
    work.record(EventKind.DEVICE_GROUP_UPDATED, group, settings=sorted(said))
    return group


def _checked_limit(limit: int | None) -> int | None:
    if limit is not None and limit < 0:
        message = "The limit of free lockers must not be negative."
        raise InvalidInput(message, path=("free_locker_limit",))
    return limit


async def join_groups(work: Work, automat: Automat, group_ids: Sequence[UUID | None]) -> None:
    """Make an automat a member of groups.

    Raises:
        NotFound: There is no such group.
    """
    groups = [await work.get(DeviceGroup, id, path=("device_group_ids",)) for id in group_ids]
    await work.add(*(_membership(group, automat) for group in dict.fromkeys(groups)))


def _membership(group: DeviceGroup, automat: Automat) -> DeviceGroupAutomat:
    return DeviceGroupAutomat(
        organization_id=group.organization_id, device_group_id=group.id, automat_id=automat.id
    )


def _name_taken(name: str) -> ExternalIdInUse:
    return ExternalIdInUse(f"Another group is called {name!r}.", path=("name",))
