"""The web application: /graphql, our pages, /health and /ready, and what else it is given."""

import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from schema.guards.bounds import Bounds
from schema.guards.guarded import GuardedSchema
from schema.operating.operated import Operated
from schema.view import Authenticate, GraphQLView, MakeContext, RefusesSocket, refuses_none
from schema.web.graphiql import static_files

Readiness = Callable[[], Awaitable[str | None]]
Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]

HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


def create_app(
    schema: GuardedSchema,
    *,
    authenticate: Authenticate,
    make_context: MakeContext,
    what_is_missing: Readiness,
    refuses_socket: RefusesSocket = refuses_none,
    lifespan: Lifespan | None = None,
    routes: Sequence[BaseRoute] = (),
    bounds: Bounds | None = None,
    operated: Operated | None = None,
) -> Starlette:
    """Put the application together.

    Args:
        schema: What is served at /graphql.
        authenticate: Finds out who asks by what is presented; None when that is not valid.
        make_context: Makes what resolvers get, of the request and of who asks.
        what_is_missing: Says why requests cannot be served now; None when they can.
        refuses_socket: Tells which WebSockets are not even opened.
        lifespan: What runs beside the application, from start to end.
        routes: What is served beside the API: files, and what people do over links.
        bounds: How much is let in; nobody pays and nothing is trusted when left out.
        operated: How it is operated; for this machine alone when left out.
    """
    view = GraphQLView(
        schema,
        make_context=make_context,
        authenticate=authenticate,
        refuses_socket=refuses_socket,
        bounds=bounds or Bounds(),
    )

    async def ready(_request: Request) -> Response:
        missing = await what_is_missing()
        if missing is None:
            return JSONResponse({"ready": True}, headers=HEADERS)
        body = {"ready": False, "reason": missing}
        return JSONResponse(body, HTTPStatus.SERVICE_UNAVAILABLE, HEADERS)

    everything = [
        Route("/graphql", view),
        WebSocketRoute("/graphql", view),
        static_files(),
        Route("/health", health),
        Route("/ready", ready),
        Route("/", home),
        *routes,
    ]
    return Starlette(
        routes=everything,
        middleware=(operated or Operated()).layers(everything),
        exception_handlers={HTTPException: refused},
        lifespan=frozen_after_start(lifespan or nothing_beside),
    )


async def health(_request: Request) -> Response:
    """Say that the process lives."""
    return JSONResponse({"alive": True}, headers=HEADERS)


async def home(_request: Request) -> Response:
    """Lead somebody who opens the bare address to GraphiQL."""
    return RedirectResponse("/graphql")


async def refused(_request: Request, error: Exception) -> Response:
    """Say in JSON that there is nothing here, or that it cannot be asked that way."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    body = {"errors": [{"message": HTTPStatus(status).phrase, "extensions": {"code": "HTTP"}}]}
    return JSONResponse(body, status, HEADERS)


COLLECTED_AT = (250_000, 20, 50)
"""After how many new objects Python looks for circular garbage. A push of a thousand reservations
holds 150 000 until it is answered, and to walk through them takes a fifteenth of its time; other
requests leave some hundred that are garbage."""


@asynccontextmanager
async def nothing_beside(_app: Starlette) -> AsyncIterator[None]:
    """Run nothing beside the application."""
    yield


def frozen_after_start(lifespan: Lifespan) -> Lifespan:
    """Keep what exists after the start out of the garbage collector's way: it never dies.

    Each full collection would look through the whole schema while requests wait.
    """

    @asynccontextmanager
    async def frozen(app: Starlette) -> AsyncIterator[None]:
        async with lifespan(app):
            thresholds = gc.get_threshold()
            gc.collect()
            gc.freeze()
            gc.set_threshold(*COLLECTED_AT)
            try:
                yield
            finally:
                gc.set_threshold(*thresholds)
                gc.unfreeze()

    return frozen
