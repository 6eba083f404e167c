"""Which credentials of automats are good, for whoever brings what is to be told and what was said.

The link serves every organization of an installation, so nothing here asks who asks. A row is
loaded for changes with the organization it belongs to.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.accounts import Actor
from models.automat_links import AutomatLink
from models.base import table_of
from models.dialects.among import among
from models.organizations import OrganizationUnit
from resolvers.clocks import ahead_of
from resolvers.work import system


@dataclass(frozen=True, slots=True)
class KnownLink:
    """One set of credentials that is good.

    Args:
        id: Its id, the name on the wire.
        organization_id: Whose it is.
        codes_key: What seals for it, as it is kept.
        heard_up_to: All its reports up to this number took effect or were given up.
        clock_ahead: How far the clock of its organization is ahead of ours; None but in sandboxes.
    """

    id: UUID
    organization_id: UUID
    codes_key: str
    heard_up_to: int
    clock_ahead: timedelta | None

    @property
    def owner(self) -> Actor:
        """The system, for whatever is done about it that nobody asked for."""
        return system(self.organization_id, self.clock_ahead)


GOOD: Select[*tuple[Any, ...]] = select(
    AutomatLink.id,
    AutomatLink.organization_id,
    AutomatLink.codes_key,
    AutomatLink.heard_up_to,
    ahead_of(table_of(AutomatLink).c.organization_id),
).where(AutomatLink.revoked_at.is_(None))


async def good_links(connection: AsyncConnection) -> list[KnownLink]:
    """List all that are good."""
    return [KnownLink(*row) for row in await connection.execute(GOOD)]


async def links_among(connection: AsyncConnection, ids: Collection[UUID]) -> list[KnownLink]:
    """List those of some that are good."""
    rows = await connection.execute(GOOD.where(among(AutomatLink.id, ids)))
    return [KnownLink(*row) for row in rows]


async def sandbox_links(connection: AsyncConnection) -> list[KnownLink]:
    """List those that are good and live by the clock of a sandbox."""
    root = table_of(OrganizationUnit).alias("sandboxes").c
    theirs = select(root.id).where(root.clock_ahead.is_not(None))
    rows = await connection.execute(GOOD.where(AutomatLink.organization_id.in_(theirs)))
    return [KnownLink(*row) for row in rows]


async def known_link(connection: AsyncConnection, link_id: UUID) -> KnownLink | None:
    """Find one; None when there is none, or it was taken back."""
    row = (await connection.execute(GOOD.where(AutomatLink.id == link_id))).first()
    return None if row is None else KnownLink(*row)


async def revoked_links(connection: AsyncConnection, since: datetime | None) -> list[UUID]:
    """List those that were taken back since a moment, or ever."""
    revoked = select(AutomatLink.id).where(AutomatLink.revoked_at.is_not(None))
    if since is not None:
        revoked = revoked.where(AutomatLink.revoked_at >= since)
    return list((await connection.execute(revoked)).scalars())
