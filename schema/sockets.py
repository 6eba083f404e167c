"""WebSockets (graphql-transport-ws): the token comes with the first message."""

from typing import Any

from graphql import GraphQLError
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)

from models.errors import Unauthenticated
from resolvers.waking import AWAY
from schema.masking import shown
from schema.presented import Presented

FORBIDDEN = 4403
"""How a connection is closed whose token is not good, at once or any more."""


def handshake(context: dict[str, Any]) -> Presented:
    """Tell what the client of a WebSocket brought: its request and its first message."""
    return Presented(context["connection"], context["connection_params"])


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

    async def run_operation(self, operation: Operation[Any, None]) -> None:
        """Run an operation for the actor that the token stands for now; close without one."""
        connection: Any = self.websocket
        view: Any = self.view
        try:
            actor = await view.actor(handshake(self._handshake))
        except Unauthenticated:
            await self._end()
        except AWAY as error:
            masked = shown(GraphQLError("", original_error=error))
            await operation.send_initial_errors([masked])
        else:
            self.context = view.make_context(connection.ws, actor)
            await super().run_operation(operation)

    async def _end(self) -> None:
        """Close the connection of a token that is not good any more, with all that runs on it."""
        if self._is_over:
            return
        self._is_over = True
        await self.websocket.close(code=FORBIDDEN, reason="Forbidden")
        for id in list(self.operations):
            await self.cleanup_operation(id)
