"""Switching how automats are chosen, for a unit or a device group, and switching back.

What is booked already stays as it is, with its PINs and lockers: only choices that are made from
now on follow the new mode.
"""

from uuid import UUID

from models.accounts import Permission
from models.automats import DeviceGroup
from models.errors import InvalidInput
from models.organizations import OrganizationUnit
from models.selections import SelectionMode
from models.settings import Setting
from models.settings_versions import SettingsVersion
from resolvers import device_groups, organizations
from resolvers.settings_versions import Sayer
from resolvers.work import Work


async def set_mode(
    work: Work, *, unit_id: UUID | None, group_id: UUID | None, mode: SelectionMode | None
) -> Sayer:
    """Let a unit, or a device group, say by which mode automats are chosen.

    Args:
        work: The transaction.
        unit_id: The unit, or
        group_id: the device group.
        mode: What it says from now on; None: what those above it say.

    Raises:
        NotAllowed: The actor may not change the organization, or, for a group, automats.
        NotFound: There is no such unit or group.
        InvalidInput: Both or neither are named.
    """
    work.require(Permission.EDIT_ORGANIZATION)
    _check_one(unit_id, group_id)
    if group_id is not None:
        return await device_groups.update(work, group_id, settings={"selection_mode": mode})
    return await organizations.update_unit(work, unit_id, {"selection_mode": mode})


async def undo_mode(work: Work, *, unit_id: UUID | None, group_id: UUID | None) -> Sayer:
    """Let a unit, or a device group, say again the mode that it said before its present one.

    Its other settings stay as they are. Undoing twice gives the present mode again.

    Raises:
        NotAllowed: The actor may not change the organization, or, for a group, automats.
        NotFound: There is no such unit or group.
        InvalidInput: Both or neither are named, or the mode was never switched.
    """
    work.require(Permission.EDIT_ORGANIZATION)
    _check_one(unit_id, group_id)
    await work.locked(OrganizationUnit, [work.actor.organization_id])
    sayer = await _sayer(work, unit_id, group_id)
    before = [mode for mode in await _modes(work, sayer) if mode is not sayer.selection_mode]
    if not before:
        raise InvalidInput(f"The selection mode of {sayer.name} was never switched.")
    return await set_mode(work, unit_id=unit_id, group_id=group_id, mode=before[0])


def _check_one(unit_id: UUID | None, group_id: UUID | None) -> None:
    if (unit_id is None) == (group_id is None):
        raise InvalidInput("Name an organization unit or a device group, one of the two.")


async def _sayer(work: Work, unit_id: UUID | None, group_id: UUID | None) -> Sayer:
    if group_id is not None:
        group = await work.get(DeviceGroup, group_id, path=("device_group_id",))
        await work.require_change(DeviceGroup, group.id)
        return group
    return await work.get(OrganizationUnit, unit_id, path=("organization_unit_id",))


async def _modes(work: Work, sayer: Sayer) -> list[SelectionMode | None]:
    """List the modes that were said, newest first; None where nothing was."""
    row = SettingsVersion
    column = row.unit_id if isinstance(sayer, OrganizationUnit) else row.device_group_id
    versions = await work.all(work.own(row).where(column == sayer.id).order_by(row.version.desc()))
    said = [version.said.get(Setting.SELECTION_MODE) for version in versions]
    if versions and versions[-1].version > 0:
        said.append(None)  # before the first version nothing was said
    return [None if mode is None else SelectionMode(mode) for mode in said]
