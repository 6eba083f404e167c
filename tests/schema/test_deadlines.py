"""What takes too long is given up with its statements, and the answer names the field."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
import strawberry
from small_api import client_of, served, small_app
from socketing import heard, say, socket_to
from sqlalchemy import text
from talking import unset

from models.accounts import Actor, Role
from models.base import new_id
from models.database import Database
from schema.context import Context, Info
from schema.execution import batched
from schema.guards.bounds import Bounds
from schema.guards.guarded import GuardedSchema
from schema.operating.geocoders import geocoder_for

SECONDS = 0.5
COUNTING = "with recursive n(x) as (select 1 union all select x + 1 from n) select max(x) from n"
SLEEPING = "select pg_sleep(60)"
RUNNING = """select count(*) from pg_stat_activity where datname = current_database()
  and state = 'active' and query = 'select pg_sleep(60)'"""


def slow(context: Context) -> Any:
    """Write a statement that would take minutes."""
    return text(COUNTING if context.database.is_sqlite else SLEEPING)


async def load_slowly(things: list[Any], context: Any) -> Sequence[int]:
    async def load(ids: list[Any]) -> Sequence[int]:
        async with context.reading() as reading:
            await (await reading.connection()).execute(slow(context))
        return [0 for _ in ids]

    return await context.loaders._loader(load).load_many(
        list(range(len(things)))
    )  # in a task of its own


@strawberry.type
class Locker:
    number: int
    weight: int = batched(load_slowly, description="How heavy.")


@strawberry.type
class Query:
    @strawberry.field
    def lockers(self) -> list[Locker]:
        return [Locker(number=number) for number in range(2)]

    @strawberry.field
    async def looking(self, info: Info) -> int | None:
        async with info.context.reading() as reading:
            await (await reading.connection()).execute(slow(info.context))
        return 0


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def change(self, info: Info) -> int | None:
        async with info.context.database.writing() as session:
            await session.execute(slow(info.context))
        return 0


SCHEMA = GuardedSchema(Query, Mutation)


@asynccontextmanager
async def asking(database: Database) -> AsyncIterator[tuple[Any, httpx2.AsyncClient]]:
    """Serve the small schema on a database."""

    def make_context(_connection: object, _actor: object) -> Context:
        outside: Any = None
        return Context(
            database, geocoder_for(database, unset())[0], outside, Actor(new_id(), Role.ADMIN)
        )

    app = small_app(
        schema=SCHEMA, make_context=make_context, bounds=Bounds(operation_seconds=SECONDS)
    )
    async with client_of(app) as client:
        yield app, client


async def is_free(database: Database) -> bool:
    """Tell whether everything has ended: the writer of SQLite, the statements of PostgreSQL."""
    if database.is_sqlite:
        async with database.writing() as session:
            return (await session.execute(text("select 1"))).scalar() == 1
    until = time.monotonic() + 15  # sooner than it would end by itself
    async with database.reading() as connection:
        while (await connection.execute(text(RUNNING))).scalar():
            if time.monotonic() > until:
                return False
            await asyncio.sleep(0.05)
    return True


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("{ looking }", ["looking"]),
        ("mutation { change }", ["change"]),
        ("{ a: looking b: looking }", ["a", "b"]),
        ("{ lockers { number weight } }", ["lockers"]),
        ("{ __typename lockers { ... on Locker { weight } } looking }", ["lockers", "looking"]),
    ],
)
async def test_statements_end_with_their_operation_and_the_field_is_named(
    own_database: Database, query: str, fields: list[str]
) -> None:
    async with asking(own_database) as (_, client):
        began = time.monotonic()
        answer = await client.post("/graphql", json={"query": query})

        assert answer.status_code == 503
        (error,) = answer.json()["errors"]
        assert error["extensions"] == {"code": "TIMEOUT", "fields": fields}
        assert " and ".join(fields) in error["message"]
        assert await is_free(own_database)
        assert time.monotonic() - began < 30
        again = await client.post("/graphql", json={"query": "{ __typename }"})
        assert again.status_code == 200


async def test_an_operation_over_websocket_has_the_same_deadline(own_database: Database) -> None:
    async with asking(own_database) as (app, _), served(app) as url, socket_to(url) as socket:
        await say(socket, type="connection_init", payload={"token": "lk_test_4f1c"})
        await heard(socket)
        await say(socket, type="subscribe", id="1", payload={"query": "{ looking }"})

        message = await heard(socket)

    assert (message["type"], message["id"]) == ("error", "1")
    assert message["payload"][0]["extensions"] == {"code": "TIMEOUT", "fields": ["looking"]}
    assert await is_free(own_database)


async def test_the_server_of_postgresql_gives_up_by_itself_too(
    own_database: Database, own_url: str
) -> None:
    impatient = Database(own_url, statement_seconds=0.2)
    async with asking(impatient) as (_, client):
        if impatient.is_sqlite:
            assert (await client.post("/graphql", json={"query": "{ looking }"})).status_code == 503
        else:
            answer = (await client.post("/graphql", json={"query": "{ looking }"})).json()
            assert answer["data"] == {"looking": None}
            assert answer["errors"][0]["extensions"]["code"] == "TIMEOUT"
            assert answer["errors"][0]["path"] == ["looking"]
    await impatient.dispose()
