"""The keys of contracts: those of now, those that a draft wishes for, and those that went."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

import strawberry

import models.contracts as models
from models.keys import Key as KeyRow
from resolvers import relations
from schema.execution import batched
from schema.keys import Key
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


async def keys_of_contracts(contracts: list[Any], context: Any) -> list[list[Key]]:
    """Show the keys of contracts, each once; of a draft those that are wished for."""
    holding = [one.contract_id for one in contracts if one.row.draft is None]
    found = await context.loaders.belonging(relations.KEYS_OF_KEY_CONTRACT).load_many(holding)
    keys = dict(zip(holding, found, strict=True))
    wished = await _wished([one for one in contracts if one.row.draft is not None], context)
    rows = [(keys | wished)[one.contract_id] for one in contracts]
    return [[Key.of(row) for row in {row.id: row for row in each}.values()] for each in rows]


async def _wished(drafts: list[Any], context: Any) -> dict[UUID, list[Any]]:
    ids = {one.contract_id: [UUID(id) for id in one.row.draft["key_ids"]] for one in drafts}
    every = list({id for wished in ids.values() for id in wished})
    loaded = await context.loaders.rows(KeyRow).load_many(every) if every else []
    keys = {id: row for id, row in zip(every, loaded, strict=True) if row is not None}
    return {
        contract_id: [keys[id] for id in wished if id in keys]
        for contract_id, wished in ids.items()
    }
