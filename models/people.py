"""Staff: people with a role at units, by what they prove who they are, and their sessions."""

import unicodedata
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.accounts import Role
from models.base import Base, Owned
from models.sealed import Sealed, SealedText

IDLE = timedelta(hours=1)
"""After so long without a request a session ends (NIST SP 800-63B-4, 2.2.3)."""
LONGEST = timedelta(hours=12)
"""So long a session lasts at most (NIST SP 800-63B-4, 2.2.3)."""
FRESH = timedelta(minutes=10)
"""So long what somebody proved lets them change by what they sign in."""
STAFF_ROLES = frozenset({Role.VIEWER, Role.USER, Role.ADVANCED_USER, Role.ADMIN, Role.INSTALLER})
"""What people may be; the other roles are those of programs and displays."""


class PersonState(StrEnum):
    """Whether somebody may sign in."""

    INVITED = "invited"
    ACTIVE = "active"
    BLOCKED = "blocked"
    ENDED = "ended"
    REMOVED = "removed"


class ProvedBy(StrEnum):
    """How somebody proved who they are when a session was opened."""

    INVITATION = "invitation"
    PASSWORD_AND_TOTP = "password-and-totp"  # noqa: S105 - the name of a way
    PASSWORD_AND_RECOVERY_CODE = "password-and-recovery-code"  # noqa: S105 - the name of a way
    PASSKEY = "passkey"
    OPEN_ID = "open-id"


class Person(Owned, Base):
    """One of the staff of an organization (livionkey.md 2.23).

    Their access is their role at their units and all that lie below; without any unit it is at
    the whole organization. All moments are by our clock, also those of sandboxes.
    """

    __tablename__ = "people"
    __table_args__ = (
        UniqueConstraint("email"),
        CheckConstraint("(email is null) = (removed_at is not null)", name="people_have_an_email"),
    )

    email: Mapped[str | None]
    """By which they sign in, as `folded_email` writes it; nobody else has it, in any organization.
    Null of those who were removed."""
    name: Mapped[str]
    language: Mapped[str]
    """BCP 47 primary tag, in which our pages speak to them."""
    role: Mapped[Role]
    access_ends_at: Mapped[datetime | None]
    """From when on they may not sign in any more."""
    blocked_at: Mapped[datetime | None]
    joined_at: Mapped[datetime | None]
    """When they first took up an invitation."""
    signed_in_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    """Since when nothing personal is left of them; the row stays for the trail."""
    password_hash: Mapped[str | None]
    """argon2id, with its parameters (RFC 9106)."""
    totp_secret: Mapped[Sealed | None] = mapped_column(SealedText("people.totp_secret"))
    """Of their authenticator (RFC 6238)."""
    totp_step: Mapped[int | None] = mapped_column(BigInteger)
    """The time step of the last code that was used (RFC 6238, 5.2): no code is taken twice."""


def state_of(person: Person, now: datetime) -> PersonState:
    """Tell where somebody stands, of their row or of a plain look at it.

    Args:
        person: Their columns.
        now: The moment, by our clock.
    """
    if person.removed_at is not None:
        return PersonState.REMOVED
    if person.blocked_at is not None:
        return PersonState.BLOCKED
    if person.access_ends_at is not None and person.access_ends_at <= now:
        return PersonState.ENDED
    return PersonState.INVITED if person.joined_at is None else PersonState.ACTIVE


class PersonUnit(Owned, Base):
    """A unit that somebody reaches, with all that lie below; without any they reach everything."""

    __tablename__ = "person_units"
    __table_args__ = (UniqueConstraint("person_id", "unit_id"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("organization_units.id"), index=True)


class PersonInvitation(Owned, Base):
    """The one invitation of somebody that is good; it is gone when it was taken up or renewed."""

    __tablename__ = "person_invitations"
    __table_args__ = (UniqueConstraint("person_id"), UniqueConstraint("digest"))

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    digest: Mapped[str]
    """Of the secret in its link."""
    expires_at: Mapped[datetime]
    totp_secret: Mapped[Sealed | None] = mapped_column(SealedText("person_invitations.totp_secret"))
    """Of the authenticator that it offers, since it was opened first."""


class PersonSession(Owned, Base):
    """Somebody who has signed in, in one browser; the row keeps the digest of its cookie."""

    __tablename__ = "person_sessions"
    __table_args__ = (UniqueConstraint("digest"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    digest: Mapped[str]
    proved_by: Mapped[ProvedBy]
    device: Mapped[str | None]
    """What the browser called itself."""
    created_at: Mapped[datetime]
    proved_at: Mapped[datetime | None]
    """When they proved who they are; null where a provider let them in without saying when."""
    seen_at: Mapped[datetime]
    """When it last asked for something, a minute more or less."""
    ended_at: Mapped[datetime | None]


def is_open(session: PersonSession, now: datetime) -> bool:
    """Tell whether a session lets somebody in, of its row or of a plain look at it.

    Args:
        session: Its columns.
        now: The moment, by our clock.
    """
    if session.ended_at is not None:
        return False
    return now < session.seen_at + IDLE and now < session.created_at + LONGEST


def is_fresh(session: PersonSession, now: datetime) -> bool:
    """Tell whether somebody proved who they are so lately that they may change how they sign in.

    Args:
        session: The columns of a session that is open.
        now: The moment, by our clock.
    """
    return session.proved_at is not None and now < session.proved_at + FRESH


class RecoveryCode(Owned, Base):
    """A code that stands in for the second factor once, when the device with it is lost."""

    __tablename__ = "recovery_codes"
    __table_args__ = (UniqueConstraint("person_id", "digest"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    digest: Mapped[str]
    used_at: Mapped[datetime | None]


def folded_email(email: str) -> str:
    """Write an e-mail address as it is compared: without blanks around it, whatever its case.

    RFC 5321 lets a mailbox tell capital letters from small ones; none that people have does.
    """
    return unicodedata.normalize("NFKC", email).strip().casefold()
