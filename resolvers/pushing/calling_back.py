"""A reservation that is given up while somebody has its keys: the stay ends now (R65-R67).

The keys still have to come back. Until they are, the key contract stands as that of any stay whose
end is reached with a key out: it counts as overdue when its time for that has come, and lockers are
held for the return.
"""

from models.contracts import KeyContract
from models.reservations import Reservation, ReservationStatus
from models.times import MOMENT, Window
from resolvers.planning.existing import stay_of
from resolvers.planning.extending import BACK, decide_return, write_end
from resolvers.planning.holdings import Held
from resolvers.planning.letting_go import let_go
from resolvers.planning.targets import aim
from resolvers.signed.processes import withdraw_open
from resolvers.transitions import move_reservation
from resolvers.upkeep.contracts import look_after
from resolvers.work import Work

REASON = "It was given up while a key is out."


async def call_back(
    work: Work, reservation: Reservation, contract: KeyContract, held: Held
) -> None:
    """Give a reservation up, let go of what nobody has fetched, and wait for what is out.

    Args:
        work: The transaction.
        reservation: The reservation, locked.
        contract: Its key contract, locked.
        held: What that holds; some of its keys are out.
    """
    move_reservation(work, reservation, ReservationStatus.CANCELLED, reason=REASON)
    reservation.cancel()
    await withdraw_open(work, [contract.id], reason=REASON)
    out, rest = _parted(held)
    await let_go(work, [rest], reason=REASON)
    await aim(work, [key.key_id for key in rest.keys])
    contract.remind_of_start_at = None
    if contract.ends_at is not None and contract.ends_at <= work.now:
        return
    begin = contract.starts_at
    stay = await stay_of(work, reservation)
    stay.window = Window(begin, max(work.now, begin + MOMENT))
    stay.held = out
    await write_end(work, await decide_return(work, stay))
    await look_after(work, contract.id)


def _parted(held: Held) -> tuple[Held, Held]:
    """Part what is held: the keys that are out, with the lockers to which they return; the rest."""
    out = {key.key_id for key in held.keys_out}
    back = tuple(one for one in held.lockers if one.kind in BACK and one.key_id in out)
    others = tuple(key for key in held.keys if not key.is_out)
    rest = tuple(one for one in held.lockers if one not in back)
    return Held(held.keys_out, back), Held(others, rest)
