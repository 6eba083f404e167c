"""Signing in at a provider of OpenID Connect, which proves who somebody is.

Somebody who was invited comes with the address that the provider has verified; from then on it is
the provider's own name for them that counts. Nobody is made by signing in.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.accounts import Actor
from models.base import table_of
from models.database import Database
from models.dialects.deadlocks import begun_again
from models.errors import IllegalTransition, LinkNotValid
from models.events import EventKind
from models.people import Person, PersonInvitation, PersonState, ProvedBy, folded_email, state_of
from models.staff_errors import SignInRefused
from models.ways_in import StaffIdentity
from resolvers.clocks import ahead_of
from resolvers.outside.identity import Member, Trip
from resolvers.outside.secret import Secret
from resolvers.people import accepting, sessions
from resolvers.people.sessions import Opened
from resolvers.people.signing_in import Unproved
from resolvers.work import Work, system

BROWSER = "sign-in browser"
NONCE = "sign-in nonce"
VERIFIER = "sign-in verifier"
LINKED = "staff_identities_person_id_issuer_key"
TAKEN = "staff_identities_issuer_subject_key"


@dataclass(frozen=True, slots=True)
class Meant:
    """Whom a provider means.

    Args:
        person_id: Who.
        owner: The system of their organization.
        is_linked: Whether they came from there before.
    """

    person_id: UUID
    owner: Actor
    is_linked: bool


def trip_with(secret: Secret, state: str) -> Trip:
    """Give the way to the provider and back that a state belongs to."""
    return Trip(
        state=state,
        nonce=secret.signature(NONCE, state),
        verifier=secret.signature(VERIFIER, state),
    )


async def sign_in(
    database: Database, member: Member, *, device: str | None, now: datetime
) -> Opened:
    """Open a session for somebody who comes from the provider.

    Args:
        database: The doors.
        member: Who it is, as the provider proved.
        device: What their browser calls itself.
        now: The moment, by our clock.

    Raises:
        SignInRefused: Nobody is linked to them or has their verified address, or may not enter.
    """
    async with database.reading() as connection:
        meant = await _meant(connection, member)
    if meant is None:
        raise SignInRefused

    async def transaction() -> Opened:
        async with database.writing(meant.owner.organization_id) as session:
            work = Work(session, meant.owner, meant.owner.time(now))
            person = await _proved(work, meant, member)
            return await sessions.open_session(
                work,
                person,
                proved_by=ProvedBy.OPEN_ID,
                device=device,
                proved_at=member.proved_at,
            )

    try:
        return await begun_again(transaction)
    except Unproved as refusal:
        await _note(database, meant, now, refusal.reason)
        raise SignInRefused from refusal


async def _meant(connection: AsyncConnection, member: Member) -> Meant | None:
    """Find who is linked; else who has the address, if the provider has verified it."""
    person, identity = table_of(Person), table_of(StaffIdentity)
    columns = person.c.id, person.c.organization_id, ahead_of(person.c.organization_id)
    of_person = identity.join(person, person.c.id == identity.c.person_id)
    same = identity.c.issuer == member.issuer, identity.c.subject == member.subject
    linked = select(*columns).select_from(of_person).where(*same)
    row: Any = (await connection.execute(linked)).first()
    is_linked = row is not None
    if row is None and member.email is not None:
        by_email = select(*columns).where(person.c.email == folded_email(member.email))
        row = (await connection.execute(by_email)).first()
    return row and Meant(row[0], system(*row[1:]), is_linked)


async def _proved(work: Work, meant: Meant, member: Member) -> Person:
    """Give the person, locked, who may enter; linked now if they were not before.

    Raises:
        Unproved: They may not enter, or somebody else there was linked to them.
    """
    await _take_up(work, meant)
    people = await work.locked(Person, [meant.person_id])
    state = state_of(people[0], work.actor.real(work.now)) if people else PersonState.REMOVED
    if state is not PersonState.ACTIVE:
        raise Unproved(state.value)
    (person,) = people
    if meant.is_linked:
        return person
    if person.email is None or person.email != folded_email(member.email or ""):
        raise Unproved("address")  # it was changed since it was looked at
    await _link(work, person, member)
    return person


async def _take_up(work: Work, meant: Meant) -> None:
    """Take up the invitation of somebody who has not joined yet.

    Raises:
        Unproved: It has lapsed, or was renewed or used at this moment.
    """
    person, invitation = table_of(Person).c, table_of(PersonInvitation).c
    waiting = (
        select(invitation.id, invitation.expires_at)
        .join_from(table_of(PersonInvitation), table_of(Person), person.id == invitation.person_id)
        .where(person.id == meant.person_id, person.joined_at.is_(None))
    )
    row: Any = (await (await work.connection()).execute(waiting)).first()
    if row is None:
        return
    if row.expires_at <= work.actor.real(work.now):
        raise Unproved(PersonState.INVITED.value)
    try:
        await accepting.take_up(work, row.id, meant.person_id)
    except LinkNotValid as refusal:
        raise Unproved(PersonState.INVITED.value) from refusal


async def _link(work: Work, person: Person, member: Member) -> None:
    """Remember who somebody is at the provider, once and for good.

    Raises:
        Unproved: Somebody else there is linked to them already.
    """
    identity = StaffIdentity(
        organization_id=person.organization_id,
        person_id=person.id,
        issuer=member.issuer,
        subject=member.subject,
        created_at=work.actor.real(work.now),
    )
    other = IllegalTransition("Somebody else there is linked already.")
    try:
        await work.add(identity, refusals={LINKED: other, TAKEN: other})
    except IllegalTransition as refusal:
        raise Unproved("linked otherwise") from refusal
    work.record(EventKind.PERSON_LINKED, person, issuer=member.issuer)


async def _note(database: Database, meant: Meant, now: datetime, reason: str) -> None:
    """Write down for the trail why somebody was not let in; they are not told."""

    async def transaction() -> None:
        async with database.writing(meant.owner.organization_id) as session:
            work = Work(session, meant.owner, meant.owner.time(now))
            for person in await work.locked(Person, [meant.person_id]):
                work.record(EventKind.SIGN_IN_REFUSED, person, reason=reason)

    await begun_again(transaction)
