"""Contracts whose guests took another key than was noted for them: any would do (R69d)."""

from collections.abc import Sequence
from uuid import UUID

from models.contracts import (
    LIVE_STATES,
    KeyAllocation,
    KeyContract,
    LockerContract,
    LockerContractState,
    Verification,
)
from models.errors import NoKeyForEntity
from models.events import EventKind
from models.keys import Key
from models.reservations import Reservation
from models.times import Window
from resolvers.handover.promises import Promise, is_free
from resolvers.planning.existing import stay_of
from resolvers.planning.holdings import Held, held_by
from resolvers.planning.letting_go import let_go, lockers_of
from resolvers.planning.planner import decide
from resolvers.planning.stays import Plan
from resolvers.planning.targets import aim
from resolvers.planning.wishes import nothing
from resolvers.planning.writing import write
from resolvers.rivals import look_soon
from resolvers.signed import effects
from resolvers.work import Work


async def swap(work: Work, promise: Promise, key: Key) -> None:
    """Let a contract have the key that was taken instead of the one that was noted.

    Where that key was noted for somebody else in that time, they get the one that is left, or
    another one.
    """
    ours = promise.allocation
    left = ours.key_id
    if left == key.id:
        return
    theirs = await _rivals(work, ours, key)
    for one in (ours, *theirs):
        one.live = False
    await work.save()
    ours.key_id, ours.live = key.id, True
    await work.save()
    await effects.changed(work, promise.contract, by_fact=True)
    for one in theirs:
        if await is_free(work, _of(one, left), Window(one.starts_at, one.ends_at)):
            await _give(work, one, left)
        else:
            await _find_another(work, one, key)


async def _rivals(work: Work, ours: KeyAllocation, key: Key) -> Sequence[KeyAllocation]:
    """List the promises of a key that stand against ours; none where it is shared."""
    if not ours.exclusive:
        return ()
    row = KeyAllocation
    waiting = row.key_id == key.id, row.live, row.exclusive, row.fetched_at.is_(None)
    found = await work.locking(work.own(row).where(*waiting), row)
    window = Window(ours.starts_at, ours.ends_at)
    return [one for one in found if window.overlaps(Window(one.starts_at, one.ends_at))]


def _of(one: KeyAllocation, key_id: UUID) -> KeyAllocation:
    """Make an allocation that asks for another key."""
    return KeyAllocation(id=one.id, key_id=key_id, exclusive=one.exclusive)


async def _give(work: Work, one: KeyAllocation, key_id: UUID) -> None:
    """Let somebody have another key, to fetch and to return."""
    row = LockerContract
    same = row.key_contract_id == one.key_contract_id, row.key_id == one.key_id
    held = row.state.in_((*LIVE_STATES, LockerContractState.FAILED.value))
    for locker_contract in await work.locking(work.own(row).where(*same, held), row):
        locker_contract.key_id = key_id
    one.key_id, one.live = key_id, True
    await work.save()
    await aim(work, [key_id])
    await look_soon(work, one.key_contract_id)
    contract = await work.get(KeyContract, one.key_contract_id)
    if contract.verification is not Verification.NONE:
        await effects.changed(work, contract, by_fact=True)


async def _find_another(work: Work, one: KeyAllocation, key: Key) -> None:
    """Plan a stay anew that has lost its key."""
    contract = await work.get(KeyContract, one.key_contract_id)
    await work.session.delete(one)
    await work.save()
    lost = f"The key {key.code} was taken by somebody else, and no other one is free."
    if contract.reservation_id is None:
        held = (await held_by(work, [contract.id]))[contract.id]
        lockers = tuple(await lockers_of(work, held, [key.id]))
        await let_go(work, [Held(lockers=lockers)], reason=lost)
        await look_soon(work, contract.id)
        notice = f"The key contract {contract.reference} has lost a key. {lost}"
        work.record(EventKind.KEY_CONTRACT_UPDATED, contract, notice=notice, lost_key_id=key.id)
        return
    (reservation,) = await work.locked(Reservation, [contract.reservation_id])
    stay = await stay_of(work, reservation)
    stay.by_fact = True
    (planned,) = await decide(work, [stay])
    if not isinstance(planned, Plan):
        planned = Plan(stay, nothing(stay, NoKeyForEntity(lost)))
    await write(work, [planned])
