"""Who asks: by which way they came in, and what they may do."""

from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

from models.people import PersonSession as SessionRow
from models.ways_in import Passkey as PasskeyRow
from resolvers.people import passkeys, sessions
from resolvers.people.whoami import Myself, myself
from schema.access.people_enums import ProvedBy
from schema.access.permission_enums import Permission, WayIn
from schema.context import Info
from schema.enums import Role
from schema.organizations.organizations import OrganizationUnit
from schema.permissions import NOTHING, query, reached
from schema.scalars import to_id


@reached
@strawberry.type(description="A browser in which somebody has signed in.")
class Session:
    id: strawberry.ID = strawberry.field(description="Opaque.")
    device: str | None = strawberry.field(description="What the browser calls itself.")
    proved_by: ProvedBy = strawberry.field(description="How they proved who they are.")
    created_at: datetime = strawberry.field(description="When they signed in.")
    seen_at: datetime = strawberry.field(
        description="When it last asked for something, a minute more or less; an hour later it is "
        "over."
    )
    is_this: bool = strawberry.field(description="Whether it is the one that asks.")


@reached
@strawberry.type(description="A passkey by which somebody signs in (WebAuthn).")
class Passkey:
    id: strawberry.ID = strawberry.field(description="Opaque.")
    name: str = strawberry.field(description="What you call it.")
    transports: list[str] = strawberry.field(
        description="How its device is reached, as browsers say it, such as internal or usb."
    )
    created_at: datetime = strawberry.field(description="When it was added.")
    used_at: datetime | None = strawberry.field(
        description="When somebody last signed in by it; null for never."
    )


@reached
@strawberry.type(description="Whoever asks.")
class Me:
    myself: strawberry.Private[Myself]
    way_in: WayIn = strawberry.field(description="How you came in.")
    name: str | None = strawberry.field(description="What you, or your token, are called.")
    email: str | None = strawberry.field(description="By which you sign in; null for programs.")
    language: str | None = strawberry.field(description="BCP 47 primary tag; null for programs.")
    role: Role = strawberry.field(description="What you are here for.")
    permissions: list[Permission] = strawberry.field(description="What you may do, sorted.")
    organization: OrganizationUnit = strawberry.field(description="Your organization.")
    organization_units: list[OrganizationUnit] | None = strawberry.field(
        description="The topmost units that you reach; null for the whole organization."
    )

    @strawberry.field(
        description="Where you are signed in, the newest first; none for programs. The page "
        "/sign-in ends them."
    )
    async def sessions(self, info: Info) -> list[Session]:
        actor = self.myself.actor
        if actor.person_id is None:
            return []
        async with info.context.reading() as reading:
            found = await sessions.open_sessions(reading, actor.person_id)
        return [session(row, actor.session_id) for row in found]

    @strawberry.field(
        description="By which passkeys you sign in, the oldest first; none for programs. The page "
        "/sign-in adds and removes them."
    )
    async def passkeys(self, info: Info) -> list[Passkey]:
        actor = self.myself.actor
        if actor.person_id is None:
            return []
        async with info.context.reading() as reading:
            found = await passkeys.of_person(reading, actor.person_id)
        return [passkey(row) for row in found]

    @classmethod
    def of(cls, found: Myself) -> Self:
        actor, person, units = found.actor, found.person, found.units
        return cls(
            myself=found,
            way_in=actor.way_in,
            name=found.name,
            email=person.email if person else None,
            language=person.language if person else None,
            role=actor.role,
            permissions=list(found.permissions),
            organization=OrganizationUnit.of(found.organization),
            organization_units=None if units is None else list(map(OrganizationUnit.of, units)),
        )


def passkey(row: PasskeyRow) -> Passkey:
    """Show a passkey; nothing of its keys."""
    return Passkey(
        id=to_id(PasskeyRow, row.id),
        name=row.name,
        transports=row.transports.split(),
        created_at=row.created_at,
        used_at=row.used_at,
    )


def session(row: SessionRow, present: UUID | None) -> Session:
    """Show a session."""
    return Session(
        id=to_id(SessionRow, row.id),
        device=row.device,
        proved_by=row.proved_by,
        created_at=row.created_at,
        seen_at=row.seen_at,
        is_this=row.id == present,
    )


@strawberry.type
class MeQueries:
    @query(permission=NOTHING, description="Who you are, and what you may do, however you came in.")
    async def me(self, info: Info) -> Me:
        async with info.context.reading() as reading:
            return Me.of(await myself(reading))
