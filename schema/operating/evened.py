"""Long answers beside others end their connection, so that who asks again comes to an idle process.

A connection stays with the process that took it. Of two partners who push their thousands at once,
both may have come to the same one, and would share it for hours while another has nothing to do.
New connections are mostly taken by a process that is idle; there, alone, they stay. Against what a
long answer takes, the time to connect again does not count.
"""

import time

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LONG_SECONDS = 0.5


class Evened:
    """Ends a connection with an answer that took long while the process had other things to do.

    Args:
        app: What answers.
        long_seconds: What counts as long.
    """

    def __init__(self, app: ASGIApp, *, long_seconds: float = LONG_SECONDS) -> None:
        self._app = app
        self._long_seconds = long_seconds
        self._answering = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()

        async def end(message: Message) -> None:
            is_long = time.perf_counter() - began > self._long_seconds
            if message["type"] == "http.response.start" and is_long and self._answering > 1:
                MutableHeaders(scope=message)["connection"] = "close"
            await send(message)

        self._answering += 1
        try:
            await self._app(scope, receive, end)
        finally:
            self._answering -= 1
