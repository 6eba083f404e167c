"""Bundles of evidence over HTTP: made for whoever has a signed link, and sent as they are read."""

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus
from tempfile import SpooledTemporaryFile
from typing import IO, cast
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from models.database import Database
from models.errors import LinkNotValid, NotFound
from resolvers.evidence.exporting import export, note_exported
from resolvers.evidence.links import check_evidence_link
from resolvers.outside.ports import Outside
from schema.context import clock
from schema.downloads import SEALED_OFF, begun, disposition
from schema.file_answers import refusal

IN_MEMORY = 8 * 1024 * 1024
"""Larger bundles go through a temporary file."""
PIECE = 256 * 1024


class EvidenceRoutes:
    """The addresses of bundles.

    Args:
        database: Where the contracts are.
        outside: Where their files are, and who signs links and seals.
    """

    def __init__(self, database: Database, outside: Outside) -> None:
        self._database = database
        self._outside = outside

    async def bundle(self, request: Request) -> Response:
        """Send a contract's evidence to whoever has a link that we signed and that still works."""
        try:
            contract_id, token_id = self._asked(request)
            pieces = await begun(self._pieces(contract_id))
            await note_exported(self._database, contract_id, clock(), token_id=token_id)
        except (LinkNotValid, NotFound):
            return refusal(HTTPStatus.NOT_FOUND, LinkNotValid())
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
            await export(self._database, self._outside, contract_id, target, clock())
            while piece := await asyncio.to_thread(target.read, PIECE):
                yield piece


def evidence_routes(database: Database, outside: Outside) -> list[BaseRoute]:
    """Make the routes for evidence."""
    evidence = EvidenceRoutes(database, outside)
    return [Route("/evidence/{id}", evidence.bundle, methods=["GET"])]
