"""Calls in which somebody else is first at some automat: what hangs on it is planned again."""

import random
from dataclasses import dataclass
from datetime import timedelta
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
from resolvers.planning.stays import Wanted
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
    begins: list[timedelta]
    lasting: list[timedelta]
    named: list[int | None]
    """The automat that each stay names: it looks at no other to fetch its key."""
    full: int

    @classmethod
    def of(cls, seed: int) -> "Street":
        chance = random.Random(seed)  # any street will do
        homes = [chance.random() for _ in range(8)]
        automats = [chance.random() for _ in range(6)]
        begins = [chance.choice([DAY, 15 * DAY, 30 * DAY]) for _ in homes]
        lasting = [chance.choice([2 * DAY, LONG]) for _ in homes]
        named = [chance.choice([None, chance.randrange(6)]) for _ in homes]
        return cls(homes, automats, begins, lasting, named, chance.randrange(6))

    async def furnish(self, work: Work) -> tuple[list[Request], list[Automat]]:
        """Make them; each automat has one locker, but for one at the end of the street."""
        await organizations.found(work, name="Kotikatu")
        small = AutomatModel.LIVIONKEY_1
        automats = [
            await make_automat(work, f"automat {number}", at(place), small)
            for number, place in enumerate(self.automats)
        ]
        await make_automat(work, "the large one", at(9.0))
        desk, requests = await make_desk(work), []
        stays = zip(self.homes, self.begins, self.lasting, self.named, strict=True)
        for number, (place, begins, lasts, named) in enumerate(stays):
            home = await make_entity(work, at(place))
            await make_key(work, home, desk=desk)
            wanted = Wanted() if named is None else Wanted(automat_id=automats[named].id)
            begin = NOON + begins
            requests.append(
                asked(home, f"stay {number}", starts_at=begin, lasts=lasts, wanted=wanted)
            )
        return requests, automats


def at(place: float) -> Coordinates:
    return Coordinates(60 + place / 1000, 24)


def lockers_of(answer: list[Pushed]) -> list[list[str]]:
    """Name the automats of each stay: where its key is fetched, and where it comes back."""
    plans = [one.plan for one in answer if one.plan is not None]
    assert len(plans) == len(answer)
    return [[claim.automat.name for claim in plan.claims] for plan in plans]


async def overtaken(database: Database, street: Street) -> list[list[str]]:
    """Push stays, and let an automat be full just when it is locked."""
    owner = organizations.founder()
    requests, automats = await by_itself(database, owner, street.furnish)
    with somebody_else_first(database, automats[street.full].id, lockers=0) as changed:
        answer = await by_itself(database, owner, lambda work: pushed(work, *requests))
    assert len(changed) == 1
    return lockers_of(answer)


async def afterwards(database: Database, street: Street) -> list[list[str]]:
    """Push the same stays when that automat is full already."""
    owner = organizations.founder()
    requests, automats = await by_itself(database, owner, street.furnish)

    async def fill(work: Work) -> None:
        full = update(Automat).where(Automat.id == automats[street.full].id)
        await (await work.connection()).execute(full.values(usable_lockers=0))

    await by_itself(database, owner, fill)
    return lockers_of(await by_itself(database, owner, lambda work: pushed(work, *requests)))


async def test_who_is_overtaken_takes_the_next_and_whoever_had_that_goes_without(
    database: Database,
) -> None:
    both: dict[str, Any] = {"homes": [0, 0], "begins": [DAY, DAY], "lasting": [2 * DAY, 2 * DAY]}
    street = Street(**both, automats=[1, 2], named=[None, 1], full=0)

    assert await overtaken(database, street) == [["automat 1"], []]


@pytest.mark.parametrize("seed", range(8))
async def test_what_comes_of_it_is_what_would_have_come_of_it_afterwards(
    database: Database, seed: int
) -> None:
    street = Street.of(seed)

    assert await overtaken(database, street) == await afterwards(database, street)
