"""The offer of a signing: its document is rendered, sealed and stored, and then it can be read."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from models.attachments import StoredFile
from models.base import Json
from models.signing import SigningProcess, SigningPurpose, SigningState
from resolvers.attachments import storing
from resolvers.attachments.storing import Bytes
from resolvers.outside import rendering
from resolvers.outside.ports import Outside
from resolvers.signing.expiring import expire
from resolvers.signing.processes import lock
from resolvers.transitions import move_signing
from resolvers.work import Reading, Work

PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class Asked:
    """What making an offer needs.

    Args:
        organization_id: Whose it is.
        content: `SigningProcess.content`.
        purpose: What is signed.
        created_at: The date that the document carries.
    """

    organization_id: UUID
    content: Json
    purpose: SigningPurpose
    created_at: datetime


class Offering:
    """Makes the offer of a process that is prepared; afterwards the process waits for its end.

    A time-stamping service that does not answer leaves it PREPARING, and it is tried again.
    """

    async def ask(self, reading: Reading, subject_id: UUID) -> Asked | None:
        """Read what is to be offered; None when nothing is prepared."""
        process = await reading.find(SigningProcess, subject_id)
        if process is None or SigningState(process.state) is not SigningState.PREPARING:
            return None
        if process.expires_at <= reading.now:
            return None
        return Asked(
            process.organization_id,
            process.content,
            SigningPurpose(process.purpose),
            process.created_at,
        )

    async def do(self, outside: Outside, asked: Asked) -> Bytes:
        """Render, seal and store the document.

        Raises:
            OSError: The time-stamping service or the file store does not answer.
        """
        render = partial(rendering.agreement, asked.content, at=asked.created_at)
        document = await asyncio.get_running_loop().run_in_executor(rendering.THREADS, render)
        seal = await outside.seal.opened()
        sealed = await seal.offer(
            document,
            organization=asked.content["contract"]["organization"],
            field=field_of(asked.purpose),
        )
        return await storing.put(outside.files, asked.organization_id, sealed, PDF)

    async def keep(self, work: Work, subject_id: UUID, done: Bytes | None) -> datetime | None:
        """Offer it; tells when nobody can sign it any more."""
        if await work.find(SigningProcess, subject_id) is None:
            return None
        _, process = await lock(work, subject_id)
        is_ready = process.state is SigningState.PREPARING and work.now < process.expires_at
        if done is not None and is_ready:
            file = await storing.keep(work, done)
            _offered(work, process, file)
            await work.save()
        return await expire(work, process)


def _offered(work: Work, process: SigningProcess, file: StoredFile) -> None:
    process.offer_file_id = file.id
    process.offered_at = work.now
    facts: dict[str, Any] = {"document_digest": file.digest, "file_id": file.id}
    move_signing(work, process, SigningState.OFFERED, reason="Its document is sealed.", **facts)


def field_of(purpose: SigningPurpose) -> str:
    """Name the field in which a document is signed."""
    return SigningPurpose(purpose).value.capitalize()
