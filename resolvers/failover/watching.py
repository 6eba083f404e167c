"""The timer of automats that fail: by then nobody may stand before them."""

from datetime import datetime, timedelta
from uuid import UUID

from models.automats import HEARTBEAT_TOLERANCE, Automat, AutomatState
from resolvers.failover.applying import move_away
from resolvers.failover.staying import forget
from resolvers.work import Work

AGAIN = timedelta(hours=1)
"""How long what has no other place waits to be tried again, while its automat is away."""


async def look_after(work: Work, automat_id: UUID) -> datetime | None:
    """Move what is to come away from an automat as soon as policies count it as failed.

    One that has come back is left alone, with all that was moved. As long as it is away it is
    looked after again: other policies wait longer, and what has no other place may find one.
    """
    automat = await work.find(Automat, automat_id)
    if automat is None:
        return None
    if not _is_away(automat, work.now):
        await forget(work, automat.id)
        return None
    done = await move_away(work, automat, by_policy=True)
    if automat.state is AutomatState.UNINSTALLED:
        return None
    again = work.now + AGAIN
    return again if done.next_at is None else min(done.next_at, again)


def _is_away(automat: Automat, now: datetime) -> bool:
    if automat.state is not AutomatState.IN_SERVICE:
        return True
    return automat.last_seen_at is not None and now - automat.last_seen_at >= HEARTBEAT_TOLERANCE
