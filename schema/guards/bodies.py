"""The body of a request: read once, only as far as it may go, and only as long as it may take."""

import asyncio
from http import HTTPStatus

from starlette.requests import Request

from schema.answers import Refused
from schema.guards.limits import MAX_BODY_BYTES


class Body:
    """A body that is read when somebody needs it.

    Args:
        request: Whose body.
        seconds: How long it may take to come.
    """

    def __init__(self, request: Request, seconds: float) -> None:
        self._request = request
        self._seconds = seconds
        self._read: bytes | None = None

    async def read(self) -> bytes:
        """Read the body.

        Raises:
            Refused: It is larger than a request may be, or comes too slowly.
        """
        if self._read is None:
            try:
                async with asyncio.timeout(self._seconds):
                    self._read = await self._bounded()
            except TimeoutError as error:
                raise Refused(
                    HTTPStatus.REQUEST_TIMEOUT,
                    f"The body of the request did not come within {self._seconds:g} seconds.",
                    code="TIMEOUT",
                    headers={"connection": "close"},
                ) from error
        return self._read

    async def _bounded(self) -> bytes:
        declared = self._request.headers.get("content-length", "")
        if declared.isdecimal() and int(declared[:20]) > MAX_BODY_BYTES:
            raise too_large()
        body = bytearray()
        async for chunk in self._request.stream():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                raise too_large()
        return bytes(body)


def too_large() -> Refused:
    """Refuse a body that is too large; the rest of it is not read."""
    return Refused(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"The request is larger than {MAX_BODY_BYTES} bytes.",
        headers={"connection": "close"},
    )
