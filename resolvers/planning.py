"""From a reservation to a PIN: keys, automat, contracts, all in the transaction that asked.

The choice is made on what is committed; the chosen automat is then locked and looked at again. If
somebody else took its last locker in between, the choice is made anew.
"""

from sqlalchemy import ColumnElement, or_, select

from geo.selection import Decision
from models.contracts import KeyAllocation, KeyContract, KeyContractStatus
from models.entities import ReservableEntity
from models.errors import LivionKeyError, NoFreeLocker, NoKeyForEntity
from models.events import EventKind
from models.keys import EntityKey, Key
from models.reservations import Reservation, ReservationStatus
from resolvers import contracts, keys, selections
from resolvers.holdings import Held
from resolvers.selections import Wanted
from resolvers.settings import settings as settings_of
from resolvers.work import Work

ATTEMPTS = 5


async def plan(work: Work, reservation: Reservation, entity: ReservableEntity) -> None:
    """Find everything that a reservation needs; leaves it CONFIRMED, or UNFULFILLED with a reason.

    What it held before is let go first and taken again where it still fits.

    Raises:
        KeyTaken: The keys are promised to somebody else.
        MixedStorage: The wanted keys lie partly in automats and partly at desks.
        NotFound: A wanted key does not open the entity.
    """
    contract = await contracts.contract_of(work, reservation)
    await _lock_keys(work, entity, contract)
    held = await contracts.let_go(work, contract) if contract else None
    try:
        decision = await _fulfil(work, reservation, entity, contract, held)
    except NoKeyForEntity as refusal:
        decision = selections.nothing(entity, refusal)
    await selections.store(work, reservation, decision)
    if decision.refusal is not None:
        await _wait(work, reservation, contract, decision.refusal)
        return
    reservation.confirm()
    await work.save()


async def _lock_keys(work: Work, entity: ReservableEntity, contract: KeyContract | None) -> None:
    """Lock the keys that open the entity and those that are held now, all in one order."""
    opens = select(EntityKey.key_id).where(EntityKey.entity_id == entity.id)
    concerned: ColumnElement[bool] = Key.id.in_(opens)
    if contract is not None:
        held = select(KeyAllocation.key_id).where(KeyAllocation.key_contract_id == contract.id)
        concerned = or_(concerned, Key.id.in_(held))
    await work.locking(work.own(Key).where(concerned), Key)


async def _fulfil(
    work: Work,
    reservation: Reservation,
    entity: ReservableEntity,
    contract: KeyContract | None,
    held: Held | None,
) -> Decision:
    settings = await settings_of(work, entity.unit_id)
    wanted = wanted_of(reservation)
    supply = await keys.supply_for(work, entity, wanted=wanted.key_ids, window=reservation.window)
    for attempt in range(1, ATTEMPTS + 1):
        decision = await selections.decide(
            work,
            entity,
            settings=settings,
            supply=supply,
            window=reservation.window,
            wanted=wanted,
        )
        if decision.refusal is not None:
            return decision
        try:
            async with work.attempt():
                await contracts.make(
                    work,
                    reservation,
                    contract,
                    decision,
                    sync_time=settings.default_sync_time,
                    held=held,
                )
        except NoFreeLocker as refusal:
            if attempt == ATTEMPTS:
                return decision.refused(refusal)
            contract = await contracts.contract_of(work, reservation)  # as it was before the try
        else:
            return decision
    raise AssertionError  # the last attempt returned


def wanted_of(reservation: Reservation) -> Wanted:
    """Give what the partner asked for beside the entity and the time."""
    return Wanted(
        automat_id=reservation.wanted_automat_id,
        device_group_id=reservation.wanted_device_group_id,
        key_ids=reservation.wanted_keys,
    )


async def _wait(
    work: Work, reservation: Reservation, contract: KeyContract | None, refusal: LivionKeyError
) -> None:
    reservation.wait(refusal.code, refusal.message)
    if contract is not None:
        contract.status = KeyContractStatus.CANCELLED
    await work.save()
    work.record(EventKind.RESERVATION_UNFULFILLED, reservation, reason=refusal.code.value)


def is_waiting(reservation: Reservation) -> bool:
    """Tell whether a reservation is kept although something is missing."""
    return reservation.status is ReservationStatus.UNFULFILLED


async def retry(work: Work, reservation: Reservation, entity: ReservableEntity) -> bool:
    """Try a waiting reservation again; says whether it is fulfilled now.

    When it is not, nothing is written: neither a new decision nor an event.
    """
    try:
        async with work.attempt():
            await _plan_or_undo(work, reservation, entity)
    except (LivionKeyError, _StillWaiting):
        await work.session.refresh(reservation)
        return False
    return True


async def _plan_or_undo(work: Work, reservation: Reservation, entity: ReservableEntity) -> None:
    await plan(work, reservation, entity)
    if is_waiting(reservation):
        raise _StillWaiting


class _StillWaiting(Exception):
    """Undoes a try that came to nothing."""
