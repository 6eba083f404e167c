"""Another look at the database: its own driver, plain SQL, and nothing of the product's code."""

import json
import re
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Row = dict[str, Any]


class Eye:
    """Looks at what is committed; ids and instants come out alike on both databases.

    Args:
        url: The address of the database.
    """

    def __init__(self, url: str) -> None:
        self.is_sqlite = url.startswith("sqlite")
        if self.is_sqlite:
            path = url.removeprefix("sqlite:///")
            self._sqlite = sqlite3.connect(path, isolation_level=None, timeout=30)
            self._sqlite.row_factory = sqlite3.Row
        else:
            self._postgresql = psycopg.connect(url, autocommit=True, row_factory=dict_row)

    def rows(self, sql: str, **told: Any) -> list[Row]:
        """Read rows; parameters are written `:name` on both databases."""
        if self.is_sqlite:
            found = self._sqlite.execute(sql, {name: _said(value) for name, value in told.items()})
            return [_plain(dict(row)) for row in found.fetchall()]
        written = re.sub(r"(?<!:):(\w+)", r"%(\1)s", sql.replace("%", "%%"))
        return [_plain(row) for row in self._postgresql.execute(written.encode(), told).fetchall()]

    def execute(self, sql: str, **told: Any) -> None:
        """Change something that the product has no use case for."""
        if self.is_sqlite:
            self._sqlite.execute(sql, {name: _said(value) for name, value in told.items()})
        else:
            written = re.sub(r"(?<!:):(\w+)", r"%(\1)s", sql)
            self._postgresql.execute(written.encode(), told)

    def close(self) -> None:
        """Close the connection."""
        (self._sqlite if self.is_sqlite else self._postgresql).close()


def _said(value: Any) -> Any:
    """Write a value the way SQLite keeps it."""
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return (value - EPOCH) // timedelta(microseconds=1)
    return value


def _plain(row: Mapping[str, Any]) -> Row:
    return {name: _read(name, value) for name, value in row.items()}


def _read(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if isinstance(value, str) and name.endswith("id") and re.fullmatch("[0-9a-f]{32}", value):
        return UUID(value)
    if isinstance(value, int) and name.endswith("_at"):
        return EPOCH + timedelta(microseconds=value)
    if isinstance(value, str) and name in {"facts", "wanted_key_ids"}:
        return json.loads(value)
    return value
