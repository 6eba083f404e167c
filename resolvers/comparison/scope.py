"""Which entities are compared, and reading them block by block."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, bindparam, func, select

from models.accounts import Permission
from models.automats import DeviceGroup
from models.dialects.among import among, ids_later
from models.entities import ReservableEntity
from models.errors import NotFound
from models.organizations import OrganizationUnit
from resolvers import organizations
from resolvers.looking import BEFORE_ALL
from resolvers.work import Reading, owned


@dataclass(frozen=True, slots=True)
class Scope:
    """Entities of certain device groups, of certain units, or of certain groups in certain units.

    Args:
        group_ids: Those whose own group is one of these; None for any, and for none.
        unit_ids: Those that belong to one of these units; None for any.
    """

    group_ids: tuple[UUID, ...] | None = None
    unit_ids: tuple[UUID, ...] | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Say which entities are meant."""
        asked = (
            (ReservableEntity.device_group_id, self.group_ids, "groups"),
            (ReservableEntity.unit_id, self.unit_ids, "units"),
        )
        return [among(column, ids_later(name)) for column, ids, name in asked if ids is not None]

    def told(self) -> dict[str, Any]:
        """Give the values of the conditions' parameters."""
        named = {"groups": self.group_ids, "units": self.unit_ids}
        return {name: ids for name, ids in named.items() if ids is not None}


async def scope_of(
    reading: Reading, group_ids: Sequence[UUID | None] | None, unit_id: UUID | None
) -> Scope:
    """Find out which entities somebody means.

    Args:
        reading: Who asks.
        group_ids: Device groups; None for any, also for entities without one.
        unit_id: An organization unit, with all below it; None for as far as they reach.

    Raises:
        NotAllowed: The actor may not look at reservations and what is reserved.
        NotFound: There is no such group or unit.
    """
    reading.require(Permission.VIEW)
    named = await _groups(reading, set(group_ids or ()))
    units = await _units(reading, unit_id)
    return Scope(None if group_ids is None else named, units)


async def _groups(reading: Reading, ids: Collection[UUID | None]) -> tuple[UUID, ...]:
    """See that the organization has all of certain device groups, in one statement."""
    if not ids:
        return ()
    found = await reading.rows(
        reading.seen(DeviceGroup)
        .where(among(DeviceGroup.id, [id for id in ids if id is not None]))
        .with_only_columns(DeviceGroup.id)
    )
    named = tuple(sorted(row.id for row in found))
    if len(named) < len(ids):
        message = "Your organization has no such device group; look its id up again."
        raise NotFound(message, path=("device_group_ids",))
    return named


async def _units(reading: Reading, unit_id: UUID | None) -> tuple[UUID, ...] | None:
    if unit_id is not None:
        return await _with_those_below(reading, unit_id)
    units = reading.actor.units
    return None if units is None else tuple(sorted(units))


async def _with_those_below(reading: Reading, unit_id: UUID) -> tuple[UUID, ...] | None:
    """List a unit and all below it; None for the organization itself, which is all of them."""
    root = await organizations.unit_or_root(reading, unit_id)
    if root.id == reading.actor.organization_id:
        return None
    owner = reading.actor.organization_id
    return tuple(row.id for row in await reading.rows(_below(), owner=owner, root=root.id))


@cache
def _below() -> Select[*tuple[Any, ...]]:
    unit = OrganizationUnit
    line = owned(unit).with_only_columns(unit.id).where(unit.id == bindparam("root"))
    below = line.cte(recursive=True)
    children = owned(unit).with_only_columns(unit.id).join(below, unit.parent_id == below.c.id)
    below = below.union(children)
    return select(below.c.id).order_by(below.c.id)


async def count(reading: Reading, scope: Scope) -> int:
    """Count the entities of a scope."""
    statement = (
        select(func.count())
        .select_from(ReservableEntity)
        .where(
            ReservableEntity.organization_id == reading.actor.organization_id, *scope.conditions()
        )
    )
    ((number,),) = await reading.rows(statement, **scope.told())
    return int(number)


async def block(
    reading: Reading, scope: Scope, *, after: UUID | None, size: int
) -> Sequence[ReservableEntity]:
    """Read the next entities of a scope in the order of their ids.

    Args:
        reading: Who asks.
        scope: Which entities.
        after: The last one that was read; None to begin.
        size: How many at most.
    """
    entity = ReservableEntity
    statement = (
        owned(entity)
        .where(entity.id > bindparam("after"), *scope.conditions())
        .order_by(entity.id)
        .limit(bindparam("count", type_=Integer))
    )
    told = {"owner": reading.actor.organization_id, "after": after or BEFORE_ALL, "count": size}
    return await reading.all(statement, **told, **scope.told())
