"""When lockers are free, counted over the whole window that a contract would hold.

A locker is free over [from, to) when it is not out of order, no live locker contract on it
overlaps the window, and no key lies in it or is bound to it, unless a contract takes that key out
before `from`.

Lockers of an automat are bits of a whole number: bit 3 is the locker with the index 3. So what is
free at many automats over many windows is one statement, and whole numbers are its answer.
"""

from collections.abc import Collection
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, text
from sqlalchemy.ext.asyncio import AsyncConnection

from models.dialects.asked import ASKED, asked
from models.times import Window


class Span(NamedTuple):
    """An automat over a window."""

    automat_id: UUID
    window: Window


class Blocked(NamedTuple):
    """Which lockers are not free.

    Args:
        by_contracts: Those that a live contract holds for part of the window.
        by_keys: Those in which a key lies, or to which one is bound.
    """

    by_contracts: int = 0
    by_keys: int = 0


async def blocked_lockers(
    connection: AsyncConnection, spans: Collection[Span], *, ignoring: Collection[UUID] = ()
) -> dict[Span, Blocked]:
    """Tell which lockers are held when.

    Args:
        connection: An open connection.
        spans: What is asked about.
        ignoring: Key contracts whose own locker contracts count as free.
    """
    if not spans:
        return {}
    dialect = connection.dialect.name
    found: dict[Span, Blocked] = dict.fromkeys(spans, Blocked())
    numbered = list(found)
    for row in await connection.execute(_BLOCKED[dialect], asked(dialect, numbered, ignoring)):
        found[numbered[row.number]] = Blocked(row.by_contracts or 0, row.by_keys or 0)
    return found


def _blocked(dialect: str) -> Any:
    """Write the statement; it begins with the rows that are asked about.

    Thousands of spans are asked about at once, so each of them reads a range of an index. Contracts
    without an end are a branch of their own, because `or` would read all contracts of an automat.
    `limit 1` keeps the search for a fetch what it is: as `not exists` it becomes a join, for which
    PostgreSQL takes the index of the constraint, as it would without one of live fetches alone.
    """
    return text(f"""
        with {ASKED[dialect]},
        live as not materialized (
          select * from locker_contracts
          where state in ('planned', 'syncing', 'ready')
            and key_contract_id not in (select id from ignored)
        ),
        kept as (
          select asked.number, asked.starts_at, keys.id as key_id, keys.locker_id
          from asked join keys on keys.automat_id = asked.id
          where keys.locker_id is not null
          union all
          select asked.number, asked.starts_at, keys.id, keys.selected_locker_id
          from asked join keys on keys.selected_automat_id = asked.id
          where keys.selected_locker_id is not null
            and keys.selected_locker_id is distinct from keys.locker_id
        ),
        held as (
          select asked.number, 1 as contracts, 0 as keys, live.locker_id
          from asked join live on live.automat_id = asked.id and live.ends_at > asked.starts_at
          where asked.ends_at is null or live.starts_at < asked.ends_at
          union all
          select asked.number, 1, 0, live.locker_id
          from asked join live on live.automat_id = asked.id and live.ends_at is null
          where asked.ends_at is null or live.starts_at < asked.ends_at
          union all
          select kept.number, 0, 1, kept.locker_id
          from kept
          where (
            select live.id from live
            where live.locker_id = kept.locker_id and live.ends_at <= kept.starts_at
              and live.kind = 'fetch' and (live.key_id = kept.key_id or live.key_id is null)
            limit 1
          ) is null
        )
        select number,
          sum(distinct contracts * (1 << lockers."index")) as by_contracts,
          sum(distinct keys * (1 << lockers."index")) as by_keys
        from held join lockers on lockers.id = held.locker_id
        group by number
    """)  # noqa: S608 - all of it is our own words


_BLOCKED = {dialect: _blocked(dialect) for dialect in ASKED}


def overlaps(promise: Any, window: Window) -> ColumnElement[bool]:
    """Tell of rows with `starts_at` and `ends_at` whether they share a moment with a window."""
    ends_later: ColumnElement[bool] = or_(
        promise.ends_at.is_(None), promise.ends_at > window.starts_at
    )
    if window.ends_at is None:
        return ends_later
    return and_(promise.starts_at < window.ends_at, ends_later)
