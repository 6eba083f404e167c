"""Letting go of what key contracts hold: keys that nobody has, and every locker."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import delete, select, update

from models.automats import Locker
from models.contracts import (
    KeyAllocation,
    LockerContract,
    LockerContractKind,
    LockerContractState,
)
from models.dialects.among import among
from models.events import EventKind
from models.keys import Key
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


async def lockers_of(work: Work, held: Held, key_ids: Collection[UUID]) -> list[HeldLocker]:
    """List the lockers that a contract holds for certain keys, also where any would do (R69d).

    Where any would do it is the one in which such a key lies, else one in which none of the
    contract's lies, so that the others still open for what lies in theirs.
    """
    named = [one for one in held.lockers if one.key_id in key_ids]
    for_any = [one for one in held.lockers if one.key_id is None]
    if not for_any:
        return named
    places = await _places(work, {*key_ids, *(key.key_id for key in held.keys)})
    inside = {one: places.get((one.automat_id, one.locker_index)) for one in for_any}
    theirs = [one for one in for_any if inside[one] in key_ids]
    found = {one.key_id for one in named if one.kind is not LockerContractKind.RETURN}
    found |= {inside[one] for one in theirs}
    empty = [one for one in for_any if inside[one] is None]
    return [*named, *theirs, *empty[: len(set(key_ids) - found)]]


async def _places(work: Work, key_ids: Collection[UUID]) -> dict[tuple[UUID, int | None], UUID]:
    """Tell which of some keys lie in which lockers of automats."""
    rows = await work.rows(
        select(Key.id, Locker.automat_id, Locker.index)
        .join(Locker, Locker.id == Key.locker_id)
        .where(Key.organization_id == work.actor.organization_id, among(Key.id, list(key_ids)))
    )
    return {(row.automat_id, row.index): row.id for row in rows}


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
