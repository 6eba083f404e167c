"""The index behind the nearest search: points of a flat map on PostgreSQL, an R*Tree on SQLite.

On PostgreSQL a GiST index keeps each automat's spot on a flat map of the earth, where every
organization has a strip of its own. A function of the database makes spots of positions, so the
table needs no further column. GiST splits the points of a plane well. With boxes in space, or with
the organization as another column, one search among a million automats reads hundreds of pages.

SQLite keeps the table `automat_places` in step by triggers: an R*Tree over earth-centred
coordinates in metres, with the organization as its fourth dimension.

Neither has a seam at the antimeridian or the poles, see `models.earth`.
"""

import struct
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text

from models.dialects.row_security import APPLICATION, THE_ORGANIZATION
from models.earth import APART_METRES, ECCENTRICITY_SQUARED, SEMI_MAJOR_AXIS, earth_centred
from models.places import Coordinates

# ---------------------------------------------------------------- PostgreSQL


def strip_of(organization_id: UUID) -> float:
    """Give where an organization's strip of the map is.

    Two organizations may share a strip: the search compares them again.
    """
    return (organization_id.int & 0xFFFFFF) * APART_METRES


SPOT = "automat_spot(organization_id, ST_X(position::geometry), ST_Y(position::geometry))"
ON_THE_MAP = "state <> 'uninstalled' and position is not null"
NEAREST_INDEX = Index(
    "automats_nearest_index",
    text(SPOT),
    postgresql_using="gist",
    postgresql_where=text(ON_THE_MAP),
).ddl_if(dialect="postgresql")

POSTGRESQL = (
    f"""
    create function automat_spot(
      organization_id uuid, longitude double precision, latitude double precision
    )
    returns point language plpgsql immutable strict parallel safe as $$
    declare
      strip constant double precision :=
        ('x' || right(organization_id::text, 6))::bit(24)::integer * {APART_METRES};
      normal constant double precision :=
        {SEMI_MAJOR_AXIS} / sqrt(1 - {ECCENTRICITY_SQUARED} * sind(latitude) ^ 2);
      x constant double precision := normal * cosd(latitude) * cosd(longitude);
      y constant double precision := normal * cosd(latitude) * sind(longitude);
      z constant double precision := normal * (1 - {ECCENTRICITY_SQUARED}) * sind(latitude);
    begin
      return case greatest(abs(x), abs(y), abs(z))
        when abs(x) then point(strip + y, z + sign(x) * {APART_METRES})
        when abs(y) then point(strip + x, z + sign(y) * {APART_METRES} * 2)
        else point(strip + x, y + sign(z) * {APART_METRES} * 3)
      end;
    end $$
    """,
    "drop index automats_nearest_index",
    f"create index automats_nearest_index on automats using gist ({SPOT}) where {ON_THE_MAP}",
)
"""What a migration runs on PostgreSQL. PL/pgSQL is 20 times faster here than SQL, and the function
is told numbers because it could not find PostGIS while a dump is restored."""

VIEW = f"""
    create view automats_on_the_map as
    select id, organization_id, installed_at, state, position from automats
    where case when (select current_user <> '{APPLICATION}')
      or organization_id = {THE_ORGANIZATION} then true end is not null
"""  # noqa: S608 - all of it is our own words
"""What the search reads on PostgreSQL, made by a later migration.

Behind a policy a table's index is used only for comparisons that cannot tell of rows by failing,
and those of points are not known to be such: the search would read every automat there is. A view
is read with its owner's rights and has no such barrier, so this one compares by itself whose rows
they are, as the policy does. Our search is the only one that reads it.
"""

# ---------------------------------------------------------------- SQLite


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
"""What a migration runs on SQLite."""
