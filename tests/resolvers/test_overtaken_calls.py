"""Calls in which somebody else is first at some automat: what hangs on it is planned again."""

import random
from dataclasses import dataclass
from typing import Any

import pytest
from batches import asked, pushed
from factories import DAY, NOON, make_automat, make_desk, make_entity, make_key
from overtaking import somebody_else_first
from racing import by_itself
from sqlalchemy import update

from models.automats import Automat, AutomatModel
from models.database import Database
from models.places import Coordinates
from resolvers import organizations
from resolvers.pushing.pushing import Pushed
from resolvers.pushing.requests import Request
from resolvers.work import Work

LONG = 30 * DAY
"""A stay that has a locker for the fetch and another for the return."""


@pytest.fixture
def database(own_database: Database) -> Database:
    if own_database.is_sqlite:
        pytest.skip("SQLite lets one writer in at a time, so nobody else can be first there")
    return own_database


@dataclass
class Street:
    """Homes and automats along a street, the same for the same seed."""

    homes: list[float]
    automats: list[float]
    lasting: list[Any]
    full: int

    @classmethod
    def of(cls, seed: int) -> "Street":
        chance = random.Random(seed)  # any street will do
        homes = [chance.random() for _ in range(8)]
        automats = [chance.random() for _ in range(6)]
        lasting = [chance.choice([2 * DAY, 2 * DAY, LONG]) for _ in homes]
        return cls(homes, automats, lasting, chance.randrange(6))

    async def furnish(self, work: Work) -> tuple[list[Request], list[Automat]]:
        """Make them; each automat has one locker, but for one at the end of the street."""
        await organizations.found(work, name="Kotikatu")
        desk, requests = await make_desk(work), []
        for number, place in enumerate(self.homes):
            home = await make_entity(work, at(place))
            await make_key(work, home, desk=desk)
            begin = NOON + DAY
            requests.append(
                asked(home, f"stay {number}", starts_at=begin, lasts=self.lasting[number])
            )
        small = AutomatModel.LIVIONKEY_1
        automats = [
            await make_automat(work, f"automat {number}", at(place), small)
            for number, place in enumerate(self.automats)
        ]
        await make_automat(work, "the large one", at(9.0))
        return requests, automats


def at(place: float) -> Coordinates:
    return Coordinates(60 + place / 100, 24)


def chosen(answer: list[Pushed]) -> list[str | None]:
    decisions = [one.plan.decision if one.plan else None for one in answer]
    return [one.chosen.automat.name if one and one.chosen else None for one in decisions]


async def overtaken(database: Database, street: Street) -> list[str | None]:
    """Push stays, and let an automat be full just when it is locked."""
    owner = organizations.founder()
    requests, automats = await by_itself(database, owner, street.furnish)
    with somebody_else_first(database, automats[street.full].id, lockers=0) as changed:
        answer = await by_itself(database, owner, lambda work: pushed(work, *requests))
    assert len(changed) == 1
    return chosen(answer)


async def afterwards(database: Database, street: Street) -> list[str | None]:
    """Push the same stays when that automat is full already."""
    owner = organizations.founder()
    requests, automats = await by_itself(database, owner, street.furnish)

    async def fill(work: Work) -> None:
        full = update(Automat).where(Automat.id == automats[street.full].id)
        await (await work.connection()).execute(full.values(usable_lockers=0))

    await by_itself(database, owner, fill)
    return chosen(await by_itself(database, owner, lambda work: pushed(work, *requests)))


async def test_who_is_overtaken_takes_the_next_and_whoever_had_that_goes_on_from_there(
    database: Database,
) -> None:
    street = Street(homes=[0, 0, 0], automats=[1, 2], lasting=[2 * DAY] * 3, full=0)

    assert await overtaken(database, street) == ["automat 1", "the large one", "the large one"]


@pytest.mark.parametrize("seed", range(6))
async def test_what_comes_of_it_is_what_would_have_come_of_it_afterwards(
    database: Database, seed: int
) -> None:
    street = Street.of(seed)

    assert await overtaken(database, street) == await afterwards(database, street)
