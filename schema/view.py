"""GraphQL over HTTP and WebSocket as the specifications say, for those who bring a token.

The view knows nothing of what is asked: it is given `authenticate`, which knows people, and
`make_context`, which makes what resolvers get. Every error is answered as JSON in GraphQL's form.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import orjson
from cross_web import HTTPException, StarletteRequestAdapter
from graphql import GraphQLError
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError, MissingQueryError
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from models.errors import Unauthenticated
from schema.answers import Refused, response_media_type, written, written_result
from schema.graphiql import page
from schema.guarded import GuardedSchema
from schema.limits import (
    CONNECTION_INIT_SECONDS,
    LARGE_BODY_BYTES,
    MAX_BODY_BYTES,
    MAX_SUBSCRIPTIONS,
    OPERATION_SECONDS,
)
from schema.masking import shown
from schema.presented import Presented
from schema.sockets import TokenSocket, handshake

ALLOWED_OPERATIONS = {
    "GET": {OperationType.QUERY},
    "POST": {OperationType.QUERY, OperationType.MUTATION},
}
FILES_GO_ELSEWHERE = (
    "Files are not sent with GraphQL: `attachmentRequest` gives an `uploadUrl` for them."
)
Authenticate = Callable[[Presented], Awaitable[Any]]
MakeContext = Callable[[HTTPConnection, Any], Any]
RefusesSocket = Callable[[HTTPConnection], bool]


def refuses_none(_connection: HTTPConnection) -> bool:
    """Let every WebSocket be opened; who opened it is asked afterwards."""
    return False


class BoundedRequest(StarletteRequestAdapter):
    """A request whose body is read once, and only as far as it may go."""

    _read: bytes | None = None

    async def get_body(self) -> bytes:
        """Read the body.

        Raises:
            Refused: It is larger than a request may be.
        """
        if self._read is None:
            self._read = await self._bounded()
        return self._read

    async def _bounded(self) -> bytes:
        body = bytearray()
        async for chunk in self._request.stream():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                raise Refused(
                    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                    f"The request is larger than {MAX_BODY_BYTES} bytes.",
                )
        return bytes(body)


class GraphQLView(GraphQL[Any, None]):
    """The one address of the API.

    Args:
        schema: What is served.
        make_context: Makes what resolvers get, of the request and of who asks.
        authenticate: Finds out who asks by what is presented; None, or Unauthenticated, when that
            is not valid.
        refuses_socket: Tells which WebSockets are not even opened.
    """

    request_adapter_class = BoundedRequest
    graphql_transport_ws_handler_class = TokenSocket

    def __init__(
        self,
        schema: GuardedSchema,
        *,
        make_context: MakeContext,
        authenticate: Authenticate,
        refuses_socket: RefusesSocket = refuses_none,
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
        except HTTPException as refusal:  # Strawberry could not read the request
            refused = Refused(refusal.status_code, refusal.reason)
            return written(refused.body(), media_type, refused.status)
        except Exception as error:  # noqa: BLE001  # whatever it is: logged, and shown as nothing
            masked = shown(GraphQLError("", original_error=error))
            body: GraphQLHTTPResponse = {"errors": [masked.formatted]}
            return written(body, media_type, HTTPStatus.INTERNAL_SERVER_ERROR)

    async def answer(self, request: Request, media_type: str) -> Response:
        """Answer a request with GraphiQL, or with the result of an operation.

        Raises:
            Refused: It has no valid token, or cannot be executed.
            HTTPException: It cannot be read.
        """
        if request.method not in ALLOWED_OPERATIONS:
            raise Refused(
                HTTPStatus.METHOD_NOT_ALLOWED,
                "GraphQL is asked by POST, or by GET for queries.",
                headers={"allow": "GET, POST"},
            )
        if is_browser(request):
            return page()
        bounded = BoundedRequest(request)
        try:
            actor = await self.actor(Presented(request, body=bounded.get_body))
        except Unauthenticated as error:
            headers = {"www-authenticate": "Bearer"}
            raise Refused(
                HTTPStatus.UNAUTHORIZED, error.message, code=error.code.name, headers=headers
            ) from error
        if request.headers.get("content-type", "").lower().startswith("multipart/"):
            raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, FILES_GO_ELSEWHERE)
        asked = await self.parse_http_body(bounded)
        if isinstance(asked, list):
            raise Refused(HTTPStatus.BAD_REQUEST, "One request asks for one operation.")
        response = written_result(await self.executed(asked, request, actor), media_type)
        if is_large(request):
            response.headers["connection"] = "close"
        return response

    async def actor(self, presented: Presented) -> Any:
        """Find out who asks.

        Raises:
            Unauthenticated: Nothing is presented that opens a door, or it is not valid.
        """
        actor = await self.authenticate(presented)
        if actor is None:
            raise Unauthenticated
        return actor

    async def executed(
        self, asked: GraphQLRequestData, request: Request, actor: Any
    ) -> ExecutionResult:
        """Execute an operation.

        Raises:
            Refused: There is none, GET may not do it, or it takes too long.
        """
        try:
            async with asyncio.timeout(OPERATION_SECONDS):
                return await self.schema.execute(
                    asked.query,
                    variable_values=asked.variables,
                    context_value=self.make_context(request, actor),
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
        except TimeoutError as error:
            message = f"It took longer than {OPERATION_SECONDS} seconds and was given up."
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, message, code="TIMEOUT") from error

    async def on_ws_connect(self, context: Any) -> Any:
        """Find out who opened a WebSocket.

        Raises:
            ConnectionRejectionError: The first message has no valid token.
        """
        try:
            await self.actor(handshake(context))
        except Unauthenticated as error:
            raise ConnectionRejectionError from error
        return await super().on_ws_connect(context)

    def decode_json(self, data: str | bytes) -> object:
        """Read JSON."""
        return orjson.loads(data)

    def encode_json(self, data: object) -> str:
        """Write JSON for WebSockets: as text, as bytes would become binary frames."""
        return orjson.dumps(data).decode()


def is_large(request: Request) -> bool:
    """Whether a request is one of those that keep a process busy for a second or more.

    Its connection is closed, so that the client's next one comes to a process that has nothing to
    do. Connections that stay may both have come to the same of two: 600 pushes a second, not 890.
    """
    length = request.headers.get("content-length", "")
    return length.isdecimal() and int(length) > LARGE_BODY_BYTES


def is_browser(request: Request) -> bool:
    """Whether somebody opened the address in a browser."""
    accepted = request.headers.get("accept", "")
    return (
        request.method == "GET" and "text/html" in accepted and "query" not in request.query_params
    )
