"""Going through the life of a stay: the clock, fetches and returns at automats, and the trail."""

from datetime import datetime
from typing import Any

from outcomes import key_contract, locker_contracts

from models.automats import Locker
from models.base import Base
from models.contracts import KeyContract, LockerContract
from models.events import Event, EventKind
from models.reservations import Reservation
from resolvers.handover.lockers import key_fetched, key_returned
from resolvers.upkeep import contracts
from resolvers.work import Work


def at(work: Work, moment: datetime) -> Work:
    """Go on in the same transaction at another moment."""
    return Work(work.session, work.actor, moment)


async def look_after(work: Work, stay: Reservation | KeyContract, *, at: datetime | None) -> Work:
    """Let the timers do what is due for a stay at a moment."""
    assert at is not None
    then = Work(work.session, work.actor, at)
    contract = stay if isinstance(stay, KeyContract) else await key_contract(then, stay)
    await contracts.look_after(then, contract.id)
    await then.connection()
    return then


async def lockers_of(work: Work, stay: Reservation) -> list[LockerContract]:
    """List the live locker contracts of a stay by when they begin."""
    return sorted(await locker_contracts(work, stay), key=lambda one: one.starts_at)


async def _index(work: Work, held: LockerContract) -> int:
    return (await work.get(Locker, held.locker_id)).index


async def fetch(work: Work, held: LockerContract, *, at: datetime, **given: Any) -> Work:
    """Take the key out of the locker that a contract holds."""
    then = Work(work.session, work.actor, at)
    index = await _index(then, held)
    await key_fetched(then, automat_id=held.automat_id, locker_index=index, at=at, **given)
    await then.connection()
    return then


async def give_back(
    work: Work,
    held: LockerContract,
    *,
    at: datetime,
    index: int | None = None,
    tag: str | None = None,
) -> Work:
    """Put the key into the locker that a contract holds, or into another one."""
    then = Work(work.session, work.actor, at)
    where = await _index(then, held) if index is None else index
    await key_returned(then, automat_id=held.automat_id, locker_index=where, at=at, rfid_tag=tag)
    await then.connection()
    return then


async def trail(work: Work, subject: Base) -> list[EventKind]:
    """List what happened to something."""
    events = work.own(Event).where(Event.subject_id == subject.id)
    return [event.kind for event in await work.all(events.order_by(Event.id))]


async def notices_of(work: Work, subject: Base) -> list[str]:
    """List what people were told of something."""
    events = work.own(Event).where(Event.subject_id == subject.id)
    return [event.notice for event in await work.all(events.order_by(Event.id)) if event.notice]
