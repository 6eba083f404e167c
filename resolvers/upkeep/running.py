"""A key contract with all that belongs to it, locked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.contracts import (
    LIVE_STATES,
    KeyAllocation,
    KeyContract,
    KeyContractStatus,
    LockerContract,
    LockerContractKind,
    LockerContractState,
)
from models.keys import Key
from models.reservations import Reservation
from resolvers.work import Work

AT_REST = {KeyContractStatus.DRAFT, KeyContractStatus.CANCELLED}
"""Nothing happens by itself to a contract in one of these."""


@dataclass(slots=True)
class Running:
    """A key contract on its way.

    Args:
        contract: The contract.
        reservation: The reservation behind it, if there is one.
        allocations: The keys that it holds.
        lockers: Its locker contracts that are live, or have no locker for now.
        keys: Those keys, by their ids.
    """

    contract: KeyContract
    reservation: Reservation | None
    allocations: Sequence[KeyAllocation]
    lockers: Sequence[LockerContract]
    keys: dict[UUID, Key]

    @property
    def live(self) -> list[LockerContract]:
        """The locker contracts that hold a locker."""
        return [one for one in self.lockers if one.state.is_live]

    @property
    def key_is_out(self) -> bool:
        """Whether somebody has a key."""
        return any(one.fetched_at is not None for one in self.allocations)

    def is_fetched(self, locker_contract: LockerContract) -> bool:
        """Whether the key that a locker is held for has been fetched."""
        allocation = self.allocation_of(locker_contract)
        return allocation is not None and allocation.fetched_at is not None

    def is_late(self, allocation: KeyAllocation, now: datetime) -> bool:
        """Whether a key is out although the stay is over: a locker is for its return only."""
        ends_at = self.contract.ends_at
        return allocation.fetched_at is not None and ends_at is not None and ends_at <= now

    def allocation_of(self, locker_contract: LockerContract) -> KeyAllocation | None:
        """Find the allocation of the key that a locker is held for.

        Where any key will do, it is one that has not been fetched: the one whose key lies in that
        locker, else the next in turn.
        """
        if locker_contract.key_id is None:
            return self._for_any_key().get(locker_contract.id)
        return next((one for one in self.allocations if one.key_id == locker_contract.key_id), None)

    def _for_any_key(self) -> dict[UUID, KeyAllocation]:
        """Match the lockers where any key will do with keys that are to be fetched, one each."""
        outwards = [one for one in self.lockers if one.kind is not LockerContractKind.RETURN]
        named = {one.key_id for one in outwards}
        waiting = [
            one for one in self.allocations if one.fetched_at is None and one.key_id not in named
        ]
        for_any = [one for one in outwards if one.key_id is None]
        lies_in = {self.keys[one.key_id].locker_id: one for one in waiting}
        places = [(one.id, one.locker_id) for one in for_any if one.locker_id is not None]
        inside = {id: lies_in[place] for id, place in places if place in lies_in}
        others = [one for one in waiting if one not in inside.values()]
        rest = [one.id for one in for_any if one.id not in inside]
        return inside | dict(zip(rest, others, strict=False))


async def lock(work: Work, contract_id: UUID) -> Running | None:
    """Read and lock a key contract with all that belongs to it; None when it is at rest.

    Its reservation is locked first, as everybody does who changes either.
    """
    known = await work.find(KeyContract, contract_id)
    if known is None:
        return None
    ids = [known.reservation_id] if known.reservation_id else []
    reservation = next(iter(await work.locked(Reservation, ids)), None)
    (contract,) = await work.locked(KeyContract, [contract_id])
    if contract.status in AT_REST:
        return None
    return await around(work, contract, reservation)


async def around(work: Work, contract: KeyContract, reservation: Reservation | None) -> Running:
    """Read and lock what belongs to a key contract that is locked already."""
    allocations = work.own(KeyAllocation).where(
        KeyAllocation.key_contract_id == contract.id, KeyAllocation.live
    )
    lockers = work.own(LockerContract).where(
        LockerContract.key_contract_id == contract.id,
        LockerContract.state.in_((*LIVE_STATES, LockerContractState.FAILED.value)),
    )
    held = await work.locking(allocations, KeyAllocation)
    keys = await work.locked(Key, [one.key_id for one in held])
    return Running(
        contract=contract,
        reservation=reservation,
        allocations=held,
        lockers=await work.locking(lockers, LockerContract),
        keys={key.id: key for key in keys},
    )
