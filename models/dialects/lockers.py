"""Lockers by automat and index, many at once."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Integer, Uuid, text

from models.dialects.among import array_of

_FOUND = 'select lockers.id, lockers.automat_id, lockers."index" as place from '
_JOINED = ' join lockers on lockers.automat_id = asked.automat_id and lockers."index" = asked.place'
_ASKED = {
    "postgresql": "unnest(cast(:automats as uuid[]), cast(:places as int[])) "
    "as asked (automat_id, place)",
    "sqlite": "(select json_extract(value, '$[0]') as automat_id, "
    "json_extract(value, '$[1]') as place from json_each(:asked)) as asked",
}
LOCKERS_AT = {
    dialect: text(_FOUND + asked + _JOINED).columns(id=Uuid, automat_id=Uuid, place=Integer)
    for dialect, asked in _ASKED.items()
}
"""The statement of each database; its parameters come from `lockers_at`."""


def lockers_at(dialect: str, places: Collection[tuple[UUID, int]]) -> dict[str, Any]:
    """Give the parameters that ask for lockers."""
    if dialect == "postgresql":
        return {
            "automats": array_of(automat_id.hex for automat_id, _ in places),
            "places": array_of(str(index) for _, index in places),
        }
    written = [[automat_id.hex, index] for automat_id, index in places]
    return {"asked": orjson.dumps(written).decode()}
