"""How staff sign in without a password: by passkeys, and at providers of OpenID Connect."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Owned


class StaffIdentity(Owned, Base):
    """Who one of the staff is at a provider of OpenID Connect, since they came from there first.

    From then on it is this that counts and not their address, which a provider may give to
    somebody else one day (OpenID Connect Core 1.0, 5.7).
    """

    __tablename__ = "staff_identities"
    __table_args__ = (
        UniqueConstraint("issuer", "subject"),
        UniqueConstraint("person_id", "issuer"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    issuer: Mapped[str]
    subject: Mapped[str]
    """What the provider always calls them."""
    created_at: Mapped[datetime]


class Passkey(Owned, Base):
    """A passkey of somebody (WebAuthn Level 3); the private key never leaves their device."""

    __tablename__ = "passkeys"
    __table_args__ = (UniqueConstraint("credential_id"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    name: Mapped[str]
    """What they call it, to tell it from others."""
    credential_id: Mapped[str]
    """What the device calls it, base64url."""
    public_key: Mapped[str]
    """COSE_Key (RFC 9052), base64url."""
    sign_count: Mapped[int] = mapped_column(BigInteger)
    """How often the device says that it signed; always 0 of those that do not count."""
    transports: Mapped[str]
    """How the device is reached, with spaces between."""
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SpentChallenge(Base):
    """A challenge or state of ours that came back and was used up; it is not taken again.

    It is signed by us when it is given out, so nothing is kept of those that never come back.
    """

    __tablename__ = "spent_challenges"
    __table_args__ = (UniqueConstraint("digest"),)

    digest: Mapped[str]
    lapses_at: Mapped[datetime] = mapped_column(index=True)
    """From when on it would be refused for its age, and need not be remembered."""
