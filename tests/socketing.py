"""Talking over WebSockets, message by message."""

import asyncio
import json
from typing import Any

import websockets


def socket_to(
    url: str, protocol: str = "graphql-transport-ws", origin: str | None = None
) -> websockets.connect:
    """Open a WebSocket."""
    address = f"{url.replace('http', 'ws', 1)}/graphql"
    subprotocol = websockets.Subprotocol(protocol)
    return websockets.connect(
        address,
        subprotocols=[subprotocol],
        origin=websockets.Origin(origin) if origin else None,
        proxy=None,
    )


async def say(socket: websockets.ClientConnection, **message: Any) -> None:
    """Send a message of the protocol."""
    await socket.send(json.dumps(message))


async def heard(socket: websockets.ClientConnection) -> Any:
    """Receive a message of the protocol."""
    return json.loads(await asyncio.wait_for(socket.recv(), 60))
