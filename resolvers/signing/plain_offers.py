"""Offers as plain text, for as long as nothing seals documents: one place, to be replaced."""

from datetime import datetime
from typing import Any
from uuid import UUID

from models.database import write_json
from models.signing import SigningProcess, SigningState
from resolvers.attachments.storing import Bytes, keep, put
from resolvers.outside.ports import Outside
from resolvers.signing.expiring import expire
from resolvers.signing.processes import lock
from resolvers.transitions import move_signing
from resolvers.work import Reading, Work


class PlainOffers:
    """The errand of JobKind.SIGNING_PROCESS: PREPARING becomes OFFERED, and EXPIRED in the end."""

    async def ask(self, reading: Reading, subject_id: UUID) -> Any:
        """Read what is to be offered; None when it is, or has ended."""
        process = await reading.find(SigningProcess, subject_id)
        if process is None or process.state is not SigningState.PREPARING:
            return None
        return process

    async def do(self, outside: Outside, asked: Any) -> Bytes:
        """Store the document."""
        document = write_json(asked.content).encode()
        return await put(outside.files, asked.organization_id, document, "text/plain")

    async def keep(self, work: Work, subject_id: UUID, done: Any) -> datetime | None:
        """Offer it, and tell when its time is over."""
        if await work.find(SigningProcess, subject_id) is None:
            return None
        _, process = await lock(work, subject_id)
        if done is not None and process.state is SigningState.PREPARING:
            process.offer_file_id = (await keep(work, done)).id
            process.offered_at = work.now
            move_signing(work, process, SigningState.OFFERED, reason="Its document is there.")
            await work.save()
        return await expire(work, process)
