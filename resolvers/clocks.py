"""The clocks of organizations: ours, but for sandboxes, whose clocks people move ahead.

All that an organization sees and does goes by its own clock: whoever knows its `Actor` asks
`actor.time(...)` what that shows. By our clock go alone those things that reach beyond the
organization: tokens, signed addresses, certificates, seals, leases and `Job.due_at`.

Whether an organization is a sandbox is decided when it is founded, once and for all.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Label, SQLColumnExpression, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.accounts import Actor, WayIn
from models.base import table_of
from models.database import Database
from models.dialects.among import among
from models.organizations import OrganizationUnit
from resolvers.work import system


async def of_organizations(
    connection: AsyncConnection, ids: Collection[UUID]
) -> dict[UUID, timedelta | None]:
    """Tell how far the clocks of organizations are ahead of ours: None for all but sandboxes.

    `system(id, ahead).time(moment)` is what the clock of one of them shows.

    Args:
        connection: An open connection.
        ids: Which organizations; those that are not there are left out.
    """
    row = table_of(OrganizationUnit).c
    found = await connection.execute(select(row.id, row.clock_ahead).where(among(row.id, ids)))
    return {one.id: one.clock_ahead for one in found}


async def system_of(
    connection: AsyncConnection, organization_id: UUID, way_in: WayIn = WayIn.SYSTEM
) -> Actor:
    """Make the actor for what nobody asked for, by the clock of an organization as it is now."""
    ahead = await of_organizations(connection, [organization_id])
    return system(organization_id, ahead.get(organization_id), way_in)


async def as_now(connection: AsyncConnection, actor: Actor) -> Actor:
    """Let an actor know the clock of their organization as it is now.

    For whoever is here for long; it costs a statement for sandboxes alone.
    """
    if actor.clock_ahead is None:
        return actor
    ahead = await of_organizations(connection, [actor.organization_id])
    return replace(actor, clock_ahead=ahead[actor.organization_id])


async def every_system(database: Database, way_in: WayIn = WayIn.SYSTEM) -> list[Actor]:
    """Make the actor for what nobody asked for in each organization there is."""
    row = table_of(OrganizationUnit).c
    roots = select(row.id, row.clock_ahead).where(row.parent_id.is_(None))
    async with database.reading() as connection:
        return [system(*found, way_in) for found in await connection.execute(roots)]


def ahead_of(organization_id: SQLColumnExpression[UUID]) -> Label[timedelta | None]:
    """Make a column of how far the clock of the organization of each row is ahead of ours.

    It comes with the row, so that nobody has to ask for it by itself.
    """
    root = table_of(OrganizationUnit).alias("roots").c
    ahead = select(root.clock_ahead).where(root.id == organization_id)
    return ahead.scalar_subquery().label("clock_ahead")
