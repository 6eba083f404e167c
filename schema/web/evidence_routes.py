"""Bundles of evidence over HTTP: made for whoever has a signed link, and sent as they are read."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from tempfile import SpooledTemporaryFile
from typing import IO, cast
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from models.accounts import WayIn
from models.database import Database
from models.errors import FileRefused, LinkNotValid, NotFound
from resolvers.evidence.exporting import Asker, BundleTooLarge, export, note_exported
from resolvers.evidence.links import check_evidence_link
from resolvers.outside.ports import Outside
from schema.context import clock
from schema.operating.request_ids import current_request_id
from schema.web.downloads import SEALED_OFF, begun, disposition
from schema.web.file_answers import refusal

IN_MEMORY = 8 * 1024 * 1024
"""Larger bundles go through a temporary file."""
PIECE = 256 * 1024
AT_ONCE = 2
"""How many bundles a process makes at a time: each is hard work, and as large as its files."""
MOST_BYTES = 2_000_000_000
"""How large the files of a contract may be together."""
LATER = {"retry-after": "10"}


class TooManyAtOnce(FileRefused):
    """Other bundles are being made; ask again in ten seconds."""


class EvidenceRoutes:
    """The addresses of bundles.

    Args:
        database: Where the contracts are.
        outside: Where their files are, and who signs links and seals.
    """

    def __init__(self, database: Database, outside: Outside) -> None:
        self._database = database
        self._outside = outside
        self._making = 0

    async def bundle(self, request: Request) -> Response:
        """Send a contract's evidence to whoever has a link that we signed and that still works."""
        if request.method == "HEAD":  # its headers are only known when all of it is made
            return Response(status_code=HTTPStatus.METHOD_NOT_ALLOWED, headers={"allow": "GET"})
        try:
            contract_id, token_id = self._asked(request)
            pieces = await begun(self._pieces(contract_id))
            by = Asker(WayIn.LINK, token_id, current_request_id())
            await note_exported(self._database, contract_id, clock(), by=by)
        except (LinkNotValid, NotFound):
            return refusal(HTTPStatus.NOT_FOUND, LinkNotValid())
        except TooManyAtOnce as error:
            return refusal(HTTPStatus.SERVICE_UNAVAILABLE, error, LATER)
        except BundleTooLarge as error:
            return refusal(HTTPStatus.UNPROCESSABLE_ENTITY, error)
        name = f"evidence-{contract_id.hex[-12:]}.zip"
        headers = {**SEALED_OFF, "content-disposition": disposition(name)}
        return StreamingResponse(pieces, headers=headers, media_type="application/zip")

    def _asked(self, request: Request) -> tuple[UUID, UUID | None]:
        """Find out which contract a link is for, and for whom it was made.

        Raises:
            LinkNotValid: We did not sign it, or it has expired.
        """
        given = request.query_params
        try:
            contract_id = UUID(request.path_params["id"])
            expires = int(given.get("expires", ""))
        except ValueError as error:
            raise LinkNotValid from error
        token_id = check_evidence_link(
            self._outside,
            contract_id,
            expires=expires,
            by=given.get("by", ""),
            signature=given.get("signature", ""),
            now=clock(),
        )
        return contract_id, token_id

    async def _pieces(self, contract_id: UUID) -> AsyncIterator[bytes]:
        with SpooledTemporaryFile(max_size=IN_MEMORY) as spooled:
            target = cast("IO[bytes]", spooled)
            with self._place():
                given = self._database, self._outside, contract_id, target, clock()
                await export(*given, at_most=MOST_BYTES)
            while piece := await asyncio.to_thread(target.read, PIECE):
                yield piece

    @contextmanager
    def _place(self) -> Iterator[None]:
        """Have one of the places of those who make bundles.

        Raises:
            TooManyAtOnce: None is free.
        """
        if self._making >= AT_ONCE:
            raise TooManyAtOnce
        self._making += 1
        try:
            yield
        finally:
            self._making -= 1


def evidence_routes(database: Database, outside: Outside) -> list[BaseRoute]:
    """Make the routes for evidence."""
    evidence = EvidenceRoutes(database, outside)
    return [Route("/evidence/{id}", evidence.bundle, methods=["GET"])]
