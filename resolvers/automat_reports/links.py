"""The credentials by which something is heard of an automat; the first sign of life activates them.

What is heard by revoked credentials is not believed, nor is it by those that nobody issued.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import aliased

from models.accounts import WayIn
from models.automat_links import AutomatLink
from models.dialects.among import among, ids_later
from models.telling import RINGS
from resolvers.automat_links.expiring import let_lapse
from resolvers.automat_links.revoking import take_back
from resolvers.clocks import ahead_of, as_now
from resolvers.work import Work, system


class Known(NamedTuple):
    """Credentials that are good.

    Args:
        id: Their id.
        organization_id: Whose automat.
        automat_id: Which automat.
        activated_at: When they were heard of first; None while they wait.
        heard_up_to: All reports up to this number have been applied, or given up.
        oldest_number: The oldest report that the automat still keeps, as far as it has said.
        clock_ahead: How far the clock of the organization is ahead of ours, see `clocks`.
    """

    id: UUID
    organization_id: UUID
    automat_id: UUID
    activated_at: datetime | None
    heard_up_to: int
    oldest_number: int
    clock_ahead: timedelta | None

    @property
    def last_believable(self) -> int:
        """The highest number of a report that is believed, see `last_believable`."""
        return last_believable(self.heard_up_to, self.oldest_number)

    def time(self, real: datetime) -> datetime:
        """Tell what the clock of the organization shows at a moment of ours."""
        return system(self.organization_id, self.clock_ahead).time(real)


ROW = AutomatLink
WHOSE = ROW.id, ROW.organization_id, ROW.automat_id, ROW.activated_at
COLUMNS = *WHOSE, ROW.heard_up_to, ROW.oldest_number
MOST_AHEAD = 20_000
"""An automat keeps 10 000 reports: none has a number that lies much more behind what was heard."""


def last_believable(heard_up_to: int, oldest_number: int) -> int:
    """Tell up to which number a report of an automat is believed.

    Without an end to it the last numbers that a database can count to would be used up by one
    message, and nothing could be counted behind them.

    Args:
        heard_up_to: What was heard of it, or given up.
        oldest_number: The oldest report that it still keeps.
    """
    return max(heard_up_to, oldest_number - 1) + MOST_AHEAD


async def good(connection: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, Known]:
    """Find the credentials that are not revoked, by id; the others are left out."""
    found = select(*COLUMNS, ahead_of(ROW.organization_id)).where(
        among(ROW.id, ids), ROW.revoked_at.is_(None)
    )
    return {row.id: Known(*row) for row in await connection.execute(found)}


async def locked(
    session: AsyncSession, link_id: UUID, now: datetime
) -> tuple[Work, AutomatLink] | None:
    """Lock credentials, to do something about them for the system; None for unknown ones.

    With those that wait for their first sign of life all that their automat has are locked, in the
    order in which everybody locks them: it takes the others back.

    Args:
        session: An open transaction.
        link_id: Which credentials, revoked ones too.
        now: The moment, by our clock; the work goes by that of the organization.
    """
    fresh, told = {"populate_existing": True}, {"link": link_id}
    for link, ahead in (await session.execute(_mine(), told, execution_options=fresh)).all():
        if link.id == link_id:
            # The clock of a sandbox may have been moved while we waited, and that has its end now.
            automat = system(link.organization_id, ahead, WayIn.AUTOMAT)
            actor = await as_now(await session.connection(), automat)
            return Work(session, actor, actor.time(now)), link
    return None


@cache
def _mine() -> Select[AutomatLink, timedelta | None]:
    """Select credentials, with all others of the automat that are good when they wait."""
    waiting = aliased(ROW)
    is_waiting = waiting.activated_at.is_(None), waiting.revoked_at.is_(None)
    automat_id = select(waiting.automat_id).where(waiting.id == bindparam("link"), *is_waiting)
    beside = and_(ROW.automat_id == automat_id.scalar_subquery(), ROW.revoked_at.is_(None))
    row = select(ROW, ahead_of(ROW.organization_id))
    row = row.where(or_(ROW.id == bindparam("link"), beside)).order_by(ROW.id)
    return row.with_for_update(of=ROW, key_share=True)


async def owners(connection: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Tell whose credentials are, by their ids; unknown ones are left out."""
    found = select(ROW.id, ROW.organization_id).where(among(ROW.id, ids))
    return {row.id: row.organization_id for row in await connection.execute(found)}


async def locked_together(
    session: AsyncSession, link_ids: Collection[UUID], now: datetime
) -> tuple[Work, list[AutomatLink]] | None:
    """Lock credentials of one organization, in the order of their ids; None for unknown ones.

    Args:
        session: An open transaction.
        link_ids: Which credentials, all of one organization, revoked ones too.
        now: The moment, by our clock; the work goes by that of the organization.
    """
    fresh, told = {"populate_existing": True}, {"links": link_ids}
    rows = (await session.execute(_theirs(), told, execution_options=fresh)).all()
    if not rows:
        return None
    actor = system(rows[0][0].organization_id, rows[0][1], WayIn.AUTOMAT)
    actor = await as_now(await session.connection(), actor)  # it may have been moved meanwhile
    return Work(session, actor, actor.time(now)), [link for link, _ in rows]


@cache
def _theirs() -> Select[AutomatLink, timedelta | None]:
    row = select(ROW, ahead_of(ROW.organization_id)).where(among(ROW.id, ids_later("links")))
    return row.order_by(ROW.id).with_for_update(of=ROW, key_share=True)


async def heard_from(work: Work, link: AutomatLink) -> None:
    """Let credentials that wait be those of the automat, and revoke the ones before them.

    That needs a message which the automat has sealed: else whoever runs the broker could do it.
    Those that have waited too long are taken back instead.
    """
    if link.activated_at is not None or link.revoked_at is not None:
        return
    if link.has_lapsed(work.actor.real(work.now)):
        await let_lapse(work, [link])
        return
    of_automat = work.own(ROW).where(ROW.automat_id == link.automat_id, ROW.revoked_at.is_(None))
    former = [one for one in await work.locking(of_automat, ROW) if one.id != link.id]
    await take_back(work, former)
    if link.revoked_at is None and link.activated_at is None:
        link.activated_at = work.now
        work.session.info[RINGS] = True  # its codes are sent now, and not before
        await work.save()
