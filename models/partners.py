"""Partners' programs: service accounts, their keys, what they proved, and access tokens."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Owned
from models.made import Made

CLOCK_WINDOW = timedelta(minutes=5)
"""How far the clock of a client may be off ours (G20)."""
ACCESS_LASTS = timedelta(minutes=10)
"""How long an access token opens the door."""
MOST_KEYS = 2
"""How many keys of an account are good at once: the present one, and the former while it lapses."""


class ServiceKeyKind(StrEnum):
    """What kind of key pair a service account signs with."""

    RSA = "rsa"
    P256 = "p-256"
    ED25519 = "ed25519"


class OnboardingStep(StrEnum):
    """What has to be there before a partner can go live."""

    CREDENTIALS_MADE = "credentials_made"
    CREDENTIALS_USED = "credentials_used"
    UNITS_REACHED = "units_reached"
    ENTITIES_REGISTERED = "entities_registered"
    ENTITIES_PLACED = "entities_placed"
    KEYS_REGISTERED = "keys_registered"
    AUTOMAT_IN_REACH = "automat_in_reach"
    RESERVATION_PUSHED = "reservation_pushed"
    RESERVATION_CANCELLED = "reservation_cancelled"
    NOTHING_WAITS = "nothing_waits"
    NO_REFUSED_PUSHES = "no_refused_pushes"


class ServiceAccount(Owned, Made, Base):
    """A partner's program, known by the private key that only it has (livionkey.md 2.24).

    Args:
        name: What it is called.
        token_id: Its access: the row of `tokens` with its role, source, scopes and units. Nobody
            knows a text that opens it; it is taken back with the account.
        created_at: When it was made.
        revoked_at: Since when it opens nothing any more.
    """

    __tablename__ = "service_accounts"

    name: Mapped[str]
    token_id: Mapped[UUID] = mapped_column(ForeignKey("tokens.id"), unique=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class ServiceAccountKey(Owned, Made, Base):
    """A public key of a service account; the private one is its partner's alone.

    Args:
        kind: Which algorithms it is for.
        public_key: PEM, SubjectPublicKeyInfo.
        thumbprint: SHA-256 of its DER in hexadecimal, by which people compare keys.
        created_at: When it was registered.
        expires_at: From when on it is not good, by our clock: another took its place, or the access
            of whoever registered it ends; None for never.
        revoked_at: Since when it was taken back.
    """

    __tablename__ = "service_account_keys"
    __table_args__ = (UniqueConstraint("service_account_id", "thumbprint"),)

    service_account_id: Mapped[UUID] = mapped_column(ForeignKey("service_accounts.id"))
    kind: Mapped[ServiceKeyKind]
    public_key: Mapped[str]
    thumbprint: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    def is_valid(self, now: datetime) -> bool:
        """Tell whether what it signs is still believed."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class AccessToken(Owned, Base):
    """What OAuth 2.0 gave a service account for an assertion; opaque, short, kept as a hash.

    Args:
        scopes: What it was narrowed to, with spaces between; None for all that its account may.
    """

    __tablename__ = "access_tokens"

    service_account_id: Mapped[UUID] = mapped_column(ForeignKey("service_accounts.id"), index=True)
    digest: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[str | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None]


class UsedProof(Owned, Base):
    """A signature or an assertion that was believed once, and is not again (G20).

    Args:
        digest: SHA-256 of what it was.
        lapses_at: From when on it would be refused for its age, and need not be remembered.
    """

    __tablename__ = "used_proofs"
    __table_args__ = (UniqueConstraint("service_account_id", "digest"),)

    service_account_id: Mapped[UUID] = mapped_column(ForeignKey("service_accounts.id"))
    digest: Mapped[str]
    lapses_at: Mapped[datetime] = mapped_column(index=True)
