"""Stays at linked automats, and what becomes of them while these say nothing."""

from datetime import datetime, timedelta
from typing import Any

from factories import make_entity, make_key, push
from lives import at
from outcomes import key_contract, locker_contract

from models.automat_alarms import AlarmKind, AutomatAlarm
from models.automats import Automat
from models.contracts import KeyContract, LockerContract
from models.contracts import LockerContractState as State
from models.reservations import Reservation
from resolvers.upkeep import contracts
from resolvers.work import Work

MINUTE = timedelta(minutes=1)


async def stay_at(work: Work, automat: Automat, **given: Any) -> tuple[Reservation, LockerContract]:
    """Push a stay that begins in a day; its PIN is sent to the automat at once."""
    apartment = await make_entity(work)
    await make_key(work, apartment, automat=automat)
    stay, _ = await push(work, apartment, **given)
    held = await locker_contract(work, stay)
    assert held.state is State.SYNCING
    return stay, held


async def now_of(work: Work, held: LockerContract) -> LockerContract:
    return await work.get(LockerContract, held.id)


async def alarms(work: Work, automat: Automat) -> list[bool]:
    """List the alarms about codes that were raised at an automat: whether each is on."""
    row = AutomatAlarm
    mine = work.own(row).where(
        row.automat_id == automat.id, row.kind == AlarmKind.CODES_NOT_CONFIRMED
    )
    return [one.ended_at is None for one in await work.all(mine.order_by(row.id))]


async def next_look(work: Work, stay: Reservation | KeyContract, moment: datetime) -> Any:
    contract = stay if isinstance(stay, KeyContract) else await key_contract(work, stay)
    return await contracts.look_after(at(work, moment), contract.id)
