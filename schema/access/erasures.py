"""Erasures as clients see them: contacts of whom nothing personal is kept, and the receipts."""

from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

import models.erasures as models
from models.accounts import Permission
from models.organizations import Contact as ContactRow
from resolvers import looking
from resolvers.erasing import contacts
from resolvers.work import Work
from schema.contacts import Contact
from schema.context import Info
from schema.errors import UserError
from schema.execution import batched
from schema.inputs import Repeatable, given
from schema.loaders import to_one
from schema.mutations import mutation
from schema.nodes import Node, shows
from schema.paging import FIRST, After, Connection, First, connection, from_cursor
from schema.permissions import query, reached
from schema.scalars import from_id, to_id
from schema.signing.signing_enums import ErasureCause


@reached
@strawberry.type(description="Something personal that was removed; never the thing itself.")
class ErasedPart:
    what: str = strawberry.field(
        description="name, email, phone, links, identifications (by an identity provider), "
        "unsigned documents (whoever was to sign), drafts, former values (in events of the "
        "contact), signatures or documents of other signers."
    )
    count: int = strawberry.field(description="How many of them.")


@reached
@strawberry.type(description="Something personal that the law lets one keep for now.")
class KeptPart:
    what: str = strawberry.field(
        description="signature: with its name, picture, address, identity and sealed document; "
        "document of another signer: a signed one of the contract, which names all its contacts; "
        "attachments: of the contract, which may tell of the contact."
    )
    key_contract: str = strawberry.field(description="The reference of the contract behind it.")
    until: datetime | None = strawberry.field(
        description="When it is removed: `contactRetentionSeconds` after the end of that contract, "
        "attachments `attachmentRetentionSeconds` after it; null while that is not over."
    )
    ground: str = strawberry.field(description="Which rule lets one keep it.")


@shows(models.Erasure)
@strawberry.type(description="The receipt of a contact's erasure (GDPR art. 17).")
class Erasure(Node):
    contact_id: strawberry.Private[UUID]
    cause: ErasureCause = strawberry.field(description="Why it was erased.")
    reason: str | None = strawberry.field(description="What was said of why.")
    at: datetime = strawberry.field(description="When it was erased.")
    removed: list[ErasedPart] = strawberry.field(description="What was removed.")
    kept: list[KeptPart] = strawberry.field(
        description="What is kept, until when and on which ground; shorter as time goes by."
    )
    contact: Contact = batched(
        to_one(ContactRow, "contact_id"), description="What is left of the contact."
    )

    @classmethod
    def of(cls, row: models.Erasure) -> Self:
        return cls(
            id=to_id(models.Erasure, row.id),
            contact_id=row.contact_id,
            cause=row.cause,
            reason=row.reason,
            at=row.at,
            removed=[ErasedPart(what=one["what"], count=one["count"]) for one in row.removed],
            kept=[
                KeptPart(
                    what=one["what"],
                    key_contract=one["keyContract"],
                    until=datetime.fromisoformat(one["until"]) if one["until"] else None,
                    ground=one["ground"],
                )
                for one in row.kept
            ],
        )


@strawberry.input(description="A contact that is to be erased.")
class ContactEraseInput(Repeatable):
    contact_id: strawberry.ID = strawberry.field(description="Which contact.")
    reason: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Why, for the receipt, such as the number of a letter; it must not repeat the "
        "contact's name or address.",
    )


@reached
@strawberry.type(description="What became of a contact that was to be erased.")
class ContactErasePayload:
    contact: Contact | None = strawberry.field(
        default=None, description="What is left of it; null when it was refused."
    )
    erasure: Erasure | None = strawberry.field(
        default=None, description="The receipt; null when it was refused."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@strawberry.type
class ErasureQueries:
    @query(permission=Permission.VIEW, description="The receipts of all contacts that were erased.")
    async def erasures(
        self, info: Info, first: First = FIRST, after: After = None
    ) -> Connection[Erasure]:
        behind = from_cursor(after)
        async with info.context.reading() as reading:
            part = await looking.page(reading, models.Erasure, first=first, after=behind)
        return connection(part, Erasure.of, behind)


@strawberry.type
class ErasureMutations:
    @mutation(
        permission=Permission.ERASE_CONTACTS,
        description="Remove all that is personal of a contact: name, address and number, its links "
        "to contracts, documents that nobody signed. Signatures and the sealed documents that name "
        "it are kept until their contract has been over for `contactRetentionSeconds`, as the law "
        "lets one keep evidence, and go then; attachments of its contracts go by their own "
        "retention. The receipt's `kept` lists both. STILL_IN_USE names what needs it yet. Twice "
        "is once.",
    )
    async def contact_erase(self, work: Work, input: ContactEraseInput) -> ContactErasePayload:
        id = from_id(ContactRow, input.contact_id)
        contact, erasure = await contacts.erase_on_request(work, id, reason=given(input.reason))
        return ContactErasePayload(
            contact=Contact.of(contact), erasure=Erasure.of(erasure) if erasure else None
        )
