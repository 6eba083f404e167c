"""What holds where, and who says it. How settings are changed is in `setting_changes`.

The nearest that says a setting wins: the device group, then the unit, then those above it (R50).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from models.automats import DeviceGroup
from models.dialects.among import among, ids_later
from models.organizations import OrganizationUnit
from models.settings import (
    Sayers,
    SaysSettings,
    Setting,
    UnitSettings,
    names_said,
    origins_of,
)
from resolvers.work import Reading, owned

Pair = tuple[UUID, UUID | None]
"""A unit, and the device group that comes before it, if any."""


@dataclass(frozen=True, slots=True)
class Told:
    """What holds of one setting and who says it; neither of the two where it is built in."""

    setting: Setting
    value: Any
    unit: OrganizationUnit | None
    group: DeviceGroup | None


@dataclass(frozen=True, slots=True)
class Line:
    """Who may say settings for a place: a device group, then a unit and all above it."""

    group: DeviceGroup | None
    units: Sequence[OrganizationUnit]

    def nearest_first(self) -> list[SaysSettings]:
        """List all of them."""
        return list(self.units) if self.group is None else [self.group, *self.units]

    def effective(self) -> UnitSettings:
        """Put together what holds, with who says it."""
        origins: dict[str, Any] = {}
        said = [(kind, says, names_said(says)) for kind, says in self._sayers()]
        for _, says, names in said:
            for name in names:
                origins.setdefault(name, says)
        values = {name: getattr(says, name) for name, says in origins.items()}
        names_of_sayers = {name: says.name for name, says in origins.items()}
        version = _version((kind, says) for kind, says, names in said if names)
        return UnitSettings(**values, sayers=Sayers(version, names_of_sayers))

    def version(self) -> str:
        """Write all who say anything with the versions of it, see `Sayers.version`."""
        return _version((kind, says) for kind, says in self._sayers() if names_said(says))

    def _sayers(self) -> list[tuple[str, Any]]:
        units: list[tuple[str, Any]] = [("unit", unit) for unit in self.units]
        return units if self.group is None else [("group", self.group), *units]

    def told(self) -> list[Told]:
        """Tell of each setting what holds and who says it."""
        settings, origins = self.effective(), origins_of(self.nearest_first())
        return [
            Told(setting, getattr(settings, setting), *self._whose(origins.get(setting)))
            for setting in Setting
        ]

    def _whose(
        self, origin: SaysSettings | None
    ) -> tuple[OrganizationUnit | None, DeviceGroup | None]:
        if origin is not None and origin is self.group:
            return None, self.group
        return next((unit for unit in self.units if unit is origin), None), None


def _version(sayers: Iterable[tuple[str, Any]]) -> str:
    return " ".join(f"{kind}_{says.id.hex}@{says.settings_version}" for kind, says in sayers)


async def settings(
    reading: Reading, unit_id: UUID, device_group_id: UUID | None = None
) -> UnitSettings:
    """Put together what holds for a unit: its own settings, then those of the units above it.

    Args:
        reading: Who asks; what they were told once they are told again.
        unit_id: The unit.
        device_group_id: The device group whose settings come first, if any.
    """
    pair = (unit_id, device_group_id)
    if pair not in reading.known_settings:
        (reading.known_settings[pair],) = await effective(reading, [pair])
    return reading.known_settings[pair]


async def settings_of_all(reading: Reading, unit_ids: Sequence[UUID]) -> list[UnitSettings]:
    """Put together what holds for each of several units, in one statement."""
    return await effective(reading, [(id, None) for id in unit_ids])


async def effective(reading: Reading, pairs: Sequence[Pair]) -> list[UnitSettings]:
    """Put together what holds for each of several units and device groups."""
    return [line.effective() for line in await lines(reading, pairs)]


async def lines(reading: Reading, pairs: Sequence[Pair]) -> list[Line]:
    """List who may say settings for each of several units and device groups.

    One statement reads all units, and one all groups where there are any.
    """
    unit_ids = list({unit_id for unit_id, _ in pairs})
    group_ids = list({group_id for _, group_id in pairs if group_id is not None})
    owner = reading.actor.organization_id
    found = await reading.all(_with_those_above(), owner=owner, ids=unit_ids)
    units = {unit.id: unit for unit in found}
    named = await reading.all(_groups(), owner=owner, ids=group_ids) if group_ids else ()
    groups = {group.id: group for group in named}
    return [
        Line(None if group_id is None else groups.get(group_id), upwards(units, unit_id))
        for unit_id, group_id in pairs
    ]


@cache
def _with_those_above() -> Select[OrganizationUnit]:
    above = (
        select(OrganizationUnit.id, OrganizationUnit.parent_id)
        .where(among(OrganizationUnit.id, ids_later("ids")))
        .cte(recursive=True)
    )
    parent = aliased(OrganizationUnit)
    above = above.union(
        select(parent.id, parent.parent_id).join(above, parent.id == above.c.parent_id)
    )
    return owned(OrganizationUnit).where(OrganizationUnit.id.in_(select(above.c.id)))


@cache
def _groups() -> Select[DeviceGroup]:
    return owned(DeviceGroup).where(among(DeviceGroup.id, ids_later("ids")))


def upwards(units: Mapping[UUID, OrganizationUnit], id: UUID) -> list[OrganizationUnit]:
    """List a unit and all above it, nearest first."""
    line = []
    unit = units.get(id)
    while unit is not None:
        line.append(unit)
        unit = units.get(unit.parent_id) if unit.parent_id else None
    return line
