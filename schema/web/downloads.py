"""Files fetched by a signed link, streamed from the store."""

from collections.abc import AsyncIterator
from http import HTTPStatus
from urllib.parse import quote
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from models.database import Database
from models.errors import LinkNotValid
from resolvers.attachments.storing import Bytes, check_download, file_of
from resolvers.outside.ports import Outside
from schema.context import clock
from schema.web.file_answers import HEADERS, refusal

SEALED_OFF = {
    **HEADERS,
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "same-origin",
}
"""What somebody uploaded never acts as a page of ours, whatever a browser takes it for."""


class Downloads:
    """The address at which files are fetched.

    Args:
        database: Where their rows are.
        outside: Where their bytes are, and who signs links.
    """

    def __init__(self, database: Database, outside: Outside) -> None:
        self._database = database
        self._outside = outside

    async def answer(self, request: Request) -> Response:
        """Send a file to whoever has a link that we signed and whose time has not passed."""
        name = request.query_params.get("name", "")
        try:
            file = await self._file(request, name)
            pieces = await begun(self._pieces(request, file))
        except LinkNotValid as error:
            return refusal(HTTPStatus.NOT_FOUND, error)
        headers = {
            **SEALED_OFF,
            "content-disposition": disposition(name),
            "content-length": str(file.size_bytes),
        }
        return StreamingResponse(pieces, headers=headers, media_type=file.media_type)

    def _pieces(self, request: Request, file: Bytes) -> AsyncIterator[bytes]:
        """Read a file; only its beginning for somebody who asks for no more than the headers."""
        if request.method == "HEAD":
            return self._beginning(file)
        return self._outside.files.stream(file.path)

    async def _beginning(self, file: Bytes) -> AsyncIterator[bytes]:
        yield await self._outside.files.part(file.path, 0, 1)

    async def _file(self, request: Request, name: str) -> Bytes:
        """Find what a link is for.

        Raises:
            LinkNotValid: We did not sign it, it has expired, or there is no such file any more.
        """
        given = request.query_params
        try:
            file_id, expires = UUID(request.path_params["id"]), int(given.get("expires", ""))
        except ValueError as error:
            raise LinkNotValid from error
        check_download(
            self._outside,
            file_id,
            name=name,
            expires=expires,
            signature=given.get("signature", ""),
            now=clock(),
        )
        async with self._database.reading() as connection:
            return await file_of(connection, file_id)


async def begun(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Begin to read, so that what is not there is known before the answer begins.

    Raises:
        LinkNotValid: The bytes are not there any more.
    """
    try:
        first = await anext(pieces, b"")
    except FileNotFoundError as error:
        raise LinkNotValid from error

    async def all_of_them() -> AsyncIterator[bytes]:
        yield first
        async for piece in pieces:
            yield piece

    return all_of_them()


def disposition(name: str) -> str:
    """Say that it is to be saved, and under which name (RFC 6266, RFC 8187)."""
    plain = "".join(
        letter if letter.isascii() and letter.isprintable() and letter not in '"\\%' else "_"
        for letter in name
    )
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
