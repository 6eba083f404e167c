"""Guesses are counted in the database: for all processes together, and without a name in it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from factories import HOUR, NOON
from outsides import SECRET
from sqlalchemy import func, select

from models.base import table_of
from models.database import Database
from models.guesses import GuessCount
from resolvers import guesses
from resolvers.guesses import Bound, Guesses

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
BOUND = Bound("address", 3, MINUTE)


@pytest.fixture
async def counting(own_database: Database) -> AsyncIterator[Guesses]:
    yield Guesses(own_database, SECRET, BOUND)
    await guesses.forget(own_database, NOON + 100_000 * HOUR)


async def places(database: Database) -> list[str]:
    async with database.reading() as connection:
        return list((await connection.execute(select(GuessCount.place))).scalars())


async def test_so_many_guesses_are_free_and_then_one_waits(counting: Guesses) -> None:
    waits = [await counting.count("192.0.2.1", NOON + number * SECOND) for number in range(5)]

    assert waits == [None, None, None, 57 * SECOND, 56 * SECOND]
    assert await counting.count("192.0.2.2", NOON) is None
    assert await counting.count("192.0.2.1", NOON + MINUTE) is None


async def test_what_was_refused_is_not_counted(counting: Guesses) -> None:
    for number in range(5):
        await counting.count("192.0.2.1", NOON + number * SECOND)
    await counting.forgive("192.0.2.1", NOON)

    assert await counting.count("192.0.2.1", NOON + 6 * SECOND) is None
    assert await counting.count("192.0.2.1", NOON + 7 * SECOND) is not None


async def test_a_right_guess_of_before_takes_nothing_off_a_later_count(counting: Guesses) -> None:
    await counting.count("192.0.2.1", NOON)
    later = NOON + 2 * MINUTE
    for _ in range(3):
        await counting.count("192.0.2.1", later)

    await counting.forgive("192.0.2.1", NOON)

    assert await counting.count("192.0.2.1", later + SECOND) == 59 * SECOND


async def test_a_clock_that_was_set_back_locks_nobody_out(counting: Guesses) -> None:
    for _ in range(3):
        await counting.count("192.0.2.1", NOON)

    assert await counting.count("192.0.2.1", NOON - HOUR) is None


async def test_many_at_once_are_no_more_than_one_by_one(
    own_database: Database, counting: Guesses
) -> None:
    other = Guesses(own_database, SECRET, BOUND)

    waits = await asyncio.gather(
        *(one.count("192.0.2.1", NOON) for one in (counting, other) for _ in range(6))
    )

    assert waits.count(None) == 3


async def test_no_address_is_kept_and_no_count_for_long(
    own_database: Database, counting: Guesses
) -> None:
    devices = Guesses(own_database, SECRET, Bound("device", 3, HOUR))
    await counting.count("192.0.2.1", NOON)
    await devices.count("192.0.2.1", NOON + HOUR)

    kept = await places(own_database)
    await guesses.forget(own_database, NOON + 24 * HOUR)

    assert len(set(kept)) == 2
    assert not any("192" in place for place in kept)
    counted = select(func.count()).select_from(table_of(GuessCount))
    async with own_database.reading() as connection:
        assert (await connection.execute(counted)).scalar_one() == 1
