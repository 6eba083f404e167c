"""Clients pay for what they ask, out of one bucket each, whichever process they come to."""

from datetime import timedelta
from uuid import uuid4

import pytest
from counting import statements_of
from factories import NOON

from models.database import Database
from models.limits import PointBucket
from resolvers.points import Buckets, Size, Spent, forget

SIZE = Size(most=1_000, per_second=10, purse=100)


async def spend_all(*processes: Buckets, whose: object, now: object = NOON) -> int:
    """Pay one point after the other, at each process in turn, until no one lets it be paid."""
    paid, open_ = 0, list(processes)
    while open_:
        for process in tuple(open_):
            try:
                await process.pay(whose, 1, now)  # type: ignore[arg-type]  # a stand-in
                paid += 1
            except Spent:
                open_.remove(process)
    return paid


async def test_two_processes_together_grant_what_one_bucket_holds(database: Database) -> None:
    here, there, whose = Buckets(database, SIZE), Buckets(database, SIZE), uuid4()

    assert await spend_all(here, there, whose=whose) == 1_000
    assert await spend_all(here, there, whose=whose, now=NOON + timedelta(seconds=30)) == 300
    assert await spend_all(here, whose=uuid4()) == 1_000  # somebody else's is another bucket


async def test_a_process_writes_once_for_a_purse(database: Database) -> None:
    buckets, whose = Buckets(database, SIZE), uuid4()

    with statements_of(database) as statements:
        for _ in range(100):
            await buckets.pay(whose, 1, NOON)

    assert sum("point_buckets" in one for one in statements) == 2  # a look and a change
    assert buckets.left(whose, NOON) == 900


async def test_whoever_has_spent_all_is_told_when_to_come_again_without_a_statement(
    database: Database,
) -> None:
    buckets, whose = Buckets(database, SIZE), uuid4()
    await spend_all(buckets, whose=whose)

    with statements_of(database) as statements:
        for _ in range(50):
            with pytest.raises(Spent) as spent:
                await buckets.pay(whose, 40, NOON)

    assert statements == []
    assert (spent.value.left, spent.value.wait) == (0, timedelta(seconds=4))
    await buckets.pay(whose, 40, NOON + timedelta(seconds=4))
    with pytest.raises(Spent) as never:
        await buckets.pay(whose, 1_001, NOON + timedelta(days=1))
    assert never.value.wait is None


async def test_points_come_back_for_what_did_not_come(database: Database) -> None:
    buckets, whose = Buckets(database, SIZE), uuid4()
    await buckets.pay(whose, 1_000, NOON)

    buckets.give_back(whose, 900)

    await buckets.pay(whose, 900, NOON)
    with pytest.raises(Spent):
        await buckets.pay(whose, 1, NOON)


async def test_a_full_bucket_is_forgotten_and_an_empty_one_is_not(own_database: Database) -> None:
    buckets, old, new = Buckets(own_database, SIZE), uuid4(), uuid4()
    await buckets.pay(old, 1_000, NOON - timedelta(days=2))
    await buckets.pay(new, 1_000, NOON)

    await forget(own_database, NOON)

    anew = Buckets(own_database, SIZE)
    await anew.pay(old, 1_000, NOON - timedelta(days=2))
    with pytest.raises(Spent):
        await anew.pay(new, 1, NOON)


MOMENTS = [(0, 0), (1, 10), (50, 500), (100, 1_000), (1_000, 1_000)]
"""How much a bucket holds so many seconds after all was taken out of it."""


@pytest.mark.parametrize(("seconds", "left"), MOMENTS)
def test_a_bucket_is_filled_again_bit_by_bit_and_never_overflows(seconds: int, left: float) -> None:
    terms = {"most": 1_000.0, "per_second": 10.0}
    bucket = PointBucket(whose=uuid4(), full_at=NOON)
    assert bucket.take(NOON, wanted=5_000, needed=1, **terms) == 1_000

    assert bucket.left(NOON + timedelta(seconds=seconds), **terms) == left
