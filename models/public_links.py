"""Links by which a contact sees one contract without signing in (livionkey.md 2.22)."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Owned

SHOWN_AFTER_END = timedelta(days=7)
"""How long after its end a contract is still shown by its links."""


class ContractLink(Owned, Base):
    """A way for one contact to one contract, as long as both have to do with each other.

    Args:
        secret_digest: SHA-256 of the secret in the link, which is shown once.
        revoked_at: Since when it was taken back.
        opened_at: When it was opened first.
    """

    __tablename__ = "contract_links"

    key_contract_id: Mapped[UUID] = mapped_column(ForeignKey("key_contracts.id"), index=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contacts.id"), index=True)
    secret_digest: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]


def shown_until(ends_at: datetime | None) -> datetime | None:
    """Tell from when on the links of a contract with that end show nothing; None for never.

    It follows the contract: one that is made longer is shown longer, and so is one whose keys are
    still out then, as they are brought back with the PIN that the link shows.
    """
    return None if ends_at is None else ends_at + SHOWN_AFTER_END
