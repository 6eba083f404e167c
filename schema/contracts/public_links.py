"""Links by which contacts see their contract: staff make them and take them back."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Self
from uuid import UUID

import strawberry

import models.public_links as models
from models.accounts import Permission
from models.contracts import KeyContract as KeyContractRow
from models.organizations import Contact as ContactRow
from resolvers import public_links
from resolvers.work import Work
from schema.contacts import Contact
from schema.context import Info
from schema.errors import UserError
from schema.execution import batched
from schema.inputs import Repeatable
from schema.loaders import to_one
from schema.mutations import mutation
from schema.nodes import Node, shows
from schema.permissions import reached
from schema.repeating import shown_once
from schema.scalars import from_id, to_id

if TYPE_CHECKING:  # contracts refer to links, and links to contracts
    from schema.contracts.contracts import KeyContract


async def expiries(links: list[Any], context: Any) -> list[datetime | None]:
    """Tell from when on links show nothing: it follows the ends of their contracts."""
    ids = list({link.key_contract_id for link in links})
    rows = await context.loaders.rows(KeyContractRow).load_many(ids)
    ends = {id: row and models.shown_until(row.ends_at) for id, row in zip(ids, rows, strict=True)}
    return [ends[link.key_contract_id] for link in links]


@shows(models.ContractLink)
@strawberry.type(
    description="A link by which one contact sees one contract: what, where, when and the PIN, "
    "without signing in. It opens no door."
)
class ContractLink(Node):
    key_contract_id: strawberry.Private[UUID]
    contact_id: strawberry.Private[UUID]
    created_at: datetime = strawberry.field(description="When it was made.")
    opened_at: datetime | None = strawberry.field(
        description="When it was opened first; null when it never was."
    )
    revoked_at: datetime | None = strawberry.field(
        description="Since when it shows nothing as it was taken back."
    )
    expires_at: datetime | None = batched(
        expiries,
        description="From when on it shows nothing, seven days after the contract's end, or when "
        "its keys are back where that is later; null while the contract has no end.",
    )
    key_contract: Annotated["KeyContract", strawberry.lazy("schema.contracts.contracts")] = batched(
        to_one(KeyContractRow, "key_contract_id"), description="What it shows."
    )
    contact: Contact = batched(to_one(ContactRow, "contact_id"), description="Who it is for.")

    @classmethod
    def of(cls, row: models.ContractLink) -> Self:
        return cls(
            id=to_id(models.ContractLink, row.id),
            key_contract_id=row.key_contract_id,
            contact_id=row.contact_id,
            created_at=row.created_at,
            opened_at=row.opened_at,
            revoked_at=row.revoked_at,
        )


@strawberry.input(description="A contract that a contact is to see.")
class ContractLinkCreateInput(Repeatable):
    key_contract_id: strawberry.ID = strawberry.field(
        description="Which key contract; no draft, and none that was given up."
    )
    contact_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="Which of its contacts; the main one when left out.",
    )


@reached
@strawberry.type(description="What became of a link.")
class ContractLinkCreatePayload:
    contract_link: ContractLink | None = strawberry.field(
        default=None, description="The link; null when it was refused."
    )
    url: str | None = shown_once(
        description="Its address, shown once: whoever has it sees the contract. Null when the "
        "answer is given again."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@strawberry.input(description="A link that is taken back.")
class ContractLinkRevokeInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which link.")


@reached
@strawberry.type(description="What became of a link.")
class ContractLinkRevokePayload:
    contract_link: ContractLink | None = strawberry.field(
        default=None, description="The link; null when it was refused."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@strawberry.type
class ContractLinkMutations:
    @mutation(
        permission=Permission.EDIT_RESERVATIONS,
        description="Make a link by which a contact sees a contract without signing in.",
    )
    async def contract_link_create(
        self, info: Info, work: Work, input: ContractLinkCreateInput
    ) -> ContractLinkCreatePayload:
        link, secret = await public_links.create(
            work,
            key_contract_id=from_id(KeyContractRow, input.key_contract_id),
            contact_id=from_id(ContactRow, input.contact_id),
        )
        url = f"{info.context.outside.public_url}/contract#{secret}"
        return ContractLinkCreatePayload(contract_link=ContractLink.of(link), url=url)

    @mutation(
        permission=Permission.EDIT_RESERVATIONS,
        description="Take a link back; it shows nothing from now on. Twice is once.",
    )
    async def contract_link_revoke(
        self, work: Work, input: ContractLinkRevokeInput
    ) -> ContractLinkRevokePayload:
        link = await public_links.revoke(work, from_id(models.ContractLink, input.id))
        return ContractLinkRevokePayload(contract_link=ContractLink.of(link))
