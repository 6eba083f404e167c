"""The keys of contracts: those of now, those that a draft wishes for, and those that went."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

import strawberry

import models.contracts as models
from models.keys import Key as KeyRow
from resolvers.contract_keys import KeysOf, keys_of_contracts
from schema.execution import batched
from schema.keys.keys import Key
from schema.loaders import to_one
from schema.nodes import shows


@shows(models.KeyAllocation)
@strawberry.type(description="One key of a contract over time.")
class KeyContractKey:
    key_id: strawberry.Private[UUID]
    key: Key = batched(to_one(KeyRow, "key_id"), description="Which key.")
    from_: datetime = strawberry.field(name="from", description="From when on it was promised.")
    removed_at: datetime | None = strawberry.field(
        description="When it was removed or swapped for another one; null otherwise."
    )
    fetched_at: datetime | None = strawberry.field(
        description="When it was fetched or handed over; null before."
    )
    returned_at: datetime | None = strawberry.field(description="When it came back; null before.")

    @classmethod
    def of(cls, row: models.KeyAllocation) -> Self:
        return cls(
            key_id=row.key_id,
            from_=row.starts_at,
            removed_at=row.removed_at,
            fetched_at=row.fetched_at,
            returned_at=row.returned_at,
        )


async def shown_keys(contracts: list[Any], context: Any) -> list[list[Key]]:
    """Show the keys of contracts; of a draft those that are wished for."""
    asked = [KeysOf(one.contract_id, wished_by(one.row)) for one in contracts]
    found = await context.loaders.answers(keys_of_contracts).load_many(asked)
    return [[Key.of(row) for row in rows] for rows in found]


def wished_by(row: Any) -> tuple[UUID, ...] | None:
    """List the keys that a contract wishes for, where it is a draft."""
    return None if row.draft is None else tuple(UUID(id) for id in row.draft["key_ids"])
