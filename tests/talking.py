"""Talking to the API the way clients do: over HTTP, with a token of some role."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import httpx2
from argon2 import PasswordHasher
from leaks import LEAKS
from outsides import outside_in
from starlette.applications import Starlette

from geo.geocoding import Geocoder
from models.accounts import Actor, Role, Token, new_token, token_digest
from models.database import Database
from models.events import EventKind
from models.organizations import OrganizationUnit
from resolvers import accounts, organizations
from resolvers.outside.ports import Outside
from resolvers.people.passwords import Passwords
from resolvers.reach import units_below
from resolvers.work import Work
from schema.api import schema
from schema.app import create_app
from schema.context import Context, clock
from schema.doors.doorkeeper import doorkeeper, session_door
from schema.guards.bounds import Bounds
from schema.operating.geocoders import geocoder_for
from schema.serving import what_is_missing
from schema.settings import Settings
from schema.web.routes import routes_beside

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Passwords of tests take no time."""


@dataclass
class Client:
    """An organization, its tokens, and the API in this process."""

    http: httpx2.AsyncClient
    database: Database
    organization_id: UUID
    tokens: dict[Role, str]
    outside: Outside
    app: Starlette
    units: frozenset[UUID] | None = None

    @asynccontextmanager
    async def working(self) -> AsyncIterator[Work]:
        """Open a transaction of the organization, for rows from `factories`."""
        async with self.database.writing() as session:
            actor = Actor(self.organization_id, Role.ADMIN, units=self.units)
            yield Work(session, actor, clock())

    async def reaching(self, *units: OrganizationUnit) -> "Client":
        """Give the same organization to somebody who reaches only some units and all below."""
        ids = [unit.id for unit in units]
        async with self.working() as work:
            tokens = {
                role: (await accounts.create_token(work, role=role, unit_ids=ids))[1]
                for role in self.tokens
            }
            reached = await units_below(await work.connection(), self.organization_id, ids)
        return replace(self, tokens=tokens, units=reached)

    async def post(
        self, document: str, role: Role | None = Role.ADMIN, **variables: Any
    ) -> httpx2.Response:
        """Send a document; with no role, without a token."""
        headers = {"authorization": f"Bearer {self.tokens[role]}"} if role else {}
        body = {"query": document, "variables": variables}
        answer = await self.http.post("/graphql", json=body, headers=headers)
        if answer.is_error or '"errors":' in answer.text[:20]:
            LEAKS.say(answer.text, "an answer with errors")
        return answer

    async def ask(self, document: str, role: Role = Role.ADMIN, **variables: Any) -> dict[str, Any]:
        """Send a document that is answered without an error, and give its data."""
        answer = (await self.post(document, role, **variables)).json()
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    async def error_code(self, document: str, role: Role = Role.ADMIN, **variables: Any) -> str:
        """Send a document that is answered with one error, and give its code."""
        (error,) = (await self.post(document, role, **variables)).json()["errors"]
        code: str = error["extensions"]["code"]
        return code


@cache
def unset() -> Settings:
    """Give the settings of an installation that sets nothing; reading them takes a while."""
    return Settings(_env_file=None)


async def tokens_of_all_roles(work: Work) -> dict[Role, str]:
    """Make a token for each role, all in one statement; `accounts.create_token` takes one each."""
    texts = {role: new_token() for role in Role}
    rows = [
        Token(
            organization_id=work.actor.organization_id,
            name="token",
            role=role,
            source="default",
            digest=token_digest(text),
            created_at=work.now,
        )
        for role, text in texts.items()
    ]
    await work.add(*rows)
    for row in rows:
        work.record(EventKind.TOKEN_CREATED, row, role=row.role.value)
    return texts


@asynccontextmanager
async def new_client(
    database: Database, geocoder: Geocoder | None = None, **chosen: Any
) -> AsyncIterator[Client]:
    """Make an organization with a token for each role, and the application on a database."""
    with TemporaryDirectory() as folder:
        async with client_in(database, geocoder, Path(folder), **chosen) as client:
            yield client


@asynccontextmanager
async def client_in(
    database: Database, geocoder: Geocoder | None, folder: Path, **chosen: Any
) -> AsyncIterator[Client]:
    """Make the same with the files in a certain folder."""
    founder = organizations.founder()
    async with database.writing() as session:
        work = Work(session, founder, clock())
        await organizations.found(work, name="Kotikatu Isännöinti")
        tokens = await tokens_of_all_roles(work)
    outside = outside_in(folder, **chosen)
    app = app_on(database, outside, geocoder)
    async with http_to(app) as http:
        yield Client(http, database, founder.organization_id, tokens, outside, app)


@asynccontextmanager
async def another_process(client: Client) -> AsyncIterator[Client]:
    """Serve the same organization once more: by an application that shares only the database."""
    database = Database(client.database.url.render_as_string(hide_password=False))
    app = app_on(database, client.outside)
    async with http_to(app) as http:
        yield replace(client, http=http, database=database, app=app)
    await database.dispose()


def app_on(
    database: Database,
    outside: Outside,
    geocoder: Geocoder | None = None,
    bounds: Bounds | None = None,
) -> Starlette:
    """Put the application together."""
    chosen = geocoder or geocoder_for(database, unset())[0]

    def make_context(_request: object, actor: Actor) -> Context:
        return Context(database, chosen, outside, actor)

    return create_app(
        schema,
        authenticate=doorkeeper(database, outside),
        refuses_socket=session_door(database, outside).refuses,
        make_context=make_context,
        what_is_missing=lambda: what_is_missing(database),
        routes=routes_beside(database, outside, make_context, passwords=Passwords(QUICK)),
        bounds=bounds,
    )


def http_to(app: Starlette) -> httpx2.AsyncClient:
    """Make what sends requests to an application in this process."""
    transport = httpx2.ASGITransport(app=app)
    return httpx2.AsyncClient(transport=transport, base_url="http://test")
