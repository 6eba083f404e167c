"""Keys that a contract gives up while it goes on: their lockers are free, their history stays."""

from collections.abc import Sequence

from sqlalchemy import update

from models.contracts import KeyAllocation
from models.dialects.among import among
from resolvers.planning.holdings import Held, HeldKey
from resolvers.planning.letting_go import let_go, lockers_of
from resolvers.planning.targets import aim
from resolvers.work import Work

REASON = "Its key was removed from the contract."


async def remove(work: Work, held: Held, gone: Sequence[HeldKey]) -> None:
    """Let go of keys that nobody has, with their lockers, and keep that they were promised.

    Args:
        work: The transaction; the keys are locked.
        held: All that the contract holds.
        gone: The keys that go.
    """
    if not gone:
        return
    lockers = await lockers_of(work, held, [key.key_id for key in gone])
    await let_go(work, [Held(lockers=tuple(lockers))], reason=REASON)
    await _remember(work, gone)
    await aim(work, [key.key_id for key in gone])


async def _remember(work: Work, gone: Sequence[HeldKey]) -> None:
    """Keep the allocations of keys as what was: they are not live any more."""
    await (await work.connection()).execute(
        update(KeyAllocation)
        .where(among(KeyAllocation.id, [key.id for key in gone]))
        .values(live=False, removed_at=work.now)
    )
