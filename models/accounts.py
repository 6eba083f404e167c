"""Who asks, with what, and how they came in."""

import hashlib
import re
import secrets
import string
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypedDict
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, JsonList, Owned
from models.errors import NotAllowed
from models.made import Made, MakerKind
from models.permissions import PERMISSIONS, Permission, Role

__all__ = ["PERMISSIONS", "Actor", "Permission", "Role", "Token", "WayIn"]

TOKEN_PREFIX = "lk_"  # noqa: S105 - the prefix of all tokens, by which a leaked one is recognised
ACCESS_PREFIX = "lka_"
"""That of access tokens (OAuth 2.0), which live for minutes."""
DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
MARK_LENGTH, SECRET_LENGTH, CHECKSUM_LENGTH = 10, 43, 6
"""43 digits of 62 are 256 random bits; six of them hold the 32 bits of a checksum."""
TOKEN_FORM = re.compile(r"lka?_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}")
FORMER_FORM = re.compile(r"lk_[0-9A-Za-z_-]{43}")
"""How tokens were written before they had a mark and a checksum; those go on opening the door."""


class WayIn(StrEnum):
    """How somebody came in."""

    BEARER = "bearer"
    """With a token of ours."""
    SERVICE_ACCOUNT = "service_account"
    """By a request that is signed (livionkey.md 5.3)."""
    CLIENT_CREDENTIALS = "client_credentials"
    """With an access token that OAuth 2.0 gave for a client's assertion (RFC 7523)."""
    SESSION = "session"
    """Staff who have signed in, in a browser."""
    LINK = "link"
    """A contact with a link that was sent to them."""
    AUTOMAT = "automat"
    COMMAND = "command"
    """Whoever may run `livionkey` on the server."""
    SYSTEM = "system"
    """Nobody: what falls due by itself."""


class Maker(TypedDict):
    """Who makes a credential, as `models.made.Made` keeps it."""

    maker_kind: MakerKind | None
    maker_id: UUID | None


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody with a right to be here.

    Args:
        organization_id: Whose rows they may touch; nobody else's.
        role: What they may do.
        token_id: The token they came with; None for whoever came without one.
        source: Whose numbers their external ids are.
        clock_ahead: How far the clock of their organization was moved ahead of ours; None for all
            but sandboxes, whose clocks are ours.
        units: The units that they reach, with all that lie below; None for the whole
            organization.
        scopes: What of their role's permissions they came for; None for all of it.
        way_in: How they came.
        person_id: Which member of the staff they are.
        session_id: In which session of theirs.
        service_account_id: Which service account they are.
        request_id: Which request they came with, for the trail; None outside of requests.
        until: From when on they have to bring something new, by our clock; None while what they
            brought has no end of its own.
    """

    organization_id: UUID
    role: Role
    token_id: UUID | None = None
    source: str = "default"
    clock_ahead: timedelta | None = None
    units: frozenset[UUID] | None = None
    scopes: frozenset[Permission] | None = None
    way_in: WayIn = WayIn.SYSTEM
    person_id: UUID | None = None
    session_id: UUID | None = None
    service_account_id: UUID | None = None
    request_id: str | None = None
    until: datetime | None = None

    def time(self, real: datetime) -> datetime:
        """Tell what the clock of their organization shows at a moment of ours."""
        return real + self.clock_ahead if self.clock_ahead else real

    def real(self, moment: datetime) -> datetime:
        """Tell at which moment of ours the clock of their organization shows something."""
        return moment - self.clock_ahead if self.clock_ahead else moment

    @property
    def maker(self) -> Maker:
        """Who made a credential that they make; nobody where no id tells who they are."""
        known = {
            MakerKind.PERSON: self.person_id,
            MakerKind.SERVICE_ACCOUNT: self.service_account_id,
            MakerKind.TOKEN: self.token_id,
        }
        kind = next((kind for kind, id in known.items() if id is not None), None)
        return {"maker_kind": kind, "maker_id": known[kind] if kind else None}

    def may(self, permission: Permission) -> bool:
        """Tell whether the role allows it, and it is among what they came for."""
        return permission in self.permissions

    @property
    def permissions(self) -> frozenset[Permission]:
        """All that they may do: what their role allows, and of that what they came for."""
        allowed = PERMISSIONS[self.role]
        return allowed if self.scopes is None else allowed & self.scopes

    def require(self, permission: Permission) -> None:
        """Go on only if they may.

        Raises:
            NotAllowed: Their role does not allow it, or they did not come for it.
        """
        if not self.may(permission):
            raise self.refusal(permission)

    def refusal(self, permission: Permission) -> NotAllowed:
        """Say why they may not."""
        if permission in PERMISSIONS[self.role]:
            return NotAllowed(
                f"The permission {permission.name} is not among the scopes that you came with; "
                "use a token that has it."
            )
        return NotAllowed(
            f"The role {self.role} does not have the permission {permission.name}; ask an "
            "administrator of your organization."
        )


class Token(Owned, Made, Base):
    """A bearer token. Its text is shown once; the row keeps a hash, from which nothing follows.

    The access of a service account is kept in such a row as well, whose text nobody knows.

    Args:
        mark: The beginning of its text, by which a leaked one is found; None for former ones.
        scopes: What of its role's permissions it is for; None for all of them.
        last_used_at: When it was used last, to the minute, by our clock.
        replaces_id: The token whose place it took.
    """

    __tablename__ = "tokens"

    name: Mapped[str]
    role: Mapped[Role]
    source: Mapped[str]
    digest: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    mark: Mapped[str | None]
    scopes: Mapped[JsonList | None]
    last_used_at: Mapped[datetime | None]
    replaces_id: Mapped[UUID | None]

    def is_valid(self, now: datetime) -> bool:
        """Tell whether the token still opens the door."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def lapse(self, at: datetime) -> None:
        """Let it open nothing from a moment on, unless it ends before."""
        self.expires_at = min(at, self.expires_at or at)


