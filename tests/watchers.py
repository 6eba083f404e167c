"""Clients that watch something over a real WebSocket (graphql-transport-ws)."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Self

import pytest
import websockets
from small_api import served
from talking import Client

from models.accounts import Role
from resolvers.following import Tail
from resolvers.work import Reading

SECONDS = 60


class Watcher:
    """A client with one connection."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self._socket = socket

    @classmethod
    @asynccontextmanager
    async def at(
        cls, url: str, token: str | None, headers: dict[str, str] | None = None
    ) -> AsyncIterator[Self]:
        """Open a WebSocket with a token, or with headers that a browser would send by itself."""
        address = f"{url.replace('http', 'ws', 1)}/graphql"
        protocol = websockets.Subprotocol("graphql-transport-ws")
        async with websockets.connect(
            address, subprotocols=[protocol], proxy=None, additional_headers=headers
        ) as socket:
            made = cls(socket)
            await made.say(type="connection_init", payload={"token": token} if token else {})
            assert (await made.heard())["type"] == "connection_ack"
            yield made

    async def say(self, **message: Any) -> None:
        await self._socket.send(json.dumps(message))

    async def heard(self) -> Any:
        return json.loads(await asyncio.wait_for(self._socket.recv(), SECONDS))

    async def subscribe(self, query: str, **variables: Any) -> None:
        payload = {"query": query, "variables": variables}
        await self.say(type="subscribe", id="1", payload=payload)

    async def next(self) -> Any:
        """Wait for the one field of what comes next."""
        message = await self.heard()
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        (found,) = message["payload"]["data"].values()
        return found

    async def refused(self) -> str:
        """Wait for an error, and give its code."""
        told = await self.heard()
        errors = told["payload"] if told["type"] == "error" else told["payload"]["errors"]
        code: str = errors[0]["extensions"]["code"]
        return code

    async def is_quiet(self, seconds: float = 1.2) -> bool:
        """Wait whether something comes."""
        try:
            await asyncio.wait_for(self._socket.recv(), seconds)
        except TimeoutError:
            return True
        return False


@asynccontextmanager
async def watching(
    client: Client, query: str, role: Role = Role.ADMIN, **variables: Any
) -> AsyncIterator[Watcher]:
    """Serve the application, and watch something with a role's token."""
    async with served(client.app) as url, Watcher.at(url, client.tokens[role]) as made:
        await made.subscribe(query, **variables)
        yield made


@asynccontextmanager
async def settled(
    client: Client, query: str, role: Role = Role.ADMIN, **variables: Any
) -> AsyncIterator[Watcher]:
    """Watch what is told from the first look at a table on, and go on when that is over."""
    looked, look = asyncio.Event(), Tail.look

    async def look_and_say_so(tail: Tail, reading: Reading) -> Sequence[Any]:
        found = await look(tail, reading)
        looked.set()
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Tail, "look", look_and_say_so)
        async with watching(client, query, role, **variables) as watcher:
            await asyncio.wait_for(looked.wait(), SECONDS)
            yield watcher
