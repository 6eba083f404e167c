"""Keys that are out and where they can come back to, and keys that have to be put into lockers."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

import strawberry

from models.accounts import Permission
from models.automats import Automat as AutomatRow
from models.automats import Locker as LockerRow
from models.contracts import KeyContract as KeyContractRow
from models.contracts import LockerContract as LockerContractRow
from models.keys import Key as KeyRow
from models.keys import KeyStatus
from resolvers import insert_tasks, looking
from resolvers.custody_pages import DayOfKey, holders, links_at
from resolvers.keys import IS_OUT
from resolvers.return_places import ReturnPlace as Place
from resolvers.return_places import return_places
from schema.automats.automats import Automat, Locker
from schema.context import Info
from schema.contracts.contracts import KeyContract, LockerContract
from schema.execution import batched
from schema.keys.keys import Key
from schema.keys.storages import KeyStorage, kept_at
from schema.loaders import to_answer, to_one
from schema.paging import FIRST, After, Connection, First, connection, from_cursor
from schema.permissions import query, reached
from schema.scalars import from_id


@reached
@strawberry.type(description="A place to which a key that is out can be brought back.")
class ReturnPlace:
    row: strawberry.Private[Any]
    locker_contract_id: strawberry.Private[UUID | None]
    storage: KeyStorage = batched(
        kept_at(""),
        description="The desk, or the automat; its locker only where it is a certain one.",
    )
    locker_contract: LockerContract | None = batched(
        to_one(LockerContractRow, "locker_contract_id"),
        description="What holds the locker for it, with the PIN; null when none is held.",
    )
    opens_at: datetime = strawberry.field(description="From when on; now, or when a PIN opens.")

    @classmethod
    def of(cls, place: Place) -> Self:
        id = place.locker_contract_id
        return cls(row=place, locker_contract_id=id, opens_at=place.opens_at)


async def places(things: list[Any], context: Any) -> list[ReturnPlace | None]:
    """Find where each of several keys can be brought back to."""
    found = await context.loaders.answers(return_places).load_many([one.key_id for one in things])
    return [None if place is None else ReturnPlace.of(place) for place in found]


async def since(things: list[Any], context: Any) -> list[datetime]:
    """Tell since when keys are out."""
    asked = [DayOfKey(thing.key_id, context.now) for thing in things]
    links = await context.loaders.answers(links_at).load_many(asked)
    return [link.happened_at for link in links]


async def overdue(things: list[Any], context: Any) -> list[bool]:
    """Tell which keys should have been back: those that are noted so, or are by the clock."""
    contracts = await context.loaders.answers(holders).load_many([one.key_id for one in things])
    return [
        thing.row.status == KeyStatus.OVERDUE
        or bool(contract and contract.overdue_at and contract.overdue_at <= context.now)
        for thing, contract in zip(things, contracts, strict=True)
    ]


@reached
@strawberry.type(description="A key that is in no storage.")
class KeyOut:
    key_id: strawberry.Private[UUID]
    row: strawberry.Private[Any]
    key: Key = strawberry.field(description="Which key.")
    holder: KeyContract | None = batched(
        to_answer(KeyContractRow, holders, "key_id"),
        description="The contract under which somebody has it; null when nobody knows who.",
    )
    since: datetime = batched(since, description="Since when it is out.")
    overdue: bool = batched(overdue, description="Whether it should have been back.")
    return_place: ReturnPlace | None = batched(
        places,
        description="Where it can be brought back to, the first of these: a locker that is held "
        "for it, its desk, its automat as long as a locker of it is free now, a desk of the unit "
        "of that automat or above, any other desk. Never null where there is a desk.",
    )

    @classmethod
    def of(cls, row: KeyRow) -> Self:
        return cls(key_id=row.id, row=row, key=Key.of(row))


@reached
@strawberry.type(description="A key that has to be put into a locker before it is fetched there.")
class InsertKeyTask:
    key_id: strawberry.Private[UUID | None]
    automat_id: strawberry.Private[UUID]
    locker_id: strawberry.Private[UUID | None]
    key_contract_id: strawberry.Private[UUID]
    key: Key = batched(
        to_one(KeyRow, "key_id"), description="Which key; `storage` says where it is."
    )
    automat: Automat = batched(to_one(AutomatRow, "automat_id"), description="Into which automat.")
    locker: Locker | None = batched(
        to_one(LockerRow, "locker_id"), description="Into which of its lockers."
    )
    deadline: datetime = strawberry.field(description="Before which moment.")
    locker_contract: LockerContract = strawberry.field(description="What holds the locker.")
    key_contract: KeyContract = batched(
        to_one(KeyContractRow, "key_contract_id"), description="Who comes for it."
    )

    @classmethod
    def of(cls, row: LockerContractRow) -> Self:
        return cls(
            key_id=row.key_id,
            automat_id=row.automat_id,
            locker_id=row.locker_id,
            key_contract_id=row.key_contract_id,
            deadline=row.starts_at,
            locker_contract=LockerContract.of(row),
        )


@strawberry.type
class KeysOutQueries:
    @query(
        permission=Permission.VIEW,
        description="Every key of your organization that is in no storage: who has it, since when, "
        "and where it can come back to.",
    )
    async def keys_out(
        self, info: Info, first: First = FIRST, after: After = None
    ) -> Connection[KeyOut]:
        behind = from_cursor(after)
        async with info.context.reading() as reading:
            part = await looking.page(reading, KeyRow, *IS_OUT, first=first, after=behind)
        return connection(part, KeyOut.of, behind)

    @query(
        permission=Permission.VIEW,
        description="Keys that have to be put into a locker, the most urgent first; of each key "
        "the contract that comes first.",
    )
    async def insert_key_tasks(
        self,
        info: Info,
        first: First = FIRST,
        after: After = None,
        automat_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only those for this automat.")
        ] = None,
    ) -> Connection[InsertKeyTask]:
        behind = from_cursor(after)
        id = from_id(AutomatRow, automat_id)
        async with info.context.reading() as reading:
            part = await insert_tasks.page(reading, first=first, after=behind, automat_id=id)
        return connection(part, InsertKeyTask.of, behind)
