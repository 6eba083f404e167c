"""Keys and the places where they are kept, as clients see them."""

from typing import TYPE_CHECKING, Annotated, Any, Self
from uuid import UUID

import strawberry

import models.automats as automat_models
import models.keys as models
from resolvers import relations
from schema.automats import Automat, Locker
from schema.context import Info
from schema.enums import KeyKind, KeyStatus
from schema.execution import batched
from schema.loaders import to_first
from schema.nodes import Node, object_of, shows
from schema.paging import FIRST, After, Connection, First, pages_of
from schema.places import Address
from schema.scalars import to_id

if TYPE_CHECKING:  # entities and key rings refer to keys, and keys to them
    from schema.entities import ReservableEntity
    from schema.key_rings import KeyRing


@shows(models.ManualStorage)
@strawberry.type(description="A desk, a shelf or a drawer where people hand keys over.")
class ManualStorage(Node):
    name: str = strawberry.field(description="What people call it.")
    address: Address | None = strawberry.field(description="Where it is.")
    instructions: str | None = strawberry.field(description="How to find it, and when.")

    @classmethod
    def of(cls, row: models.ManualStorage) -> Self:
        return cls(
            id=to_id(models.ManualStorage, row.id),
            name=row.name,
            address=Address.of(row),
            instructions=row.instructions,
        )


@strawberry.type(description="A place in an automat.")
class AutomatStorage:
    automat: Automat = strawberry.field(description="Which automat.")
    locker: Locker | None = strawberry.field(description="Which locker, where that is known.")


KeyStorage = Annotated[
    ManualStorage | AutomatStorage,
    strawberry.union("KeyStorage", description="Where a key is kept: at a desk or in an automat."),
]


def kept_at(prefix: str) -> Any:
    """Make the loading of one of a key's three storages, by the beginning of its columns' names."""

    async def load(keys: list[Any], context: Any) -> list[Any]:
        rows = [key.row for key in keys]
        desks = await _found(context, models.ManualStorage, rows, f"{prefix}manual_storage_id")
        automats = await _found(context, automat_models.Automat, rows, f"{prefix}automat_id")
        lockers = await _found(context, automat_models.Locker, rows, f"{prefix}locker_id")
        return [
            desk or (AutomatStorage(automat=automat, locker=locker) if automat else None)
            for desk, automat, locker in zip(desks, automats, lockers, strict=True)
        ]

    return load


async def _found(context: Any, model: Any, rows: list[Any], column: str) -> list[Any]:
    ids = [getattr(row, column, None) for row in rows]
    wanted = list({id for id in ids if id is not None})
    if not wanted:
        return [None] * len(ids)
    loaded = await context.loaders.rows(model).load_many(wanted)
    objects = {id: object_of(model, row) for id, row in zip(wanted, loaded, strict=True) if row}
    return [objects.get(id) for id in ids]


@shows(models.Key)
@strawberry.type(description="A key: where it is meant to live, where it is, where it should go.")
class Key(Node):
    key_id: strawberry.Private[UUID]
    row: strawberry.Private[Any]
    code: str = strawberry.field(
        description="The key's own number on its tag, unique in the organization."
    )
    kind: KeyKind = strawberry.field(description="How it opens.")
    shared: bool = strawberry.field(description="Whether its contracts may overlap.")
    status: KeyStatus = strawberry.field(description="Where it stands in its life.")
    rfid_tag: str | None = strawberry.field(description="The tag that readers see, in hex.")
    selected_storage: KeyStorage = batched(
        kept_at("selected_"), description="Where it is meant to live."
    )
    storage: KeyStorage | None = batched(
        kept_at(""), description="Where it is now; null while somebody has it."
    )
    target_storage: KeyStorage | None = batched(
        kept_at("target_"), description="Where it should go next; null when it need not move."
    )
    key_ring: Annotated["KeyRing", strawberry.lazy("schema.key_rings")] | None = batched(
        to_first(relations.RING_OF_KEY, "key_id"),
        description="The ring that it is on; null when it is handed over by itself.",
    )

    @strawberry.field(description="What it opens.")
    async def entities(
        self, info: Info, first: First = FIRST, after: After = None
    ) -> Connection[Annotated["ReservableEntity", strawberry.lazy("schema.entities")]]:
        return await entities_of_key(self.key_id, info, first, after)

    @classmethod
    def of(cls, row: models.Key) -> Self:
        return cls(
            id=to_id(models.Key, row.id),
            key_id=row.id,
            row=row,
            code=row.code,
            kind=row.kind,
            shared=row.shared,
            status=row.status,
            rfid_tag=row.rfid_tag,
        )


def _entity(row: Any) -> Any:
    return object_of(relations.ENTITIES_OF_KEY.model, row)


entities_of_key = pages_of(relations.ENTITIES_OF_KEY, _entity)
