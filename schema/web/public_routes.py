"""What contacts ask for when they sign, and displays when they are paired: JSON, by POST alone.

See `schema.web.public_requests` for what holds for all of it. Nothing here ever opens a door.
"""

import asyncio
import time
from functools import partial
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from models.accounts import Actor
from models.attachments import path_of
from models.database import Database
from models.errors import InvalidInput, LinkNotValid
from resolvers.attachments.storing import Bytes, put
from resolvers.outside.ports import Outside
from resolvers.signing import drawing, ending, offering, pairing, processes, signatures
from resolvers.signing.offering import Offer
from resolvers.signing.processes import Whose
from schema.context import Context
from schema.doors.throttling import Throttle
from schema.scalars import write_instant
from schema.signing.station_changes import hashing
from schema.view import MakeContext
from schema.web.public_requests import HEADERS, Answer, Asked, answered_by

DOCUMENT = "/public/signing/document"
WRONG_CODES_A_MINUTE = 10


class PublicRoutes:
    """The endpoints of signers and displays.

    Args:
        database: Where processes are.
        outside: The ports to the rest of the world.
        make_context: Makes what a request gets, of the request and of who asks.
    """

    def __init__(self, database: Database, outside: Outside, make_context: MakeContext) -> None:
        self._database = database
        self._outside = outside
        self._make_context = make_context
        self._wrong_codes = Throttle(WRONG_CODES_A_MINUTE)

    def context(self, asked: Asked, owner: Actor) -> Context:
        """Make a context in which the system acts for somebody without a token."""
        context: Context = self._make_context(asked.request, owner)
        return context

    async def whose(self, asked: Asked) -> tuple[Whose, Context]:
        """Find out which process a request may sign.

        Raises:
            LinkNotValid: None.
        """
        async with self._database.reading() as connection:
            whose = await processes.by_secret(connection, asked.secret)
        return whose, self.context(asked, whose.owner)

    async def signing(self, asked: Asked) -> dict[str, Any]:
        """Show what is to be signed, and note when it is read first."""
        whose, context = await self.whose(asked)
        async with context.reading() as reading:
            offer = await offering.offer(reading, whose.process_id, asked.proof)
        if offer.is_new:
            await context.writing(partial(offering.note_seen, process_id=whose.process_id))
        return offer_as_json(offer)

    async def document(self, asked: Asked) -> Response:
        """Send the PDF that is offered."""
        whose, context = await self.whose(asked)
        async with context.reading() as reading:
            file = await offering.document(reading, whose.process_id)
        try:
            content = await self._outside.files.read(path_of(whose.owner.organization_id, file.id))
        except FileNotFoundError as error:
            raise LinkNotValid from error
        headers = {**HEADERS, "content-security-policy": "default-src 'none'; sandbox"}
        return Response(content, headers=headers, media_type=file.media_type)

    async def sign(self, asked: Asked) -> dict[str, Any]:
        """Sign what was read: what can be checked is, then the picture is stored, then signed."""
        whose, context = await self.whose(asked)
        picture, is_typed = asked.body.get("picture"), asked.flag("typed")
        said = signatures.Asked(
            document_digest=asked.text("documentDigest"),
            name=asked.text("name"),
            accepted=asked.numbers("accepted"),
            address=asked.address,
            device=asked.device,
            proof=asked.proof,
        )
        async with context.reading() as reading:
            await signatures.check(reading, whose.process_id, said)
        drawn = await self._drawn(whose, picture, is_typed=is_typed)
        await context.writing(
            lambda work: signatures.sign(work, whose.process_id, said, picture=drawn)
        )
        return {"state": "SIGNED"}

    async def _drawn(self, whose: Whose, picture: Any, *, is_typed: bool) -> Bytes | None:
        """Check the picture and put it into the store; None where the signature is typed.

        Raises:
            InvalidInput: It is no drawn signature, or there is one of each, or none at all.
        """
        if is_typed and picture is None:
            return None
        if is_typed or not isinstance(picture, str):
            message = "Either a picture of the signature is sent, or typed is true."
            raise InvalidInput(message, path=("picture",))
        plain = await asyncio.to_thread(drawing.signature_of, drawing.read(picture))
        files, owner = self._outside.files, whose.owner.organization_id
        return await put(files, owner, plain, drawing.MEDIA_TYPE)

    async def decline(self, asked: Asked) -> dict[str, Any]:
        """Do not sign."""
        whose, context = await self.whose(asked)
        reason = asked.text("reason")
        await context.writing(lambda work: ending.decline(work, whose.process_id, reason=reason))
        return {"state": "DECLINED"}

    async def pair(self, asked: Asked) -> dict[str, Any]:
        """Make a display the one of the station that its code is for.

        Raises:
            LinkNotValid: It is for none, or too old.
            Refused: The same, and too many wrong ones came from that address within a minute.
        """
        digest = hashing(self._outside.secret)(pairing.as_made(asked.text("code")))
        try:
            async with self._database.reading() as connection:
                station_id, owner = await pairing.by_code(connection, digest)
            context = self.context(asked, owner)
            station, token = await context.writing(
                lambda work: pairing.pair(work, station_id, digest)
            )
        except LinkNotValid:
            self._wrong_codes.wrong(asked.address, time.monotonic())
            raise
        return {"token": token, "name": station.name}

    def routes(self) -> list[BaseRoute]:
        """List the endpoints."""
        answers: dict[str, Answer] = {
            "/public/signing": self.signing,
            DOCUMENT: self.document,
            "/public/signing/sign": self.sign,
            "/public/signing/decline": self.decline,
            "/public/station/pair": self.pair,
        }
        return [
            Route(
                path,
                answered_by(answer, public_url=self._outside.public_url),
                methods=["POST"],
            )
            for path, answer in answers.items()
        ]


def public_routes(
    database: Database, outside: Outside, make_context: MakeContext
) -> list[BaseRoute]:
    """Make the routes for signers and displays."""
    return PublicRoutes(database, outside, make_context).routes()


def offer_as_json(offer: Offer) -> dict[str, Any]:
    """Write what a signer sees."""
    process = offer.process
    return {
        "state": process.state.name,
        "purpose": process.purpose.name,
        "verification": process.verification.name,
        "method": process.method.name,
        "language": process.language,
        "expiresAt": write_instant(process.expires_at),
        "document": process.content,
        "documentDigest": offer.document.digest if offer.document else None,
        "contact": {"name": offer.contact_name},
        "identity": {"name": offer.identity.get("name")} if offer.identity else None,
        "pdf": DOCUMENT,
    }
