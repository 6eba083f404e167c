"""What came of a reservation: its contracts, the decision, the trail, and what is left free."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from geo.snapshot import Snapshot
from models.automats import Automat, DeviceGroup
from models.availability import Span
from models.contracts import LIVE_STATES, KeyAllocation, KeyContract, LockerContract
from models.database import do_last_acts
from models.errors import LivionKeyError
from models.events import Event, EventKind
from models.keys import Key
from models.reservations import Reservation
from models.selections import AutomatSelection
from models.tables import metadata
from models.times import Window
from resolvers.codes_in_use import KnownCodes, in_use
from resolvers.work import Work


async def key_contract(work: Work, reservation: Reservation) -> KeyContract:
    of_reservation = work.own(KeyContract).where(KeyContract.reservation_id == reservation.id)
    found = await work.first(of_reservation)
    assert found is not None
    return found


async def locker_contracts(work: Work, reservation: Reservation) -> list[LockerContract]:
    """List the live locker contracts of a reservation, by locker."""
    contract = await key_contract(work, reservation)
    return list(
        await work.all(
            work.own(LockerContract)
            .where(
                LockerContract.key_contract_id == contract.id,
                LockerContract.state.in_(LIVE_STATES),
            )
            .order_by(LockerContract.id)
        )
    )


async def locker_contract(work: Work, reservation: Reservation) -> LockerContract:
    (found,) = await locker_contracts(work, reservation)
    return found


async def keys_of(work: Work, reservation: Reservation) -> list[Key]:
    """List the keys that a reservation holds."""
    contract = await key_contract(work, reservation)
    held = work.own(Key).join(KeyAllocation, KeyAllocation.key_id == Key.id)
    live = (KeyAllocation.key_contract_id == contract.id, KeyAllocation.live)
    return list(await work.all(held.where(*live).order_by(Key.id)))


async def allocation(work: Work, reservation: Reservation) -> KeyAllocation:
    contract = await key_contract(work, reservation)
    held = work.own(KeyAllocation).where(KeyAllocation.key_contract_id == contract.id)
    (found,) = await work.all(held.where(KeyAllocation.live))
    return found


async def decision(work: Work, reservation: Reservation) -> AutomatSelection:
    """Give the newest decision."""
    of_reservation = AutomatSelection.reservation_id == reservation.id
    newest = work.own(AutomatSelection).where(of_reservation).order_by(AutomatSelection.id.desc())
    found = await work.first(newest)
    assert found is not None
    return found


def codes(selection: AutomatSelection, automat: Automat) -> list[str]:
    """List why an automat was rejected in a stored decision."""
    (candidate,) = [one for one in selection.candidates if one["automat_id"] == automat.id.hex]
    return [rejection["code"] for rejection in candidate["rejections"]]


async def events(work: Work, *kinds: EventKind) -> list[Event]:
    found = await work.all(work.own(Event).order_by(Event.id))
    return [event for event in found if not kinds or event.kind in kinds]


async def free(work: Work, automat: Automat, window: Window) -> int:
    """Count the lockers of an automat that are free over a window."""
    snapshot = Snapshot(await work.connection(), [automat.organization_id])
    span = Span(automat.id, window)
    return (await snapshot.free_lockers([span]))[span]


async def members(work: Work, group: DeviceGroup) -> set[UUID]:
    """List the automats of a device group as a choice sees them."""
    snapshot = Snapshot(await work.connection(), [group.organization_id])
    return set(await snapshot.members(group.id))


async def known_codes(work: Work, automat: Automat) -> KnownCodes:
    """List the codes that an automat knows or will know."""
    return (await in_use(work, [automat.id]))[automat.id]


async def everything(work: Work) -> dict[str, list[tuple[Any, ...]]]:
    """Read every row of the organization, to compare before and after."""
    connection = await work.connection()
    await do_last_acts(work.session)
    owner = work.actor.organization_id
    return {
        table.name: [
            tuple(row)
            for row in await connection.execute(
                select(table).where(table.c.organization_id == owner).order_by(table.c.id)
            )
        ]
        for table in metadata.sorted_tables
        if "organization_id" in table.c
    }


async def count_of(work: Work, model: Any) -> int:
    connection = await work.connection()
    own = model.organization_id == work.actor.organization_id
    return (await connection.execute(select(func.count(model.id)).where(own))).scalar_one()


async def undone(work: Work, action: Any) -> LivionKeyError:
    """Do something that is refused, the way the front door does: what it wrote is undone."""
    try:
        async with work.attempt():
            await action
    except LivionKeyError as refusal:
        return refusal
    raise AssertionError("it was not refused")
