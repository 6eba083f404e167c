"""Signing processes and signatures as clients see them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self
from uuid import UUID

import strawberry

import models.signing as models
from models.contracts import KeyContract as KeyContractRow
from models.organizations import Contact as ContactRow
from models.stations import SignatureStation as StationRow
from resolvers import relations
from schema.contacts import Contact
from schema.execution import batched
from schema.loaders import to_first, to_one
from schema.nodes import Node, shows
from schema.scalars import to_id
from schema.signing.signed_documents import OfferedAgreement, document_urls
from schema.signing.signing_enums import SigningMethod, SigningPurpose, SigningState, Verification

if TYPE_CHECKING:  # contracts and stations refer to signings, and signings to them
    from schema.contracts.contracts import KeyContract
    from schema.signing.stations import SignatureStation


@shows(models.SigningProcess)
@strawberry.type(
    description="One attempt to have a key contract signed by a contact; a contract has one open "
    "at a time. What was signed is kept as it was shown, whatever is changed later."
)
class SigningProcess(Node):
    process_id: strawberry.Private[UUID]
    key_contract_id: strawberry.Private[UUID]
    contact_id: strawberry.Private[UUID]
    station_id: strawberry.Private[UUID | None]
    file_id: strawberry.Private[UUID | None]
    purpose: SigningPurpose = strawberry.field(description="What is signed.")
    method: SigningMethod = strawberry.field(description="How it is signed.")
    verification: Verification = strawberry.field(description="What is asked of the signer.")
    state: SigningState = strawberry.field(description="How far it is.")
    language: str = strawberry.field(description="In which language, a BCP 47 primary tag.")
    revision: int = strawberry.field(description="Which content of the contract, from 1.")
    created_at: datetime = strawberry.field(description="When it was begun.")
    expires_at: datetime = strawberry.field(
        description="The first moment at which it cannot be signed any more."
    )
    offered_at: datetime | None = strawberry.field(description="Since when it can be read.")
    seen_at: datetime | None = strawberry.field(description="When it was read first.")
    ended_at: datetime | None = strawberry.field(
        description="When it was signed, declined or withdrawn, or found to be over."
    )
    reason: str | None = strawberry.field(
        description="Why it was declined or withdrawn, in the words of who did it."
    )
    content_digest: str = strawberry.field(
        description="SHA-256 of what is shown, in hex; the agreements' words among it."
    )
    agreements: list[OfferedAgreement] = strawberry.field(
        description="What is offered to be agreed to, in the order of the document; none for a "
        "return."
    )
    key_contract: Annotated["KeyContract", strawberry.lazy("schema.contracts.contracts")] = batched(
        to_one(KeyContractRow, "key_contract_id"), description="Which contract is signed."
    )
    contact: Contact = batched(to_one(ContactRow, "contact_id"), description="Who is to sign.")
    station: Annotated["SignatureStation", strawberry.lazy("schema.signing.stations")] | None = (
        batched(to_one(StationRow, "station_id"), description="At which station; null elsewhere.")
    )
    document_url: str | None = batched(
        document_urls(is_signed=False),
        description="Where the offered PDF can be fetched for ten minutes, by whoever has this "
        "address; null while it is prepared, and when it was erased.",
    )
    signature: "Signature | None" = batched(
        to_first(relations.SIGNATURE_OF_SIGNING, "process_id"),
        description="The signature; null before, and where it ended without one.",
    )

    @classmethod
    def of(cls, row: models.SigningProcess) -> Self:
        return cls(
            id=to_id(models.SigningProcess, row.id),
            process_id=row.id,
            key_contract_id=row.key_contract_id,
            contact_id=row.contact_id,
            station_id=row.station_id,
            file_id=row.offer_file_id,
            purpose=row.purpose,
            method=row.method,
            verification=row.verification,
            state=row.state,
            language=row.language,
            revision=row.revision,
            created_at=row.created_at,
            expires_at=row.expires_at,
            offered_at=row.offered_at,
            seen_at=row.seen_at,
            ended_at=row.ended_at,
            reason=row.reason,
            content_digest=row.content_digest,
            agreements=[OfferedAgreement.of(one) for one in row.agreements],
        )


@shows(models.Signature)
@strawberry.type(description="That somebody signed: who, when, how and what. It never changes.")
class Signature(Node):
    process_id: strawberry.Private[UUID]
    key_contract_id: strawberry.Private[UUID]
    contact_id: strawberry.Private[UUID]
    station_id: strawberry.Private[UUID | None]
    file_id: strawberry.Private[UUID | None]
    purpose: SigningPurpose = strawberry.field(description="What was signed.")
    method: SigningMethod = strawberry.field(description="How it was signed.")
    revision: int = strawberry.field(description="Which content of the contract, from 1.")
    signer_name: str = strawberry.field(
        description="As they wrote it, or as their identity provider told."
    )
    signed_at: datetime = strawberry.field(description="When.")
    drawn: bool = strawberry.field(description="Whether it was drawn; typed otherwise.")
    identified: bool = strawberry.field(
        description="Whether the signer had identified themselves to an identity provider."
    )
    document_digest: str = strawberry.field(
        description="SHA-256 of the PDF that they were shown, in hex."
    )
    accepted_agreements: list[OfferedAgreement] = strawberry.field(
        description="Which of the offered agreements the signer accepted: all mandatory ones, and "
        "of the others those that they ticked."
    )
    sealed_at: datetime | None = strawberry.field(
        description="When the PDF with this signature was sealed; null for a moment after it."
    )
    document_url: str | None = batched(
        document_urls(is_signed=True),
        description="Where the PDF with this signature can be fetched for ten minutes, by whoever "
        "has this address; null until it is sealed, and when it was erased.",
    )
    signing: SigningProcess = batched(
        to_one(models.SigningProcess, "process_id"), description="The process that it ended."
    )
    key_contract: Annotated["KeyContract", strawberry.lazy("schema.contracts.contracts")] = batched(
        to_one(KeyContractRow, "key_contract_id"), description="Which contract was signed."
    )
    contact: Contact = batched(to_one(ContactRow, "contact_id"), description="Who was to sign.")
    station: Annotated["SignatureStation", strawberry.lazy("schema.signing.stations")] | None = (
        batched(to_one(StationRow, "station_id"), description="At which station; null elsewhere.")
    )

    @classmethod
    def of(cls, row: models.Signature) -> Self:
        return cls(
            id=to_id(models.Signature, row.id),
            process_id=row.process_id,
            key_contract_id=row.key_contract_id,
            contact_id=row.contact_id,
            station_id=row.station_id,
            file_id=row.sealed_file_id,
            purpose=row.purpose,
            method=row.method,
            revision=row.revision,
            signer_name=row.signer_name,
            signed_at=row.signed_at,
            drawn=row.picture_file_id is not None,
            identified=row.identity is not None,
            document_digest=row.offer_digest,
            accepted_agreements=[OfferedAgreement.of(one) for one in row.accepted],
            sealed_at=row.sealed_at,
        )
