"""The index behind the nearest search: GiST on PostgreSQL, R*Tree on SQLite.

PostgreSQL indexes `automats.position` itself, organization by organization. SQLite keeps the table
`automat_places` in step by triggers: an R*Tree over earth-centred coordinates in metres, with the
organization as its fourth dimension. Earth-centred coordinates have no seam at the antimeridian or
the poles, and a straight chord is never longer than the geodesic between the same two points, so a
box of half side d around a place holds everything within d metres of it.
"""

import math
import struct
from typing import Any
from uuid import UUID

from sqlalchemy import Index

from models.places import Coordinates

SEMI_MAJOR_AXIS = 6_378_137.0
FLATTENING = 1 / 298.257223563
ECCENTRICITY_SQUARED = FLATTENING * (2 - FLATTENING)

NEAREST_INDEX = Index(
    "automats_nearest_index", "organization_id", "position", postgresql_using="gist"
).ddl_if(dialect="postgresql")


def earth_centred(place: Coordinates) -> tuple[float, float, float]:
    """Give a point of the WGS 84 ellipsoid as x, y, z in metres from the earth's centre."""
    latitude, longitude = math.radians(place.latitude), math.radians(place.longitude)
    normal = SEMI_MAJOR_AXIS / math.sqrt(1 - ECCENTRICITY_SQUARED * math.sin(latitude) ** 2)
    return (
        normal * math.cos(latitude) * math.cos(longitude),
        normal * math.cos(latitude) * math.sin(longitude),
        normal * (1 - ECCENTRICITY_SQUARED) * math.sin(latitude),
    )


def organization_axis(organization_id: UUID) -> float:
    """Give an organization's place in the fourth dimension, far from nearly all others.

    Two organizations may share a place: the search compares them again. Multiples of 100 000 keep
    the boxes of the tree to one organization each.
    """
    return (organization_id.int & 0xFFFF) * 100_000.0


def install_functions(connection: Any) -> None:
    """Teach a new SQLite connection the functions that the triggers below call."""

    async def install(driver: Any) -> None:
        for name, arguments, function in (
            ("earth_centred", 2, _earth_centred),
            ("organization_axis", 1, _organization_axis),
            ("place_number", 1, _place_number),
        ):
            await driver.create_function(name, arguments, function, deterministic=True)

    connection.run_async(install)


def _earth_centred(position: bytes, axis: int) -> float:
    longitude, latitude = struct.unpack_from("<dd", position, 5)  # behind byte order and kind
    return earth_centred(Coordinates(latitude, longitude))[axis]


def _organization_axis(organization_id: str) -> float:
    return organization_axis(UUID(organization_id))


def _place_number(automat_id: str) -> int:
    return UUID(automat_id).int & 0x3FFF_FFFF_FFFF_FFFF  # the 62 random bits of a UUIDv7


_INSERT_PLACE = """
    insert into automat_places
    select place_number(new.id),
      earth_centred(new.position, 0), earth_centred(new.position, 0),
      earth_centred(new.position, 1), earth_centred(new.position, 1),
      earth_centred(new.position, 2), earth_centred(new.position, 2),
      organization_axis(new.organization_id), organization_axis(new.organization_id), new.id
    where new.position is not null;
"""
_DELETE_PLACE = "delete from automat_places where number = place_number(old.id);"

SQLITE = (
    """
    create virtual table automat_places
    using rtree(number, x0, x1, y0, y1, z0, z1, o0, o1, +automat_id)
    """,
    f"""
    create trigger automats_place_on_insert after insert on automats begin {_INSERT_PLACE} end
    """,
    f"""
    create trigger automats_place_on_update after update of position on automats
    begin {_DELETE_PLACE} {_INSERT_PLACE} end
    """,
    f"""
    create trigger automats_place_on_delete after delete on automats begin {_DELETE_PLACE} end
    """,
)
"""What a migration runs on SQLite; on PostgreSQL the index of the model is enough."""
