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
        return {
            "ids": [id for id, _ in rows],
            "starts": [window.starts_at for _, window in rows],
            "ends": [window.ends_at for _, window in rows],
            "ignored": list(ignored),
        }
    written = [[id.hex, _number(window.starts_at), _number(window.ends_at)] for id, window in rows]
    return {
        "asked": orjson.dumps(written).decode(),
        "ignored": orjson.dumps([id.hex for id in ignored]).decode(),
    }


def _number(moment: datetime | None) -> int | None:
    return None if moment is None else (moment - EPOCH) // MICROSECOND
