"""Calls with the same reservations in another order, at the same moment: none waits for ever."""

import asyncio
import logging
import random

import pytest
from factories import AINO, DAY, HOUR, NOON, make_automat, make_desk, make_entity, make_key
from racing import at_once, by_itself

from models.accounts import Actor
from models.database import Database
from models.reservations import ErrorPolicy, RowOutcome
from resolvers import organizations
from resolvers.planning.stays import Wanted
from resolvers.pushing.batches import Row, push_many
from resolvers.pushing.requests import Request, Times
from resolvers.work import Work

STAYS = 6


@pytest.fixture
async def owner(database: Database) -> Actor:
    """Found an organization that stays, with an apartment and a key for each stay."""
    owner = organizations.founder()

    async def furnish(work: Work) -> None:
        await organizations.found(work, name="Kotikatu")
        await make_automat(work)
        desk = await make_desk(work)
        for number in range(STAYS):
            await make_key(work, await make_entity(work, external_id=f"home-{number}"), desk=desk)

    await by_itself(database, owner, furnish)
    return owner


def request(number: int, *, hours: int) -> Request:
    """Push one stay with an end."""
    begin = NOON + DAY
    return Request(
        external_id=f"stay-{number}",
        entity_external_id=f"home-{number}",
        contacts=[AINO],
        times=Times(starts_at=begin, ends_at=begin + DAY + hours * HOUR),
        wanted=Wanted(),
    )


class Call:
    """Pushes every stay twice, in an order of its own."""

    def __init__(self, hours: int) -> None:
        numbers = [*range(STAYS), *range(STAYS)]
        random.shuffle(numbers)  # any order will do
        self.requests = [request(number, hours=hours) for number in numbers]

    async def __call__(self, work: Work) -> list[Row]:
        policy = ErrorPolicy.KEEP_GOOD
        return await push_many(work, self.requests, policy=policy, dry_run=False)


async def test_calls_that_come_to_their_reservations_in_another_order_never_wait_for_each_other(
    database: Database, owner: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "models.dialects.deadlocks")

    for turn in range(3):  # new ones at first, then changes
        async with asyncio.timeout(60):
            answers = await at_once(database, owner, *(Call(turn * 8 + one) for one in range(8)))

        outcomes = {row.outcome for rows in answers for row in rows}
        assert outcomes <= {RowOutcome.CREATED, RowOutcome.UPDATED, RowOutcome.UNCHANGED}
    assert not caplog.records
