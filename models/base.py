"""What all rows share: ids, instants, names of constraints, and who owns them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, cast
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import JSON, Enum, ForeignKey, Index, MetaData, Table, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from models.dialects.instants import Duration, Instant
from models.dialects.position import Position
from models.dialects.texts import Text
from models.places import Coordinates

new_id: Callable[[], UUID] = uuid_utils.compat.uuid7
"""A new id. UUIDv7 (RFC 9562): ids that were made later sort later."""

JSON_DOCUMENT = JSON().with_variant(JSONB(), "postgresql")
Json = dict[str, Any]
JsonList = list[Any]


class Base(DeclarativeBase):
    """Every table of ours."""

    metadata = MetaData(
        naming_convention={
            "ix": "%(column_0_N_label)s_index",
            "uq": "%(table_name)s_%(column_0_N_name)s_key",
            "ck": "%(constraint_name)s",
            "fk": "%(table_name)s_%(column_0_name)s_fkey",
            "pk": "%(table_name)s_pkey",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        UUID: Uuid(),
        str: Text(),
        datetime: Instant(),
        timedelta: Duration(),
        Coordinates: Position(),
        Json: JSON_DOCUMENT,
        JsonList: JSON_DOCUMENT,
        StrEnum: Enum(
            StrEnum,
            native_enum=False,
            length=32,
            values_callable=lambda kind: [member.value for member in kind],
        ),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)


class Removable:
    """A row that stays when it is removed, for what refers to it; no query of its kind finds it."""

    removed_at: Mapped[datetime | None]


def table_of(model: type[Base]) -> Table:
    """Give the table of a model, for statements on many rows at once."""
    return cast("Table", model.__table__)


class Owned:
    """A row that belongs to an organization; nobody else's queries see it."""

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization_units.id"))

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Index each table the way its lists are read: an organization's rows by id."""
        super().__init_subclass__(**kwargs)
        table: Table = cast("Any", cls).__table__  # Base made it just now
        Index(f"{table.name}_organization_id_id_index", table.c.organization_id, table.c.id)
