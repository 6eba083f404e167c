"""The real API with the demo's data, for tests from outside."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.applications import Starlette

from geo.index.embedded import EmbeddedGeocoder
from models.database import Database
from models.migrating import migrate
from schema.demo.access import DemoAccess, load_demo
from schema.serving import assembled
from schema.settings import Settings


@dataclass(frozen=True, slots=True)
class DemoApi:
    """The application and the ways into it."""

    app: Starlette
    access: DemoAccess


@asynccontextmanager
async def demo_api(url: str) -> AsyncIterator[DemoApi]:
    """Migrate an empty database, fill it with the demo, and serve from it."""
    database = Database(url)
    try:
        await migrate(database)
        access = await load_demo(database, EmbeddedGeocoder(database), datetime.now(UTC))
        assert access is not None, "the database was not empty"
        yield DemoApi(assembled(database, Settings(database_url=url)), access)
    finally:
        await database.dispose()
