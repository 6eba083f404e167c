"""The doors and the bell: what goes in stays in, whole or not at all, and everybody hears."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

import pytest
from factories import NOON
from sqlalchemy import func, insert, select
from sqlalchemy.exc import DBAPIError

from models.accounts import Actor
from models.base import new_id
from models.database import Database
from models.errors import InvalidInput
from models.organizations import Contact, OrganizationUnit
from resolvers import organizations
from resolvers.work import Work

HEARD_WITHIN_SECONDS = 60.0


@pytest.fixture
async def other(database: Database) -> AsyncIterator[Database]:
    """Give the same database as another process would have it."""
    other = Database(database.url.render_as_string(hide_password=False))
    yield other
    await other.dispose()


@pytest.fixture
async def founder(database: Database) -> Actor:
    """Found an organization that stays."""
    founder = organizations.founder()
    async with database.writing() as session:
        await organizations.found(Work(session, founder, NOON), name="Kotikatu")
    return founder


async def contacts_of(database: Database, founder: Actor) -> int:
    async with database.reading() as connection:
        counted = await connection.execute(
            select(func.count())
            .select_from(Contact)
            .where(Contact.organization_id == founder.organization_id)
        )
        return counted.scalar_one()


def contact(founder: Actor, name: str = "Aino") -> Contact:
    return Contact(organization_id=founder.organization_id, name=name, language="fi")


async def heard(strokes: AsyncGenerator[None]) -> bool:
    try:
        await asyncio.wait_for(anext(strokes), HEARD_WITHIN_SECONDS)
    except TimeoutError:
        return False
    return True


async def test_a_commit_is_heard_by_another_process(database: Database, other: Database) -> None:
    strokes = other.changes()
    assert await heard(strokes)
    listening = asyncio.ensure_future(heard(strokes))
    await asyncio.sleep(0.1)

    async with database.writing() as session:
        await organizations.found(Work(session, organizations.founder(), NOON), name="New")

    assert await listening
    await strokes.aclose()


async def test_a_transaction_that_fails_is_not_heard(database: Database, other: Database) -> None:
    strokes = other.changes()
    assert await heard(strokes)
    listening = asyncio.ensure_future(anext(strokes))
    await asyncio.sleep(0.1)

    with pytest.raises(RuntimeError):
        async with database.writing() as session:
            await organizations.found(Work(session, organizations.founder(), NOON), name="New")
            raise RuntimeError

    await asyncio.sleep(1.2)
    assert not listening.done()
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    await strokes.aclose()


async def test_several_listeners_hear_the_same_stroke(database: Database, other: Database) -> None:
    everybody = [database.changes(), other.changes(), other.changes()]
    assert all([await heard(strokes) for strokes in everybody])
    listening = [asyncio.ensure_future(heard(strokes)) for strokes in everybody]
    await asyncio.sleep(0.1)

    async with database.writing() as session:
        await organizations.found(Work(session, organizations.founder(), NOON), name="New")

    assert all(await asyncio.gather(*listening))
    for strokes in everybody:
        await strokes.aclose()


async def test_a_reader_cannot_write(database: Database, founder: Actor) -> None:
    async with database.reading() as connection:
        with pytest.raises(DBAPIError):
            await connection.execute(
                insert(Contact).values(
                    id=new_id(), organization_id=founder.organization_id, name="A", language="fi"
                )
            )

    assert await contacts_of(database, founder) == 0


async def test_a_reader_sees_the_newest_commit(database: Database, founder: Actor) -> None:
    async with database.reading() as connection:
        own = Contact.organization_id == founder.organization_id
        counting = select(func.count()).select_from(Contact).where(own)
        assert (await connection.execute(counting)).scalar_one() == 0

        async with database.writing() as session:
            session.add(contact(founder))

        assert (await connection.execute(counting)).scalar_one() == 1


async def test_a_transaction_that_fails_leaves_nothing(database: Database, founder: Actor) -> None:
    with pytest.raises(RuntimeError):
        async with database.writing() as session:
            session.add(contact(founder))
            await session.flush()
            raise RuntimeError

    assert await contacts_of(database, founder) == 0


async def test_a_transaction_that_is_cancelled_leaves_nothing(
    database: Database, founder: Actor
) -> None:
    async def write() -> None:
        async with database.writing() as session:
            session.add(contact(founder))
            await session.flush()
            await asyncio.sleep(60)

    writing = asyncio.ensure_future(write())
    await asyncio.sleep(0.3)
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)

    assert await contacts_of(database, founder) == 0
    async with database.writing() as session:
        session.add(contact(founder))
    assert await contacts_of(database, founder) == 1


async def test_fifty_may_write_at_once(database: Database, other: Database, founder: Actor) -> None:
    async def write(number: int) -> None:
        async with (database, other)[number % 2].writing() as session:
            session.add(contact(founder, f"Guest {number}"))
            await session.flush()
            await asyncio.sleep(0.001)

    await asyncio.gather(*(write(number) for number in range(50)))

    assert await contacts_of(database, founder) == 50


async def test_a_row_of_nobody_is_refused(database: Database) -> None:
    with pytest.raises(DBAPIError):
        async with database.writing() as session:
            session.add(Contact(organization_id=new_id(), name="A", language="fi"))


@pytest.mark.parametrize("name", ["A\0B", "A\ud800B"])
async def test_a_text_that_one_database_cannot_keep_is_refused_by_both(
    database: Database, founder: Actor, name: str
) -> None:
    with pytest.raises(InvalidInput, match="NUL"):
        async with database.writing() as session:
            session.add(contact(founder, name))

    async with database.reading() as connection:
        with pytest.raises(InvalidInput):
            await connection.execute(select(Contact.id).where(Contact.name == name))


async def test_ids_that_were_made_later_sort_later(database: Database) -> None:
    ids = [new_id() for _ in range(1_000)]

    assert ids == sorted(ids)
    assert all(id.version == 7 for id in ids)


async def test_the_first_unit_is_its_own_organization(database: Database) -> None:
    with pytest.raises(DBAPIError):
        async with database.writing() as session:
            founder = organizations.founder()
            await organizations.found(Work(session, founder, NOON), name="A")
            session.add(OrganizationUnit(organization_id=founder.organization_id, name="Second"))


@pytest.mark.parametrize("url", ["mysql://localhost/x", "oracle://localhost/x"])
async def test_other_kinds_of_database_are_refused(url: str) -> None:
    with pytest.raises(InvalidInput, match="LIVIONKEY_DATABASE_URL"):
        Database(url)
