"""Agreements: terms that contacts accept before they get keys (livionkey.md 2.12, R80, R81)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Owned

IN_USE = text("retired_at is null")
DRAFT = text("published_at is null")


class BlockKind(StrEnum):
    """What a block of an agreement's words is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST = "list"


class Agreement(Owned, Base):
    """Terms that a unit asks for; what they say is in versions of them.

    Args:
        mandatory: Whether every contract that is verified carries it; others are chosen (R81).
        inherited: Whether it also holds for the units below its own.
        retired_at: From when on it is asked for no more; signed ones keep it.
    """

    __tablename__ = "agreements"
    __table_args__ = (
        Index(
            "agreements_of_units",
            "organization_unit_id",
            postgresql_where=IN_USE,
            sqlite_where=IN_USE,
        ),
    )

    organization_unit_id: Mapped[UUID] = mapped_column(ForeignKey("organization_units.id"))
    name: Mapped[str]
    mandatory: Mapped[bool] = mapped_column(default=False)
    inherited: Mapped[bool] = mapped_column(default=True)
    retired_at: Mapped[datetime | None]


class AgreementVersion(Owned, Base):
    """One wording of an agreement in all its languages; once published it never changes (G17).

    The database keeps that, see `models.dialects.published`.

    Args:
        number: Counts from 1 within the agreement, without a gap; the newest published one is
            offered. Only the newest can be a draft.
        published_at: Since when it is offered; null while it is a draft.
    """

    __tablename__ = "agreement_versions"
    __table_args__ = (
        UniqueConstraint("agreement_id", "number"),
        Index(
            "one_draft_of_an_agreement",
            "agreement_id",
            unique=True,
            postgresql_where=DRAFT,
            sqlite_where=DRAFT,
        ),
    )

    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("agreements.id"))
    number: Mapped[int]
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]


class AgreementText(Owned, Base):
    """What a version says in one language.

    Args:
        language: BCP 47 primary tag.
        body: In our small markup, with places for the contract's facts.
        digest: SHA-256 of title and body, in hex.
    """

    __tablename__ = "agreement_texts"
    __table_args__ = (UniqueConstraint("version_id", "language"),)

    version_id: Mapped[UUID] = mapped_column(ForeignKey("agreement_versions.id"))
    language: Mapped[str]
    title: Mapped[str]
    body: Mapped[str]
    digest: Mapped[str]


class ContractAgreement(Owned, Base):
    """An agreement that a contract carries beyond the mandatory ones (R81), in its place."""

    __tablename__ = "contract_agreements"
    __table_args__ = (UniqueConstraint("key_contract_id", "agreement_id"),)

    key_contract_id: Mapped[UUID] = mapped_column(ForeignKey("key_contracts.id"))
    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("agreements.id"), index=True)
    place: Mapped[int]
