"""Which automats are nearest: exact geodesics, one form for each database.

Both forms first find as many near automats as are asked for, take the largest true distance among
them as a bound, and then rank everything within that bound. So the answer is exact although the
index itself only knows a flat map (PostgreSQL) or boxes (SQLite).
"""

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.measuring import Crowd, Found, Nearby, Place, found_of, in_order
from geo.position import TIE_METRES
from models.automats import Automat, AutomatState
from models.dialects.nearest_search import (
    IN_BOX,
    NEAREST_ON_MAP,
    ask_the_map,
    box_question,
    map_question,
)
from models.places import Coordinates

START_METRES = 1_000.0
FEW = 64
"""So few automats are measured all, without asking the index."""
MANY_PLACES = 20
"""From so many places on it pays to read all automats, once."""
WORTH_READING = 100
"""So many automats are read for each of the places at most."""
WHOLE_EARTH_METRES = 13_000_000.0
"""A box of this half side around any place holds the earth."""


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
        return await _each_on_sqlite(connection, places, organization_ids, count)
    questions = [map_question(here, organization_ids, count) for here in places]
    answers = await ask_the_map(connection, questions)
    found = [[Found(metres, at, id) for id, at, metres in answer] for answer in answers]
    return [in_order(one)[:count] for one in found]


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


async def _each_on_sqlite(
    connection: AsyncConnection,
    places: Sequence[Coordinates],
    organization_ids: Sequence[UUID],
    count: int,
) -> list[list[Nearby]]:
    """Search for each alone; but for many places read all automats once, if they are not too many.

    To search for one takes some milliseconds, and to read one automat takes some microseconds.
    """
    if len(places) >= MANY_PLACES:
        most = len(places) * WORTH_READING
        placed = _placed().where(Automat.organization_id.in_(organization_ids))
        all_there_are = await _places(connection, placed.limit(most + 1))
        if len(all_there_are) <= most:
            crowd = Crowd(all_there_are)
            return [in_order(crowd.found_of(here, count))[:count] for here in places]
    options: dict[str, Any] = {"organization_ids": organization_ids, "count": count}
    return [await nearest_automats(connection, here, **options) for here in places]


async def _in_organization(
    connection: AsyncConnection, here: Coordinates, organization_id: UUID, count: int
) -> list[Found]:
    few = max(count, FEW)
    placed = _placed().where(Automat.organization_id == organization_id)
    some = await _places(connection, placed.limit(few + 1))
    if len(some) <= few:
        return found_of(some, here, count)  # the organization has no more of them
    half_side = START_METRES
    inside = await _in_box(connection, here, organization_id, half_side)
    while len(inside) < count and half_side < WHOLE_EARTH_METRES:
        half_side *= _growth(len(inside), count)
        inside = await _in_box(connection, here, organization_id, half_side)
    found = found_of(inside, here, count)
    farthest = max(sorted(row.metres for row in found)[:count], default=0.0)
    if half_side < min(farthest + TIE_METRES, WHOLE_EARTH_METRES):
        inside = await _in_box(connection, here, organization_id, farthest + TIE_METRES)
        found = found_of(inside, here, count)
    return found


def _growth(found: int, wanted: int) -> float:
    """Guess from what a box held how much larger the next one should be."""
    return 8.0 if found == 0 else min(8.0, 1.5 * math.sqrt(wanted / found))


def _placed() -> Select[UUID, datetime, Coordinates | None]:
    return select(Automat.id, Automat.installed_at, Automat.position).where(
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
