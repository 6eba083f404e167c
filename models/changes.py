"""What changed of rows: noted when they are written, and told with the events about them (G26).

SQLAlchemy knows what every changed row was before, so this takes neither a statement nor any help
of whoever changes something. What is secret is never noted, see `models.register`.
"""

import hashlib
import secrets
from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict, is_dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import JSON, LargeBinary, String, TypeDecorator, event, inspect
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import instance_state
from sqlalchemy.orm.base import LoaderCallableStatus

from models.base import Base, table_of
from models.events import EventKind
from models.organizations import Contact
from models.register import REGISTER, Says

CHANGED = "changed"
"""The mark in `session.info`: what rows were before, by what they are and their id."""
LONGEST = 300
"""Of longer values the trail keeps the digest."""
UNKNOWN = (LoaderCallableStatus.NO_VALUE, LoaderCallableStatus.NEVER_SET)

PLAINLY: dict[type, Callable[[Any], Any]] = {
    Enum: lambda value: value.value,
    datetime: datetime.isoformat,
    timedelta: timedelta.total_seconds,
}

Before = dict[str, Any]
Subject = tuple[str, UUID]


class WatchedSession(Session):
    """A session that notes what rows were before they are changed."""


@event.listens_for(WatchedSession, "before_flush")
def note_changes(session: Session, _context: object, _rows: object) -> None:
    """Note what rows were that are about to be changed, unless it is noted already."""
    for row in session.dirty:
        was = instance_state(row).committed_state
        if was:
            noted = session.info.setdefault(CHANGED, {})
            _, before = noted.setdefault((type(row).__name__, row.id), (row, {}))
            for name, value in was.items():
                before.setdefault(name, value)


def told_with(session: Session, events: Iterable[dict[str, Any]]) -> None:
    """Tell with each event what changed of its subject since the event about it before."""
    noted: dict[Subject, tuple[Base, Before]] | None = session.info.get(CHANGED)
    if not noted:
        return
    for one in events:
        found = noted.pop((one["subject_type"], one["subject_id"]), None)
        if found is not None:
            _tell(one, *found)


def _tell(event: dict[str, Any], row: Base, before: Before) -> None:
    columns, now = _columns(type(row)), instance_state(row).dict
    changed = {
        name: was
        for name, was in before.items()
        if name in columns and name in now and now[name] != was
    }
    of_contact = {name for name in changed if _is_kept_apart(row, columns[name])}
    plain = {name for name in changed if columns[name] is Says.PLAIN}
    hidden = sorted(changed.keys() - plain - of_contact)
    if plain or hidden:
        event["changes"] = _before_and_after(changed, now, plain) | {"hidden": hidden}
    if of_contact and event["kind"] is not EventKind.CONTACT_ERASED:
        document = _before_and_after(changed, now, of_contact)
        document["salt"] = secrets.token_hex(16)
        event["personal"], event["personal_digest"] = document, digest_of(document)


def _is_kept_apart(row: Base, says: Says) -> bool:
    """Tell whether a value is kept for as long as its contact: who that is, and nothing else."""
    return says is Says.PERSONAL and isinstance(row, Contact)


def _before_and_after(before: Before, now: Before, names: Collection[str]) -> dict[str, Any]:
    return {
        "before": {name: written(before[name]) for name in sorted(names)},
        "after": {name: written(now[name]) for name in sorted(names)},
    }


@cache
def _columns(model: type[Base]) -> dict[str, Says]:
    """Tell of each attribute that is a column what it says."""
    mapper = inspect(model)
    return {
        attribute.key: says_of(table_of(model).name, attribute.columns[0])
        for attribute in mapper.column_attrs
    }


def says_of(table: str, column: Any) -> Says:
    """Tell what a column says; numbers, moments, ids and choices are plain."""
    return REGISTER.get((table, column.name), Says.SECRET) if is_text(column.type) else Says.PLAIN


def is_text(kind: Any) -> bool:
    """Tell whether a column of a type can hold any text, or a document."""
    if isinstance(kind, TypeDecorator):
        kind = kind.impl_instance
    return isinstance(kind, String | JSON | LargeBinary) and not hasattr(kind, "enums")


def written(value: Any) -> Any:
    """Write a value as JSON has it; of one that is long its digest."""
    if isinstance(value, str | list | tuple | dict) and not isinstance(value, Enum):
        as_json = orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS)
        if len(as_json) > LONGEST:
            return {"sha256": hashlib.sha256(as_json).hexdigest(), "length": len(as_json)}
        return orjson.loads(as_json)
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    for kind, write in PLAINLY.items():
        if isinstance(value, kind):
            return write(value)
    return value if value is None or isinstance(value, bool | int | float) else str(value)


def digest_of(document: Any) -> str:
    """Hash a document, whatever the order of its fields."""
    return hashlib.sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).hexdigest()
