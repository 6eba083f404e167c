"""Reservations that wait for something: tried again, with nothing written unless it works."""

from uuid import UUID

from models.reservations import Reservation, ReservationStatus
from resolvers.planning.existing import stay_of
from resolvers.planning.planner import decide
from resolvers.planning.stays import Plan
from resolvers.planning.writing import write
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
