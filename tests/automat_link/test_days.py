"""A day of guests on the clock of a sandbox: what they did is what the database tells, in order."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import Any

import pytest
from brokers import Broker
from documents import written
from factories import HOUR
from linked import clock, eventually, linking
from linked_house import House, house, worker
from sandboxing import become_sandbox, time_of
from talking import Client

from automat_link.simulator.days import DAY, Visit, day
from automat_link.simulator.fleet import Fleet
from models.automat_reports import CodeKind
from models.database import Database
from schema.commands.sandbox_time import SandboxTime

HOUSES = 3
STAYS = (1, 5), (6, 10)
"""From which hour to which there are guests in each of the houses."""
PATIENCE = 120.0
CUSTODY = """query($id: ID!) { key(id: $id) { status custody(first: 50) { edges { node {
  kind happenedAt contradiction place { ... on AutomatStorage { locker { index } } }
} } } } }"""
SEEN = """{ automats(first: 50) { edges { node { online } } }
  automatAlarms(first: 50) { edges { node { kind } } } }"""


@pytest.fixture
async def street(
    own_database: Database, broker: Broker, client: Client
) -> AsyncIterator[list[House]]:
    await become_sandbox(client)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(worker(own_database))
        await stack.enter_async_context(linking(own_database, broker))
        yield [
            await stack.enter_async_context(house(client, broker, tag=f"04A1B2C{number}"))
            for number in range(HOUSES)
        ]


async def reserve_all(street: list[House]) -> None:
    """Push the stays of a day, and wait until the automats know their PINs."""
    begins = clock().replace(microsecond=0)
    for home in street:
        for first, last in STAYS:
            times = {"startsAt": begins + first * HOUR, "endsAt": begins + last * HOUR}
            await home.reserve(1, **{name: written(at) for name, at in times.items()})
    await eventually(lambda: all(pins_at(home) == len(STAYS) for home in street), PATIENCE)


def pins_at(home: House) -> int:
    return sum(one.kind is CodeKind.PIN for one in home.cabinet.codes.known)


async def moves_of(home: House) -> list[dict[str, Any]]:
    """Read where a key went, but for where it was at first."""
    edges = (await home.client.ask(CUSTODY, id=home.key))["key"]["custody"]["edges"]
    return [edge["node"] for edge in edges][1:]


def check_same(visits: list[Visit], moves: list[dict[str, Any]]) -> None:
    """Check that the database tells of what guests did, and of nothing else."""
    assert [one["kind"] for one in moves] == [
        "RETURNED" if visit.brings else "FETCHED" for visit in visits
    ]
    for visit, move in zip(visits, moves, strict=True):
        assert move["contradiction"] is None
        assert abs(datetime.fromisoformat(move["happenedAt"]) - visit.at) < timedelta(seconds=10)
        if visit.brings:
            assert move["place"]["locker"]["index"] == visit.locker_index


async def test_a_day_of_guests_gives_the_fetches_and_returns_that_were_planned(
    own_database: Database, street: list[House]
) -> None:
    client = street[0].client
    await reserve_all(street)
    began = await time_of(client)
    fleet = Fleet({home.automat: home.firmware for home in street})

    visits = await day(fleet, SandboxTime(own_database, client.organization_id), seed=3)

    assert await time_of(client) - began >= DAY
    for home in street:
        at_home = [one for one in visits if one.automat == home.automat]
        assert [one.brings for one in at_home] == [False, True] * len(STAYS)
        for (first, last), (took, brought) in zip(
            STAYS, zip(at_home[::2], at_home[1::2], strict=True), strict=True
        ):
            assert took.at - began > first * HOUR - timedelta(minutes=1)
            assert brought.at - began < last * HOUR
        await eventually(lambda home=home: home.key_is("IN_STORAGE"), PATIENCE)
        check_same(at_home, await moves_of(home))
    seen = await client.ask(SEEN)
    assert all(edge["node"]["online"] for edge in seen["automats"]["edges"])
    assert seen["automatAlarms"]["edges"] == []
