"""WebSockets (graphql-transport-ws): the token comes with the first message."""

from typing import Any, cast

from graphql import GraphQLError
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import (
    ConnectionInitMessage,
    Message,
    SubscribeMessage,
    SubscribeMessagePayload,
)

from models.errors import Unauthenticated
from resolvers.waking import AWAY
from schema.answers import Refused
from schema.doors.presented import Presented
from schema.guards.admission import who_pays
from schema.guards.asked import Asked, asked
from schema.guards.masking import shown

FORBIDDEN = 4403
"""How a connection is closed whose token is not good, at once or any more."""
TOO_MANY = 4429
"""How a connection is closed that is one too many."""
NOTHING = Asked(query=None)


def handshake(context: dict[str, Any]) -> Presented:
    """Tell what the client of a WebSocket brought: its request and its first message."""
    return Presented(context["connection"], context["connection_params"])


def in_order(payload: Any) -> SubscribeMessagePayload:
    """Leave out of what is asked what is not of its type: that is refused later on."""
    given = payload if isinstance(payload, dict) else {}
    named = {"query": str, "variables": dict, "operationName": str}
    kept = {name: given[name] for name, kind in named.items() if isinstance(given.get(name), kind)}
    return cast("SubscribeMessagePayload", {"query": "", **kept})


class TokenSocket(BaseGraphQLTransportWSHandler[Any, None]):
    """One connection: nothing is executed before its token is known, then each with a new context.

    A context keeps what was loaded for as long as it lives, so no two operations share one. Nor do
    they share who asks: a token may expire or be taken back while its connection stays open, and
    the clock of a sandbox may be moved.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._handshake: dict[str, Any] = self.context
        self._is_over = False
        self._asked: dict[str, Asked | Refused] = {}

    async def shutdown(self) -> None:
        """End all that goes on, and leave the crowd of connections."""
        await super().shutdown()
        view: Any = self.view
        if "joined" in self._handshake:
            view.bounds.sockets.leave(self._handshake.pop("joined"))

    async def handle_message(self, message: Message) -> None:
        """Read a message of the protocol; whoever sends anything else is not answered."""
        if isinstance(message, dict) and isinstance(message.get("id", ""), str):
            await super().handle_message(message)
        else:
            await self.handle_invalid_message("Failed to parse message")

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        """Learn who it is; whoever has too many connections gets no other one."""
        try:
            await super().handle_connection_init(message)
        except Refused as refusal:
            await self.websocket.close(code=TOO_MANY, reason=str(refusal))

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        """Read what is asked, with all that stands beside the document, and begin with it."""
        payload: Any = message["payload"]
        id = message["id"]
        try:
            self._asked[id] = asked(payload)
        except Refused as refusal:
            self._asked[id] = refusal
        message["payload"] = in_order(payload)
        await super().handle_subscribe(message)
        if id not in self.operations:
            del self._asked[id]

    async def run_operation(self, operation: Operation[Any, None]) -> None:
        """Run an operation for the actor that the token stands for now; close without one."""
        view: Any = self.view
        wanted = self._asked.pop(operation.id, NOTHING)
        try:
            if isinstance(wanted, Refused):
                raise wanted
            actor = await view.actor(handshake(self._handshake))
            with view.bounds.subscriptions.joined(who_pays(actor)):
                await self._run_for(actor, operation, wanted)
        except Unauthenticated:
            await self._end()
        except Refused as refusal:
            error = GraphQLError(str(refusal), extensions=refusal.extensions)
            await operation.send_initial_errors([error])
        except AWAY as error:
            masked = shown(GraphQLError("", original_error=error))
            await operation.send_initial_errors([masked])

    async def _run_for(self, actor: Any, operation: Operation[Any, None], wanted: Asked) -> None:
        """Run an operation for somebody.

        Raises:
            Refused: It is not let in, or takes too long.
        """
        connection: Any = self.websocket
        view: Any = self.view
        admitted = await view.bounds.admission.admit(view.guarded, wanted, actor)
        if admitted.wrong is not None:
            await operation.send_initial_errors([admitted.wrong])
            return
        self.context = view.make_context(connection.ws, actor)
        self.context.admitted = admitted
        operation.query = admitted.query
        if admitted.is_subscription:
            await super().run_operation(operation)
            return
        async with view.in_time(self.context):
            await super().run_operation(operation)

    async def _end(self) -> None:
        """Close the connection of a token that is not good any more, with all that runs on it."""
        if self._is_over:
            return
        self._is_over = True
        await self.websocket.close(code=FORBIDDEN, reason="Forbidden")
        for id in list(self.operations):
            await self.cleanup_operation(id)
