"""Migrations: they give what the models say, on both databases, however often they run."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from models.database import Database
from models.migrating import MIGRATIONS, is_migrated, migrate, newest
from models.tables import metadata

EXTENSIONS_OWN = ("spatial_ref_sys", "automat_places")


@pytest.fixture
async def fresh(empty_url: str) -> AsyncIterator[Database]:
    database = Database(empty_url)
    yield database
    await database.dispose()


def differences(connection: Connection) -> list[Any]:
    def ours(_object: Any, name: str | None, kind: str, *_others: Any) -> bool:
        """Leave out what the extensions and the R*Tree keep for themselves."""
        return kind != "table" or not (name or "").startswith(EXTENSIONS_OWN)

    options = {"compare_type": True, "include_object": ours}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


# SQLite does not have the index of positions, and cannot read an index of an expression anyway.
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based")
async def test_models_and_migrations_agree(database: Database) -> None:
    async with database.administering() as connection:
        assert await connection.run_sync(differences) == []


async def test_names_of_constraints_are_those_of_the_models(database: Database) -> None:
    async with database.administering() as connection:
        names = await connection.run_sync(_constraint_names)

    for table in metadata.tables.values():
        expected = {str(one.name) for one in table.constraints if one.name}
        assert expected <= names[table.name], table.name


def _constraint_names(connection: Connection) -> dict[str, set[str]]:
    inspector = inspect(connection)
    return {
        name: {
            str(one["name"])
            for found in (
                inspector.get_unique_constraints(name),
                inspector.get_check_constraints(name),
                inspector.get_foreign_keys(name),
                [inspector.get_pk_constraint(name)],
            )
            for one in found
        }
        for name in metadata.tables
    }


async def test_a_position_has_the_index_of_its_database(database: Database) -> None:
    async with database.reading() as connection:
        if database.is_sqlite:
            tree = "select count(*) from sqlite_master where sql like '%rtree%automat_id%'"

            assert (await connection.exec_driver_sql(tree)).scalar_one() == 1
            return
        kinds = await connection.exec_driver_sql(
            "select attrelid::regclass::text, format_type(atttypid, atttypmod) from pg_attribute "
            "where attname = 'position' and attrelid::regclass::text in "
            "('automats', 'reservable_entities')"
        )
        index = await connection.exec_driver_sql(
            "select indexdef from pg_indexes where indexname = 'automats_nearest_index'"
        )

        assert set(kinds.scalars(1)) == {"geography(Point,4326)"}
        assert "USING gist (automat_spot(organization_id, st_x(" in index.scalar_one()


async def test_migrating_twice_is_safe(fresh: Database) -> None:
    assert not await is_migrated(fresh)

    await migrate(fresh)
    await migrate(fresh)

    assert await is_migrated(fresh)


async def test_two_may_migrate_at_once(empty_url: str) -> None:
    both = [Database(empty_url), Database(empty_url)]
    try:
        await asyncio.gather(*(migrate(one) for one in both))

        assert [await is_migrated(one) for one in both] == [True, True]
    finally:
        await asyncio.gather(*(one.dispose() for one in both))


async def test_a_database_that_is_behind_is_told(fresh: Database) -> None:
    await migrate(fresh)
    async with fresh.administering() as connection:
        await connection.exec_driver_sql("update alembic_version set version_num = '0001'")

    assert not await is_migrated(fresh)


def test_migrations_are_one_line_without_branches() -> None:
    directory = ScriptDirectory(str(MIGRATIONS))

    assert directory.get_heads() == [newest()]
    assert len(directory.get_bases()) == 1
