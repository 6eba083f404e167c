"""Links by which a contact sees one contract without signing in (livionkey.md 2.22)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Owned


class ContractLink(Owned, Base):
    """A way for one contact to one contract.

    Args:
        secret_digest: SHA-256 of the secret in the link, which is shown once.
        expires_at: From when on it shows nothing; null while the contract has no end.
        revoked_at: Since when it was taken back.
        opened_at: When it was opened first.
    """

    __tablename__ = "contract_links"

    key_contract_id: Mapped[UUID] = mapped_column(ForeignKey("key_contracts.id"), index=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contacts.id"), index=True)
    secret_digest: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]

    def is_valid(self, now: datetime) -> bool:
        """Tell whether it still shows something."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)
