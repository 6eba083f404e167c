"""How far somebody reaches: the units that they have access to, and all that lie below these.

Access is a role at one or more units; it reaches all below, never above or beside (livionkey.md
2.23). `models.reach` says which rows lie in which units.
"""

from collections.abc import Collection
from functools import cache
from uuid import UUID

from sqlalchemy import Select, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.base import table_of
from models.dialects.among import among, ids_later
from models.organizations import OrganizationUnit


async def units_below(
    connection: AsyncConnection, organization_id: UUID, unit_ids: Collection[UUID]
) -> frozenset[UUID]:
    """List units and all that lie below them, in one statement; for `Actor.units`.

    Args:
        connection: An open connection.
        organization_id: Whose units; those of others are left out.
        unit_ids: The topmost ones.
    """
    told = {"owner": organization_id, "ids": unit_ids}
    return frozenset((await connection.execute(_below(), told)).scalars())


@cache
def _below() -> Select[UUID]:
    unit = table_of(OrganizationUnit)
    top = select(unit.c.id).where(
        unit.c.organization_id == bindparam("owner"), among(unit.c.id, ids_later("ids"))
    )
    below = top.cte("below", recursive=True)
    child = unit.alias("children")
    below = below.union(select(child.c.id).join(below, child.c.parent_id == below.c.id))
    return select(below.c.id)
