"""An event and a seal, as they are written for whoever reads them elsewhere: as JSON.

Digests go over this form, so it never changes for what is sealed: a new column of an event comes
with a new form, by the version of the file.
"""

import base64
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import String, type_coerce

from models.base import table_of
from models.events import Event
from models.seals import EventSeal

Document = dict[str, Any]

_EVENT = table_of(Event).c
_AS_TEXT = ("kind", "way_in")
COLUMNS = [
    type_coerce(column, String()).label(column.name) if column.name in _AS_TEXT else column
    for column in _EVENT
]
"""What is read of events. What happened is read as the text that it is: it may be a wrong one."""
NAMES = {
    column.name: column.name.split("_")[0]
    + "".join(part.title() for part in column.name.split("_")[1:])
    for column in (*_EVENT, *table_of(EventSeal).c)
}
"""The names of columns in documents, as everywhere outside: `subjectId`."""
EVENT_FIELDS = tuple((column.name, NAMES[column.name]) for column in _EVENT)
SEAL_FIELDS = tuple(
    (column.name, NAMES[column.name])
    for column in table_of(EventSeal).c
    if column.name not in {"id", "leaves"}
)


def event_document(row: Any) -> Document:
    """Write an event, of a row with `COLUMNS`."""
    values = row._mapping  # noqa: SLF001 - the documented way to a row's columns by name
    return {name: _written(values[column]) for column, name in EVENT_FIELDS}


def seal_document(row: Any) -> Document:
    """Write a seal, without its list of events."""
    return {name: _written(getattr(row, column)) for column, name in SEAL_FIELDS}


def with_leaves(seal: Document, leaves: bytes) -> Document:
    """Write a seal with its list of events, as base64."""
    return {**seal, "leaves": base64.b64encode(leaves).decode()}


def _written(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.hex
    return value.isoformat() if isinstance(value, datetime) else value
