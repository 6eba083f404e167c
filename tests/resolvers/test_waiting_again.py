"""What waits is tried again from the beginning when the database gives the try up."""

from collections.abc import AsyncIterator

import pytest
from factories import NOON, make_automat, make_desk, make_entity, make_key, push
from racing import by_itself
from sqlalchemy import text

from models.accounts import Actor
from models.automats import Automat
from models.database import Database
from models.dialects.row_security import APPLICATION
from models.reservations import Reservation, ReservationStatus
from resolvers import organizations, waiting
from resolvers.work import Work

GIVES_UP_TWICE = (
    "create sequence tries",
    f"grant usage on sequence tries to {APPLICATION}",
    """create function gives_up_twice() returns trigger language plpgsql as $$
    begin
      if nextval('tries') <= 2 then
        raise exception using errcode = '40P01';
      end if;
      return new;
    end $$""",
    """create trigger gives_up_twice before insert on key_contracts
    for each row execute function gives_up_twice()""",
)
"""What a sequence counts is not undone. SQLite gives nothing up."""
NEVER_AGAIN = (
    "drop trigger gives_up_twice on key_contracts",
    "drop function gives_up_twice",
    "drop sequence tries",
)


async def run(database: Database, *statements: str) -> None:
    """Run statements on PostgreSQL."""
    if not database.is_sqlite:
        async with database.administering() as connection:
            for statement in statements:
                await connection.execute(text(statement))


@pytest.fixture
async def giving_up(own_database: Database) -> AsyncIterator[Database]:
    """Give a database that gives two transactions up that would fulfil a reservation."""
    await run(own_database, *GIVES_UP_TWICE)
    yield own_database
    await run(own_database, *NEVER_AGAIN)


async def test_a_try_that_the_database_gives_up_is_begun_again(giving_up: Database) -> None:
    owner: Actor = organizations.founder()

    async def wait(work: Work) -> Reservation:
        await organizations.found(work, name="Kotikatu")
        home = await make_entity(work)
        await make_key(work, home, desk=await make_desk(work))
        return (await push(work, home))[0]

    stay = await by_itself(giving_up, owner, wait)
    assert stay.status is ReservationStatus.UNFULFILLED
    async with giving_up.writing() as session:
        work = Work(session, owner, NOON)
        assert isinstance(await make_automat(work), Automat)

    await waiting.follow_up(giving_up, work)

    async def look(work: Work) -> Reservation:
        return await work.get(Reservation, stay.id)

    found = await by_itself(giving_up, owner, look)
    assert found.status is ReservationStatus.CONFIRMED
