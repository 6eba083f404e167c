"""Versions of what units and device groups say of settings: who changed what, and when."""

from models.automats import DeviceGroup
from models.base import Json
from models.organizations import OrganizationUnit
from models.settings_versions import SettingsVersion, said_of
from resolvers.work import Work

Sayer = OrganizationUnit | DeviceGroup


async def keep(work: Work, sayer: Sayer, *, before: Json) -> None:
    """Keep a new version where something else is said than before.

    Args:
        work: A transaction in which nobody else can change settings, see `setting_changes.prepare`.
        sayer: Who says it, as it is now.
        before: What it said before, see `said_of`.
    """
    said = said_of(sayer)
    if said == before:
        return
    if sayer.settings_version == 0 and before:
        await work.add(_version(work, sayer, before))
    sayer.settings_version += 1
    version = _version(work, sayer, said)
    version.changed_at, version.token_id = work.now, work.actor.token_id
    await work.add(version)


def _version(work: Work, sayer: Sayer, said: Json) -> SettingsVersion:
    is_unit = isinstance(sayer, OrganizationUnit)
    return SettingsVersion(
        organization_id=work.actor.organization_id,
        unit_id=sayer.id if is_unit else None,
        device_group_id=None if is_unit else sayer.id,
        version=sayer.settings_version,
        said=said,
    )
