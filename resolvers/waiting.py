"""What waits for space, a key or a place: tried again when something has changed that may help."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.accounts import Actor
from models.contracts import LockerContract, LockerContractState
from models.database import Database
from models.dialects.deadlocks import begun_again
from models.errors import ErrorCode
from models.events import EventKind
from models.jobs import JobKind
from models.reservations import Reservation, ReservationStatus
from resolvers import jobs
from resolvers.planning.waiting import retry
from resolvers.upkeep.contracts import look_after
from resolvers.work import Happened, Work, system

Done = TypeVar("Done")

SPACE = {ErrorCode.NO_SUITABLE_AUTOMAT, ErrorCode.NO_FREE_LOCKER}
PLACE = SPACE | {ErrorCode.ADDRESS_NOT_FOUND, ErrorCode.ADDRESS_AMBIGUOUS}

HELPS: dict[EventKind, set[ErrorCode]] = {
    EventKind.AUTOMAT_INSTALLED: PLACE,
    EventKind.AUTOMAT_UPDATED: PLACE,
    EventKind.DEVICE_GROUP_UPDATED: PLACE,
    EventKind.KEY_MISSED: SPACE,
    EventKind.KEY_RETURNED: SPACE,
    EventKind.KEY_TAKEN_BACK: SPACE,
    EventKind.KEY_TRANSFERRED: SPACE,
    EventKind.LOCKER_CONTRACT_CANCELLED: SPACE,
    EventKind.LOCKER_CONTRACT_COMPLETED: SPACE,
    EventKind.LOCKER_UPDATED: SPACE,
    EventKind.ORGANIZATION_UNIT_UPDATED: PLACE,
    EventKind.RESERVATION_CANCELLED: SPACE,
    EventKind.SANDBOX_ADVANCED: PLACE,
}
"""Which reasons for waiting may be gone after an event."""

HELPS_ENTITIES = {
    EventKind.ENTITY_UPDATED,
    EventKind.ADDRESS_PLACED,
    EventKind.KEY_REGISTERED,
    EventKind.KEY_UPDATED,
}
"""Events after which any reservation of certain entities may be possible."""

CONTRACTS_AT_ONCE, RESERVATIONS_AT_ONCE = 20, 5
"""How many are tried again before the answer to whoever changed something: guests who stand before
a locker first, and a few reservations; the caretaker tries the others soon."""


async def follow_up(database: Database, work: Work) -> None:
    """Try again what waited for something that a transaction has changed, now that it is kept.

    First the guests who have a contract without a locker (G10), then reservations without one.
    """
    if work.is_undone:
        return
    asked = work.actor
    owner = replace(system(asked.organization_id, asked.clock_ahead), request_id=asked.request_id)
    if any(SPACE & HELPS.get(event.kind, set()) for event in work.recorded):
        await _find_lockers(database, owner, work.now)
    among = helped(work.recorded)
    if among is not None:
        await fulfil(database, owner, work.now, among=among)


async def _find_lockers(database: Database, owner: Actor, now: datetime) -> None:
    """Look after the contracts that have no locker, those that need one first."""
    async with database.reading(owner.organization_id) as connection:
        without = await connection.execute(
            select(LockerContract.key_contract_id)
            .where(
                LockerContract.organization_id == owner.organization_id,
                LockerContract.state == LockerContractState.FAILED,
            )
            .order_by(LockerContract.starts_at)
            .limit(CONTRACTS_AT_ONCE)
        )
        contract_ids = list(dict.fromkeys(without.scalars()))
    for contract_id in contract_ids:

        async def look(after: Work, contract_id: UUID = contract_id) -> None:
            following = await look_after(after, contract_id)
            if following is not None:
                await jobs.schedule(after, JobKind.KEY_CONTRACT, contract_id, following)

        await _by_itself(database, owner, now, look)


def helped(events: Sequence[Happened]) -> ColumnElement[bool] | None:
    """Say which reservations events may have helped; None when none of them helps any."""
    reasons = {reason for event in events for reason in HELPS.get(event.kind, ())}
    entity_ids = {id for event in events for id in _entities_of(event)}
    if not reasons and not entity_ids:
        return None
    return or_(Reservation.unfulfilled_reason.in_(reasons), Reservation.entity_id.in_(entity_ids))


def _entities_of(event: Happened) -> set[UUID]:
    if event.kind not in HELPS_ENTITIES:
        return set()
    return {event.subject_id, *(UUID(id) for id in event.facts.get("entity_ids", ()))}


async def fulfil(
    database: Database,
    owner: Actor,
    now: datetime,
    *,
    among: ColumnElement[bool] | None = None,
    at_most: int = RESERVATIONS_AT_ONCE,
) -> int:
    """Try an organization's unfulfilled reservations again, soonest first; counts successes.

    Args:
        database: Each is tried in a transaction of its own.
        owner: The system, in the organization whose reservations are tried.
        now: The moment that counts as now.
        among: Only those that fulfil this condition, see `helped`; all when left out.
        at_most: How many to try.
    """
    async with database.reading(owner.organization_id) as connection:
        waiting = await _waiting(connection, owner.organization_id, now, among, at_most)
    fulfilled = 0
    for reservation_id in waiting:
        again = partial(_try, reservation_id=reservation_id)
        fulfilled += await _by_itself(database, owner, now, again)
    return fulfilled


async def _by_itself(
    database: Database, owner: Actor, now: datetime, act: Callable[[Work], Awaitable[Done]]
) -> Done:
    """Do something in a transaction of its own, and again while the database gives it up."""

    async def transaction() -> Done:
        async with database.writing(owner.organization_id) as session:
            return await act(Work(session, owner, now))

    return await begun_again(transaction)


async def _waiting(
    connection: AsyncConnection,
    organization_id: UUID,
    now: datetime,
    among: ColumnElement[bool] | None,
    at_most: int,
) -> list[UUID]:
    rows = await connection.execute(
        select(Reservation.id)
        .where(
            *([] if among is None else [among]),
            Reservation.organization_id == organization_id,
            Reservation.status == ReservationStatus.UNFULFILLED,
            or_(Reservation.ends_at.is_(None), Reservation.ends_at > now),
        )
        .order_by(Reservation.starts_at)
        .limit(at_most)
    )
    return [row.id for row in rows]


async def _try(work: Work, reservation_id: UUID) -> bool:
    return await retry(work, reservation_id) is not None
