"""Many distances at once: PostgreSQL measures them twenty times as fast as we do."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from geo.position import distance_metres
from models.dialects.distances import MANY_DISTANCES, from_each_to_its
from models.places import Coordinates

FEW = 10
"""So few are measured before PostgreSQL has answered."""


async def distances_metres(
    connection: AsyncConnection, pairs: Sequence[tuple[Coordinates, Coordinates]]
) -> list[float]:
    """Measure the geodesics between pairs of places, as `distance_metres` does for one."""
    if connection.dialect.name != "postgresql" or len(pairs) <= FEW:
        return [distance_metres(here, there) for here, there in pairs]
    rows = await connection.execute(MANY_DISTANCES, from_each_to_its(pairs))
    return [row.metres for row in rows]
