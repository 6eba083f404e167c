"""Staff as clients see them."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

import strawberry

import models.people as models
from resolvers import looking, relations
from resolvers.people.units import units_of_people
from schema.access.people_enums import PersonState
from schema.access.permission_enums import Permission
from schema.context import Info
from schema.enums import Role
from schema.execution import batched
from schema.nodes import Node, shows
from schema.organizations.organizations import OrganizationUnit
from schema.paging import FIRST, After, Connection, First, connection, from_cursor
from schema.permissions import query
from schema.scalars import to_id


async def invitations_end(people: list[Any], context: Any) -> list[datetime | None]:
    """Load until when the invitations of people are good."""
    loader = context.loaders.belonging(relations.INVITATION_OF_PERSON)
    found = await loader.load_many([person.person_id for person in people])
    return [rows[0].expires_at if rows else None for rows in found]


async def units(people: list[Any], context: Any) -> list[list[OrganizationUnit]]:
    """Load the units that people were given."""
    loader = context.loaders.answers(units_of_people)
    found = await loader.load_many([person.person_id for person in people])
    return [[OrganizationUnit.of(row) for row in rows] for rows in found]


async def states(people: list[Any], context: Any) -> list[PersonState]:
    """Tell where people stand now, by our clock."""
    return [models.state_of(person.row, context.asked_at) for person in people]


@shows(models.Person)
@strawberry.type(description="One of the staff of your organization.")
class Person(Node):
    person_id: strawberry.Private[UUID]
    row: strawberry.Private[Any]
    name: str = strawberry.field(description="What they are called.")
    email: str | None = strawberry.field(
        description="By which they sign in; null of somebody who was removed."
    )
    language: str = strawberry.field(description="BCP 47 primary tag.")
    role: Role = strawberry.field(description="What they may do.")
    organization_units: list[OrganizationUnit] = batched(
        units,
        description="The units that they reach, with all that lie below; none of them stands for "
        "the whole organization.",
    )
    access_ends_at: datetime | None = strawberry.field(
        description="From when on they may not sign in any more; null for never."
    )
    joined_at: datetime | None = strawberry.field(
        description="When they first took up an invitation."
    )
    signed_in_at: datetime | None = strawberry.field(description="When they last signed in.")
    state: PersonState = batched(states, description="Whether they may sign in.")
    invitation_expires_at: datetime | None = batched(
        invitations_end, description="Until when their invitation is good; null when none is open."
    )

    @classmethod
    def of(cls, row: models.Person) -> Self:
        return cls(
            id=to_id(models.Person, row.id),
            person_id=row.id,
            row=row,
            name=row.name,
            email=row.email,
            language=row.language,
            role=row.role,
            access_ends_at=row.access_ends_at,
            joined_at=row.joined_at,
            signed_in_at=row.signed_in_at,
        )


@strawberry.type
class PeopleQueries:
    @query(
        permission=Permission.VIEW_USERS,
        description="The staff of your organization: of the units that you reach, if you do not "
        "reach all of it.",
    )
    async def people(
        self, info: Info, first: First = FIRST, after: After = None
    ) -> Connection[Person]:
        behind = from_cursor(after)
        async with info.context.reading() as reading:
            shown = models.Person.removed_at.is_(None)
            part = await looking.page(reading, models.Person, shown, first=first, after=behind)
        return connection(part, Person.of, behind)
