"""Reservations that wait for something: tried again, with nothing written unless it works."""

from uuid import UUID

from models.contracts import KeyContract
from models.entities import ReservableEntity
from models.reservations import Reservation, ReservationStatus
from resolvers.planning.holdings import NOTHING_HELD, held_by
from resolvers.planning.planner import decide
from resolvers.planning.stays import Plan, Stay, Wanted
from resolvers.planning.writing import write
from resolvers.settings import settings
from resolvers.work import Work


def is_waiting(reservation: Reservation) -> bool:
    """Tell whether a reservation is kept although something is missing."""
    return reservation.status is ReservationStatus.UNFULFILLED


async def retry(work: Work, reservation_id: UUID) -> Reservation | None:
    """Try a waiting reservation again; gives it when it is fulfilled now, and None otherwise.

    When it is not, nothing is written: neither a new decision nor an event.
    """
    locked = await work.locked(Reservation, [reservation_id])
    if not locked or not is_waiting(locked[0]):
        return None
    (planned,) = await decide(work, [await stay_of(work, locked[0])])
    if not isinstance(planned, Plan) or planned.waits_for is not None:
        return None
    await write(work, [planned])
    return locked[0]


async def stay_of(work: Work, reservation: Reservation) -> Stay:
    """Make the stay of a reservation as it is, to plan it anew."""
    entity = await work.get(ReservableEntity, reservation.entity_id)
    of_reservation = work.own(KeyContract).where(KeyContract.reservation_id == reservation.id)
    contract = next(iter(await work.locking(of_reservation, KeyContract)), None)
    held = await held_by(work, [contract.id]) if contract else {}
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
        held=held[contract.id] if contract else NOTHING_HELD,
    )
