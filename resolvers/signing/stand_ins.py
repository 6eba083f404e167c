"""What other rooms do for signing, for as long as they are not there."""

import hashlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from models.attachments import StoredFile
from models.base import Json, JsonList, new_id
from models.contracts import KeyContract, KeyContractStatus
from models.database import write_json
from models.organizations import Contact
from models.signing import Identification, SigningProcess, SigningPurpose
from resolvers.outside.files import Files
from resolvers.transitions import move_contract
from resolvers.work import Reading, Work


@dataclass(frozen=True, slots=True)
class Content:
    """What is offered."""

    language: str
    document: Json
    digest: str
    agreements: JsonList


async def content_of(
    _reading: Reading,
    contract: KeyContract,
    *,
    purpose: SigningPurpose,
    contact: Contact,
    language: str | None = None,
) -> Content:
    """Make what is offered."""
    language = language or contract.language or contact.language
    terms = {
        "name": "House rules",
        "title": "House rules",
        "version": 1,
        "language": language,
        "mandatory": True,
        "blocks": [],
    }
    document: dict[str, Any] = {
        "language": language,
        "title": contract.reference,
        "contract": {"reference": contract.reference, "contacts": [contact.name], "keys": []},
        "agreements": [terms, terms | {"name": "Newsletter", "mandatory": False}],
        "purpose": purpose.value,
    }
    digest = hashlib.sha256(write_json(document).encode()).hexdigest()
    return Content(language, document, digest, [])


async def identity_of(reading: Reading, process: SigningProcess) -> Json | None:
    """Give who the signer proved to be."""
    rows = reading.own(Identification).where(
        Identification.process_id == process.id, Identification.used_at.is_not(None)
    )
    found = await reading.first(rows.order_by(Identification.id.desc()))
    return None if found is None else found.identity


async def signed(work: Work, contract: KeyContract) -> None:
    """Do what a signature does."""
    contract.signed_revision = contract.revision
    move_contract(work, contract, KeyContractStatus.UPCOMING, reason="It was signed.")


@dataclass(frozen=True, slots=True)
class Bytes:
    """Bytes that lie in the store."""

    id: UUID
    organization_id: UUID
    digest: str
    size_bytes: int
    media_type: str


async def put(files: Files, organization_id: UUID, content: bytes, media_type: str) -> Bytes:
    """Put bytes into the store."""
    digest = hashlib.sha256(content).hexdigest()
    await files.put(f"{organization_id}/{digest}", content)
    return Bytes(new_id(), organization_id, digest, len(content), media_type)


async def keep(work: Work, stored: Bytes) -> StoredFile:
    """Write their row."""
    same = work.own(StoredFile).where(StoredFile.digest == stored.digest)
    if (known := await work.first(same)) is not None:
        return known
    row = StoredFile(
        id=stored.id,
        organization_id=stored.organization_id,
        digest=stored.digest,
        size_bytes=stored.size_bytes,
        media_type=stored.media_type,
        created_at=work.now,
    )
    await work.add(row)
    return row
