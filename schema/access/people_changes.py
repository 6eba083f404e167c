"""Inviting staff, and changing what they may do."""

from datetime import datetime

import strawberry

import models.people as models
from models.accounts import Permission
from models.organizations import OrganizationUnit as UnitRow
from resolvers.people import editing, inviting
from resolvers.people.editing import PersonChanges
from resolvers.people.inviting import Newcomer
from resolvers.work import Work
from schema.access.people import Person
from schema.context import Info
from schema.enums import Role
from schema.errors import UserError
from schema.inputs import Repeatable, changes, given, was_given
from schema.mutations import mutation
from schema.permissions import reached
from schema.repeating import shown_once
from schema.scalars import from_id

UNITS = (
    "The units that they reach, with all that lie below; null or left out for as far as you reach."
)


def invitation_url(public_url: str, secret: str) -> str:
    """Write the link of an invitation; what comes after the # is sent to no server."""
    return f"{public_url}/accept-invitation#{secret}"


@strawberry.input(description="Somebody who is to work here.")
class PersonInviteInput(Repeatable):
    email: str = strawberry.field(
        description="By which they sign in; nobody else has it, whatever its case."
    )
    name: str = strawberry.field(description="What they are called.")
    role: Role = strawberry.field(
        description="What they may do: VIEWER, USER, ADVANCED_USER, ADMIN or INSTALLER, and no "
        "more than you."
    )
    language: str | None = strawberry.field(
        default=strawberry.UNSET, description="BCP 47 primary tag; the organization's by default."
    )
    organization_unit_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description=UNITS
    )
    access_ends_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="From when on they may not sign in any more."
    )


@strawberry.input(description="Somebody who is to get a new invitation.")
class PersonInvitationRenewInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Who.")


@strawberry.input(description="Changes of somebody; what is left out stays.")
class PersonUpdateInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Who; not yourself.")
    email: str | None = strawberry.field(
        default=strawberry.UNSET, description="By which they sign in."
    )
    name: str | None = strawberry.field(default=strawberry.UNSET, description="Their name.")
    role: Role | None = strawberry.field(default=strawberry.UNSET, description="What they may do.")
    language: str | None = strawberry.field(
        default=strawberry.UNSET, description="BCP 47 primary tag."
    )
    organization_unit_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET,
        description="The units that they reach; null for as far as you reach.",
    )
    access_ends_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="From when on they may not sign in; null for never."
    )


@strawberry.input(description="Somebody who is to be kept out, or let in again.")
class PersonBlockInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Who; not yourself.")
    blocked: bool = strawberry.field(
        default=True, description="Whether they are kept out; false lets them in again."
    )


@strawberry.input(description="Somebody who does not work here any more.")
class PersonRemoveInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Who; not yourself.")


@reached
@strawberry.type(description="What became of one of the staff.")
class PersonPayload:
    person: Person | None = strawberry.field(
        default=None, description="The person; null when it was refused."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@reached
@strawberry.type(description="What became of an invitation.")
class PersonInvitationPayload(PersonPayload):
    invitation_url: str | None = shown_once(
        description="The link, shown once: pass it on to the person, who has six hours to use it. "
        "Null when the answer is given again."
    )


@strawberry.type
class PeopleMutations:
    @mutation(
        permission=Permission.EDIT_USERS,
        description="Invite somebody to the staff. The link lets them set a password and an "
        "authenticator, once and within six hours; `personInvitationRenew` makes a new one.",
    )
    async def person_invite(
        self, info: Info, work: Work, input: PersonInviteInput
    ) -> PersonInvitationPayload:
        ids = given(input.organization_unit_ids)
        newcomer = Newcomer(
            email=input.email,
            name=input.name,
            role=input.role,
            language=given(input.language),
            unit_ids=None if ids is None else [from_id(UnitRow, id) for id in ids],
            access_ends_at=given(input.access_ends_at),
        )
        person, secret = await inviting.invite(work, newcomer)
        url = invitation_url(info.context.outside.public_url, secret)
        return PersonInvitationPayload(person=Person.of(person), invitation_url=url)

    @mutation(
        permission=Permission.EDIT_USERS,
        description="Make a new link for somebody whose invitation has lapsed, or who lost their "
        "password or authenticator; the link before is worthless. What they sign in with stays "
        "good until they set a new one, which ends their sessions.",
    )
    async def person_invitation_renew(
        self, info: Info, work: Work, input: PersonInvitationRenewInput
    ) -> PersonInvitationPayload:
        person, secret = await inviting.renew(work, from_id(models.Person, input.id))
        url = invitation_url(info.context.outside.public_url, secret)
        return PersonInvitationPayload(person=Person.of(person), invitation_url=url)

    @mutation(
        permission=Permission.EDIT_USERS,
        description="Change what somebody is called, may do, and reaches; it takes effect at once, "
        "wherever they are signed in.",
    )
    async def person_update(self, work: Work, input: PersonUpdateInput) -> PersonPayload:
        plain = ("email", "name", "role", "language")
        written: PersonChanges = changes(input, *plain, "access_ends_at", required=plain)
        if was_given(input.organization_unit_ids):
            ids = input.organization_unit_ids
            written["unit_ids"] = None if ids is None else [from_id(UnitRow, id) for id in ids]
        person = await editing.update(work, from_id(models.Person, input.id), written)
        return PersonPayload(person=Person.of(person))

    @mutation(
        permission=Permission.EDIT_USERS,
        description="Keep somebody out, wherever they are signed in, or let them in again; a new "
        "invitation is needed where they had not taken up theirs. Twice is once.",
    )
    async def person_block(self, work: Work, input: PersonBlockInput) -> PersonPayload:
        id = from_id(models.Person, input.id)
        person = await editing.block(work, id, blocked=input.blocked)
        return PersonPayload(person=Person.of(person))

    @mutation(
        permission=Permission.EDIT_USERS,
        description="Let somebody go: their sessions end, and of them nothing personal is kept but "
        "the id by which events name them. Their e-mail address can be invited again.",
    )
    async def person_remove(self, work: Work, input: PersonRemoveInput) -> PersonPayload:
        person = await editing.remove(work, from_id(models.Person, input.id))
        return PersonPayload(person=Person.of(person))
