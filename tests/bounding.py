"""The API with its limits in place, for tests of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx2
from talking import Client, app_on, http_to

from models.accounts import Role
from models.database import Database
from resolvers.points import Buckets, Size
from resolvers.trusted_documents import Shelves
from schema.guards.admission import Admission
from schema.guards.bounds import Bounds

SIZE = Size(most=100_000, per_second=0.001, purse=5_000)


@asynccontextmanager
async def bounded(client: Client, size: Size = SIZE, **rules: Any) -> AsyncIterator[Client]:
    """Serve the organization of a client by one more process, which has limits.

    Args:
        client: Whose organization.
        size: How large each bucket is.
        rules: More of `Admission`.
    """
    database = Database(client.database.url.render_as_string(hide_password=False))
    admission = Admission(Buckets(database, size), Shelves(database), **rules)
    app = app_on(database, client.outside, bounds=Bounds(admission=admission))
    async with http_to(app) as http:
        yield replace(client, http=http, database=database, app=app)
    await database.dispose()


async def send(client: Client, role: Role = Role.ADMIN, **body: Any) -> httpx2.Response:
    """Send the parameters of a request."""
    headers = {"authorization": f"Bearer {client.tokens[role]}"}
    return await client.http.post("/graphql", json=body, headers=headers)
