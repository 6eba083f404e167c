"""The index behind the nearest search: GiST on PostgreSQL, R*Tree on SQLite.

PostgreSQL indexes `automats.position` itself. SQLite keeps a table `automat_places` in step by
triggers: an R*Tree over earth-centred coordinates in metres with the organization as its fourth
dimension (../reference geo.md 2). Earth-centred coordinates have no seam at the antimeridian or
the poles, and a straight chord is never longer than the geodesic between the same two points.
"""

import math
from typing import Any

import shapely

from models.places import Coordinates

SEMI_MAJOR_AXIS = 6_378_137.0
FLATTENING = 1 / 298.257223563
ECCENTRICITY_SQUARED = FLATTENING * (2 - FLATTENING)
ORGANIZATION_SPACING = 100_000
"""Metres between two organizations in the fourth dimension, so that boxes hold only one."""


def earth_centred(place: Coordinates) -> tuple[float, float, float]:
    """Give a point of the WGS 84 ellipsoid as x, y, z in metres from the earth's centre."""
    latitude, longitude = math.radians(place.latitude), math.radians(place.longitude)
    normal = SEMI_MAJOR_AXIS / math.sqrt(1 - ECCENTRICITY_SQUARED * math.sin(latitude) ** 2)
    return (
        normal * math.cos(latitude) * math.cos(longitude),
        normal * math.cos(latitude) * math.sin(longitude),
        normal * (1 - ECCENTRICITY_SQUARED) * math.sin(latitude),
    )


def earth_centred_axis(position: bytes | None, axis: int) -> float | None:
    """Give one coordinate of a stored position; SQLite's triggers call it."""
    if position is None:
        return None
    point = shapely.from_wkb(position)
    return earth_centred(Coordinates(point.y, point.x))[axis]


def install_functions(connection: Any) -> None:
    """Teach a new SQLite connection what the triggers below call."""

    async def install(driver: Any) -> None:
        await driver.create_function(
            "earth_centred", 2, earth_centred_axis, deterministic=True
        )

    connection.run_async(install)


POSTGRESQL = [
    "create index automats_nearest_index on automats using gist (organization_id, position)"
]

_PLACE = """
    insert into automat_places
    select new.serial,
      earth_centred(new.position, 0), earth_centred(new.position, 0),
      earth_centred(new.position, 1), earth_centred(new.position, 1),
      earth_centred(new.position, 2), earth_centred(new.position, 2),
      unit.ordinal * 100000, unit.ordinal * 100000
    from organization_units as unit
    where unit.id = new.organization_id and new.position is not null;
"""

SQLITE = [
    "create virtual table automat_places using rtree(serial, x0, x1, y0, y1, z0, z1, o0, o1)",
    f"create trigger automats_place_on_insert after insert on automats begin {_PLACE} end",
    "create trigger automats_place_on_update after update of position on automats begin "
    f"delete from automat_places where serial = old.serial; {_PLACE} end",
    "create trigger automats_place_on_delete after delete on automats begin "
    "delete from automat_places where serial = old.serial; end",
]
