"""Addresses that no geocoder could answer yet: asked again while no transaction is open."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import func, select

from geo.geocoding import Geocoder
from models.accounts import Actor
from models.addressed import Placed, PlacementProblem, address_of
from models.automats import Automat
from models.database import Database
from models.entities import ReservableEntity
from models.errors import ErrorCode
from models.places import Placement, PostalAddress
from resolvers.placing import place, record_place
from resolvers.work import Work

_MAY_CHANGE = (ErrorCode.GEOCODER_UNAVAILABLE, ErrorCode.ADDRESS_NOT_FOUND)


async def place_again(
    database: Database,
    geocoder: Geocoder,
    owner: Actor,
    now: datetime,
    *,
    at_most: int = 200,
) -> int:
    """Ask the geocoder again for addresses that nobody could answer; counts those placed."""
    placed = 0
    for model in (ReservableEntity, Automat):
        for id, address, before in await _unplaced(database, model, owner.organization_id, at_most):
            found = await place(geocoder, address, None, now)
            if isinstance(found, Placement) or _is_news(found, before):
                async with database.writing(owner.organization_id) as session:
                    work = Work(session, owner, now)
                    placed += await _keep_place(work, model, id, address, found)
    return placed


async def _unplaced(
    database: Database, model: type[ReservableEntity | Automat], organization_id: UUID, at_most: int
) -> list[tuple[UUID, PostalAddress | None, ErrorCode | None]]:
    """List what has no place, in any order: nobody is left out for ever when there are many."""
    async with database.reading(organization_id) as connection:
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
