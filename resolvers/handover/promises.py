"""Under which contract a key is taken, or was out: found, and locked with what belongs to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import Select, bindparam, or_, select

from models.contracts import (
    LIVE_STATES,
    KeyAllocation,
    KeyContract,
    KeyContractStatus,
    LockerContract,
    LockerContractKind,
    LockerContractState,
)
from models.keys import Key, KeyKind
from models.reservations import Reservation
from models.times import Window
from resolvers.work import Work, owned

RETURN = LockerContractKind.RETURN
MAY_HAVE_LAPSED = {
    KeyContractStatus.ACTIVE,
    KeyContractStatus.OVERDUE,
    KeyContractStatus.ENDED,
}
"""Some of its keys may be out while the promise of the others is over."""


@dataclass(slots=True)
class Promise:
    """A key contract that a report concerns, with its key's allocation, all locked.

    Args:
        contract: The key contract.
        reservation: The reservation behind it, if there is one.
        allocation: The allocation of the key.
        lockers: The locker contracts of the key that are live, or have no locker for now.
    """

    contract: KeyContract
    reservation: Reservation | None
    allocation: KeyAllocation
    lockers: list[LockerContract]


async def promise_to_fetch(work: Work, key: Key) -> Promise | None:
    """Find for whom a key is taken now: whose time it is, or who comes next."""
    row, now = KeyAllocation, work.now
    waiting = work.own(row).where(row.key_id == key.id, row.live, row.fetched_at.is_(None))
    running = waiting.where(row.starts_at <= now, or_(row.ends_at.is_(None), row.ends_at > now))
    found = await work.first(running.order_by(row.starts_at.desc(), row.id))
    found = found or await work.first(waiting.where(row.starts_at > now).order_by(row.starts_at))
    return None if found is None else await promise(work, found.key_contract_id, key.id)


async def holdings(work: Work, key_id: UUID) -> Sequence[KeyAllocation]:
    """List the allocations under which somebody has a key as far as is known, newest first."""
    row = KeyAllocation
    out = work.own(row).where(row.key_id == key_id, row.live, row.fetched_at.is_not(None))
    return await work.all(out.order_by(row.fetched_at.desc(), row.id))


async def promise_of_holder(work: Work, key: Key) -> Promise | None:
    """Find under which contract somebody has a key now."""
    for one in await holdings(work, key.id):
        found = await promise(work, one.key_contract_id, key.id)
        if found is not None and found.allocation.fetched_at is not None:
            return found
    return None


async def locked_with_holder(work: Work, key: Key) -> tuple[Key, Promise | None]:
    """Lock a key, and before it the promise under which somebody has it, if anybody has.

    While we waited for the key somebody may have taken it: then that is their promise.
    """
    promised = await promise_of_holder(work, key)
    if promised is not None:
        return key, promised
    (key,) = await work.locked(Key, [key.id])
    return key, None if key.is_stored else await promise_of_holder(work, key)


async def promise_that_opened(
    work: Work, opened: LockerContract, key: Key, at: datetime
) -> Promise | None:
    """Find the promise of a key to whoever opened a locker; None when it was not theirs to fetch.

    They may have come while it was theirs, although we hear of it when their time is over.
    """
    will_do = opened.key_id is not None or key.kind is KeyKind.ELECTROMECHANICAL  # R69d
    by = opened if will_do else None
    found = await promise(work, opened.key_contract_id, key.id, opened=by)
    if found is not None:
        return None if found.allocation.fetched_at is not None else found
    return await _lapsed(work, opened.key_contract_id, key, at)


async def promise(
    work: Work, contract_id: UUID, key_id: UUID, *, opened: LockerContract | None = None
) -> Promise | None:
    """Lock a key contract, the allocation of a key, the key, and its locker contracts.

    That is the usual order. None when the contract does not wait for that key, or any.

    Args:
        work: The transaction.
        contract_id: The contract.
        key_id: The key.
        opened: The locker contract by which the key was taken, where that is known: where any key
            would do, the allocation is one that has not been fetched and has no locker of its own.
    """
    contract, reservation = await _locked(work, contract_id)
    held = await _allocations(work, contract_id, live=True)
    allocation = next((one for one in held if one.key_id == key_id), None)
    if allocation is None and opened is not None and opened.key_id is None:
        allocation = await _next_of_any(work, contract_id, held)
    if allocation is None:
        return None
    noted = {key_id, allocation.key_id}
    keys = await work.locked(Key, noted)
    found = await _lockers(work, contract_id)
    lockers = [one for one in found if one.key_id in noted or (opened and one.id == opened.id)]
    if allocation.fetched_at is None and all(one.kind is RETURN for one in lockers):
        lockers += await _for_any_key(work, found, [one.locker_id for one in keys])
    return Promise(contract, reservation, allocation, lockers)


async def _locked(work: Work, contract_id: UUID) -> tuple[KeyContract, Reservation | None]:
    told = {"owner": work.actor.organization_id, "contract": contract_id}
    reservation = next(iter(await work.all(_reservation_of(), **told)), None)
    for contract in await work.locked(KeyContract, [contract_id]):
        return contract, reservation
    return await work.get(KeyContract, contract_id), reservation


@cache
def _reservation_of() -> Select[Reservation]:
    """Select and lock the reservation behind a key contract, if there is one."""
    behind = select(KeyContract.reservation_id).where(KeyContract.id == bindparam("contract"))
    reservation = owned(Reservation).where(Reservation.id == behind.scalar_subquery())
    return reservation.with_for_update(key_share=True)


async def _allocations(work: Work, contract_id: UUID, *, live: bool) -> list[KeyAllocation]:
    row = KeyAllocation
    theirs = work.own(row).where(row.key_contract_id == contract_id, row.live.is_(live))
    return await work.locking(theirs, row)


async def _next_of_any(
    work: Work, contract_id: UUID, held: Sequence[KeyAllocation]
) -> KeyAllocation | None:
    """Choose for which key another one was taken where any will do: one that no locker names."""
    row = LockerContract
    live = row.state.in_((*LIVE_STATES, LockerContractState.FAILED.value)), row.kind != RETURN
    theirs = work.own(row).where(row.key_contract_id == contract_id, *live)
    named = {one.key_id for one in await work.all(theirs)}
    waiting = [one for one in held if one.fetched_at is None]
    return min(waiting, key=lambda one: one.key_id in named, default=None)


async def _lockers(work: Work, contract_id: UUID) -> list[LockerContract]:
    row = LockerContract
    held = row.state.in_((*LIVE_STATES, LockerContractState.FAILED.value))
    return await work.locking(work.own(row).where(row.key_contract_id == contract_id, held), row)


async def _for_any_key(
    work: Work, found: Sequence[LockerContract], places: Sequence[UUID | None]
) -> list[LockerContract]:
    """Choose by which locker contract a key would have been fetched where any will do (R69d).

    Where a contract has several, it is that of the locker in which the key lies, or else one whose
    locker is empty, so that the others still open for the keys that lie in theirs.

    Args:
        work: The transaction.
        found: The locker contracts of the key contract.
        places: The lockers in which the key lies.
    """
    for_any = [one for one in found if one.key_id is None]
    if len(for_any) <= 1:
        return for_any
    inside = work.own(Key).where(Key.locker_id.in_([one.locker_id for one in for_any]))
    full = {key.locker_id for key in await work.all(inside)}
    return sorted(for_any, key=lambda one: (one.locker_id not in places, one.locker_id in full))[:1]


async def _lapsed(work: Work, contract_id: UUID, key: Key, at: datetime) -> Promise | None:
    """Find a promise that ended unused as far as was known, though the key was fetched in time."""
    contract, reservation = await _locked(work, contract_id)
    if contract.status not in MAY_HAVE_LAPSED:
        return None
    for one in await _allocations(work, contract_id, live=False):
        ends_at = one.ends_at
        was_open = ends_at is None or at < ends_at
        is_theirs = one.key_id == key.id and one.removed_at is None
        if not is_theirs or one.fetched_at is not None or not was_open:
            continue
        await work.locked(Key, [key.id])
        if await is_free(work, one, Window(one.starts_at, ends_at)):
            return Promise(contract, reservation, one, [])
    return None


async def is_free(work: Work, allocation: KeyAllocation, window: Window) -> bool:
    """Tell whether nobody else was promised the key of an allocation for part of a window."""
    if not allocation.exclusive:
        return True
    row = KeyAllocation
    others = work.own(row).where(
        row.key_id == allocation.key_id,
        row.id != allocation.id,
        row.live,
        row.exclusive,
        or_(row.ends_at.is_(None), row.ends_at > window.starts_at),
    )
    if window.ends_at is not None:
        others = others.where(row.starts_at < window.ends_at)
    return await work.first(others) is None
