"""The keys of contracts: those that they have, and those that drafts wish for."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from models.keys import Key
from resolvers import looking, relations
from resolvers.work import Reading


class KeysOf(NamedTuple):
    """A contract whose keys somebody wants to see.

    Args:
        contract_id: Which.
        wished: The keys that it wishes for, as it is a draft; None when it holds its keys.
    """

    contract_id: UUID
    wished: tuple[UUID, ...] | None


async def keys_of_contracts(reading: Reading, asked: Sequence[KeysOf]) -> list[list[Any]]:
    """List the keys of each of several contracts, each key once, in two statements at most.

    Raises:
        NotAllowed: The actor may not see keys.
    """
    holding = [one.contract_id for one in asked if one.wished is None]
    wished = list({id for one in asked for id in one.wished or ()})
    found: list[list[Any]] = []
    if holding:
        found = await looking.belonging(reading, relations.KEYS_OF_KEY_CONTRACT, holding)
    rows = await looking.by_ids(reading, Key, wished) if wished else []
    keys = {id: row for id, row in zip(wished, rows, strict=True) if row is not None}
    held = dict(zip(holding, found, strict=True))
    return [
        list({row.id: row for row in held[one.contract_id]}.values())
        if one.wished is None
        else [keys[id] for id in one.wished if id in keys]
        for one in asked
    ]
