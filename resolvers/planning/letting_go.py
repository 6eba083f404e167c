"""Letting go of what key contracts hold: keys that nobody has, and every locker."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import delete, update

from models.contracts import KeyAllocation, LockerContract, LockerContractState
from models.dialects.among import among
from models.events import EventKind
from resolvers import codes
from resolvers.planning.holdings import Held, HeldLocker
from resolvers.transitions import step
from resolvers.work import About, Work

SYNCED = {LockerContractState.SYNCING, LockerContractState.READY}


async def free(work: Work, held: Sequence[Held]) -> None:
    """Free keys that are not out, and all lockers, in the database; the events come later."""
    connection = await work.connection()
    locker_ids = [one.id for each in held for one in each.lockers]
    key_ids = [key.id for each in held for key in each.keys if not key.is_out]
    if locker_ids:
        await connection.execute(
            update(LockerContract)
            .where(among(LockerContract.id, locker_ids))
            .values(state=LockerContractState.CANCELLED)
        )
    if key_ids:
        await connection.execute(delete(KeyAllocation).where(among(KeyAllocation.id, key_ids)))


async def let_go(work: Work, held: Sequence[Held], *, reason: str) -> None:
    """Free all that is held for good.

    Args:
        work: The transaction.
        held: What key contracts hold.
        reason: Why, in words.
    """
    await free(work, held)
    lockers = [one for each in held for one in each.lockers]
    for one in lockers:
        give_up(work, one, reason=reason)
    await codes.renew(work, synced(lockers))


def give_up(work: Work, one: HeldLocker, *, reason: str) -> None:
    """Write down that a locker is not held any more; an automat forgets what it knew (R15)."""
    subject = About(LockerContract, one.id)
    step(work, subject, one.state, LockerContractState.CANCELLED, reason=reason)
    if one.state in SYNCED:
        work.record(
            EventKind.LOCKER_CONTRACT_UNSYNCED,
            subject,
            notice=f"The automat forgets a PIN that was for it {one.window}: {reason}",
            reason=reason,
            automat_id=one.automat_id,
        )


def synced(lockers: Collection[HeldLocker]) -> list[UUID]:
    """List the locker contracts whose PINs automats know."""
    return [one.id for one in lockers if one.state in SYNCED]
