"""Credentials that end soon: people are told in time, as an automat without any is silent.

They are warned by an alarm of the automat, which ends when its former credentials are taken back.
"""

from datetime import datetime, timedelta

from sqlalchemy import select

from models.automat_alarms import AlarmKind
from models.automat_links import AutomatLink
from models.base import table_of
from models.database import Database
from resolvers.automat_alarms import raise_alarm
from resolvers.clocks import ahead_of
from resolvers.work import Work, system

WARNED = timedelta(days=60)
"""So long before their end people are told: time enough to send somebody to a cabinet."""


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
        async with database.writing() as session:
            work = Work(session, actor, actor.time(now))
            details = f"Its certificate ends on {one.expires_at:%Y-%m-%d}; rotate its credentials."
            await raise_alarm(work, one.automat_id, AlarmKind.CREDENTIALS_EXPIRE, details=details)
    return len(found)
