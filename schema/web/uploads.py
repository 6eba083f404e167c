"""Bytes of attachments that come over their upload link, streamed into the store."""

from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus
from typing import TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from models.attachments import Attachment
from models.database import Database
from models.dialects.deadlocks import begun_again
from models.errors import FileRefused, LinkNotValid
from resolvers.attachments import uploading
from resolvers.attachments.arriving import Limits, TooLarge, TooSlow, receive, too_large
from resolvers.attachments.storing import Bytes
from resolvers.attachments.uploading import Awaited
from resolvers.outside.ports import Outside
from resolvers.outside.scanning import ScannerAway
from resolvers.work import Work
from schema.context import clock
from schema.doors.presented import bearer_token
from schema.operating.request_ids import asking
from schema.scalars import to_id
from schema.web.file_answers import HEADERS, refusal

CLOSED = {"connection": "close"}
"""Bytes that nobody wants any more are not waited for."""
UNPROCESSABLE = HTTPStatus.UNPROCESSABLE_ENTITY

Done = TypeVar("Done")


class Uploads:
    """The address to which bytes are sent.

    Args:
        database: Where the attachments are.
        outside: Where their bytes go, and who looks for viruses.
        limits: What an upload may take.
    """

    def __init__(self, database: Database, outside: Outside, limits: Limits) -> None:
        self._database = database
        self._outside = outside
        self._limits = limits

    async def answer(self, request: Request) -> Response:
        """Take the bytes of an attachment from whoever has the link for them."""
        secret = bearer_token(request.headers.get("authorization")) or ""
        try:
            async with self._database.reading() as connection:
                awaited = await uploading.awaited(connection, secret, clock())
            return await self._taken(request, awaited)
        except LinkNotValid as error:
            return refusal(HTTPStatus.NOT_FOUND, error, CLOSED)

    async def _taken(self, request: Request, awaited: Awaited) -> Response:
        """Take bytes, and answer with what became of them.

        Raises:
            LinkNotValid: Somebody else used the link meanwhile.
        """
        try:
            stored = await self._received(request, awaited)
        except FileRefused as error:
            await self._writing(awaited, partial(uploading.refuse, id=awaited.id, refusal=error))
            too_large = isinstance(error, TooLarge)
            status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE if too_large else UNPROCESSABLE
            return refusal(status, error, CLOSED)
        except TooSlow:
            message = "The bytes did not come in time; the link can still be used."
            return refusal(HTTPStatus.REQUEST_TIMEOUT, FileRefused(message), CLOSED)
        except ScannerAway:
            message = "The virus scanner does not answer; send the file again later."
            return refusal(HTTPStatus.SERVICE_UNAVAILABLE, FileRefused(message))
        except ClientDisconnect:
            return Response(status_code=HTTPStatus.BAD_REQUEST)  # nobody hears it
        try:
            act = partial(uploading.store, id=awaited.id, stored=stored)
            attachment, is_known = await self._writing(awaited, act)
        except LinkNotValid:  # after any other error it may have been kept: `sweeping` finds out
            await self._outside.files.remove(stored.path)
            raise
        if is_known:
            await self._outside.files.remove(stored.path)
        return JSONResponse(told(attachment, stored), HTTPStatus.CREATED, HEADERS)

    async def _received(self, request: Request, awaited: Awaited) -> Bytes:
        said = request.headers.get("content-length", "")
        if said.isdigit() and int(said) > self._limits.size_bytes:
            raise too_large(self._limits)
        return await receive(
            self._outside,
            awaited.owner.organization_id,
            request.stream(),
            name=awaited.name,
            limits=self._limits,
        )

    async def _writing(self, awaited: Awaited, act: Callable[[Work], Awaitable[Done]]) -> Done:
        """Do something in a transaction of the organization, again when the database gives up."""

        async def transaction() -> Done:
            async with self._database.writing(awaited.owner.organization_id) as session:
                owner = asking(awaited.owner)
                return await act(Work(session, owner, owner.time(clock())))

        return await begun_again(transaction)


def told(attachment: Attachment, stored: Bytes) -> dict[str, object]:
    """Tell the sender what was stored."""
    return {
        "attachment": {
            "id": to_id(Attachment, attachment.id),
            "state": attachment.state.name,
            "name": attachment.name,
            "mediaType": stored.media_type,
            "sizeBytes": stored.size_bytes,
            "sha256": stored.digest,
        }
    }
