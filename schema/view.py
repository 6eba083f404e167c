"""GraphQL over HTTP and WebSocket as the specifications say, for those who bring a token.

The view knows nothing of what is asked: it is given `authenticate`, which knows people,
`make_context`, which makes what resolvers get, and `bounds`, which say how much is let in. Every
error is answered as JSON in GraphQL's form.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import orjson
from graphql import GraphQLError
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError, MissingQueryError
from strawberry.http import GraphQLHTTPResponse
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from models.errors import Unauthenticated
from schema.answers import Refused, response_media_type, written, written_result
from schema.doors.presented import Presented
from schema.guards.admission import who_pays
from schema.guards.asked import Asked, asked_in
from schema.guards.bodies import Body
from schema.guards.bounds import Bounds
from schema.guards.deadline import deadline
from schema.guards.guarded import GuardedSchema
from schema.guards.limits import CONNECTION_INIT_SECONDS, LARGE_BODY_BYTES, MAX_SUBSCRIPTIONS
from schema.guards.masking import shown
from schema.sockets import TokenSocket, handshake
from schema.web.graphiql import page

ALLOWED_OPERATIONS = {
    "GET": {OperationType.QUERY},
    "POST": {OperationType.QUERY, OperationType.MUTATION},
}
Authenticate = Callable[[Presented], Awaitable[Any]]
MakeContext = Callable[[HTTPConnection, Any], Any]
RefusesSocket = Callable[[HTTPConnection], bool]


def refuses_none(_connection: HTTPConnection) -> bool:
    """Let every WebSocket be opened; who opened it is asked afterwards."""
    return False


class GraphQLView(GraphQL[Any, None]):
    """The one address of the API.

    Args:
        schema: What is served.
        make_context: Makes what resolvers get, of the request and of who asks.
        authenticate: Finds out who asks by what is presented; None, or Unauthenticated, when that
            is not valid.
        refuses_socket: Tells which WebSockets are not even opened.
        bounds: How much is let in.
    """

    graphql_transport_ws_handler_class = TokenSocket

    def __init__(
        self,
        schema: GuardedSchema,
        *,
        make_context: MakeContext,
        authenticate: Authenticate,
        refuses_socket: RefusesSocket = refuses_none,
        bounds: Bounds,
    ) -> None:
        super().__init__(
            schema,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=timedelta(seconds=CONNECTION_INIT_SECONDS),
            max_subscriptions_per_connection=MAX_SUBSCRIPTIONS,
        )
        self.make_context = make_context
        self.authenticate = authenticate
        self.refuses_socket = refuses_socket
        self.guarded = schema
        self.bounds = bounds

    async def run(self, request: Any, *_args: Any, **_options: Any) -> Any:
        """Answer a request, or serve a WebSocket, whose context follows when its token is known."""
        if self.is_websocket_request(request):
            if self.refuses_socket(request):
                return await request.close()  # before it was accepted: HTTP 403
            return await super().run(request, context={"connection": request})
        media_type = response_media_type(request.headers.get("accept", ""))
        try:
            return await self.answer(request, media_type)
        except Refused as refusal:
            return written(refusal.body(), media_type, refusal.status, refusal.headers)
        except Exception as error:  # noqa: BLE001  # whatever it is: logged, and shown as nothing
            masked = shown(GraphQLError("", original_error=error))
            body: GraphQLHTTPResponse = {"errors": [masked.formatted]}
            return written(body, media_type, HTTPStatus.INTERNAL_SERVER_ERROR)

    async def answer(self, request: Request, media_type: str) -> Response:
        """Answer a request with GraphiQL, or with the result of an operation.

        Raises:
            Refused: It has no valid token, cannot be read, or is not let in.
        """
        if request.method not in ALLOWED_OPERATIONS:
            raise Refused(
                HTTPStatus.METHOD_NOT_ALLOWED,
                "GraphQL is asked by POST, or by GET for queries.",
                headers={"allow": "GET, POST"},
            )
        if is_browser(request):
            return self.graphiql()
        body = Body(request, self.bounds.body_seconds)
        try:
            actor = await self.actor(Presented(request, body=body.read))
        except Unauthenticated as error:
            headers = {"www-authenticate": "Bearer"}
            headers |= {"connection": "close"} if is_large(request) else {}  # it was not read
            raise Refused(
                HTTPStatus.UNAUTHORIZED, error.message, code=error.code.name, headers=headers
            ) from error
        with self.bounds.operations.joined(who_pays(actor)):
            asked = await asked_in(request, body.read)
            return written_result(await self.executed(asked, request, actor), media_type)

    def graphiql(self) -> Response:
        """Show GraphiQL.

        Raises:
            Refused: It is not shown here.
        """
        if not self.bounds.shows_graphiql:
            raise Refused(HTTPStatus.NOT_FOUND, "There is no page here; ask by POST.", code="HTTP")
        return page()

    async def actor(self, presented: Presented) -> Any:
        """Find out who asks.

        Raises:
            Unauthenticated: Nothing is presented that opens a door, or it is not valid.
        """
        actor = await self.authenticate(presented)
        if actor is None:
            raise Unauthenticated
        return actor

    async def executed(self, asked: Asked, request: Request, actor: Any) -> ExecutionResult:
        """Execute an operation.

        Raises:
            Refused: There is none, GET may not do it, it is not let in, or it takes too long.
        """
        admitted = await self.bounds.admission.admit(self.guarded, asked, actor)
        if admitted.wrong is not None:
            return ExecutionResult(data=None, errors=[admitted.wrong])
        context = self.make_context(request, actor)
        context.admitted = admitted
        try:
            async with self.in_time(context):
                return await self.guarded.execute(
                    admitted.query,
                    variable_values=asked.variables,
                    context_value=context,
                    operation_name=asked.operation_name,
                    allowed_operation_types=ALLOWED_OPERATIONS[request.method],
                )
        except MissingQueryError as error:
            raise Refused(HTTPStatus.BAD_REQUEST, "The request has no `query`.") from error
        except CannotGetOperationTypeError as error:
            message = "The document has no operation of that name."
            raise Refused(HTTPStatus.BAD_REQUEST, message) from error
        except InvalidOperationTypeError as error:
            reason = error.as_http_error_reason(request.method)
            raise Refused(HTTPStatus.METHOD_NOT_ALLOWED, reason) from error

    def in_time(self, context: Any) -> AbstractAsyncContextManager[None]:
        """Let an operation take so long and no longer."""
        return deadline(self.bounds.operation_seconds, getattr(context, "give_up", None))

    async def on_ws_connect(self, context: Any) -> Any:
        """Find out who opened a WebSocket.

        Raises:
            ConnectionRejectionError: The first message has no valid token.
            Refused: They have too many already.
        """
        try:
            actor = await self.actor(handshake(context))
        except Unauthenticated as error:
            raise ConnectionRejectionError from error
        self.bounds.sockets.enter(who_pays(actor))
        context["joined"] = who_pays(actor)
        return await super().on_ws_connect(context)

    def decode_json(self, data: str | bytes) -> object:
        """Read JSON that comes over WebSockets."""
        return orjson.loads(data)

    def encode_json(self, data: object) -> str:
        """Write JSON for WebSockets: as text, as bytes would become binary frames."""
        return orjson.dumps(data).decode()


def is_large(request: Request) -> bool:
    """Whether a request is so large that nobody reads it just to refuse it."""
    length = request.headers.get("content-length", "")
    return length.isdecimal() and int(length) > LARGE_BODY_BYTES


def is_browser(request: Request) -> bool:
    """Whether somebody opened the address in a browser."""
    accepted = request.headers.get("accept", "")
    return (
        request.method == "GET" and "text/html" in accepted and "query" not in request.query_params
    )
