"""Ten thousand reservations for one key: what the database is asked does not grow with them."""

from datetime import timedelta

import pytest
from batches import asked, pushed, refusal_of, said
from counting import statements_of
from factories import DAY, HOUR, NOON, make_automat, make_desk, make_entity, make_key, make_unit

from models.accounts import Actor
from models.database import Database
from models.entities import ReservableEntity
from resolvers import organizations
from resolvers.pushing.requests import Request
from resolvers.work import Work

FIRST = NOON + DAY
PITCH = 2 * HOUR
"""The stays of a key begin every two hours and last one."""


async def prepared(database: Database, *, at_desks: bool) -> tuple[Actor, list[ReservableEntity]]:
    """Make two entities with a key each, which lie at desks or in an automat."""
    owner = organizations.founder()
    async with database.writing() as session:
        work = Work(session, owner, NOON)
        await organizations.found(work, name="Busy")
        unit = await make_unit(work, uses_automats=not at_desks)
        homes = [await make_entity(work, unit_id=unit.id) for _ in range(2)]
        for home in homes:
            place = {"desk": await make_desk(work)} if at_desks else {}
            place = place or {"automat": await make_automat(work)}
            await make_key(work, home, **place)
    return owner, homes


def stay(
    home: ReservableEntity, number: int, *, lasts: timedelta = HOUR, again: int | None = None
) -> Request:
    """Ask for the turn of a number; or for that of another, later on."""
    begin = FIRST + (number if again is None else again) * PITCH
    return asked(home, f"{home.id}-{number}", starts_at=begin, lasts=lasts)


async def push(database: Database, owner: Actor, *rows: Request) -> list[str]:
    """Push in a transaction of its own, and name what came of each."""
    async with database.writing() as session:
        return said(await pushed(Work(session, owner, NOON), *rows))


async def filled(database: Database, owner: Actor, home: ReservableEntity, count: int) -> None:
    """Let a key be promised so many times."""
    for begin in range(0, count, 1_000):
        numbers = range(begin, min(begin + 1_000, count))
        answers = await push(database, owner, *[stay(home, number) for number in numbers])
        assert set(answers) == {"CREATED"}


async def statements(
    database: Database, owner: Actor, home: ReservableEntity, count: int
) -> dict[str, int]:
    """Count what one push of each kind asks of the database when a key is promised often."""
    middle = count // 2
    pushes = {
        "CREATED": stay(home, count),
        "UPDATED": stay(home, middle, lasts=1.5 * HOUR),
        "KEY_TAKEN": stay(home, count + 1, again=middle),
        "UNCHANGED": stay(home, middle - 1),
    }
    found = {}
    for outcome, request in pushes.items():
        with statements_of(database) as seen:
            assert await push(database, owner, request) == [outcome]
        found[outcome] = len(seen)
    return found


@pytest.fixture
def database(own_database: Database) -> Database:
    """Use a database in which there is nothing else."""
    return own_database


@pytest.mark.parametrize("at_desks", [True, False])
async def test_pushes_ask_as_little_of_a_key_that_is_promised_often(
    database: Database, *, at_desks: bool
) -> None:
    many = 10_000 if at_desks and database.is_sqlite else 1_000  # to fill it takes a minute or less
    owner, (busy, quiet) = await prepared(database, at_desks=at_desks)
    await filled(database, owner, busy, many)
    await filled(database, owner, quiet, 10)

    with_many = await statements(database, owner, busy, many)
    with_few = await statements(database, owner, quiet, 10)

    assert with_many == with_few
    assert max(with_many.values()) <= 35


async def test_a_refusal_finds_the_next_free_time_behind_many_others(database: Database) -> None:
    owner, (busy, _) = await prepared(database, at_desks=True)
    await filled(database, owner, busy, 200)
    long = asked(busy, "long", starts_at=FIRST, lasts=DAY)

    async with database.writing() as session:
        (refused,) = await pushed(Work(session, owner, NOON), long)

    assert refusal_of(refused).free_from == FIRST + 199 * PITCH + HOUR
