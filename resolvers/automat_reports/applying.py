"""Reports of one link take effect: whoever is there applies them, each once, under its lock.

Whoever dies in between has done nothing; whoever comes second finds it done. See `inbox` for what
is done in one transaction.
"""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.automat_links import AutomatLink
from models.automat_reports import AutomatReport, ReportKind
from models.database import Database
from models.dialects.deadlocks import begun_again
from models.dialects.row_security import narrow
from resolvers.automat_reports import links
from resolvers.automat_reports.inbox import Inbox, Trying, is_nobodys_fault

ROW = AutomatReport


async def to_apply(connection: AsyncConnection) -> list[UUID]:
    """List the links of which something may be applied now: after a restart, and again and again.

    Args:
        connection: An open connection.
    """
    link = AutomatLink
    is_next = or_(
        ROW.number.is_(None),
        ROW.number <= link.heard_up_to + 1,
        ROW.kind == ReportKind.CODES_APPLIED,
        link.revoked_at.is_not(None),
        link.heard_up_to + 1 < link.oldest_number,
    )
    found = (
        select(ROW.link_id)
        .join(link, link.id == ROW.link_id)
        .where(ROW.applied_at.is_(None), is_next)
    )
    return list((await connection.execute(found.distinct())).scalars())


async def apply_next(database: Database, link_id: UUID, clock: Callable[[], datetime]) -> bool:
    """Let a few reports of a link take effect, with more care when one of them fails.

    Args:
        database: Where they are kept.
        link_id: By which credentials they came.
        clock: Tells the time, by our clock.

    Returns:
        Whether there may be more.
    """
    some = partial(_some, database, link_id, clock)
    try:
        return await begun_again(partial(some, nullcontext))
    except Exception as error:
        if is_nobodys_fault(error):
            raise
        return await begun_again(partial(some, None))


async def _some(
    database: Database, link_id: UUID, clock: Callable[[], datetime], trying: Trying | None
) -> bool:
    """Apply a few; tells whether there may be more.

    Args:
        database: Where they are kept.
        link_id: By which credentials they came.
        clock: Tells the time, by our clock.
        trying: What each is tried in, see `Inbox`. Nothing at first, which is cheaper: then all of
            them are undone when one fails, and tried again with more care.
    """
    former = None
    while True:
        inbox, has_more = await _one_transaction(database, link_id, clock, trying)
        if inbox is None:
            return False
        if inbox.waits_for in {None, former}:
            return has_more
        former = inbox.waits_for
        while await _some(database, former, clock, trying):
            """What came by former credentials comes first."""


async def _one_transaction(
    database: Database, link_id: UUID, clock: Callable[[], datetime], trying: Trying | None
) -> tuple[Inbox | None, bool]:
    async with database.writing() as session:
        found = await links.locked(session, link_id, clock())
        if found is None:
            return None, False
        await narrow(session, found[1].organization_id)
        inbox = Inbox(*found, trying)
        return inbox, await inbox.apply_some()
