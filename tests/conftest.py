"""Both databases, real and built by the migrations: whatever uses `database` runs on each."""

import gc
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import keyed
import leaks
import pytest
from databases import Place, database_at, prepared
from factories import NOON
from hypothesis import HealthCheck, settings
from talking import Client, new_client

from models.database import Database
from resolvers import organizations
from resolvers.work import Work
from schema.operating.logs import hush

gc.disable()  # until all is collected: what is read now stays until the end
keyed.use()
leaks.watch()
hush()  # as in every process of ours

settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")  # machines that test are busy, and no test is about speed


OWN = {"own_database", "own_url"}
"""What tests have that start programs, stop databases, or make thousands of rows."""


WAITING = "automat_link"
"""The folder of tests that wait for brokers and automats more than they work."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where processes take files in turn, begin with the longest: none is left alone at the end."""
    if not hasattr(config, "workerinput"):
        return
    weights = Counter[Path]()
    for item in items:
        weights[item.path] += 10 if OWN.intersection(getattr(item, "fixturenames", ())) else 1
    longest_first = sorted(weights, key=lambda path: (-weights[path], path))
    order = {path: place for place, path in enumerate(spread(longest_first))}
    items.sort(key=lambda item: order[item.path])


def spread(files: list[Path]) -> list[Path]:
    """Put files that wait between others, so that not all processes wait at once."""
    waiting = [file for file in files if WAITING in file.parts]
    others = iter([file for file in files if WAITING not in file.parts])
    between = len(files) // (2 * len(waiting)) if waiting else 0
    return [
        *(one for file in waiting for one in (file, *islice(others, between))),
        *others,
    ]


def pytest_collection_finish() -> None:
    """Never look again for garbage among the modules that stay until the end."""
    gc.freeze()
    gc.enable()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name what may hold times by what it is for: names of tests are the same in every run."""
    return argname if isinstance(val, bytes | dict) else None


@dataclass
class Shared:
    """A place for databases of one kind, and the one there that all tests use."""

    place: Place
    url: str
    database: Database


class Kept:
    """What was made of each kind, until the last test: every file comes to both kinds in turn."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.until_the_end = AsyncExitStack()
        self.made: dict[str, Shared] = {}

    async def of(self, kind: str) -> Shared:
        """Give what there is of a kind; the first time, make it."""
        if kind not in self.made:
            enter = self.until_the_end.enter_async_context
            place = await enter(prepared(kind, self.folder))
            url = self.until_the_end.enter_context(place.migrated())
            self.made[kind] = Shared(place, url, await enter(database_at(url)))
        return self.made[kind]


@pytest.fixture(scope="session", autouse=True)
def no_secret_is_put_out() -> Iterator[None]:
    """Look at the end whether any output of the session tells a secret that was made in it."""
    yield
    found = leaks.LEAKS.found()
    assert not found, f"secrets were put out: {found}"


@pytest.fixture(scope="session")
async def kept_databases(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Kept]:
    """Keep databases until the last test."""
    kept = Kept(tmp_path_factory.mktemp("databases"))
    async with kept.until_the_end:
        yield kept


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
async def shared(request: pytest.FixtureRequest, kept_databases: Kept) -> Shared:
    """Give what all tests share of a kind."""
    return await kept_databases.of(request.param)


@pytest.fixture(scope="session")
def place(shared: Shared) -> Place:
    """Give the place where databases of the kind are made."""
    return shared.place


@pytest.fixture(scope="session")
def database(shared: Shared) -> Database:
    """Give a migrated database, the same to all tests."""
    return shared.database


@pytest.fixture(scope="session")
def database_url(shared: Shared) -> str:
    """Give the address of that database, for other processes."""
    return shared.url


@pytest.fixture
def empty_url(place: Place) -> Iterator[str]:
    """Give the address of a database in which nothing is, not even a table."""
    with place.empty() as url:
        yield url


@pytest.fixture
def own_url(place: Place) -> Iterator[str]:
    """Give the address of a migrated database that this test has for itself."""
    with place.migrated() as url:
        yield url


@pytest.fixture(scope="module")
async def own_database(place: Place) -> AsyncIterator[Database]:
    """Give a migrated database that the tests of one file have for themselves."""
    with place.migrated() as url:
        async with database_at(url) as database:
            yield database


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
