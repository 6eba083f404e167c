"""SQLite is told how much is in its tables, and plans by that."""

import pytest
from racing import by_itself

from models.base import new_id
from models.database import Database
from models.events import EventKind
from models.organizations import Contact
from resolvers import organizations
from resolvers.work import About, Work

WHAT_HAPPENED_TO_SOME = """explain query plan select kind from events
where organization_id = ? and subject_id in (select value from json_each(?))"""


@pytest.fixture
async def database(own_database: Database) -> Database:
    if not own_database.is_sqlite:
        pytest.skip("PostgreSQL counts by itself")

    async def furnish(work: Work) -> None:
        await organizations.found(work, name="Kotikatu")
        for _ in range(400):
            work.record(EventKind.CONTACT_UPDATED, About(Contact, new_id()))

    await by_itself(own_database, organizations.founder(), furnish)
    return own_database


async def way_to(database: Database) -> str:
    async with database.reading() as connection:
        plan = await connection.exec_driver_sql(WHAT_HAPPENED_TO_SOME, ("", "[]"))
        return str(plan.all()[0].detail)


async def test_rows_are_found_by_certain_ids_once_it_is_known_how_many_there_are(
    database: Database,
) -> None:
    assert "subject_id=?" not in await way_to(database)

    await database.count_anew(0)

    assert "subject_id=?" in await way_to(database)


async def test_it_is_counted_again_when_there_is_half_as_much_again(database: Database) -> None:
    pages = await database.count_anew(0)

    assert await database.count_anew(pages) == pages
    assert await database.count_anew(pages - 1) == pages - 1
    assert await database.count_anew(pages // 2) >= pages
