"""Databases for tests: each is a copy of one that was migrated once, so none takes long to make."""

import os
import secrets
import shutil
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from uuid import uuid4

import keyed
import psycopg
import pytest

from models.database import Database
from models.migrating import migrate

keyed.use()

OTHER_ID = "update installations set id = :id"
"""A copy is another database: what lies outside it is not taken for its own."""


class Place(ABC):
    """Where databases of one kind are made; what is made there is gone afterwards."""

    template: str
    """The address of the migrated one, which nobody uses but to copy it."""

    @abstractmethod
    def new_address(self) -> str:
        """Give the address of a database that is not there yet."""

    @abstractmethod
    def make(self, url: str, *, like: str | None = None) -> None:
        """Make an empty database, or one that is like another."""

    @abstractmethod
    def remove(self, url: str) -> None:
        """Remove a database, whoever is still connected to it."""

    @contextmanager
    def empty(self) -> Iterator[str]:
        """Give the address of a database in which nothing is."""
        url = self.new_address()
        self.make(url)
        yield url
        self.remove(url)

    @contextmanager
    def migrated(self) -> Iterator[str]:
        """Give the address of a database that is migrated, and in which nobody is yet."""
        url = self.new_address()
        self.make(url, like=self.template)
        yield url
        self.remove(url)


class Folder(Place):
    """A folder for databases of SQLite."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def new_address(self) -> str:
        folder = self.folder / secrets.token_hex(4)
        folder.mkdir()  # a database's files and its lock have a folder for themselves
        return f"sqlite:///{folder / 'test.db'}"

    def make(self, url: str, *, like: str | None = None) -> None:
        if like:
            path = url.removeprefix("sqlite:///")
            shutil.copyfile(like.removeprefix("sqlite:///"), path)
            with closing(sqlite3.connect(path)) as connection, connection:
                connection.execute(OTHER_ID, {"id": uuid4().hex})

    def remove(self, url: str) -> None:
        shutil.rmtree(Path(url.removeprefix("sqlite:///")).parent)


class Server(Place):
    """A server of PostgreSQL; databases are named after the given one: `./dev test` drops all."""

    def __init__(self, server: str) -> None:
        self.server = server

    def new_address(self) -> str:
        return f"{self.server}_{secrets.token_hex(4)}"

    def make(self, url: str, *, like: str | None = None) -> None:
        template = f" template {quoted(like)}" if like else ""
        self.run(f"create database {quoted(url)}{template}")
        if like:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("update installations set id = gen_random_uuid()")

    def remove(self, url: str) -> None:
        self.run(f"drop database {quoted(url)} with (force)")

    def run(self, statement: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(statement.encode())


def quoted(url: str) -> str:
    """Name a database of PostgreSQL in a statement."""
    return f'"{url.rpartition("/")[2]}"'


def place_for(kind: str, folder: Path) -> Place:
    """Find where databases of a kind are made: `sqlite` or `postgresql`."""
    if kind == "sqlite":
        return Folder(folder)
    server = os.environ.get("LIVIONKEY_TEST_POSTGRESQL")
    if not server:
        pytest.fail("LIVIONKEY_TEST_POSTGRESQL is not set: `./dev test` gives these tests a server")
    return Server(server)


@asynccontextmanager
async def prepared(kind: str, folder: Path) -> AsyncIterator[Place]:
    """Give a place with its template."""
    place = place_for(kind, folder)
    with place.empty() as place.template:
        async with database_at(place.template) as database:
            await migrate(database)
        yield place


@asynccontextmanager
async def database_at(url: str) -> AsyncIterator[Database]:
    """Open a database, and close it."""
    database = Database(url)
    try:
        yield database
    finally:
        await database.dispose()
