"""Documents that an organization trusts: known by their digests, so that only those are sent."""

import hashlib
from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from models.base import Base, JsonList, Owned


class TrustedDocument(Owned, Base):
    """A GraphQL document that may be asked for by the digest of its text.

    Args:
        name: What people call it.
        digest: SHA-256 of its text in UTF-8, in hexadecimal.
        text: The document, which is never changed.
        trusted_at: Since when.
    """

    __tablename__ = "trusted_documents"
    __table_args__ = (UniqueConstraint("organization_id", "digest"),)

    name: Mapped[str]
    digest: Mapped[str]
    text: Mapped[str]
    trusted_at: Mapped[datetime]


class DocumentRule(Owned, Base):
    """Which roles of an organization may ask for nothing but trusted documents.

    Args:
        roles: The names of the roles.
    """

    __tablename__ = "document_rules"
    __table_args__ = (UniqueConstraint("organization_id"),)

    roles: Mapped[JsonList]


def document_digest(text: str) -> str:
    """Give the digest by which a document is asked for."""
    return hashlib.sha256(text.encode()).hexdigest()
