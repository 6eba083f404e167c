"""Which key, and which contract, a report from an automat or a desk is about."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_

from models.automats import Automat, Locker
from models.contracts import (
    LIVE_STATES,
    KeyAllocation,
    KeyContract,
    LockerContract,
    LockerContractKind,
    LockerContractState,
)
from models.errors import InvalidInput, NotFound
from models.keys import Key
from models.reservations import Reservation
from resolvers.work import Work

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far the clock of an automat may be behind ours."""


@dataclass(slots=True)
class Promise:
    """A key contract that a report concerns, with its key's allocation, all locked.

    Args:
        contract: The key contract.
        allocation: The allocation of the key.
        lockers: The locker contracts of the key that are live, or have no locker for now.
    """

    contract: KeyContract
    allocation: KeyAllocation
    lockers: list[LockerContract]


async def locker_at(work: Work, automat_id: UUID | None, index: int) -> Locker:
    """Find a locker of an automat.

    Raises:
        NotFound: There is no such automat.
        InvalidInput: It has no such locker.
    """
    automat = await work.get(Automat, automat_id, path=("automat_id",))
    lockers = work.own(Locker).where(Locker.automat_id == automat.id, Locker.index == index)
    found = await work.first(lockers)
    if found is None:
        message = f"The automat {automat.name} has no locker {index}."
        raise InvalidInput(message, path=("locker_index",))
    return found


async def key_in(work: Work, locker: Locker) -> Key | None:
    """Find the key that lies in a locker as far as is known."""
    return await work.first(work.own(Key).where(Key.locker_id == locker.id))


async def key_with_tag(work: Work, tag: str) -> Key | None:
    """Find a key by its RFID tag."""
    return await work.first(work.own(Key).where(Key.rfid_tag == tag))


async def named_key(
    work: Work, *, id: UUID | None = None, code: str | None = None, rfid_tag: str | None = None
) -> Key:
    """Find the key that somebody holds in the hand, by its id, its number or its tag.

    Raises:
        InvalidInput: Not exactly one of the three was given.
        NotFound: There is no such key.
    """
    given = {"id": id, "code": code, "rfidTag": rfid_tag}
    if sum(value is not None for value in given.values()) != 1:
        raise InvalidInput(f"Give exactly one of {' and '.join(given)}.", path=("key",))
    if id is not None:
        return await work.get(Key, id, path=("key",))
    same = Key.code == code if code is not None else Key.rfid_tag == rfid_tag
    found = await work.first(work.own(Key).where(same))
    if found is None:
        raise NotFound("Your organization has no such key; look at its tag again.", path=("key",))
    return found


async def contract_at(
    work: Work, locker: Locker, at: datetime, *, kinds: set[LockerContractKind]
) -> LockerContract | None:
    """Find the live locker contract of some kinds that may open a locker at a moment.

    Clocks may be wrong and windows held longer, so it is the last one that has begun.
    """
    row = LockerContract
    here = work.own(row).where(
        row.locker_id == locker.id, row.state.in_(LIVE_STATES), row.kind.in_(kinds)
    )
    begun = here.where(row.starts_at <= at + CLOCK_TOLERANCE)
    return await work.first(begun.order_by(row.starts_at.desc()))


async def promise_to_fetch(work: Work, key: Key, at: datetime) -> Promise | None:
    """Find for whom a key is taken at a moment: whose time it is, or who comes next."""
    row = KeyAllocation
    waiting = work.own(row).where(row.key_id == key.id, row.live, row.fetched_at.is_(None))
    now = waiting.where(row.starts_at <= at, or_(row.ends_at.is_(None), row.ends_at > at))
    found = await work.first(now.order_by(row.starts_at.desc()))
    found = found or await work.first(waiting.where(row.starts_at > at).order_by(row.starts_at))
    return None if found is None else await promise(work, found.key_contract_id, key.id)


async def promise_of_holder(work: Work, key: Key) -> Promise | None:
    """Find under which contract somebody has a key now."""
    row = KeyAllocation
    out = work.own(row).where(row.key_id == key.id, row.live, row.fetched_at.is_not(None))
    found = await work.first(out.order_by(row.fetched_at.desc()))
    return None if found is None else await promise(work, found.key_contract_id, key.id)


async def promise(
    work: Work, contract_id: UUID, key_id: UUID, *, opened: LockerContract | None = None
) -> Promise | None:
    """Lock a key contract, the allocation of a key, and its locker contracts, in the usual order.

    None when the contract does not wait for that key, or any.

    Args:
        work: The transaction.
        contract_id: The contract.
        key_id: The key.
        opened: The locker contract by which the key was taken, where that is known: where any key
            would do, the allocation is one that has not been fetched.
    """
    known = await work.get(KeyContract, contract_id)
    if known.reservation_id is not None:
        await work.locked(Reservation, [known.reservation_id])
    (contract,) = await work.locked(KeyContract, [contract_id])
    allocations = work.own(KeyAllocation).where(
        KeyAllocation.key_contract_id == contract_id, KeyAllocation.live
    )
    held = await work.locking(allocations, KeyAllocation)
    allocation = next((one for one in held if one.key_id == key_id), None)
    if allocation is None and opened is not None and opened.key_id is None:
        allocation = next((one for one in held if one.fetched_at is None), None)
    if allocation is None:
        return None
    key_ids = {key_id, allocation.key_id}
    return Promise(contract, allocation, await _lockers(work, contract_id, key_ids, opened))


async def _lockers(
    work: Work, contract_id: UUID, key_ids: set[UUID], opened: LockerContract | None
) -> list[LockerContract]:
    row = LockerContract
    theirs = work.own(row).where(
        row.key_contract_id == contract_id,
        row.state.in_((*LIVE_STATES, LockerContractState.FAILED.value)),
    )
    found = await work.locking(theirs, row)
    own = [one for one in found if one.key_id in key_ids or (opened and one.id == opened.id)]
    return own or [one for one in found if one.key_id is None][:1]
