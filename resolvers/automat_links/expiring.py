"""Credentials that end soon: people are told in time, as an automat without any is silent.

They are warned by an alarm of the automat, which ends when its former credentials are taken back.
Those that nobody used for 30 days end by themselves: a file that lies about is a danger.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from models.automat_alarms import AlarmKind
from models.automat_links import UNUSED_LASTS, AutomatLink
from models.base import table_of
from models.database import Database
from resolvers.automat_alarms import raise_alarm
from resolvers.automat_links.revoking import good, take_back
from resolvers.clocks import ahead_of
from resolvers.work import Work, system

WARNED = timedelta(days=60)
"""So long before their end people are told: time enough to send somebody to a cabinet."""
UNUSED = "unused"


async def end_unused(database: Database, now: datetime) -> int:
    """Take back credentials that waited too long for their first use; tells how many.

    Args:
        database: Where credentials are, of all organizations.
        now: The moment, by our clock, by which they were issued.
    """
    row = table_of(AutomatLink).c
    waiting = row.revoked_at.is_(None), row.activated_at.is_(None)
    unused = (
        select(row.organization_id, row.automat_id, ahead_of(row.organization_id))
        .where(*waiting, row.issued_at <= now - UNUSED_LASTS)
        .order_by(row.id)
    )
    async with database.reading() as connection:
        found = (await connection.execute(unused)).all()
    ended = 0
    for one in found:
        actor = system(one.organization_id, one.clock_ahead)
        async with database.writing(one.organization_id) as session:
            work = Work(session, actor, actor.time(now))
            known = await good(work, one.automat_id)
            lapsed = [link for link in known if link.has_lapsed(now)]
            await let_lapse(work, lapsed)
            ended += len(lapsed)
    return ended


async def let_lapse(work: Work, links: Sequence[AutomatLink]) -> None:
    """Take back locked credentials that waited too long, and tell people."""
    notice = f"New credentials of an automat were not used for {UNUSED_LASTS.days} days, and ended."
    await take_back(work, links, notice=notice, reason=UNUSED)


async def warn(database: Database, now: datetime) -> int:
    """Raise an alarm for each automat whose credentials end soon, once; tells how many are on.

    Args:
        database: Where credentials are, of all organizations.
        now: The moment, by our clock, by which certificates go.
    """
    row = table_of(AutomatLink).c
    ending = select(
        row.organization_id, row.automat_id, row.expires_at, ahead_of(row.organization_id)
    ).where(row.revoked_at.is_(None), row.activated_at.is_not(None), row.expires_at < now + WARNED)
    async with database.reading() as connection:
        found = (await connection.execute(ending.order_by(row.id))).all()
    for one in found:
        actor = system(one.organization_id, one.clock_ahead)
        async with database.writing(one.organization_id) as session:
            work = Work(session, actor, actor.time(now))
            details = f"Its certificate ends on {one.expires_at:%Y-%m-%d}; rotate its credentials."
            await raise_alarm(work, one.automat_id, AlarmKind.CREDENTIALS_EXPIRE, details=details)
    return len(found)
