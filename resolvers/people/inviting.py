"""Invitations: a link with a secret that is shown once, good for six hours and for one use.

A renewed invitation makes the one before worthless. Whoever lost their password or their second
factor gets a renewed one too: what they had stays good until they have set new ones.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete

from models.accounts import Permission, Role
from models.errors import IllegalTransition, InvalidInput
from models.events import EventKind
from models.people import (
    Person,
    PersonInvitation,
    PersonState,
    PersonUnit,
    folded_email,
    state_of,
)
from models.staff_errors import EmailInUse
from resolvers.checks import checked_language, required_text
from resolvers.outside.secret import digest_of, new_secret
from resolvers.people import rights
from resolvers.settings import settings
from resolvers.work import Work

LASTS = timedelta(hours=6)
"""As long as the link of a Livion Dashboard (livionkey.md 2.23)."""
EMAIL_TAKEN = "people_email_key"
PATH = ("email",)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who is to be invited.

    Args:
        email: By which they will sign in.
        name: What they are called.
        role: What they may do.
        language: In which pages speak to them; the organization's when left out.
        unit_ids: The units that they reach; None for as far as the actor reaches.
        access_ends_at: From when on they may not sign in any more; None for never.
    """

    email: str
    name: str
    role: Role
    language: str | None = None
    unit_ids: Collection[UUID | None] | None = None
    access_ends_at: datetime | None = None


async def invite(work: Work, newcomer: Newcomer) -> tuple[Person, str]:
    """Invite somebody, and give the secret of the link, which is not kept anywhere.

    Raises:
        NotAllowed: The actor may not change the staff, or gives more than they have.
        InvalidInput: The address is none, the name is empty, or the role is not one of people.
        NotFound: There is no such unit, or the actor does not reach it.
        EmailInUse: Somebody signs in with that address already, here or elsewhere.
    """
    work.require(Permission.EDIT_USERS)
    rights.check_role(work, newcomer.role)
    path = ("organization_unit_ids",)
    units = await rights.checked_units(work, newcomer.unit_ids, path=path)
    person = Person(
        organization_id=work.actor.organization_id,
        email=checked_email(newcomer.email),
        name=required_text(newcomer.name, path=("name",)),
        language=await _language(work, newcomer.language),
        role=newcomer.role,
        access_ends_at=newcomer.access_ends_at,
    )
    await work.add(person, refusals={EMAIL_TAKEN: EmailInUse(path=PATH)})
    await give_units(work, person, units)
    work.record(EventKind.PERSON_INVITED, person, role=person.role.value, units=units)
    return person, await _new_invitation(work, person)


async def renew(work: Work, id: UUID | None) -> tuple[Person, str]:
    """Invite somebody anew: who let the first invitation lapse, or lost what they sign in with.

    Raises:
        NotAllowed: The actor may not change the staff, may less than they, or is themselves.
        NotFound: There is no such person, or the actor does not reach them.
        IllegalTransition: They are blocked, or their access has ended.
    """
    person = await rights.person_to_change(work, id)
    rights.check_role(work, person.role)
    state = state_of(person, work.actor.real(work.now))
    if state not in {PersonState.INVITED, PersonState.ACTIVE}:
        message = f"They are {state.name}; give them access again first."
        raise IllegalTransition(message, path=("id",))
    work.record(EventKind.PERSON_INVITATION_RENEWED, person)
    return person, await _new_invitation(work, person)


async def _new_invitation(work: Work, person: Person) -> str:
    secret = new_secret()
    await withdraw(work, person)
    invitation = PersonInvitation(
        organization_id=person.organization_id,
        person_id=person.id,
        digest=digest_of(secret),
        expires_at=work.actor.real(work.now) + LASTS,
    )
    await work.add(invitation)
    return secret


async def withdraw(work: Work, person: Person) -> None:
    """Make the invitation that somebody has worthless."""
    connection = await work.connection()
    of_them = PersonInvitation.person_id == person.id
    await connection.execute(delete(PersonInvitation).where(of_them))


async def give_units(work: Work, person: Person, unit_ids: Collection[UUID]) -> None:
    """Let somebody reach units in place of those that they reached before."""
    connection = await work.connection()
    await connection.execute(delete(PersonUnit).where(PersonUnit.person_id == person.id))
    owner = person.organization_id
    rows = (PersonUnit(organization_id=owner, person_id=person.id, unit_id=id) for id in unit_ids)
    await work.add(*rows)


def checked_email(email: str) -> str:
    """Give an e-mail address as it is compared.

    Raises:
        InvalidInput: It is none. The message does not repeat it.
    """
    folded = required_text(folded_email(email), path=PATH)
    name, _, domain = folded.rpartition("@")
    if not name or "." not in domain.strip(".") or any(sign.isspace() for sign in folded):
        raise InvalidInput("An e-mail address is like aino@example.org.", path=PATH)
    return folded


async def _language(work: Work, said: str | None) -> str:
    if said:
        return checked_language(said, path=("language",))
    return (await settings(work, work.actor.organization_id)).language
