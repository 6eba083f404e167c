"""What waits for something to change: unfulfilled reservations, and addresses without a place."""

from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.geocoding import Geocoder
from models.accounts import Actor, Role
from models.addressed import Placed, address_of
from models.automats import Automat
from models.database import Database
from models.entities import ReservableEntity
from models.errors import ErrorCode
from models.events import EventKind
from models.organizations import OrganizationUnit
from models.places import Placement
from models.reservations import Reservation, ReservationStatus
from resolvers import planning
from resolvers.placing import place, record_place
from resolvers.work import Work

MAY_HELP = frozenset(
    {
        EventKind.ADDRESS_PLACED,
        EventKind.AUTOMAT_INSTALLED,
        EventKind.AUTOMAT_UPDATED,
        EventKind.DEVICE_GROUP_UPDATED,
        EventKind.ENTITY_UPDATED,
        EventKind.KEY_REGISTERED,
        EventKind.KEY_UPDATED,
        EventKind.LOCKER_CONTRACT_CANCELLED,
        EventKind.LOCKER_UPDATED,
        EventKind.ORGANIZATION_UNIT_UPDATED,
    }
)
"""What may make an unfulfilled reservation possible."""

IN_ONE_ROUND = 200
AT_ONCE = 20
"""How many are tried again before the answer to whoever changed something."""


def system(organization_id: UUID) -> Actor:
    """Make the actor for what nobody asked for."""
    return Actor(organization_id=organization_id, role=Role.ADMIN)


async def fulfil(
    database: Database, organization_id: UUID, now: datetime, *, at_most: int = AT_ONCE
) -> int:
    """Try an organization's unfulfilled reservations again, soonest first; counts successes."""
    async with database.reading() as connection:
        waiting = await _waiting(connection, organization_id, now, at_most)
    fulfilled = 0
    for reservation_id in waiting:
        async with database.writing() as session:
            work = Work(session, system(organization_id), now)
            fulfilled += await _try(work, reservation_id)
    return fulfilled


async def _waiting(
    connection: AsyncConnection, organization_id: UUID, now: datetime, at_most: int
) -> list[UUID]:
    rows = await connection.execute(
        select(Reservation.id)
        .where(
            Reservation.organization_id == organization_id,
            Reservation.status == ReservationStatus.UNFULFILLED,
            or_(Reservation.ends_at.is_(None), Reservation.ends_at > now),
        )
        .order_by(Reservation.starts_at)
        .limit(at_most)
    )
    return [row.id for row in rows]


async def _try(work: Work, reservation_id: UUID) -> bool:
    locked = await work.locked(Reservation, [reservation_id])
    if not locked or not planning.is_waiting(locked[0]):
        return False
    entity = await work.get(ReservableEntity, locked[0].entity_id)
    fulfilled = await planning.retry(work, locked[0], entity)
    if fulfilled:
        work.record(EventKind.RESERVATION_UPDATED, locked[0], changed=["status"])
    return fulfilled


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
        async with database.reading() as connection:
            rows = await connection.execute(
                select(model)
                .where(
                    model.organization_id == organization_id,
                    model.position.is_(None),
                    model.placement_problem_code.in_(_MAY_CHANGE),
                )
                .order_by(model.id)
                .limit(at_most)
            )
            unplaced = [(row.id, address_of(cast("Placed", row))) for row in rows]
        for id, address in unplaced:
            found = await place(geocoder, address, None, now)
            if isinstance(found, Placement):
                async with database.writing() as session:
                    work = Work(session, system(organization_id), now)
                    thing = cast("Placed", await work.get(model, id))
                    thing.place(found)
                    record_place(work, thing, found)
                placed += 1
    return placed


_MAY_CHANGE = (ErrorCode.GEOCODER_UNAVAILABLE, ErrorCode.ADDRESS_NOT_FOUND)
