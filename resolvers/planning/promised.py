"""Who has keys over certain stretches, and where they will be before: one statement for all."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Integer, Uuid, bindparam, text

from models.dialects.asked import ASKED, asked
from models.dialects.instants import Instant
from models.keys import Key
from models.stays import HOLD_STEP
from resolvers.planning.stays import Stay
from resolvers.work import Reading


async def promised(
    reading: Reading, rows: Sequence[tuple[Stay, Key]], *, ignoring: Collection[UUID]
) -> list[Any]:
    """Say of keys over the windows of stays who has them then, and where they were left before."""
    if not rows:
        return []
    connection = await reading.connection()
    dialect = connection.dialect.name
    told = asked(dialect, [(key.id, stay.window) for stay, key in rows], ignoring)
    held_until = reading.now + HOLD_STEP
    found = await connection.execute(
        _PROMISES[dialect], told | {"now": reading.now, "held_until": held_until}
    )
    return sorted(found, key=lambda row: row.number)


def _promises_on(dialect: str) -> Any:
    """Write the statement.

    What is looked up for each key is looked up by itself, before anything is joined to it, and with
    `limit 1` rather than `exists`: PostgreSQL would read whole tables for a thousand keys at once.
    `case` says what `coalesce` would, of which PostgreSQL does not know that it tells nothing of
    the rows of others: behind a wall it would not look lockers up by it, but read them all.
    """
    return (
        text(f"""
        with {ASKED[dialect]},
        promises as materialized (
          select number, id as key_id,
            coalesce(
              (select late.id from key_allocations as late
                where asked.starts_at < :held_until
                  and late.key_id = asked.id and late.live and late.exclusive
                  and late.starts_at < :now and late.ends_at <= :now
                  and late.fetched_at is not null
                  and late.key_contract_id not in (select id from ignored)
                order by late.starts_at limit 1),
              (select one.id from (
                  select before.id, before.ends_at from key_allocations as before
                  where before.key_id = asked.id and before.live and before.exclusive
                    and before.starts_at <= asked.starts_at
                    and before.key_contract_id not in (select id from ignored)
                  order by before.starts_at desc limit 1) as one
                where one.ends_at is null or one.ends_at > asked.starts_at),
              (select during.id from key_allocations as during
                where during.key_id = asked.id and during.live and during.exclusive
                  and during.starts_at > asked.starts_at
                  and (asked.ends_at is null or during.starts_at < asked.ends_at)
                  and during.key_contract_id not in (select id from ignored)
                order by during.starts_at limit 1)
            ) as taken_id,
            (select one.id from locker_contracts as one
              where one.key_id = asked.id and one.state in ('planned', 'syncing', 'ready')
                and one.kind in ('default', 'return')
                and one.starts_at < asked.starts_at and one.ends_at <= asked.starts_at
                and one.key_contract_id not in (select id from ignored)
              order by one.starts_at desc limit 1
            ) as planned_id,
            (select held.id from key_allocations as held
              where held.key_id = asked.id and held.live and held.fetched_at is not null
              limit 1
            ) is not null as is_held
          from asked
        )
        select promises.number, lockers."index" as locker_index,
          taken.starts_at as taken_from, taken.ends_at as taken_until,
          planned.starts_at as planned_from, planned.automat_id as planned_automat_id,
          planned_locker."index" as planned_locker_index,
          promises.is_held
        from promises
        join keys on keys.id = promises.key_id
        left join lockers on lockers.id =
          case when keys.locker_id is null then keys.selected_locker_id else keys.locker_id end
        left join key_allocations as taken on taken.id = promises.taken_id
        left join locker_contracts as planned on planned.id = promises.planned_id
        left join lockers as planned_locker on planned_locker.id = planned.locker_id
        """)  # noqa: S608 - all of it is our own words
        .bindparams(bindparam("now", type_=Instant), bindparam("held_until", type_=Instant))
        .columns(
            number=Integer,
            locker_index=Integer,
            taken_from=Instant,
            taken_until=Instant,
            planned_from=Instant,
            planned_automat_id=Uuid,
            planned_locker_index=Integer,
            is_held=Boolean,
        )
    )


_PROMISES = {dialect: _promises_on(dialect) for dialect in ASKED}
