"""The places where keys are kept, as clients see them."""

from typing import Annotated, Any, Self

import strawberry

import models.automats as automat_models
import models.keys as models
from schema.automats.automats import Automat, Locker
from schema.nodes import Node, object_of, shows
from schema.permissions import reached
from schema.places import Address
from schema.scalars import to_id


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


@reached
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
