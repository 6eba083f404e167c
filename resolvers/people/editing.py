"""Changing the staff: what they may do and where, for how long, and whether at all.

What changes takes effect at once, wherever they are signed in.
"""

from collections.abc import Collection
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from sqlalchemy import delete

from models.accounts import Role
from models.events import EventKind
from models.people import Person, RecoveryCode
from models.staff_errors import EmailInUse
from models.ways_in import Passkey, StaffIdentity
from resolvers.checks import checked_language, required_text
from resolvers.people import administrators, credentials, inviting, rights, sessions
from resolvers.people.credentials import Credential
from resolvers.work import Work

NOBODYS_NAME = "Removed person"
GIVING = frozenset({"email", "role", "unit_ids", "access_ends_at"})
"""What gives somebody their role, elsewhere or for longer; a new address may be somebody else's."""


class PersonChanges(TypedDict, total=False):
    """What may be changed of somebody."""

    email: str
    name: str
    language: str
    role: Role
    unit_ids: Collection[UUID | None] | None
    access_ends_at: datetime | None


async def update(work: Work, id: UUID | None, changes: PersonChanges) -> Person:
    """Change what somebody is called, what they may do and where, or until when.

    Raises:
        NotAllowed: The actor may not change the staff, gives more than they have, or it is the
            actor.
        NotFound: There is no such person or unit, or the actor does not reach it.
        InvalidInput: A value makes no sense.
        EmailInUse: Somebody signs in with that address already, here or elsewhere.
        LastAdministrator: Nobody would be left who administers the organization without an end.
    """
    before = await administrators.hold(work)
    person = await rights.person_to_change(work, id)
    if not GIVING.isdisjoint(changes):
        rights.check_role(work, person.role)
    if "role" in changes:
        rights.check_role(work, changes["role"])
        person.role = changes["role"]
    if "email" in changes:
        person.email = inviting.checked_email(changes["email"])
    if "name" in changes:
        person.name = required_text(changes["name"], path=("name",))
    if "language" in changes:
        person.language = checked_language(changes["language"], path=("language",))
    if "access_ends_at" in changes:
        person.access_ends_at = changes["access_ends_at"]
    if "unit_ids" in changes:
        await _move(work, person, changes["unit_ids"])
    await work.save({inviting.EMAIL_TAKEN: EmailInUse(path=inviting.PATH)})
    await administrators.check_kept(work, before)
    work.record(EventKind.PERSON_UPDATED, person, changed=sorted(changes))
    return person


async def _move(work: Work, person: Person, unit_ids: Collection[UUID | None] | None) -> None:
    path = ("organization_unit_ids",)
    units = await rights.checked_units(work, unit_ids, path=path)
    await inviting.give_units(work, person, units)


async def block(work: Work, id: UUID | None, *, blocked: bool) -> Person:
    """Keep somebody out, or let them in again; twice is once.

    Their sessions end, and their invitation is worthless.

    Raises:
        NotAllowed: The actor may not change the staff, or it is the actor; or who is let in again
            may do more than the actor.
        NotFound: There is no such person, or the actor does not reach them.
        LastAdministrator: Nobody would be left who administers the organization.
    """
    before = await administrators.hold(work)
    person = await rights.person_to_change(work, id)
    if blocked == (person.blocked_at is not None):
        return person
    if not blocked:
        rights.check_role(work, person.role)
    person.blocked_at = work.actor.real(work.now) if blocked else None
    if blocked:
        await inviting.withdraw(work, person)
        await sessions.end_all_sessions(work, person.id, reason="blocked")
        await administrators.check_kept(work, before)
    kind = EventKind.PERSON_BLOCKED if blocked else EventKind.PERSON_UNBLOCKED
    work.record(kind, person)
    return person


async def remove(work: Work, id: UUID | None) -> Person:
    """Let somebody go: nothing personal of them is kept but their id, for the trail.

    Raises:
        NotAllowed: The actor may not change the staff, or it is the actor.
        NotFound: There is no such person, or the actor does not reach them.
        LastAdministrator: Nobody would be left who administers the organization.
    """
    before = await administrators.hold(work)
    person = await rights.person_to_change(work, id)
    await inviting.withdraw(work, person)
    await inviting.give_units(work, person, ())
    await sessions.end_all_sessions(work, person.id, reason="removed")
    connection = await work.connection()
    for way in (RecoveryCode, StaffIdentity, Passkey):
        await connection.execute(delete(way).where(way.person_id == person.id))
    person.email = person.password_hash = person.totp_secret = None
    person.name = NOBODYS_NAME
    person.removed_at = work.actor.real(work.now)
    await work.save()
    await administrators.check_kept(work, before)
    work.record(EventKind.PERSON_REMOVED, person)
    return person


async def left_behind(work: Work, person: Person, *, revoke: bool) -> list[Credential]:
    """List the credentials that somebody made and that work without them, or take them back.

    Args:
        work: The transaction in which they were blocked or removed.
        person: Who.
        revoke: Whether they are taken back, see `credentials.revoke_of_person`.

    Raises:
        NotAllowed: They are to be taken back, and the actor may not manage credentials.
    """
    if revoke:
        return await credentials.revoke_of_person(work, person.id)
    return await credentials.of_person(work, person.id)
