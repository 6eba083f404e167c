"""The oldest part of a trail goes when its time is over; its seals stay, and prove what went.

Whole pieces go, from the first on. An event says up to which seal, with its digest and how many
events that were, so that nobody can remove more than that and call it this.

The trail tells when contracts came to their end, by which contacts, signatures and attachments are
kept; so it is never shorter than the longest of those, and a while more.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import and_, delete, func, or_, select, update

from models.accounts import Actor
from models.automats import DeviceGroup
from models.base import table_of
from models.database import Database
from models.dialects.deadlocks import begun_again
from models.events import Event, EventKind
from models.organizations import OrganizationUnit
from models.seals import EventSeal
from models.settings import UnitSettings
from resolvers.settings import settings
from resolvers.trail.reading import EVENTS, SEALS
from resolvers.work import About, Work

A_WHILE = timedelta(days=60)
SEALS_AT_ONCE = 20
"""How many pieces go in one transaction."""


async def remove_old(database: Database, owner: Actor, now: datetime) -> int:
    """Remove what an organization does not keep any longer of its trail; counts the events.

    Args:
        database: Where it is.
        owner: The system, in the organization.
        now: The moment, by our clock, by which it was sealed.
    """
    removed = 0
    while count := await begun_again(partial(_some, database, owner, now)):
        removed += count
    return removed


async def _some(database: Database, owner: Actor, now: datetime) -> int:
    async with database.writing() as session:
        work = Work(session, owner, owner.time(now))
        seals = await _over(work, now - await kept_for(work))
        return await _remove(work, seals, now) if seals else 0


async def kept_for(work: Work) -> timedelta:
    """Tell how long the trail of an organization is kept."""
    here = await settings(work, work.actor.organization_id)
    needed = [UnitSettings().contact_retention, UnitSettings().attachment_retention]
    needed += [here.contact_retention, here.attachment_retention]
    for model in (OrganizationUnit, DeviceGroup):
        row: Any = model
        for said in (row.contact_retention, row.attachment_retention):
            longest = select(func.max(said)).where(
                row.organization_id == work.actor.organization_id
            )
            needed += [one for one in await work.scalars(longest) if one is not None]
    return max(here.event_retention, max(needed) + A_WHILE)


async def _over(work: Work, before: datetime) -> list[Any]:
    """Find the first pieces that are kept and were sealed before a moment."""
    kept = (
        select(SEALS.number, SEALS.digest, SEALS.count, SEALS.last_transaction, SEALS.last_event_id)
        .where(
            SEALS.organization_id == work.actor.organization_id,
            SEALS.removed_at.is_(None),
            SEALS.sealed_at < before,
        )
        .order_by(SEALS.number)
        .limit(SEALS_AT_ONCE)
    )
    return await work.rows(kept)


async def _remove(work: Work, seals: list[Any], now: datetime) -> int:
    """Mark pieces as removed, say so, and remove their events; nothing if somebody was first."""
    last, mine = seals[-1], work.actor.organization_id
    marked = update(table_of(EventSeal)).where(
        SEALS.organization_id == mine, SEALS.number <= last.number, SEALS.removed_at.is_(None)
    )
    root = About(OrganizationUnit, mine)
    connection = await work.connection()
    if (await connection.execute(marked.values(removed_at=now))).rowcount != len(seals):
        work.undo()
        return 0
    facts = {"up_to_seal": last.number, "digest": last.digest, "before": now}
    work.record(EventKind.EVENTS_REMOVED, root, count=sum(one.count for one in seals), **facts)
    connection = await work.connection()
    place = or_(
        EVENTS.transaction_number < last.last_transaction,
        and_(EVENTS.transaction_number == last.last_transaction, EVENTS.id <= last.last_event_id),
    )
    gone = delete(table_of(Event)).where(EVENTS.organization_id == mine, place)
    return (await connection.execute(gone)).rowcount
