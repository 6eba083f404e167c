"""Each request is counted, and logged where that is wanted: never with its address or its words."""

import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from schema.operating.logs import FACTS
from schema.operating.metrics import count

logger = logging.getLogger(__name__)

OTHERS = "/..."
"""What paths are called that are none of ours: whoever looks for holes makes no new figures."""


class Watched:
    """Counts what is answered.

    Args:
        app: What answers.
        paths: The first parts of our paths, such as `/graphql`.
        logs: Whether each request is logged too.
    """

    def __init__(self, app: ASGIApp, *, paths: frozenset[str], logs: bool) -> None:
        self._app = app
        self._paths = paths
        self._logs = logs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, and see how it went."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500

        async def see(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        began = time.perf_counter()
        try:
            await self._app(scope, receive, see)
        finally:
            self._note(scope, status, time.perf_counter() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        method, path = scope["method"], first_part(scope["path"])
        path = path if path in self._paths else OTHERS
        count(method, path, status, seconds)
        if self._logs:
            took = round(seconds * 1_000, 1)
            facts = {"method": method, "path": path, "status": status, "milliseconds": took}
            logger.info("%s %s %s in %s ms", *facts.values(), extra={FACTS: facts})


def first_part(path: str) -> str:
    """Give what comes before the second slash of a path."""
    return "/" + path.removeprefix("/").partition("/")[0]
