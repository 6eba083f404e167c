"""Which automats are nearest: exact geodesics, one form for each database.

Both forms first find as many near automats as are asked for, take the largest true distance among
them as a bound, and then rank everything within that bound. So the answer is exact although the
index itself only knows a flat map (PostgreSQL) or boxes (SQLite).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.position import TIE_METRES, distance_metres
from models.automats import Automat, AutomatState
from models.dialects.nearest_search import (
    IN_BOX,
    NEAREST_ON_MAP,
    ask_the_map,
    box_question,
    map_question,
)
from models.earth import earth_centred
from models.places import Coordinates

START_METRES = 1_000.0
FEW = 64
"""So few automats are measured all, without asking the index."""
WHOLE_EARTH_METRES = 13_000_000.0
"""A box of this half side around any place holds the earth."""


class Nearby(NamedTuple):
    """An automat and how far away it is."""

    automat_id: UUID
    metres: float


async def nearest_automats(
    connection: AsyncConnection,
    here: Coordinates,
    *,
    organization_ids: Sequence[UUID],
    count: int,
) -> list[Nearby]:
    """List the automats nearest to a place, whatever their state; uninstalled ones are not there.

    Distances within 1 mm are a tie, and the automat that was installed first comes first.

    Args:
        connection: An open connection.
        here: Where to measure from.
        organization_ids: Whose automats to look at.
        count: How many to list at most, from 1.
    """
    search = _on_postgresql if connection.dialect.name == "postgresql" else _on_sqlite
    found = await search(connection, here, organization_ids, count)
    return in_order(found)[:count]


async def nearest_to_each(
    connection: AsyncConnection,
    places: Sequence[Coordinates],
    *,
    organization_ids: Sequence[UUID],
    count: int,
) -> list[list[Nearby]]:
    """List the automats nearest to each of several places, as `nearest_automats` does for one."""
    if connection.dialect.name != "postgresql":
        options: dict[str, Any] = {"organization_ids": organization_ids, "count": count}
        return [await nearest_automats(connection, here, **options) for here in places]
    questions = [map_question(here, organization_ids, count) for here in places]
    answers = await ask_the_map(connection, questions)
    found = [[Found(metres, at, id) for id, at, metres in answer] for answer in answers]
    return [in_order(one)[:count] for one in found]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an automat stands."""

    id: UUID
    installed_at: datetime
    position: Coordinates


def nearest_of(places: list[Place], here: Coordinates, count: int) -> list[Nearby]:
    """List the automats of some that are nearest to a place, as `nearest_automats` does for all."""
    return in_order(_nearest_of(places, here, count))[:count]


class Found(NamedTuple):
    """A row of a search, with what its order needs."""

    metres: float
    installed_at: object
    id: UUID


def in_order(found: list[Found]) -> list[Nearby]:
    """Sort by distance; those within 1 mm of the first of them by when they were installed."""
    ordered: list[Found] = []
    tie: list[Found] = []
    for row in sorted(found, key=lambda row: row.metres):
        if tie and row.metres - tie[0].metres > TIE_METRES:
            ordered += sorted(tie, key=_seniority)
            tie = []
        tie.append(row)
    ordered += sorted(tie, key=_seniority)
    return [Nearby(row.id, row.metres) for row in ordered]


def _seniority(row: Found) -> tuple[object, UUID]:
    return row.installed_at, row.id


# ---------------------------------------------------------------- PostgreSQL


async def _on_postgresql(
    connection: AsyncConnection, here: Coordinates, organization_ids: Sequence[UUID], count: int
) -> list[Found]:
    question = map_question(here, organization_ids, count)
    rows = await connection.execute(NEAREST_ON_MAP, question)
    return [Found(row.metres, row.installed_at, row.id) for row in rows]


# ---------------------------------------------------------------- SQLite


async def _on_sqlite(
    connection: AsyncConnection, here: Coordinates, organization_ids: Sequence[UUID], count: int
) -> list[Found]:
    found: list[Found] = []
    for organization_id in organization_ids:
        found += await _in_organization(connection, here, organization_id, count)
    return found


async def _in_organization(
    connection: AsyncConnection, here: Coordinates, organization_id: UUID, count: int
) -> list[Found]:
    few = max(count, FEW)
    some = await _places(connection, _placed(organization_id).limit(few + 1))
    if len(some) <= few:
        return _nearest_of(some, here, count)  # the organization has no more of them
    half_side = START_METRES
    inside = await _in_box(connection, here, organization_id, half_side)
    while len(inside) < count and half_side < WHOLE_EARTH_METRES:
        half_side *= _growth(len(inside), count)
        inside = await _in_box(connection, here, organization_id, half_side)
    found = _nearest_of(inside, here, count)
    farthest = max(sorted(row.metres for row in found)[:count], default=0.0)
    if half_side < min(farthest + TIE_METRES, WHOLE_EARTH_METRES):
        inside = await _in_box(connection, here, organization_id, farthest + TIE_METRES)
        found = _nearest_of(inside, here, count)
    return found


def _growth(found: int, wanted: int) -> float:
    """Guess from what a box held how much larger the next one should be."""
    return 8.0 if found == 0 else min(8.0, 1.5 * math.sqrt(wanted / found))


def _placed(organization_id: UUID) -> Select[UUID, datetime, Coordinates | None]:
    return select(Automat.id, Automat.installed_at, Automat.position).where(
        Automat.organization_id == organization_id,
        Automat.state != AutomatState.UNINSTALLED,
        Automat.position.is_not(None),
    )


async def _in_box(
    connection: AsyncConnection, here: Coordinates, organization_id: UUID, half_side: float
) -> list[Place]:
    rows = await connection.execute(IN_BOX, box_question(here, organization_id, half_side))
    return [Place(id, installed_at, position) for id, installed_at, position in rows]


async def _places(
    connection: AsyncConnection, statement: Select[UUID, datetime, Coordinates | None]
) -> list[Place]:
    rows = await connection.execute(statement)
    return [
        Place(id, installed_at, position)
        for id, installed_at, position in rows
        if position is not None
    ]


def _nearest_of(places: list[Place], here: Coordinates, count: int) -> list[Found]:
    """Measure the nearest places and all that tie with them.

    The chord is never longer than the geodesic, so whatever has a longer chord than the geodesic
    of the last that is wanted is farther away, and need not be measured.
    """
    centre = earth_centred(here)
    chords = [(math.dist(centre, earth_centred(place.position)), place) for place in places]
    chords.sort(key=lambda pair: pair[0])
    found = [_measured(place, here) for _, place in chords[:count]]
    bound = max((row.metres for row in found), default=0.0) + TIE_METRES
    for chord, place in chords[count:]:
        if chord > bound:
            break
        found.append(_measured(place, here))
    return found


def _measured(place: Place, here: Coordinates) -> Found:
    return Found(distance_metres(here, place.position), place.installed_at, place.id)
