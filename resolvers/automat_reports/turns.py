"""A turn of many links: what is about doors and codes together, what is about keys link by link.

What many have in common is read once and written once, so that a turn costs little more for fifty
automats than for one. What locks the rows of keys and contracts has a transaction for itself.
"""

import asyncio
from collections.abc import Callable, Collection
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.automat_links import AutomatLink
from models.automat_reports import AutomatReport
from models.base import table_of
from models.database import Database
from models.dialects.among import among, ids_later
from models.dialects.deadlocks import begun_again
from resolvers.automat_reports import links
from resolvers.automat_reports.applying import apply_next
from resolvers.automat_reports.around import around, starts_of
from resolvers.automat_reports.inbox import FIRST, Inbox, is_nobodys_fault

SIDE_BY_SIDE = 4
"""How many links have transactions for themselves at once."""


@dataclass(slots=True)
class Turn:
    """What came of a turn.

    Args:
        again: The links that may have more, for which one should come again when others had theirs.
        alone: Those that have something next which is applied by itself.
        failed: What went wrong with links, by their ids.
    """

    again: set[UUID] = field(default_factory=set)
    alone: set[UUID] = field(default_factory=set)
    failed: dict[UUID, BaseException] = field(default_factory=dict)


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
    has_more = True
    while has_more:
        turn = await take(database, [link_id], clock)
        for error in turn.failed.values():
            raise error
        has_more = bool(turn.again)
    async with database.reading() as connection:
        heard = select(AutomatLink.heard_up_to).where(AutomatLink.id == link_id)
        return (await connection.execute(heard)).scalar() or 0


async def take(
    database: Database, link_ids: Collection[UUID], clock: Callable[[], datetime]
) -> Turn:
    """Let some reports of links take effect whose turn it is.

    Args:
        database: Where they are kept.
        link_ids: By which credentials they came.
        clock: Tells the time, by our clock.
    """
    turn, together = Turn(), dict[UUID, set[UUID]]()
    if len(link_ids) == 1:
        turn.alone.update(link_ids)
    else:
        async with database.reading() as connection:
            together = await _owners(connection, link_ids, turn)
    for owner, ids in together.items():
        try:
            await begun_again(partial(_beside, database, owner, ids, clock, turn))
        except Exception as error:  # noqa: BLE001 - each of them is tried alone, with more care
            if is_nobodys_fault(error):
                turn.failed.update(dict.fromkeys(ids, error))
            else:
                turn.alone |= ids
    await _alone(database, clock, turn)
    return turn


async def _owners(
    connection: AsyncConnection, link_ids: Collection[UUID], turn: Turn
) -> dict[UUID, set[UUID]]:
    """Give the links by their organizations, but for those whose next report is about a key."""
    together: dict[UUID, set[UUID]] = {}
    for id, organization_id, kind in await connection.execute(_next(), {"links": link_ids}):
        ids = turn.alone if kind in FIRST else together.setdefault(organization_id, set())
        ids.add(id)
    return together


@cache
def _next() -> Select[*tuple[Any, ...]]:
    """Select whose links are, and what kind of report is next."""
    link, report = table_of(AutomatLink).c, table_of(AutomatReport).c
    is_next = and_(
        report.link_id == link.id,
        report.number == link.heard_up_to + 1,
        report.applied_at.is_(None),
    )
    columns: Select[*tuple[Any, ...]] = select(link.id, link.organization_id, report.kind)
    found = columns.select_from(link.id.table.outerjoin(report.id.table, is_next))
    return found.where(among(link.id, ids_later("links")))


async def _beside(
    database: Database,
    owner: UUID,
    link_ids: set[UUID],
    clock: Callable[[], datetime],
    turn: Turn,
) -> None:
    """Apply reports of links of one organization beside each other, in one transaction."""
    more = Turn()
    async with database.writing(owner) as session:
        found = await links.locked_together(session, link_ids, clock())
        if found is None:
            return
        work, locked = found
        starts = await starts_of(work, locked)
        shared = await around(work, starts)
        for link in locked:
            inbox = Inbox(work, link, nullcontext)
            has_more = await inbox.apply_beside(starts[link.id], shared)
            if inbox.waits_for_its_own or inbox.waits_for is not None:
                more.alone.add(link.id)
            elif has_more:
                more.again.add(link.id)
        await work.save()
        await shared.write(work)
    turn.again |= more.again
    turn.alone |= more.alone


async def _alone(database: Database, clock: Callable[[], datetime], turn: Turn) -> None:
    """Apply reports of links link by link, some of them side by side."""
    free = asyncio.Semaphore(SIDE_BY_SIDE)

    async def one(link_id: UUID) -> None:
        async with free:
            try:
                has_more = await apply_next(database, link_id, clock)
            except Exception as error:  # noqa: BLE001 - one automat's trouble is not another one's
                turn.failed[link_id] = error
            else:
                turn.again |= {link_id} if has_more else set()

    await asyncio.gather(*(one(link_id) for link_id in turn.alone))
