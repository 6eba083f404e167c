"""Taking up an invitation: a password, an authenticator, recovery codes, and a first session.

The link's secret opens nothing but this. Whoever proves in another way who they are takes the
invitation up by `take_up` as well, which lets nobody use it twice.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.accounts import Actor
from models.base import table_of
from models.errors import InvalidInput, LinkNotValid
from models.events import EventKind
from models.organizations import OrganizationUnit
from models.people import Person, PersonInvitation, PersonState, ProvedBy, state_of
from models.sealed import Sealed
from models.ways_in import Passkey
from resolvers.clocks import ahead_of
from resolvers.outside.secret import digest_of
from resolvers.people import second_factors, sessions
from resolvers.people.sessions import Opened
from resolvers.work import Work, system

LONGEST_SECRET = 100


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody with a link that is good.

    Args:
        invitation_id: Which invitation it is of.
        person_id: Who was invited.
        owner: The system of their organization.
        email: By which they will sign in.
        name: What they are called.
        language: In which pages speak to them.
        organization: What their organization is called.
        totp_secret: The secret of the authenticator that was offered; None if none was.
    """

    invitation_id: UUID
    person_id: UUID
    owner: Actor
    email: str
    name: str
    language: str
    organization: str
    totp_secret: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What somebody chose to sign in with.

    Args:
        password_hash: Their password, hashed.
        totp_secret: The secret of their authenticator.
        totp_step: The time step of the code by which they showed that they have it.
        device: What their browser calls itself.
    """

    password_hash: str = field(repr=False)
    totp_secret: str = field(repr=False)
    totp_step: int
    device: str | None


async def invited(connection: AsyncConnection, secret: str | None, now: datetime) -> Invited:
    """Tell who was invited by a link.

    Raises:
        LinkNotValid: It is unknown, was used, renewed or withdrawn, or has lapsed.
    """
    if not secret or len(secret) > LONGEST_SECRET:
        raise LinkNotValid
    invitation, person = table_of(PersonInvitation), table_of(Person)
    organization = table_of(OrganizationUnit)
    columns = (
        *(invitation.c.id.label("invitation_id"), invitation.c.totp_secret),
        *(person.c.id, person.c.organization_id, person.c.email, person.c.name, person.c.language),
        *(organization.c.name.label("organization"), ahead_of(person.c.organization_id)),
    )
    whole = invitation.join(person, person.c.id == invitation.c.person_id).join(
        organization, organization.c.id == person.c.organization_id
    )
    is_good = invitation.c.digest == digest_of(secret), invitation.c.expires_at > now
    found: Any = await connection.execute(select(*columns).select_from(whole).where(*is_good))
    row = found.first()
    if row is None:
        raise LinkNotValid
    return Invited(
        invitation_id=row.invitation_id,
        person_id=row.id,
        owner=system(row.organization_id, row.clock_ahead),
        email=row.email,
        name=row.name,
        language=row.language,
        organization=row.organization,
        totp_secret=row.totp_secret and row.totp_secret.opened(of=row.invitation_id),
    )


async def offer_totp(work: Work, invited: Invited) -> str:
    """Give the secret of the authenticator that a link offers, the same each time it is opened.

    Raises:
        LinkNotValid: The invitation was used, renewed or withdrawn meanwhile.
    """
    found = await work.locked(PersonInvitation, [invited.invitation_id])
    if not found:
        raise LinkNotValid
    invitation = found[0]
    if invitation.totp_secret is None:
        made = second_factors.new_totp_secret()
        invitation.totp_secret = Sealed(made, of=invitation.id)
    return invitation.totp_secret.opened(of=invitation.id)


def shown_step(invited: Invited, code: str, now: datetime) -> tuple[str, int]:
    """Check that somebody has the authenticator that they were offered.

    Returns:
        Its secret, and the time step of the code.

    Raises:
        InvalidInput: The code is not the one that it shows now.
    """
    offered = invited.totp_secret
    step = offered and second_factors.step_of(offered, code, now)
    if not offered or not step:
        message = "That is not the code that the authenticator shows; its clock may be wrong."
        raise InvalidInput(message, path=("code",))
    return offered, step


async def take_up(work: Work, invitation_id: UUID, person_id: UUID) -> Person:
    """Use up an invitation: of two who come at once, one gets the person, locked.

    What the person had signed in with before ends here: their sessions, everywhere.

    Raises:
        LinkNotValid: It was used, renewed or withdrawn, or the person may not come in any more.
    """
    used = delete(PersonInvitation).where(PersonInvitation.id == invitation_id)
    taken = await (await work.connection()).execute(used.returning(PersonInvitation.id))
    people = await work.locked(Person, [person_id]) if taken.first() else []
    now = work.actor.real(work.now)
    if not people or state_of(people[0], now) not in {PersonState.INVITED, PersonState.ACTIVE}:
        raise LinkNotValid
    (person,) = people
    person.joined_at = person.joined_at or now
    await sessions.end_all_sessions(work, person.id, reason="invited anew")
    work.record(EventKind.PERSON_JOINED, person)
    return person


async def join(work: Work, invited: Invited, chosen: Chosen) -> tuple[Opened, list[str]]:
    """Take up an invitation with a password and an authenticator.

    Passkeys that they had are gone: whoever is invited anew may have lost the device with one, or
    somebody else may have added one.

    Returns:
        The first session, and the recovery codes, which are shown once.

    Raises:
        LinkNotValid: It was used, renewed or withdrawn, or the person may not come in any more.
    """
    person = await take_up(work, invited.invitation_id, invited.person_id)
    person.password_hash = chosen.password_hash
    person.totp_secret = Sealed(chosen.totp_secret, of=person.id)
    person.totp_step = chosen.totp_step
    of_them = delete(Passkey).where(Passkey.person_id == person.id).returning(Passkey.id)
    for gone in (await (await work.connection()).execute(of_them)).scalars():
        work.record(EventKind.PASSKEY_REMOVED, person, passkey_id=gone)
    codes = await second_factors.renew_recovery_codes(work, person)
    now = work.actor.real(work.now)
    opened = await sessions.open_session(
        work, person, proved_by=ProvedBy.INVITATION, device=chosen.device, proved_at=now
    )
    return opened, codes
