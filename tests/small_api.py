"""A small API with every kind of trouble in it, for tests of the front door alone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import httpx2
import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp

from models.errors import AddressNotFound, ErrorCode, InvalidInput, KeyTaken, Unauthenticated
from schema.app import create_app
from schema.doors.presented import Presented
from schema.errors import UserError, refusing_politely
from schema.guards.guarded import GuardedSchema
from schema.guards.heads import BoundedProtocol

TOKEN = "lk_test_4f1c"  # of this small API alone  # noqa: S105 - opens nothing
MARKER_PIN = "482913"


@dataclass
class Context:
    """What resolvers of the small API get."""

    actor: str
    admitted: Any = None


async def authenticate(presented: Presented) -> str | None:
    token = presented.token
    if token == "expired":  # of this small API alone  # noqa: S105 - opens nothing
        raise Unauthenticated("The token has expired; ask for a new one.")
    return "Veikko" if token == TOKEN else None


def make_context(_connection: HTTPConnection, actor: str) -> Context:
    return Context(actor)


def read_pin(value: object) -> str:
    if not isinstance(value, str) or len(value) != 6:
        raise InvalidInput("A PIN has six digits.")
    return value


def read_strictly(value: object) -> str:
    message = f"{value} is not what it should be"
    raise ValueError(message)


Pin = strawberry.scalar(name="Pin", description="Six digits.", parse_value=read_pin)
Strict = strawberry.scalar(name="Strict", description="Fits never.", parse_value=read_strictly)


class PinText(str):
    __slots__ = ()


class StrictText(str):
    __slots__ = ()


@strawberry.input(one_of=True)
class Near:
    address: str | None = strawberry.UNSET
    entity_id: strawberry.ID | None = strawberry.UNSET


@strawberry.input
class PinInput:
    pin: PinText
    lockers: list[int] = strawberry.field(default_factory=list)
    starts_at: datetime | None = strawberry.UNSET
    strict: StrictText | None = strawberry.UNSET


@strawberry.type
class PinPayload:
    pin: str | None = None
    locker: int | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class Edge:
    node: "Automat"


@strawberry.type
class Connection:
    edges: list[Edge]


@strawberry.type
class Automat:
    id: strawberry.ID
    name: str = "Asema"

    @strawberry.field
    def near(self) -> "Automat":
        return self

    @strawberry.field
    def neighbours(self, first: int = 20) -> Connection:
        return Connection(edges=[])


@strawberry.type
class Query:
    @strawberry.field
    def me(self, info: strawberry.Info[Context]) -> str:
        return info.context.actor

    @strawberry.field
    def node(self, id: strawberry.ID) -> Automat | None:
        return Automat(id=id) if id == "1" else None

    @strawberry.field
    def automats(self, first: int = 20) -> Connection:
        return Connection(edges=[Edge(node=Automat(id=strawberry.ID("1")))][:first])

    @strawberry.field
    def nearest(self, near: Near) -> str | None:
        raise AddressNotFound("No address fits.")

    @strawberry.field
    async def whose(self, pin: PinText) -> str | None:
        return "Veikko" if pin == MARKER_PIN else None

    @strawberry.field
    def fault(self) -> str | None:
        message = f"duplicate key value violates unique constraint: (pin)=({MARKER_PIN})"
        raise RuntimeError(message)

    @strawberry.field
    def nothing(self) -> str:
        return cast("str", None)

    @strawberry.field
    async def slow(self) -> str | None:
        await asyncio.sleep(60)
        return "at last"

    @strawberry.field
    def code(self) -> ErrorCode:
        return ErrorCode.KEY_TAKEN


@strawberry.type
class Mutation:
    @strawberry.mutation(description="Set a PIN.")
    @refusing_politely
    async def pin_set(self, input: PinInput) -> PinPayload:
        if input.lockers:
            raise KeyTaken(path=("lockers", "0"))
        if input.pin == "000000":
            raise InvalidInput("That PIN is too plain.")
        return PinPayload(pin=input.pin)

    @strawberry.mutation(description="Fail for a reason that nobody foresaw.")
    @refusing_politely
    async def pin_lose(self) -> PinPayload:
        raise ConnectionError(MARKER_PIN)


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, info: strawberry.Info[Context], to: int = 3) -> AsyncIterator[int]:
        for number in range(to):
            yield number
            await asyncio.sleep(0)

    @strawberry.subscription
    async def forever(self) -> AsyncIterator[int]:
        yield 1
        await asyncio.sleep(60)


SCHEMA = GuardedSchema(
    Query,
    Mutation,
    Subscription,
    scalar_overrides={PinText: Pin, StrictText: Strict},
)


async def nothing_missing() -> str | None:
    return None


def small_app(**changes: Any) -> Starlette:
    """Make the small application."""
    parts = {
        "authenticate": authenticate,
        "make_context": make_context,
        "what_is_missing": nothing_missing,
        **changes,
    }
    return create_app(parts.pop("schema", SCHEMA), **parts)


@asynccontextmanager
async def client_of(app: ASGIApp, token: str | None = TOKEN) -> AsyncIterator[httpx2.AsyncClient]:
    """Open a client that talks to an application in this process."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://livionkey.test", headers=headers
    ) as client:
        yield client


async def ask(client: httpx2.AsyncClient, query: str, **variables: Any) -> Any:
    """Ask and read the answer."""
    answer = await client.post("/graphql", json={"query": query, "variables": variables})
    return answer.json()


@asynccontextmanager
async def served(app: Starlette, port: int = 0) -> AsyncIterator[str]:
    """Serve an application for clients outside of this process; on a free port, or on that one."""
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            port=port,
            log_config=None,
            http=BoundedProtocol,
            ws="websockets-sansio",
            lifespan="on",
        )
    )
    serving = asyncio.create_task(server.serve())
    while not server.started:  # uvicorn has no event for it  # noqa: ASYNC110 - a server of its own thread
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await serving
