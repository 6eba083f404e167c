"""Where a key was when, and who had it: the links of its chain of custody, as clients see them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Self
from uuid import UUID

import strawberry

import models.custody as models
from models.contracts import KeyContract as KeyContractRow
from models.keys import Key as KeyRow
from resolvers.custody_pages import ChainPage, DayOfKey, links_at, pages
from resolvers.looking import checked_count
from schema.context import Info
from schema.enums import CustodyKind, CustodySource
from schema.execution import batched
from schema.keys.storages import KeyStorage, kept_at
from schema.loaders import to_one
from schema.nodes import Node, shows
from schema.paging import Connection, connection, from_cursor
from schema.scalars import to_id

if TYPE_CHECKING:  # contracts refer to keys, and keys to their chains
    from schema.contracts.contracts import KeyContract
    from schema.keys.keys import Key


@shows(models.CustodyEntry)
@strawberry.type(
    description="One link of a key's chain of custody: from `happenedAt` on the key was there. "
    "Links are numbered without a gap, never changed and never removed; of two the one that "
    "happened later holds, whenever it was told."
)
class CustodyEntry(Node):
    key_id: strawberry.Private[UUID]
    key_contract_id: strawberry.Private[UUID | None]
    row: strawberry.Private[Any]
    number: int = strawberry.field(description="Its number in the chain, from 1.")
    kind: CustodyKind = strawberry.field(description="What happened.")
    source: CustodySource = strawberry.field(description="Who says so.")
    happened_at: datetime = strawberry.field(description="When it happened.")
    recorded_at: datetime = strawberry.field(
        description="When it was told; later when it was late."
    )
    key: Annotated["Key", strawberry.lazy("schema.keys.keys")] = batched(
        to_one(KeyRow, "key_id"), description="Which key."
    )
    place: KeyStorage | None = batched(
        kept_at(""), description="Where it was from then on; null when somebody had it."
    )
    key_contract: Annotated["KeyContract", strawberry.lazy("schema.contracts.contracts")] | None = (
        batched(
            to_one(KeyContractRow, "key_contract_id"),
            description="Under which contract somebody has it from then on, or had it until then; "
            "null when nobody knows.",
        )
    )
    holder: str | None = strawberry.field(
        description="Who has it, in words, where no contract says so."
    )
    contradiction: str | None = strawberry.field(
        description="What it contradicts that was known before; null when nothing."
    )

    @classmethod
    def of(cls, row: models.CustodyEntry) -> Self:
        return cls(
            id=to_id(models.CustodyEntry, row.id),
            key_id=row.key_id,
            key_contract_id=row.key_contract_id,
            row=row,
            number=row.number,
            kind=row.kind,
            source=row.source,
            happened_at=row.happened_at,
            recorded_at=row.recorded_at,
            holder=row.holder,
            contradiction=row.contradiction,
        )


async def chain_of(
    key_id: UUID,
    info: Info,
    *,
    first: int | None,
    after: str | None,
    since: datetime | None,
    until: datetime | None,
) -> Connection[CustodyEntry]:
    """Read a page of a key's chain."""
    behind = from_cursor(after)
    page = ChainPage(key_id, checked_count(first), behind, since, until)
    part = await info.context.loaders.answers(pages).load(page)
    return connection(part, CustodyEntry.of, behind)


async def link_at(key_id: UUID, info: Info, at: datetime) -> CustodyEntry | None:
    """Find the link of a key's chain that holds at a moment."""
    row = await info.context.loaders.answers(links_at).load(DayOfKey(key_id, at))
    return None if row is None else CustodyEntry.of(row)
