"""Reports take effect: whoever is there applies them, each once, under the lock of their link.

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
from resolvers.automat_reports import links
from resolvers.automat_reports.inbox import Inbox, Trying, is_nobodys_fault

ROW = AutomatReport
ROUNDS = 4
"""How many transactions in a row one link gets, while others wait."""


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


async def apply(database: Database, link_id: UUID, clock: Callable[[], datetime]) -> int:
    """Let all reports of a link take effect whose turn it is.

    It may be called by anybody at any time, also by several at once.

    Args:
        database: Where they are kept.
        link_id: By which credentials they came.
        clock: Tells the time, by our clock.

    Returns:
        Up to which number all reports have been applied, or given up: the automat may forget those.
    """
    has_more, heard_up_to = True, 0
    while has_more:
        has_more, heard_up_to = await _round(database, link_id, clock)
    return heard_up_to


async def apply_a_few(database: Database, link_id: UUID, clock: Callable[[], datetime]) -> bool:
    """Let some reports of a link take effect whose turn it is; see `apply`.

    Args:
        database: Where they are kept.
        link_id: By which credentials they came.
        clock: Tells the time, by our clock.

    Returns:
        Whether there may be more, for which one should come again when others had their turn.
    """
    for _ in range(ROUNDS):
        has_more, _ = await _round(database, link_id, clock)
        if not has_more:
            return False
    return True


async def _round(
    database: Database, link_id: UUID, clock: Callable[[], datetime]
) -> tuple[bool, int]:
    """Apply a few, with more care when one of them fails."""
    some = partial(_some, database, link_id, clock)
    try:
        return await begun_again(partial(some, nullcontext))
    except Exception as error:
        if is_nobodys_fault(error):
            raise
        return await begun_again(partial(some, None))


async def _some(
    database: Database, link_id: UUID, clock: Callable[[], datetime], trying: Trying | None
) -> tuple[bool, int]:
    """Apply a few; tells whether there may be more, and up to where all have been applied.

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
            return False, 0
        if inbox.waits_for in {None, former}:
            return has_more, inbox.heard_up_to
        former = inbox.waits_for
        while (await _some(database, former, clock, trying))[0]:
            """What came by former credentials comes first."""


async def _one_transaction(
    database: Database, link_id: UUID, clock: Callable[[], datetime], trying: Trying | None
) -> tuple[Inbox | None, bool]:
    async with database.writing() as session:
        found = await links.locked(session, link_id, clock())
        if found is None:
            return None, False
        inbox = Inbox(*found, trying)
        has_more = await inbox.apply_some()
        await inbox.work.save()
        return inbox, has_more
