"""SQLite is told how much is in its tables, and plans by that."""

import pytest
from racing import by_itself

from models.base import new_id
from models.database import Database
from models.dialects.many_rows import insert_rows
from models.organizations import Contact
from resolvers import organizations
from resolvers.work import Work

THESE_OF_AN_ORGANIZATION = """explain query plan select name from contacts
where organization_id = ? and id in (select value from json_each(?))"""


@pytest.fixture
async def database(own_database: Database) -> Database:
    if not own_database.is_sqlite:
        pytest.skip("PostgreSQL counts by itself")

    async def furnish(work: Work) -> None:
        owner = (await organizations.found(work, name="Kotikatu")).id
        rows = [
            {"id": new_id(), "organization_id": owner, "name": f"Guest {number}"}
            for number in range(400)
        ]
        await insert_rows(await work.connection(), Contact, rows)

    await by_itself(own_database, organizations.founder(), furnish)
    return own_database


async def way_to(database: Database) -> str:
    async with database.reading() as connection:
        plan = await connection.exec_driver_sql(THESE_OF_AN_ORGANIZATION, ("", "[]"))
        return str(plan.all()[0].detail)


async def test_rows_are_found_by_their_ids_once_it_is_known_how_many_there_are(
    database: Database,
) -> None:
    assert "id=?" not in (await way_to(database)).replace("organization_id=?", "")

    await database.count_anew(0)

    assert "id=?" in (await way_to(database)).replace("organization_id=?", "")


async def test_it_is_counted_again_when_there_is_half_as_much_again(database: Database) -> None:
    pages = await database.count_anew(0)

    assert await database.count_anew(pages) == pages
    assert await database.count_anew(pages // 2) == pages
    assert await database.count_anew(pages - 1) == pages - 1
