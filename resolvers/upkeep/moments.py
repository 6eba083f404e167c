"""When a key contract has to be looked after next."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain

from models.contracts import KeyContractStatus, LockerContractState
from models.keys import KeyStatus
from models.stays import HOLD_STEP
from resolvers.upkeep.ending import HOLD_AHEAD
from resolvers.upkeep.running import Running

AGAIN = timedelta(hours=1)
"""How long a contract without a locker, or with a key that is not back, waits to be tried again."""
OVER = {KeyContractStatus.ENDED, KeyContractStatus.CANCELLED}


def next_moment(
    running: Running, now: datetime, unconfirmed: Iterable[datetime] = ()
) -> datetime | None:
    """Tell when the next thing is due; None when nothing will ever be.

    Args:
        running: The contract with all that belongs to it.
        now: The moment.
        unconfirmed: When there is something to do about PINs that are on the way.
    """
    if running.contract.status in OVER:
        return None
    ahead = chain(_moments(running, now), unconfirmed)
    return min((moment for moment in ahead if moment > now), default=None)


def _moments(running: Running, now: datetime) -> Iterator[datetime]:
    contract = running.contract
    yield contract.starts_at
    for moment in (
        *(contract.ends_at, contract.overdue_at),
        *(contract.remind_of_start_at, contract.remind_of_end_at),
    ):
        if moment is not None:
            yield moment
    for one in running.lockers:
        yield from (one.sync_at, one.starts_at)
        if one.ends_at is not None:
            yield from (one.ends_at - HOLD_AHEAD, one.ends_at)
        if one.state is LockerContractState.FAILED:
            yield now + (AGAIN if one.starts_at < now + 2 * HOLD_STEP else HOLD_STEP)
    if any(key.status is KeyStatus.OVERDUE for key in running.keys.values()):
        yield now + AGAIN
