"""Keys that lie far from where they are needed: where they should be carried to (G4).

A key that lies in an automat binds the choice, however far that is from its entity. So keys are
named that lie in one farther from their entity than the nearest automat that could serve it now by
its unit's policy. Desks have an address and no place, so nobody knows how far they are.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Select, bindparam, select

from geo.distances import distances_metres
from models.automats import Automat
from models.dialects.among import among
from models.entities import ReservableEntity
from models.errors import InvalidInput
from models.keys import EntityKey, Key, KeyStatus
from models.places import Coordinates
from resolvers.comparison.comparing import comparer
from resolvers.comparison.scope import Scope, scope_of
from resolvers.looking import BEFORE_ALL, checked_count
from resolvers.work import Reading, owned

BLOCK = 500
"""So many keys are looked at for a page."""
BEYOND_METRES = 1_000.0


@dataclass(frozen=True, slots=True)
class Transfer:
    """A key, and where it should go.

    Args:
        id: The key's id.
        entity_id: What it opens; of several entities with a place the one that was made first.
        automat_id: The automat in which it lies.
        metres_now: The geodesic from the entity to where it lies.
        to_automat_id: The nearest automat that could serve the entity now.
        metres_then: The geodesic from the entity to that.
    """

    id: UUID
    entity_id: UUID
    automat_id: UUID
    metres_now: float
    to_automat_id: UUID
    metres_then: float


@dataclass(frozen=True, slots=True)
class Transfers:
    """A page of keys.

    Args:
        rows: The keys, in the order in which they were registered.
        has_more: Whether there may be more behind it.
        end: The last key that was looked at; None when there was none.
    """

    rows: list[Transfer]
    has_more: bool
    end: UUID | None


async def page(
    reading: Reading,
    unit_id: UUID | None,
    *,
    first: int | None,
    after: UUID | None,
    beyond_metres: float = BEYOND_METRES,
) -> Transfers:
    """List keys that should lie somewhere else; a page looks at `BLOCK` keys at most.

    Args:
        reading: Who asks.
        unit_id: Only keys of entities of this unit and those below it; None for all.
        first: How many at most.
        after: The last key that was looked at before.
        beyond_metres: How many metres nearer the automat has to be, from 0.

    Raises:
        NotAllowed: The actor may not look at reservations and what is reserved.
        NotFound: There is no such unit.
        InvalidInput: More rows than a page holds, or a distance that is none.
    """
    if not 0 <= beyond_metres < math.inf:
        raise InvalidInput("`beyondMetres` must be 0 or more.", path=("beyond_metres",))
    scope = await scope_of(reading, None, unit_id)
    count = checked_count(first)
    told = {"owner": reading.actor.organization_id, "after": after or BEFORE_ALL, "count": BLOCK}
    keys = await reading.rows(_keys(scope), **told, **scope.told())
    found = await _transfers(reading, keys, beyond_metres)
    if len(found) > count:
        rows = found[:count]
        return Transfers(rows, has_more=True, end=rows[-1].id if rows else after)
    return Transfers(found, has_more=len(keys) == BLOCK, end=keys[-1].id if keys else None)


def _keys(scope: Scope) -> Select[*tuple[Any, ...]]:
    """Select keys that lie in an automat with a place, and open something with a place."""
    entity = _entity(scope)
    return (
        owned(Key)
        .with_only_columns(*(Key.id, Key.automat_id, Automat.position, entity.label("entity_id")))
        .join(Automat, Automat.id == Key.automat_id)
        .where(
            Key.id > bindparam("after"),
            Key.status == KeyStatus.IN_STORAGE,
            Automat.position.is_not(None),
            entity.is_not(None),
        )
        .order_by(Key.id)
        .limit(bindparam("count", type_=Integer))
    )


def _entity(scope: Scope) -> Any:
    return (
        select(EntityKey.entity_id)
        .join(ReservableEntity, ReservableEntity.id == EntityKey.entity_id)
        .where(
            EntityKey.key_id == Key.id,
            ReservableEntity.position.is_not(None),
            *scope.conditions(),
        )
        .order_by(EntityKey.entity_id)
        .limit(1)
        .scalar_subquery()
    )


async def _transfers(reading: Reading, keys: Sequence[Any], beyond_metres: float) -> list[Transfer]:
    ids = {key.entity_id for key in keys}
    row = ReservableEntity
    entities = await reading.all(reading.own(row).where(among(row.id, ids))) if ids else ()
    compares = await comparer(reading)
    best = {one.id: one.after for one in await compares.compare(entities)}
    by_id = {one.id: one for one in entities}
    metres = await _metres_now(reading, keys, by_id)
    found = []
    for key, now in zip(keys, metres, strict=True):
        there = best[key.entity_id]
        if there is not None and there.metres is not None:
            found.append(_transfer(key, now, there.automat_id, there.metres))
    return [one for one in found if one.metres_now - one.metres_then > beyond_metres]


async def _metres_now(
    reading: Reading, keys: Sequence[Any], entities: dict[UUID, ReservableEntity]
) -> list[float]:
    pairs: list[tuple[Coordinates, Coordinates]] = []
    for key in keys:
        here = entities[key.entity_id].position
        assert here is not None  # noqa: S101 - those without a place were not read
        pairs.append((here, key.position))
    return await distances_metres(await reading.connection(), pairs)


def _transfer(key: Any, now: float, to_automat_id: UUID, then: float) -> Transfer:
    return Transfer(
        id=key.id,
        entity_id=key.entity_id,
        automat_id=key.automat_id,
        metres_now=now,
        to_automat_id=to_automat_id,
        metres_then=then,
    )
