"""Whose stay comes next with a key: they have to be looked after when something happens to it."""

from uuid import UUID

from sqlalchemy import or_, select

from models.contracts import KeyAllocation
from models.keys import Key
from models.stays import HOLD_STEP
from resolvers.rivals import look_soon
from resolvers.work import Work

FEW = 3


async def look_after_next_stays(work: Work, key: Key) -> None:
    """Let the timers look after the stays that come next with a key."""
    await look_soon(work, *await next_stays(work, key))


async def next_stays(work: Work, key: Key) -> list[UUID]:
    """List the key contracts that come next with a key: those that nobody has begun to use."""
    row = KeyAllocation
    rows = await work.rows(
        select(row.key_contract_id)
        .where(
            row.organization_id == work.actor.organization_id,
            row.key_id == key.id,
            row.live,
            row.fetched_at.is_(None),
            or_(row.ends_at.is_(None), row.ends_at > work.now),
            row.starts_at < work.now + HOLD_STEP * 7,
        )
        .order_by(row.starts_at)
        .limit(FEW)
    )
    return [found.key_contract_id for found in rows]
