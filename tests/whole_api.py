"""The API as it is served, with its worker, for somebody who comes with a browser."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from serving import free_port
from small_api import served

from models.accounts import Actor, Role
from models.database import Database
from models.migrating import migrate
from resolvers import accounts, organizations
from resolvers.work import Work
from schema.context import clock
from schema.operating.outside import outside_for
from schema.operating.working import working
from schema.serving import assembled
from schema.settings import Settings


@dataclass
class WholeApi:
    """A server that is running: where, and the token of an administrator."""

    url: str
    token: str
    actor: Actor
    database: Database

    @asynccontextmanager
    async def working(self) -> AsyncIterator[Work]:
        """Open a transaction of the organization, for rows from `factories`."""
        async with self.database.writing() as session:
            yield Work(session, self.actor, clock())

    async def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        """Send a document that is answered without an error, and give its data."""
        headers = {"authorization": f"Bearer {self.token}"}
        body = {"query": document, "variables": variables}
        async with httpx2.AsyncClient(base_url=self.url, headers=headers) as http:
            answer = (await http.post("/graphql", json=body, timeout=30)).json()
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data


@asynccontextmanager
async def whole_api(url: str, folder: Path, **changes: Any) -> AsyncIterator[WholeApi]:
    """Serve an empty database of its own; on PostgreSQL the worker runs beside the server.

    Args:
        url: The database.
        folder: Where files lie.
        changes: Other settings.
    """
    port = free_port()
    settings = Settings(
        _env_file=None,
        database_url=url,
        data_folder=folder / "data",
        public_url=f"http://127.0.0.1:{port}",
        **changes,
    )
    founder = organizations.founder()
    async with AsyncExitStack() as stack:
        database = Database(url)
        stack.push_async_callback(database.dispose)
        await migrate(database)
        async with database.writing() as session:
            work = Work(session, founder, clock())
            await organizations.found(work, name="Kotikatu Isännöinti")
            _, token = await accounts.create_token(work, role=Role.ADMIN)
        address = await stack.enter_async_context(served(assembled(Database(url), settings), port))
        if not database.is_sqlite:
            await stack.enter_async_context(working(database, outside_for(settings)))
        actor = Actor(founder.organization_id, Role.ADMIN)
        yield WholeApi(address, token, actor, database)
