"""Who asks: tokens, roles, and the one table that says what each role may do."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Owned

TOKEN_PREFIX = "lk_"  # noqa: S105 - the prefix of all tokens, by which a leaked one is recognised


class Permission(StrEnum):
    """One thing that somebody may do."""

    VIEW = "view"
    VIEW_EVENTS = "view_events"
    SEE_PINS = "see_pins"
    EDIT_RESERVATIONS = "edit_reservations"
    HAND_OVER_KEYS = "hand_over_keys"
    EDIT_ENTITIES = "edit_entities"
    EDIT_KEYS = "edit_keys"
    VIEW_AUTOMATS = "view_automats"
    EDIT_AUTOMATS = "edit_automats"
    OPERATE_AUTOMATS = "operate_automats"
    ADVANCE_SANDBOX = "advance_sandbox"
    EDIT_AGREEMENTS = "edit_agreements"
    EDIT_TEMPLATES = "edit_templates"
    EDIT_ATTACHMENTS = "edit_attachments"
    SIGN_CONTRACTS = "sign_contracts"
    OPERATE_STATION = "operate_station"
    ERASE_CONTACTS = "erase_contacts"
    EDIT_ORGANIZATION = "edit_organization"


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


class Role(StrEnum):
    """What somebody or something is here for (livionkey.md 2.23)."""

    VIEWER = "viewer"
    USER = "user"
    ADVANCED_USER = "advanced-user"
    ADMIN = "admin"
    PARTNER = "partner"
    INSTALLER = "installer"
    STATION = "station"


_VIEWER = frozenset({Permission.VIEW, Permission.VIEW_AUTOMATS})
_RESERVER = _VIEWER | {
    Permission.EDIT_RESERVATIONS,
    Permission.SEE_PINS,
    Permission.SIGN_CONTRACTS,
    Permission.EDIT_ATTACHMENTS,
}
_USER = _RESERVER | {Permission.HAND_OVER_KEYS, Permission.OPERATE_AUTOMATS}
_ADVANCED = _USER | {Permission.EDIT_ENTITIES, Permission.EDIT_KEYS, Permission.VIEW_EVENTS}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: _VIEWER,
    Role.USER: _USER,
    Role.ADVANCED_USER: _ADVANCED,
    Role.ADMIN: frozenset(Permission),
    Role.PARTNER: _RESERVER | {Permission.EDIT_ENTITIES, Permission.ADVANCE_SANDBOX},
    Role.INSTALLER: frozenset(
        {Permission.VIEW_AUTOMATS, Permission.EDIT_AUTOMATS, Permission.OPERATE_AUTOMATS}
    ),
    Role.STATION: frozenset({Permission.OPERATE_STATION}),
}


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
        service_account_id: Which service account they are.
        request_id: Which request they came with, for the trail; None outside of requests.
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
    service_account_id: UUID | None = None
    request_id: str | None = None

    def time(self, real: datetime) -> datetime:
        """Tell what the clock of their organization shows at a moment of ours."""
        return real + self.clock_ahead if self.clock_ahead else real

    def real(self, moment: datetime) -> datetime:
        """Tell at which moment of ours the clock of their organization shows something."""
        return moment - self.clock_ahead if self.clock_ahead else moment

    def may(self, permission: Permission) -> bool:
        """Tell whether the role allows it, and it is among what they came for."""
        if self.scopes is not None and permission not in self.scopes:
            return False
        return permission in PERMISSIONS[self.role]


class Token(Owned, Base):
    """A bearer token. Its text is shown once; the row keeps a hash, from which nothing follows."""

    __tablename__ = "tokens"

    name: Mapped[str]
    role: Mapped[Role]
    source: Mapped[str]
    digest: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    def is_valid(self, now: datetime) -> bool:
        """Tell whether the token still opens the door."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class TokenUnit(Owned, Base):
    """A unit that a token reaches, with all that lie below; one without any reaches everything.

    A unit that a token reaches cannot be deleted: a token that lost its last one would reach all.
    """

    __tablename__ = "token_units"
    __table_args__ = (UniqueConstraint("token_id", "unit_id"),)

    token_id: Mapped[UUID] = mapped_column(ForeignKey("tokens.id"))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("organization_units.id"), index=True)


def new_token() -> str:
    """Make the text of a token: 256 random bits behind a prefix."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def token_digest(token: str) -> str:
    """Hash a token. With 256 random bits in it a fast hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()
