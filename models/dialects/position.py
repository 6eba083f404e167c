"""A column for a point: `geography(Point,4326)` on PostgreSQL, well-known binary on SQLite."""

import struct
from typing import Any

from geoalchemy2 import Geography
from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator, TypeEngine

from models.places import Coordinates

LITTLE_ENDIAN_POINT = "<BIdd"
"""Well-known binary: the byte order, the kind, and the two numbers."""


class BarePoint(Geography):
    """A geography that comes as well-known binary, with no element around it for each."""

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> None:
        """Leave it as it is."""


class Position(TypeDecorator[Coordinates]):
    """A WGS 84 point that comes in and goes out as `Coordinates`."""

    impl = LargeBinary
    cache_ok = True
    spatial_index = False  # GeoAlchemy2 asks the decorator itself; the models declare their GiST

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column's type."""
        if dialect.name == "postgresql":
            point = BarePoint("POINT", srid=4326, spatial_index=False)
            return dialect.type_descriptor(point)
        return dialect.type_descriptor(LargeBinary())

    def process_bind_param(self, value: Coordinates | None, dialect: Dialect) -> Any:
        """Write a point the way the database reads it."""
        if value is None:
            return None
        if dialect.name == "postgresql":
            return f"SRID=4326;POINT({value.longitude!r} {value.latitude!r})"
        return struct.pack(LITTLE_ENDIAN_POINT, 1, 1, value.longitude, value.latitude)

    def process_result_value(self, value: Any, dialect: Dialect) -> Coordinates | None:  # noqa: ARG002 - SQLAlchemy calls it so
        """Read a point."""
        if value is None:
            return None
        longitude, latitude = struct.unpack_from("<dd", value, 5)  # behind byte order and kind
        return Coordinates(latitude, longitude)
