"""The second wall: PostgreSQL itself gives nobody the rows of others, whatever is forgotten."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest
from conftest import Kept, Shared
from databases import database_at
from factories import make_automat
from sqlalchemy import Table, delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from talking import Client, new_client
from things import one_of_everything

from geo.nearest import nearest_automats
from models.base import new_id, table_of
from models.database import Database
from models.dialects.deadlocks import sqlstate
from models.dialects.row_security import APPLICATION
from models.migrating import migrate
from models.organizations import OrganizationUnit
from models.places import Coordinates
from models.tables import metadata
from models.walls import RECEIPTS, SHARED, TRAILS, owned_tables, rights
from resolvers import organizations
from resolvers.work import Work
from schema.context import clock

HERE = Coordinates(60.17, 24.94)
NOT_ALLOWED = "42501"
"""What PostgreSQL says to whoever breaks a policy, or has no permission (its appendix A)."""
A_TRIGGER = "23514"
"""What our own triggers say, which come before policies."""
VERBS = ("select", "insert", "update", "delete")


@pytest.fixture(scope="session")
async def shared(kept_databases: Kept) -> Shared:
    """Give what all tests share on PostgreSQL; SQLite has no walls."""
    return await kept_databases.of("postgresql")


@pytest.fixture(scope="module")
async def two(shared: Shared) -> AsyncIterator[tuple[Client, Client]]:
    """Give two organizations that have one of everything."""
    async with new_client(shared.database) as ours, new_client(shared.database) as theirs:
        await one_of_everything(ours, "ours")
        await one_of_everything(theirs, "theirs")
        yield ours, theirs


@asynccontextmanager
async def refused(database: Database, organization_id: Any, *states: str) -> AsyncIterator[Any]:
    """Give a connection for an organization, on which something is refused."""
    with pytest.raises(DBAPIError) as refusal:
        async with database.writing(organization_id) as session:
            yield await session.connection()
    assert sqlstate(refusal.value) in {NOT_ALLOWED, *states}, refusal.value


def whose(table: Table) -> Any:
    """Select how many rows there are by their organizations, without saying whose are meant."""
    owner = table.c.organization_id
    return select(owner, func.count()).group_by(owner)


async def test_whoever_forgets_to_say_whose_sees_their_own_in_every_table(
    two: tuple[Client, Client],
) -> None:
    ours, theirs = (client.organization_id for client in two)
    database, filled = two[0].database, 0

    for table in owned_tables():
        async with database.reading() as connection:
            everybody = dict((await connection.execute(whose(table))).all())
        async with database.reading(ours) as connection:
            seen = dict((await connection.execute(whose(table))).all())
        async with database.writing(theirs) as session:
            written = dict((await session.execute(whose(table))).all())
        filled += theirs in everybody

        assert seen == {id: everybody[id] for id in (ours,) if id in everybody}, table.name
        assert written == {id: everybody[id] for id in (theirs,) if id in everybody}, table.name

    assert filled > 30


async def test_nobody_writes_into_another_organization(two: tuple[Client, Client]) -> None:
    ours, theirs = (client.organization_id for client in two)
    database = two[0].database

    for table in owned_tables():
        async with refused(database, ours) as connection:
            await connection.execute(insert(table).values(id=new_id(), organization_id=theirs))
        async with database.reading(ours) as connection:
            has_some = (await connection.execute(select(table.c.id).limit(1))).first()
        if has_some:
            async with refused(database, ours, A_TRIGGER) as connection:
                await connection.execute(update(table).values(organization_id=theirs))


async def test_what_is_written_once_is_neither_changed_nor_removed(
    two: tuple[Client, Client],
) -> None:
    ours, database = two[0].organization_id, two[0].database

    for table in (metadata.tables[name] for name in TRAILS | RECEIPTS):
        async with refused(database, ours) as connection:
            await connection.execute(delete(table))
        if table.name in TRAILS:
            async with refused(database, ours) as connection:
                await connection.execute(update(table).values(id=table.c.id))


async def test_every_table_has_its_wall_and_no_more_rights_than_that(shared: Shared) -> None:
    async with shared.database.reading() as connection:
        owned = set(
            (
                await connection.exec_driver_sql(
                    "select table_name from information_schema.columns where column_name = "
                    "'organization_id' and table_name in (select tablename from pg_tables)"
                )
            ).scalars()
        )
        walled = set(
            (
                await connection.exec_driver_sql(
                    "select relname from pg_class where relrowsecurity and relforcerowsecurity "
                    "and (select array_agg(polname::text order by polname) from pg_policy "
                    "where polrelid = pg_class.oid) = array['organization', 'system']"
                )
            ).scalars()
        )
        rows = await connection.execute(
            text(
                "select tablename, verb from pg_tables, unnest(cast(:verbs as text[])) as verb "
                "where has_table_privilege(:role, tablename, verb) and schemaname = 'public'"
            ),
            {"verbs": list(VERBS), "role": APPLICATION},
        )
        granted: dict[str, set[str]] = {}
        for table, verb in rows:
            granted.setdefault(table, set()).add(verb)

    assert owned == walled == {table.name for table in owned_tables()}
    for table in metadata.sorted_tables:
        wanted = set(rights(table).split(", ")) - {""}
        assert granted.get(table.name, set()) == wanted, table.name
    assert {*TRAILS, *RECEIPTS, *SHARED} <= metadata.tables.keys()


async def test_a_connection_never_serves_one_organization_as_another(
    two: tuple[Client, Client],
) -> None:
    ids = [client.organization_id for client in two]
    roots = select(OrganizationUnit.id).where(
        OrganizationUnit.parent_id.is_(None), OrganizationUnit.id.in_(ids)
    )

    async def seen(database: Database, organization_id: Any) -> set[Any]:
        async with database.reading(organization_id) as connection:
            return set((await connection.execute(roots)).scalars())

    async with database_at(two[0].database.url.render_as_string(hide_password=False)) as one:
        one._readers.sync_engine.pool._pool.maxsize = 1
        for id in (*ids, *ids, None, ids[0], None):
            assert await seen(one, id) == (set(ids) if id is None else {id})
        with pytest.raises(DBAPIError):
            async with one.reading(ids[0]) as connection:
                await connection.exec_driver_sql("select 1/0")
        interrupted = asyncio.create_task(seen(one, ids[1]))
        await asyncio.sleep(0)
        interrupted.cancel()
        await asyncio.gather(interrupted, return_exceptions=True)
        at_once = await asyncio.gather(*(seen(one, id) for id in ids * 20))

    assert at_once == [{id} for id in ids * 20]


@pytest.fixture
def login(shared: Shared) -> Iterator[str]:
    """Give the address of an empty database that belongs to a login of no rights besides."""
    name, place = f"login_{secrets.token_hex(4)}", shared.place
    with psycopg.connect(shared.url, autocommit=True) as connection, place.empty() as url:
        database = url.rpartition("/")[2]
        connection.execute(f"create role {name} login; alter database {database} owner to {name}")
        with psycopg.connect(url, autocommit=True) as inside:
            inside.execute("create extension postgis; create extension btree_gist")
        yield url.replace("postgres@", f"{name}@")
        connection.execute(f"alter database {database} owner to postgres")
        with psycopg.connect(url, autocommit=True) as inside:
            inside.execute(f"drop owned by {name} cascade; drop role {name}")


async def test_without_the_right_to_make_roles_all_works_and_people_are_told(
    login: str, shared: Shared
) -> None:
    async with database_at(login) as database:
        to_do = await migrate(database)
        ids = [await founded(database), await founded(database)]

        assert await roots_seen_by(database, ids[0]) == set(ids)
        assert to_do is not None
        statement = to_do.partition("`")[2].partition("`")[0]
        with psycopg.connect(shared.url, autocommit=True) as administrator:
            administrator.execute(statement.encode())
        assert await migrate(database) is None
        assert await migrate(database) is None

        assert await roots_seen_by(database, None) == set(ids)
        assert await roots_seen_by(database, ids[1]) == {ids[1]}
        async with refused(database, ids[0]) as connection:
            await connection.execute(insert(table_of(OrganizationUnit)).values(new_root()))
        found = [await found_near(database, id, ids) for id in (None, *ids)]
        assert found == [2, 1, 1]


def new_root() -> dict[str, Any]:
    id = new_id()
    return {"id": id, "organization_id": id, "kind": "organization", "name": "Another"}


async def founded(database: Database) -> Any:
    """Found an organization with an automat."""
    founder = organizations.founder()
    async with database.writing() as session:
        work = Work(session, founder, clock())
        await organizations.found(work, name="Kotikatu")
        await make_automat(work, position=HERE)
    return founder.organization_id


async def roots_seen_by(database: Database, organization_id: Any) -> set[Any]:
    async with database.reading(organization_id) as connection:
        return set((await connection.execute(select(table_of(OrganizationUnit).c.id))).scalars())


async def found_near(database: Database, organization_id: Any, owners: list[Any]) -> int:
    """Count the automats that somebody finds who asks for those of certain organizations."""
    async with database.reading(organization_id) as connection:
        return len(await nearest_automats(connection, HERE, organization_ids=owners, count=9))
