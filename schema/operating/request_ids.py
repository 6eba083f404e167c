"""The id of a request: what ties an answer, the lines in the log and the trail together.

A client or a proxy may bring one in `X-Request-Id`; whoever brings none, or something that could
not stand in a log as it is, is given one. It names a request and proves nothing.
"""

import re
from contextvars import ContextVar
from dataclasses import replace

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.accounts import Actor
from models.base import new_id

HEADER = "x-request-id"
WELL_FORMED = re.compile(r"[A-Za-z0-9._~:+/=-]{1,64}")
BEGINNINGS = {"http.response.start", "websocket.accept"}

_current: ContextVar[str | None] = ContextVar("request_id", default=None)


class RequestIds:
    """Gives each request an id, tells the client, and lets all that is done for it know.

    A WebSocket has one for as long as it lives.

    Args:
        app: What answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request under its id."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        id = id_for(Headers(scope=scope).get(HEADER))

        async def tell(message: Message) -> None:
            if message["type"] in BEGINNINGS:
                message.setdefault("headers", [])
                MutableHeaders(scope=message)[HEADER] = id
            await send(message)

        mark = _current.set(id)
        try:
            await self._app(scope, receive, tell)
        finally:
            _current.reset(mark)


def id_for(brought: str | None) -> str:
    """Take the id that was brought, if it may stand in a log and in a header, or make one."""
    if brought is not None and WELL_FORMED.fullmatch(brought):
        return brought
    return str(new_id())


def current_request_id() -> str | None:
    """Tell the id of the request that is answered here; None outside of requests."""
    return _current.get()


def asking(actor: Actor) -> Actor:
    """Let an actor know with which request they came, for the trail."""
    id = _current.get()
    return actor if id is None or id == actor.request_id else replace(actor, request_id=id)
