"""What somebody brings to the door: a request, or the first message of a WebSocket."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.requests import HTTPConnection

BEARER = re.compile(r"bearer +(\S+) *", re.IGNORECASE)


async def no_body() -> bytes:
    """Give the body of what has none."""
    return b""


@dataclass(frozen=True, slots=True)
class Presented:
    """All by which somebody may be known.

    Args:
        connection: Its method, address, headers and cookies.
        first_message: What the client of a WebSocket sent first; None for a request.
        body: Reads the body of a request as far as it may go; only signatures need it.
    """

    connection: HTTPConnection
    first_message: Mapping[str, object] | None = None
    body: Callable[[], Awaitable[bytes]] = no_body

    @property
    def token(self) -> str | None:
        """The bearer token; that of a WebSocket comes with its first message."""
        if self.first_message is None:
            return bearer_token(self.connection.headers.get("authorization"))
        return token_in_payload(self.first_message)


def bearer_token(authorization: object) -> str | None:
    """Take the token out of an `Authorization` header."""
    found = BEARER.fullmatch(authorization) if isinstance(authorization, str) else None
    return found[1] if found else None


def token_in_payload(payload: Mapping[str, object]) -> str | None:
    """Find the token in what a client sends first: `Authorization` as in HTTP, or `token`."""
    given = {name.lower(): value for name, value in payload.items()}
    token = given.get("token")
    return token if isinstance(token, str) else bearer_token(given.get("authorization"))
