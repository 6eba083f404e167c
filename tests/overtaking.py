"""Somebody else, who comes to an automat between our look and our locks."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import event

from models.database import Database

HALF = (1 << 15) - 1


@contextmanager
def somebody_else_first(
    database: Database, automat_id: UUID, *, lockers: int = HALF
) -> Iterator[list[str]]:
    """Change an automat just before the first statement that locks automats, and commit that.

    Args:
        database: Where.
        automat_id: Which automat.
        lockers: The lockers that it has left, as bits.
    """
    url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    changed: list[str] = []

    def change(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "FROM automats" in statement and "FOR NO KEY UPDATE" in statement and not changed:
            changed.append(statement)
            with psycopg.connect(url, autocommit=True) as other:
                sql = "update automats set usable_lockers = %s where id = %s"
                other.execute(sql, (lockers, automat_id))

    engine = database._writers.sync_engine
    event.listen(engine, "before_cursor_execute", change)
    yield changed
    event.remove(engine, "before_cursor_execute", change)
