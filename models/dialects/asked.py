"""Many questions in one statement: rows that are sent along, as arrays or as JSON.

A statement begins with `with {ASKED[dialect]}` and then knows two tables: `asked`, whose rows
(`number`, `id`, `starts_at`, `ends_at`) are numbered from 0 in the order in which they were sent,
and `ignored`, whose column is `id`.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from models.dialects.among import array_of
from models.dialects.instants import EPOCH, MICROSECOND
from models.times import Window

ASKED = {
    "postgresql": """
      asked as not materialized (
        select number - 1 as number, id, starts_at, ends_at
        from unnest(
          cast(:ids as uuid[]), cast(:starts as timestamptz[]), cast(:ends as timestamptz[])
        ) with ordinality as sent (id, starts_at, ends_at, number)
      ),
      ignored as not materialized (select id from unnest(cast(:ignored as uuid[])) as sent (id))
    """,
    "sqlite": """
      asked as not materialized (
        select key as number, json_extract(value, '$[0]') as id,
          json_extract(value, '$[1]') as starts_at, json_extract(value, '$[2]') as ends_at
        from json_each(:asked)
      ),
      ignored as not materialized (select value as id from json_each(:ignored))
    """,
}
"""The tables of a statement, for each database."""


def asked(
    dialect: str, rows: Sequence[tuple[UUID, Window]], ignored: Collection[UUID] = ()
) -> dict[str, Any]:
    """Give the parameters that send things with their windows along."""
    if dialect == "postgresql":
        windows = {window: _texts(window) for window in {window for _, window in rows}}
        return {
            "ids": array_of(id.hex for id, _ in rows),
            "starts": array_of(windows[window][0] for _, window in rows),
            "ends": array_of(windows[window][1] for _, window in rows),
            "ignored": array_of(id.hex for id in ignored),
        }
    written = [[id.hex, _number(window.starts_at), _number(window.ends_at)] for id, window in rows]
    return {
        "asked": orjson.dumps(written).decode(),
        "ignored": orjson.dumps([id.hex for id in ignored]).decode(),
    }


def _texts(window: Window) -> tuple[str, str]:
    return (
        window.starts_at.isoformat(),
        "null" if window.ends_at is None else window.ends_at.isoformat(),
    )


def _number(moment: datetime | None) -> int | None:
    return None if moment is None else (moment - EPOCH) // MICROSECOND
