"""The real API with the demo's data, for tests from outside."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import HTTPConnection

from geo.embedded import EmbeddedGeocoder
from models.accounts import Actor
from models.database import Database
from models.migrating import migrate
from resolvers import accounts
from schema.api import schema
from schema.app import create_app
from schema.context import Context
from schema.demo.access import DemoAccess, load_demo


@dataclass(frozen=True, slots=True)
class DemoApi:
    """The application and the ways into it."""

    app: Starlette
    access: DemoAccess


def real_app(database: Database, geocoder: Any) -> Starlette:
    """Put the real application together."""

    async def authenticate(token: str | None) -> Actor | None:
        if token is None:
            return None
        async with database.reading() as connection:
            return await accounts.authenticate(connection, token, datetime.now(UTC))

    def make_context(_connection: HTTPConnection, actor: Actor) -> Context:
        return Context(database, geocoder, actor)

    async def what_is_missing() -> str | None:
        return None

    return create_app(
        schema,
        authenticate=authenticate,
        make_context=make_context,
        what_is_missing=what_is_missing,
    )


@asynccontextmanager
async def demo_api(url: str) -> AsyncIterator[DemoApi]:
    """Migrate an empty database, fill it with the demo, and serve from it."""
    database = Database(url)
    try:
        await migrate(database)
        geocoder = EmbeddedGeocoder(database)
        access = await load_demo(database, geocoder, datetime.now(UTC))
        assert access is not None, "the database was not empty"
        yield DemoApi(real_app(database, geocoder), access)
    finally:
        await database.dispose()
