"""Contacts: who fetches and returns keys."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self
from uuid import UUID

import strawberry

import models.organizations as models
from models.accounts import Permission
from resolvers import contacts, looking, relations
from resolvers.work import Work
from schema.context import Info
from schema.errors import UserError
from schema.execution import batched
from schema.inputs import Repeatable, changes, given
from schema.loaders import to_first
from schema.many_inputs import one_of_many
from schema.mutations import mutation
from schema.nodes import Node, shows
from schema.paging import FIRST, After, Connection, First, connection, from_cursor
from schema.permissions import query, reached
from schema.scalars import from_id, to_id

if TYPE_CHECKING:  # erasures refer to contacts, and contacts to erasures
    from schema.access.erasures import Erasure


@shows(models.Contact)
@strawberry.type(description="Somebody who fetches and returns keys.")
class Contact(Node):
    contact_id: strawberry.Private[UUID]
    name: str = strawberry.field(description="Their name; `Erased contact` of one that was erased.")
    email: str | None = strawberry.field(description="Where mail reaches them.")
    phone: str | None = strawberry.field(description="Where text messages reach them.")
    language: str = strawberry.field(description="BCP 47 primary tag.")
    erased_at: datetime | None = strawberry.field(
        description="Since when nothing personal is kept of it; null for all others."
    )
    erasure: Annotated["Erasure", strawberry.lazy("schema.access.erasures")] | None = batched(
        to_first(relations.ERASURE_OF_CONTACT, "contact_id"),
        description="The receipt of its erasure, if it was erased.",
    )

    @classmethod
    def of(cls, row: models.Contact) -> Self:
        return cls(
            id=to_id(models.Contact, row.id),
            contact_id=row.id,
            name=row.name,
            email=row.email,
            phone=row.phone,
            language=row.language,
            erased_at=row.erased_at,
        )


@one_of_many
@strawberry.input(description="Somebody who fetches and returns keys.")
class ContactInput:
    name: str = strawberry.field(description="Their name.")
    email: str | None = strawberry.field(default=strawberry.UNSET, description="For mail.")
    phone: str | None = strawberry.field(default=strawberry.UNSET, description="For messages.")
    language: str | None = strawberry.field(
        default=strawberry.UNSET, description="BCP 47 primary tag; the unit's when left out."
    )

    def details(self) -> models.ContactDetails:
        return models.ContactDetails(
            name=self.name,
            email=given(self.email),
            phone=given(self.phone),
            language=given(self.language),
        )


@strawberry.input(description="Changes of a contact; what is left out stays.")
class ContactUpdateInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which contact.")
    name: str | None = strawberry.field(default=strawberry.UNSET, description="Their name.")
    email: str | None = strawberry.field(default=strawberry.UNSET, description="For mail.")
    phone: str | None = strawberry.field(default=strawberry.UNSET, description="For messages.")
    language: str | None = strawberry.field(
        default=strawberry.UNSET, description="BCP 47 primary tag."
    )


@reached
@strawberry.type(description="What became of a contact.")
class ContactUpdatePayload:
    contact: Contact | None = strawberry.field(
        default=None, description="The contact; null when it was refused."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@strawberry.type
class ContactQueries:
    @query(permission=Permission.VIEW, description="The contacts that your organization knows.")
    async def contacts(
        self,
        info: Info,
        first: First = FIRST,
        after: After = None,
        search: Annotated[
            str | None, strawberry.argument(description="Part of a name, address or number.")
        ] = None,
    ) -> Connection[Contact]:
        behind = from_cursor(after)
        fields = (models.Contact.name, models.Contact.email, models.Contact.phone)
        async with info.context.reading() as reading:
            part = await looking.page(
                reading,
                models.Contact,
                *looking.matching(search, *fields),
                first=first,
                after=behind,
            )
        return connection(part, Contact.of, behind)


@strawberry.type
class ContactMutations:
    @mutation(
        permission=Permission.EDIT_RESERVATIONS, description="Change what is known of a contact."
    )
    async def contact_update(self, work: Work, input: ContactUpdateInput) -> ContactUpdatePayload:
        written = changes(
            input, "name", "email", "phone", "language", required=("name", "language")
        )
        id = from_id(models.Contact, input.id)
        contact = await contacts.update(work, id, written)
        return ContactUpdatePayload(contact=Contact.of(contact))
