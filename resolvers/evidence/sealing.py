"""Signatures get into their documents: sealed, with a time stamp, as soon as that can be done.

A signature counts from the moment at which it is given; until it is sealed its row is the proof.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from models.attachments import path_of
from models.base import JsonList
from models.events import EventKind
from models.jobs import JobKind
from models.signing import Signature, SigningProcess, SigningPurpose
from resolvers import jobs
from resolvers.attachments import storing
from resolvers.attachments.storing import Bytes
from resolvers.evidence.offering import PDF, field_of
from resolvers.outside.ports import Outside
from resolvers.outside.rendering import Stamp
from resolvers.work import Reading, Work


@dataclass(frozen=True, slots=True)
class Asked:
    """What sealing a signature needs.

    Args:
        signature: The row.
        language: Of the process.
        offer_path: Where the offered document is in the file store.
        picture_path: Where the drawn signature is; None when it was typed.
        agreements: What was offered, `SigningProcess.agreements`.
    """

    signature: Any
    language: str
    offer_path: str
    picture_path: str | None
    agreements: JsonList


class NotWhatWasSigned(Exception):
    """The stored document is not the one that was signed; somebody has changed it."""


class Sealing:
    """Seals a signature that is not sealed yet."""

    async def ask(self, reading: Reading, subject_id: UUID) -> Asked | None:
        """Read which signature; None when it is sealed, or there is none.

        Args:
            reading: A look at the database.
            subject_id: The signature.
        """
        signature = await reading.find(Signature, subject_id)
        if signature is None or signature.sealed_file_id is not None:
            return None
        process = await reading.get(SigningProcess, signature.process_id)
        owner, picture_id = signature.organization_id, signature.picture_file_id
        if process.offer_file_id is None:
            return None
        return Asked(
            signature=signature,
            language=process.language,
            offer_path=path_of(owner, process.offer_file_id),
            picture_path=path_of(owner, picture_id) if picture_id else None,
            agreements=process.agreements,
        )

    async def do(self, outside: Outside, asked: Asked) -> Bytes:
        """Put it into the document that was signed, and store that.

        Raises:
            OSError: The time-stamping service or the file store does not answer.
            NotWhatWasSigned: The stored document is another one.
        """
        files, row = outside.files, asked.signature
        shown = Stamp(
            language=asked.language,
            name=row.signer_name,
            at=row.signed_at,
            address=row.address,
            digest=row.offer_digest,
            picture=await files.read(asked.picture_path) if asked.picture_path else None,
            accepted=[
                place for place, one in enumerate(asked.agreements, 1) if one in row.accepted
            ],
            agreements=len(asked.agreements),
        )
        offer = await files.read(asked.offer_path)
        if sha256(offer).hexdigest() != row.offer_digest:
            raise NotWhatWasSigned
        seal = await outside.seal.opened()
        sealed = await seal.sign(offer, shown, field=field_of(SigningPurpose(row.purpose)))
        return await storing.put(files, row.organization_id, sealed, PDF)

    async def keep(self, work: Work, subject_id: UUID, done: Bytes | None) -> datetime | None:
        """Note where the sealed document is; there is nothing more to do afterwards.

        A document that was made while its contact was erased is not kept.
        """
        found = await work.find(Signature, subject_id)
        if found is None or done is None:
            return None
        (process,) = await work.locked(SigningProcess, [found.process_id])  # as who erases does
        (signature,) = await work.locked(Signature, [found.id])
        if process.offer_file_id is None:
            await jobs.schedule(work, JobKind.ATTACHMENT, done.id, work.now)  # its bytes go
            return None
        if signature.sealed_file_id is not None:
            return None
        file = await storing.keep(work, done)
        signature.sealed_file_id, signature.sealed_at = file.id, work.now
        work.record(
            EventKind.SIGNATURE_SEALED,
            signature,
            key_contract_id=signature.key_contract_id,
            process_id=signature.process_id,
            document_digest=file.digest,
            file_id=file.id,
        )
        await work.save()
        return None
