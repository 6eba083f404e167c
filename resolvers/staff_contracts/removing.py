"""Keys that a contract gives up while it goes on: their lockers are free, their history stays."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, update

from models.automats import Locker
from models.contracts import KeyAllocation
from models.dialects.among import among
from models.keys import Key
from resolvers.planning.holdings import Held, HeldKey, HeldLocker
from resolvers.planning.letting_go import let_go
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
    lockers = await _lockers_of(work, held, [key.key_id for key in gone])
    await let_go(work, [Held(lockers=tuple(lockers))], reason=REASON)
    await _remember(work, gone)
    await aim(work, [key.key_id for key in gone])


async def _lockers_of(work: Work, held: Held, key_ids: Sequence[UUID]) -> list[HeldLocker]:
    """List the lockers that are held for certain keys, also where any key there would do (R69d)."""
    rows = await work.rows(
        select(Key.id, Locker.automat_id, Locker.index)
        .join(Locker, Locker.id == Key.locker_id)
        .where(Key.organization_id == work.actor.organization_id, among(Key.id, key_ids))
    )
    places = {(row.automat_id, row.index) for row in rows}
    return [
        one
        for one in held.lockers
        if one.key_id in key_ids
        or (one.key_id is None and (one.automat_id, one.locker_index) in places)
    ]


async def _remember(work: Work, gone: Sequence[HeldKey]) -> None:
    """Keep the allocations of keys as what was: they are not live any more."""
    await (await work.connection()).execute(
        update(KeyAllocation)
        .where(among(KeyAllocation.id, [key.id for key in gone]))
        .values(live=False, removed_at=work.now)
    )
