"""Signing: processes by which contacts sign a contract, and signatures (2.14, R82-R86, G17)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Json, JsonList, Owned
from models.contracts import Verification

OPEN = text("state in ('preparing', 'offered')")
"""The condition of the partial indexes that only hold what is open."""


class SigningPurpose(StrEnum):
    """What is signed: that keys are handed over, or that they came back (R84)."""

    HANDOVER = "handover"
    RETURN = "return"


class SigningMethod(StrEnum):
    """How it is signed (R83)."""

    LOCAL = "local"
    LINK = "link"
    STATION = "station"


class SigningState(StrEnum):
    """How far a signing process is; the first two are open, the others are its end."""

    PREPARING = "preparing"
    OFFERED = "offered"
    SIGNED = "signed"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"

    @property
    def is_open(self) -> bool:
        """Whether it may still be signed."""
        return self in {SigningState.PREPARING, SigningState.OFFERED}


class SigningProcess(Owned, Base):
    """One attempt to have a contract signed by a contact; a contract has one open at a time.

    Args:
        revision: Which content of the contract it is about.
        contact_id: Who is to sign.
        language: In which language it is offered, BCP 47 primary tag.
        station_id: At which station, for that method.
        secret_digest: SHA-256 of the secret in its link; every method signs through one.
        expires_at: From when on it cannot be signed any more.
        content: What is shown, as data: the contract's facts and the agreements' words.
        content_digest: SHA-256 of that, in hex.
        agreements: Id, name, version, number, language and digest of each agreement in it (G17).
        offer_file_id: The sealed PDF that is offered; null while it is prepared.
        reason: Why it was DECLINED or WITHDRAWN, in the words of who did it.
        token_id: The token that began it; null when the system did.
    """

    __tablename__ = "signing_processes"
    __table_args__ = (
        Index(
            "one_open_process_of_a_contract",
            "key_contract_id",
            unique=True,
            postgresql_where=OPEN,
            sqlite_where=OPEN,
        ),
        Index(
            "one_open_process_at_a_station",
            "station_id",
            unique=True,
            postgresql_where=OPEN,
            sqlite_where=OPEN,
        ),
        Index("signing_processes_key_contract_id_index", "key_contract_id"),
    )

    key_contract_id: Mapped[UUID] = mapped_column(ForeignKey("key_contracts.id"))
    revision: Mapped[int]
    purpose: Mapped[SigningPurpose]
    method: Mapped[SigningMethod]
    verification: Mapped[Verification]
    state: Mapped[SigningState] = mapped_column(default=SigningState.PREPARING)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contacts.id"), index=True)
    language: Mapped[str]
    station_id: Mapped[UUID | None] = mapped_column(ForeignKey("signature_stations.id"))
    secret_digest: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    offered_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    content: Mapped[Json]
    content_digest: Mapped[str]
    agreements: Mapped[JsonList] = mapped_column(default=list)
    offer_file_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_files.id"), index=True)
    token_id: Mapped[UUID | None]


class Signature(Owned, Base):
    """That somebody signed: who, when, how, and exactly what (G17). Never changed, only sealed.

    Args:
        signer_name: As they wrote it, or as their identity provider told.
        picture_file_id: The drawn signature, a PNG; null for one that was typed.
        offer_digest: SHA-256 of the PDF that they were shown, in hex.
        address: The network address that it came from.
        device: What their browser called itself.
        identity: Issuer, subject, name and time, where they identified themselves (STRONG).
        accepted: Those of the process's `agreements` that they accepted, as they stand there; one
            that is not mandatory may have been left out (G17).
        token_id: The staff member's token, where it was signed on their device.
        sealed_file_id: The PDF with this signature in it; null until it is sealed.
    """

    __tablename__ = "signatures"

    process_id: Mapped[UUID] = mapped_column(ForeignKey("signing_processes.id"), unique=True)
    key_contract_id: Mapped[UUID] = mapped_column(ForeignKey("key_contracts.id"), index=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contacts.id"), index=True)
    purpose: Mapped[SigningPurpose]
    revision: Mapped[int]
    method: Mapped[SigningMethod]
    signer_name: Mapped[str]
    signed_at: Mapped[datetime]
    picture_file_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_files.id"), index=True)
    offer_digest: Mapped[str]
    address: Mapped[str | None]
    device: Mapped[str | None]
    identity: Mapped[Json | None]
    accepted: Mapped[JsonList] = mapped_column(default=list)
    token_id: Mapped[UUID | None]
    station_id: Mapped[UUID | None] = mapped_column(ForeignKey("signature_stations.id"))
    sealed_file_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_files.id"), index=True)
    sealed_at: Mapped[datetime | None]


class Identification(Owned, Base):
    """One way to an identity provider and back (OpenID Connect), for one signing process.

    Args:
        state_digest: SHA-256 of the `state` that the browser carries, which works once.
        identity: What the provider said: issuer, subject, name, acr and time; null before.
        proof_digest: SHA-256 of what the browser that came back keeps; the identity counts for
            nobody who does not bring it, whatever else they know. Null before.
    """

    __tablename__ = "identifications"

    process_id: Mapped[UUID] = mapped_column(ForeignKey("signing_processes.id"), index=True)
    state_digest: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    identity: Mapped[Json | None]
    proof_digest: Mapped[str | None]
