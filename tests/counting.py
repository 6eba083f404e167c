"""Counting the statements that a database is sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from models.database import Database

TELLING = ("begin", "select set_config('role'")
"""What tells a connection of PostgreSQL for whom it stands: which of a pool has to be told, and
when, is chance.
"""


@contextmanager
def statements_of(database: Database, *, with_tokens: bool = False) -> Iterator[list[str]]:
    """Collect the statements that both doors of a database let through.

    Tokens are left out unless they are wanted: they are asked for when the clock says so. So is
    what tells a connection for whom it stands.
    """
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        is_wanted = with_tokens or "FROM tokens" not in statement
        if is_wanted and not statement.startswith(TELLING):
            seen.append(statement)

    engines = [database._writers.sync_engine, database._readers.sync_engine]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield seen
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)
