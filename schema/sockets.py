"""WebSockets (graphql-transport-ws): the token comes with the first message."""

import re
from collections.abc import Mapping
from typing import Any

from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)

BEARER = re.compile(r"bearer +(\S+) *", re.IGNORECASE)


def bearer_token(authorization: object) -> str | None:
    """Take the token out of an `Authorization` header."""
    found = BEARER.fullmatch(authorization) if isinstance(authorization, str) else None
    return found[1] if found else None


def token_in_payload(payload: Mapping[str, object]) -> str | None:
    """Find the token in what a client sends first: `Authorization` as in HTTP, or `token`."""
    given = {name.lower(): value for name, value in payload.items()}
    token = given.get("token")
    return token if isinstance(token, str) else bearer_token(given.get("authorization"))


class TokenSocket(BaseGraphQLTransportWSHandler[Any, None]):
    """One connection: nothing is executed before its token is known, then each with a new context.

    A context keeps what was loaded for as long as it lives, so no two operations share one.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._handshake: dict[str, Any] = self.context

    async def run_operation(self, operation: Operation[Any, None]) -> None:
        """Run an operation for the actor that the token stands for."""
        connection: Any = self.websocket
        view: Any = self.view
        self.context = view.make_context(connection.ws, await self._actor(view))
        await super().run_operation(operation)

    async def _actor(self, view: Any) -> Any:
        """Give who asks; those of a sandbox come anew, as its clock may have been moved."""
        known = self._handshake["actor"]
        if getattr(known, "clock_ahead", None) is None:
            return known
        token = token_in_payload(self._handshake["connection_params"])
        return await view.authenticate(token) or known
