"""Key contracts and locker contracts: making them of a decision, and letting go of them."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, or_, select

from geo.key_supply import KeyOption, KeySupply
from geo.selection import Decision
from models.automats import Automat, Locker
from models.availability import is_free, is_open_for_contract
from models.contracts import (
    LIVE_STATES,
    KeyAllocation,
    KeyContract,
    KeyContractContact,
    KeyContractStatus,
    LockerContract,
    LockerContractState,
    new_reference,
)
from models.errors import KeyTaken, NoFreeLocker
from models.events import EventKind
from models.keys import Key, KeyKind
from models.pins import new_pin
from models.reservations import Reservation, ReservationContact
from models.times import Window
from resolvers.holdings import Held, Holding
from resolvers.keys import codes_of
from resolvers.work import Work


async def contract_of(work: Work, reservation: Reservation) -> KeyContract | None:
    """Find the key contract of a reservation."""
    return await work.first(
        work.own(KeyContract).where(KeyContract.reservation_id == reservation.id)
    )


async def let_go(work: Work, contract: KeyContract) -> Held:
    """Free the keys and lockers of a key contract; says what they were."""
    live = await work.all(
        work.own(LockerContract).where(
            LockerContract.key_contract_id == contract.id,
            LockerContract.state.in_(LIVE_STATES),
        )
    )
    allocations = await live_allocations(work, contract)
    held = Held.of(allocations, live)
    for one in live:
        one.state = LockerContractState.CANCELLED
        work.record(EventKind.LOCKER_CONTRACT_CANCELLED, one, key_contract_id=contract.id)
    for allocation in allocations:
        allocation.live = False
    await work.save()
    await retarget(work, [allocation.key_id for allocation in allocations])
    return held


async def live_allocations(work: Work, contract: KeyContract) -> list[KeyAllocation]:
    """List the keys that a contract holds."""
    return list(
        await work.all(
            work.own(KeyAllocation).where(
                KeyAllocation.key_contract_id == contract.id, KeyAllocation.live
            )
        )
    )


async def retarget(work: Work, key_ids: list[UUID]) -> None:
    """Say of keys where they should go next: to the automat of the contract that comes first."""
    for key in await work.locked(Key, key_ids):
        await _aim(work, key)
    await work.save()


async def _aim(work: Work, key: Key) -> None:
    earliest = await work.first(
        work.own(LockerContract)
        .where(
            LockerContract.key_id == key.id,
            LockerContract.state.in_(LIVE_STATES),
            or_(LockerContract.ends_at.is_(None), LockerContract.ends_at > work.now),
        )
        .order_by(LockerContract.starts_at)
    )
    elsewhere = earliest is not None and earliest.automat_id != key.automat_id
    key.target_automat_id = earliest.automat_id if earliest and elsewhere else None


async def make(
    work: Work,
    reservation: Reservation,
    contract: KeyContract | None,
    decision: Decision,
    *,
    sync_time: timedelta,
    held: Held | None,
) -> KeyContract:
    """Make the key contract of a reservation and its locker contracts.

    Raises:
        KeyTaken: Somebody else was promised the key in the meantime.
        NoFreeLocker: The chosen automat became full in the meantime; choose again.
    """
    held = held or Held()
    contract = await _key_contract(work, reservation, contract)
    if decision.chosen is None:
        await _allocate(work, contract, _from_desks(decision.supply, held))
        return contract
    automat = (await work.locked(Automat, [decision.chosen.automat.id]))[0]
    options = await _claimed(work, automat, decision.supply, reservation.window, held)
    await _allocate(work, contract, [option for option, _ in options])
    before = held.at(automat.id, [option.key.id for option, _ in options])
    for option, locker in await _with_lockers(work, automat, options, reservation.window, before):
        kept = before[option.key.id]
        await _hold(work, contract, automat, locker, option, sync_time=sync_time, kept=kept)
    return contract


def _from_desks(supply: KeySupply, held: Held) -> list[KeyOption]:
    return held.first(supply.at_desks)[: supply.needed]


async def _key_contract(
    work: Work, reservation: Reservation, contract: KeyContract | None
) -> KeyContract:
    kind = EventKind.KEY_CONTRACT_UPDATED
    if contract is None:
        kind = EventKind.KEY_CONTRACT_CREATED
        contract = KeyContract(
            organization_id=work.actor.organization_id,
            reference=new_reference(),
            reservation_id=reservation.id,
        )
    contract.starts_at, contract.ends_at = reservation.starts_at, reservation.ends_at
    contract.status = KeyContractStatus.UPCOMING
    await work.add(contract)
    if kind is EventKind.KEY_CONTRACT_UPDATED:
        await _forget_old(work, contract)
    await _copy_contacts(work, reservation, contract)
    work.record(kind, contract, reservation_id=reservation.id)
    return contract


async def _forget_old(work: Work, contract: KeyContract) -> None:
    """Take contacts off a contract, and keys that nobody fetched; the trail has them."""
    of_contract = KeyAllocation.key_contract_id == contract.id
    unused = (of_contract, KeyAllocation.live.is_(False), KeyAllocation.fetched_at.is_(None))
    await work.session.execute(delete(KeyAllocation).where(*unused))
    await work.session.execute(
        delete(KeyContractContact).where(KeyContractContact.key_contract_id == contract.id)
    )


async def renew_contacts(work: Work, reservation: Reservation, contract: KeyContract) -> None:
    """Give a key contract the contacts that its reservation has now."""
    await work.session.execute(
        delete(KeyContractContact).where(KeyContractContact.key_contract_id == contract.id)
    )
    await _copy_contacts(work, reservation, contract)


async def _copy_contacts(work: Work, reservation: Reservation, contract: KeyContract) -> None:
    of_reservation = ReservationContact.reservation_id == reservation.id
    await work.add(
        *(
            KeyContractContact(
                organization_id=contract.organization_id,
                key_contract_id=contract.id,
                contact_id=link.contact_id,
                place=link.place,
            )
            for link in await work.all(work.own(ReservationContact).where(of_reservation))
        )
    )


async def _allocate(work: Work, contract: KeyContract, options: Sequence[KeyOption]) -> None:
    await work.add(
        *(
            KeyAllocation(
                organization_id=contract.organization_id,
                key_contract_id=contract.id,
                key_id=option.key.id,
                starts_at=contract.starts_at,
                ends_at=contract.ends_at,
                exclusive=not option.key.shared,
            )
            for option in options
        ),
        refusals={"one_holder_per_key_at_a_time": KeyTaken()},
    )


async def _claimed(
    work: Work, automat: Automat, supply: KeySupply, window: Window, held: Held
) -> list[tuple[KeyOption, UUID | None]]:
    """Take the keys that lie in the automat with their lockers, else keys from desks."""
    ready = supply.ready_in(automat.id)
    if not ready:
        return [(option, None) for option in _from_desks(supply, held)]
    lockers = [option.locker_id for option in ready if option.locker_id]
    free = await work.scalars(
        select(Locker.id)
        .where(Locker.id.in_(lockers), is_open_for_contract(window))
        .order_by(Locker.index)
    )
    by_locker = {option.locker_id: option for option in ready}
    claimed = held.first([by_locker[locker_id] for locker_id in free])[: supply.needed]
    if len(claimed) < supply.needed:
        raise NoFreeLocker
    return [(option, option.locker_id) for option in claimed]


async def _with_lockers(
    work: Work,
    automat: Automat,
    options: list[tuple[KeyOption, UUID | None]],
    window: Window,
    before: dict[UUID, Holding],
) -> list[tuple[KeyOption, UUID]]:
    """Find lockers for keys that have none in the automat, the one held before if it is free."""
    homeless = [option for option, locker_id in options if locker_id is None]
    own = [(option, locker_id) for option, locker_id in options if locker_id is not None]
    free = await work.scalars(
        select(Locker.id)
        .where(Locker.automat_id == automat.id, is_free(window))
        .order_by(Locker.index)
    )
    if len(free) < len(homeless):
        raise NoFreeLocker
    kept = {id: one.locker_id for id, one in before.items() if one.locker_id in free}
    others = iter([locker_id for locker_id in free if locker_id not in kept.values()])
    return own + [(option, kept.get(option.key.id) or next(others)) for option in homeless]


async def _hold(
    work: Work,
    contract: KeyContract,
    automat: Automat,
    locker_id: UUID,
    option: KeyOption,
    *,
    sync_time: timedelta,
    kept: Holding,
) -> None:
    known = await codes_of(work, automat.id)
    any_key_will_do = option.key.kind is KeyKind.ELECTROMECHANICAL and option.locker_id is not None
    locker_contract = LockerContract(
        organization_id=contract.organization_id,
        key_contract_id=contract.id,
        automat_id=automat.id,
        locker_id=locker_id,
        key_id=None if any_key_will_do else option.key.id,
        starts_at=contract.starts_at,
        ends_at=contract.ends_at,
        pin=kept.pin if kept.pin and kept.pin not in known else new_pin(known, 6),
        sync_at=max(contract.starts_at - sync_time, work.now),
    )
    locker_contract.sync_at = min(locker_contract.sync_at, contract.starts_at)
    await work.add(
        locker_contract,
        refusals={
            "one_contract_per_locker_at_a_time": NoFreeLocker(),
            "one_contract_per_pin_at_a_time": NoFreeLocker(),
        },
    )
    work.record(
        EventKind.LOCKER_CONTRACT_PLANNED,
        locker_contract,
        key_contract_id=contract.id,
        automat_id=automat.id,
        locker_id=locker_id,
    )
    if option.automat_id != automat.id:
        await _ask_for_key(work, option.key, automat, locker_contract)


async def _ask_for_key(
    work: Work, key: Key, automat: Automat, locker_contract: LockerContract
) -> None:
    """Tell that a key has to be put into its locker before the guest comes (R14, G33)."""
    await _aim(work, key)
    work.record(
        EventKind.INSERT_KEY,
        key,
        automat_id=automat.id,
        locker_id=locker_contract.locker_id,
        before=locker_contract.starts_at,
    )
