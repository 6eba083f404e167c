"""Both databases, real and built by the migrations: whatever uses `database` runs on each."""

import os
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from factories import NOON
from hypothesis import HealthCheck, settings
from talking import Client, new_client

from models.database import Database
from models.migrating import migrate
from resolvers import organizations
from resolvers.work import Work

settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")  # machines that test are busy, and no test is about speed


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name what may hold times by what it is for: names of tests are the same in every run."""
    return argname if isinstance(val, bytes | dict) else None


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Give the address of an empty database, which is gone afterwards."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('database') / 'test.db'}"
        return
    server = os.environ.get("LIVIONKEY_TEST_POSTGRESQL")
    if not server:
        pytest.fail("LIVIONKEY_TEST_POSTGRESQL is not set: `./dev test` gives these tests a server")
    url = f"{server}_{secrets.token_hex(4)}"  # named after the given one: `./dev test` drops both
    name = url.rpartition("/")[2]
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'create database "{name}"'.encode())
        yield url
        connection.execute(f'drop database "{name}" with (force)'.encode())


@pytest.fixture(scope="session")
async def database(database_url: str) -> AsyncIterator[Database]:
    """Give a migrated database."""
    database = Database(database_url)
    await migrate(database)
    yield database
    await database.dispose()


@contextmanager
def one_more(database_url: str, folder: Path) -> Iterator[str]:
    """Give the address of one more empty database of the same kind, which is gone afterwards."""
    if database_url.startswith("sqlite"):
        yield f"sqlite:///{folder / 'own.db'}"
        return
    own = f"{database_url}_{secrets.token_hex(4)}"
    name = own.rpartition("/")[2]
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f'create database "{name}"'.encode())
        yield own
        connection.execute(f'drop database "{name}" with (force)'.encode())


@pytest.fixture
def own_url(database_url: str, tmp_path: Path) -> Iterator[str]:
    """Give the address of an empty database that this test has for itself."""
    with one_more(database_url, tmp_path) as url:
        yield url


@pytest.fixture(scope="module")
async def own_database(
    database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Database]:
    """Give a migrated database that the tests of one file have for themselves."""
    with one_more(database_url, tmp_path_factory.mktemp("own")) as url:
        database = Database(url)
        await migrate(database)
        yield database
        await database.dispose()


class Undo(Exception):
    """Ends a test's transaction without a trace."""


@pytest.fixture
async def work(database: Database) -> AsyncIterator[Work]:
    """Give a transaction in an organization of its own, which is undone after the test."""
    with suppress(Undo):
        async with database.writing() as session:
            work = Work(session, organizations.founder(), NOON)
            await organizations.found(work, name="Kotikatu Isännöinti")
            yield work
            raise Undo


@pytest.fixture
async def client(database: Database) -> AsyncIterator[Client]:
    """Give an organization of its own to talk to over HTTP, with a token for each role."""
    async with new_client(database) as client:
        yield client


@pytest.fixture
async def stranger(database: Database) -> AsyncIterator[Client]:
    """Give another organization on the same database."""
    async with new_client(database) as client:
        yield client
