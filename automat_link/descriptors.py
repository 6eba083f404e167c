"""Sockets that an event loop is told to watch, and that may be closed before it gets to it.

The client says so in one turn of the loop, or in the thread in which it connects, and the loop does
it in the next one. A broker that dies in between closes the socket. Then its descriptor is bad,
which is written to standard error as a failure of ours; or it is another connection's by then, and
the loop would call the wrong client whenever something comes.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import aiomqtt


class CalmClient(aiomqtt.Client):
    """A client that has nothing watched but what is open; its arguments are those of its parent."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        vars(self)["_loop"] = WatchingLoop(self._loop, self._client.socket)


class WatchingLoop:
    """An event loop as a client sees it, that looks first whether a socket is still its own.

    Args:
        loop: The loop.
        socket: Gives the socket of the connection; None when there is none any more.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, socket: Callable[[], Any]) -> None:
        self._loop = loop
        self._socket = socket
        self.create_task = loop.create_task
        self.remove_reader, self.remove_writer = loop.remove_reader, loop.remove_writer
        self.call_soon_threadsafe = loop.call_soon_threadsafe

    def add_reader(self, descriptor: int, act: Callable[[], object]) -> None:
        """Watch whether something has come, on a socket that is open."""
        if self._is_open(descriptor):
            self._loop.add_reader(descriptor, act)

    def add_writer(self, descriptor: int, act: Callable[[], object]) -> None:
        """Watch whether something can be sent, on a socket that is open."""
        if self._is_open(descriptor):
            self._loop.add_writer(descriptor, act)

    def _is_open(self, descriptor: int) -> bool:
        ours = self._socket()
        return ours is not None and bool(ours.fileno() == descriptor)
