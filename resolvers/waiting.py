"""What waits for something to change: unfulfilled reservations, and addresses without a place."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.geocoding import Geocoder
from models.addressed import Placed, PlacementProblem, address_of
from models.automats import Automat
from models.database import Database
from models.entities import ReservableEntity
from models.errors import ErrorCode
from models.events import EventKind
from models.organizations import OrganizationUnit
from models.places import Placement, PostalAddress
from models.reservations import Reservation, ReservationStatus
from resolvers.placing import place, record_place
from resolvers.planning.waiting import retry
from resolvers.work import Happened, Work, system

SPACE = {ErrorCode.NO_SUITABLE_AUTOMAT, ErrorCode.NO_FREE_LOCKER}
PLACE = SPACE | {ErrorCode.ADDRESS_NOT_FOUND, ErrorCode.ADDRESS_AMBIGUOUS}

HELPS: dict[EventKind, set[ErrorCode]] = {
    EventKind.AUTOMAT_INSTALLED: PLACE,
    EventKind.AUTOMAT_UPDATED: PLACE,
    EventKind.DEVICE_GROUP_UPDATED: PLACE,
    EventKind.LOCKER_CONTRACT_CANCELLED: SPACE,
    EventKind.LOCKER_UPDATED: SPACE,
    EventKind.ORGANIZATION_UNIT_UPDATED: PLACE,
}
"""Which reasons for waiting may be gone after an event."""

HELPS_ENTITIES = {
    EventKind.ENTITY_UPDATED,
    EventKind.ADDRESS_PLACED,
    EventKind.KEY_REGISTERED,
    EventKind.KEY_UPDATED,
}
"""Events after which any reservation of certain entities may be possible."""

IN_ONE_ROUND = 200
AT_ONCE = 20
"""How many are tried again before the answer to whoever changed something."""


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
    organization_id: UUID,
    now: datetime,
    *,
    among: ColumnElement[bool] | None = None,
    at_most: int = AT_ONCE,
) -> int:
    """Try an organization's unfulfilled reservations again, soonest first; counts successes.

    Args:
        database: Each is tried in a transaction of its own.
        organization_id: Whose reservations.
        now: The moment that counts as now.
        among: Only those that fulfil this condition, see `helped`; all when left out.
        at_most: How many to try.
    """
    async with database.reading() as connection:
        waiting = await _waiting(connection, organization_id, now, among, at_most)
    fulfilled = 0
    for reservation_id in waiting:
        async with database.writing() as session:
            work = Work(session, system(organization_id), now)
            fulfilled += await _try(work, reservation_id)
    return fulfilled


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


async def care(database: Database, geocoder: Geocoder, now: datetime) -> None:
    """Look after everything that waits, in every organization."""
    for organization_id in await organizations(database):
        await place_again(database, geocoder, organization_id, now)
        await fulfil(database, organization_id, now, at_most=IN_ONE_ROUND)


async def organizations(database: Database) -> list[UUID]:
    """List every organization, for the caretaker."""
    async with database.reading() as connection:
        roots = select(OrganizationUnit.id).where(OrganizationUnit.parent_id.is_(None))
        return [row.id for row in await connection.execute(roots)]


async def place_again(
    database: Database,
    geocoder: Geocoder,
    organization_id: UUID,
    now: datetime,
    *,
    at_most: int = 200,
) -> int:
    """Ask the geocoder again for addresses that nobody could answer; counts those placed."""
    placed = 0
    for model in (ReservableEntity, Automat):
        for id, address, before in await _unplaced(database, model, organization_id, at_most):
            found = await place(geocoder, address, None, now)
            if isinstance(found, Placement) or _is_news(found, before):
                async with database.writing() as session:
                    work = Work(session, system(organization_id), now)
                    placed += await _keep_place(work, model, id, address, found)
    return placed


async def _unplaced(
    database: Database, model: type[ReservableEntity | Automat], organization_id: UUID, at_most: int
) -> list[tuple[UUID, PostalAddress | None, ErrorCode | None]]:
    """List what has no place, in any order: nobody is left out for ever when there are many."""
    async with database.reading() as connection:
        rows = await connection.execute(
            select(model)
            .where(
                model.organization_id == organization_id,
                model.position.is_(None),
                model.placement_problem_code.in_(_MAY_CHANGE),
            )
            .order_by(func.random())
            .limit(at_most)
        )
        return [
            (row.id, address_of(cast("Placed", row)), row.placement_problem_code) for row in rows
        ]


def _is_news(found: PlacementProblem | None, before: ErrorCode | None) -> bool:
    """Tell whether a geocoder answered now, and otherwise than before."""
    if found is None or found.code is ErrorCode.GEOCODER_UNAVAILABLE:
        return False
    return found.code is not before


async def _keep_place(
    work: Work,
    model: type[ReservableEntity | Automat],
    id: UUID,
    address: PostalAddress | None,
    found: Placement | PlacementProblem | None,
) -> bool:
    """Write a place down, unless the address was changed while the geocoder looked for it."""
    things: Sequence[ReservableEntity | Automat] = await work.locked(model, [id])
    for thing in things:
        if thing.position is None and thing.address == address:
            thing.place(found)
            record_place(work, thing, found)
            return isinstance(found, Placement)
    return False


_MAY_CHANGE = (ErrorCode.GEOCODER_UNAVAILABLE, ErrorCode.ADDRESS_NOT_FOUND)