class TokenUnit(Owned, Base):
    """A unit that a token reaches, with all that lie below; one without any reaches everything.

    A unit that a token reaches cannot be deleted: a token that lost its last one would reach all.
    """

    __tablename__ = "token_units"
    __table_args__ = (UniqueConstraint("token_id", "unit_id"),)

    token_id: Mapped[UUID] = mapped_column(ForeignKey("tokens.id"))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("organization_units.id"), index=True)


def new_token(prefix: str = TOKEN_PREFIX) -> str:
    """Make the text of a token: a prefix, a mark that tells nothing, 256 random bits, a checksum.

    One that was cut off or mistyped is known by its checksum, without asking the database.
    """
    text = f"{prefix}{_random(MARK_LENGTH)}_{_random(SECRET_LENGTH)}"
    return text + checksum(text)


def checksum(text: str) -> str:
    """Write the CRC-32 of a text in six digits of 62."""
    rest, digits = zlib.crc32(text.encode()), ""
    for _ in range(CHECKSUM_LENGTH):
        rest, digit = divmod(rest, len(DIGITS))
        digits = DIGITS[digit] + digits
    return digits


def is_token(text: str) -> bool:
    """Tell whether a text may be a token at all: of one of our forms, and its checksum fits."""
    if TOKEN_FORM.fullmatch(text):
        return checksum(text[:-CHECKSUM_LENGTH]) == text[-CHECKSUM_LENGTH:]
    return FORMER_FORM.fullmatch(text) is not None


def mark_of(text: str) -> str | None:
    """Give the beginning of a token's text, which may be shown; None for one of the former form."""
    return text.rpartition("_")[0] if TOKEN_FORM.fullmatch(text) else None


def _random(length: int) -> str:
    return "".join(secrets.choice(DIGITS) for _ in range(length))


def scopes_of(kept: list[str] | None) -> frozenset[Permission] | None:
    """Read the scopes that a token's row keeps; what is no permission any more is left out."""
    if kept is None:
        return None
    return frozenset(one for one in Permission if one.value in kept)


def token_digest(token: str) -> str:
    """Hash a token. With 256 random bits in it a fast hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()
