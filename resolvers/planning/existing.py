"""Stays that are there already, to plan them anew or to find something for them."""

from uuid import UUID

from models.automats import Automat
from models.contracts import KeyContract
from models.entities import ReservableEntity
from models.keys import Key, ManualStorage
from models.reservations import Reservation
from models.times import Window
from resolvers.planning.holdings import NOTHING_HELD, Held, held_by
from resolvers.planning.stays import Stay, Wanted
from resolvers.settings import settings
from resolvers.work import Reading, Work


async def stay_of(work: Work, reservation: Reservation) -> Stay:
    """Make the stay of a reservation as it is."""
    of_reservation = work.own(KeyContract).where(KeyContract.reservation_id == reservation.id)
    contract = next(iter(await work.locking(of_reservation, KeyContract)), None)
    entity = await work.get(ReservableEntity, reservation.entity_id)
    group_id = reservation.wanted_device_group_id or entity.device_group_id
    return Stay(
        window=reservation.window,
        settings=await settings(work, entity.unit_id, group_id),
        wanted=Wanted(
            automat_id=reservation.wanted_automat_id,
            device_group_id=reservation.wanted_device_group_id,
            key_ids=reservation.wanted_keys,
        ),
        entity=entity,
        reservation=reservation,
        contract=contract,
        held=await _held(work, contract),
        now=work.now,
    )


async def stay_by_staff(work: Work, contract: KeyContract) -> Stay:
    """Make the stay of a key contract that staff made: certain keys, and no entity."""
    held = await _held(work, contract)
    key_ids = [key.key_id for key in held.keys]
    return Stay(
        window=Window(contract.starts_at, contract.ends_at),
        settings=await settings(work, await unit_of(work, key_ids)),
        wanted=Wanted(automat_id=await brought_to(work, held), key_ids=key_ids),
        contract=contract,
        held=held,
        made_by_staff=True,
        free_locker_after_fetch=contract.free_locker_after_fetch,
    )


async def brought_to(work: Work, held: Held) -> UUID | None:
    """Tell to which automat keys at desks are to be brought, where somebody named one."""
    keys = [await work.get(Key, key.key_id) for key in held.keys]
    if any(key.manual_storage_id is None for key in keys):
        return None
    return next((one.automat_id for one in held.lockers), None)


async def _held(work: Work, contract: KeyContract | None) -> Held:
    return (await held_by(work, [contract.id]))[contract.id] if contract else NOTHING_HELD


async def unit_of(reading: Reading, key_ids: list[UUID]) -> UUID:
    """Give the unit whose settings hold for certain keys: that of the place where the first lives.

    The organization itself where there is no key.
    """
    for key_id in key_ids[:1]:
        key = await reading.get(Key, key_id)
        if key.selected_automat_id is not None:
            return (await reading.get(Automat, key.selected_automat_id)).unit_id
        return (await reading.get(ManualStorage, key.selected_manual_storage_id)).unit_id
    return reading.actor.organization_id
