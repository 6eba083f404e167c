"""The things that pushes mention, as far as the organization has them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select

from models import reach
from models.automats import Automat, DeviceGroup
from models.base import Base
from models.dialects.among import among, texts_later
from models.dialects.texts import is_storable
from models.entities import ReservableEntity
from models.errors import InvalidInput, LivionKeyError, NotFound
from resolvers.checks import exactly_one
from resolvers.pushing.requests import Request
from resolvers.work import Reading, owned

Row = TypeVar("Row", bound=Base)


@dataclass(frozen=True, slots=True)
class Mentioned:
    """The things that requests mention, as far as the organization has them."""

    entities: dict[UUID, ReservableEntity]
    by_external_id: dict[str | None, ReservableEntity]
    automat_ids: set[UUID]
    group_ids: set[UUID]


async def mentioned_by(requests: Sequence[Request], reading: Reading) -> Mentioned:
    """Read what requests mention, in a few statements."""
    row = ReservableEntity
    ids = {one.entity_id for one in requests if one.entity_id is not None}
    names = {one.entity_external_id for one in requests if one.entity_external_id is not None}
    names = {name for name in names if is_storable(name)}  # nobody has what cannot be kept
    by_id = await reading.all(reading.seen(row).where(among(row.id, ids))) if ids else ()
    by_name: Sequence[ReservableEntity] = ()
    if names:
        called = _called(is_narrow=reading.is_narrow)
        by_name = await reading.all(called, **reading.told(names=names))
    automat_ids = {one.wanted.automat_id for one in requests} - {None}
    group_ids = {one.wanted.device_group_id for one in requests} - {None}
    return Mentioned(
        {one.id: one for one in by_id},
        {one.external_id: one for one in by_name},
        await _known(reading, Automat, automat_ids),
        await _known(reading, DeviceGroup, group_ids),
    )


@cache
def _called(*, is_narrow: bool) -> Select[ReservableEntity]:
    """Select entities by the partners' numbers, as every push does; made once."""
    row = ReservableEntity
    found = owned(row).where(among(row.external_id, texts_later("names")))
    return found.where(reach.seen(row)) if is_narrow else found


async def _known(reading: Reading, model: type[Row], ids: set[UUID | None]) -> set[UUID]:
    if not ids:
        return set()
    found = await reading.all(reading.seen(model).where(among(model.id, ids)))
    return {row.id for row in found}


def entity_of(request: Request, mentioned: Mentioned) -> ReservableEntity | LivionKeyError:
    """Give the entity that a request names, or say why there is none."""
    try:
        exactly_one(entityId=request.entity_id, entityExternalId=request.entity_external_id)
    except InvalidInput as refusal:
        return refusal
    if request.entity_external_id is not None:
        found = mentioned.by_external_id.get(request.entity_external_id)
        path = ("entity_external_id",)
        message = f"Your organization has no entity with the number {request.entity_external_id!r}."
        return found or NotFound(message, path=path)
    assert request.entity_id is not None  # noqa: S101  # exactly one of the two was given
    message = "Your organization has no such entity; look its id up again."
    return mentioned.entities.get(request.entity_id) or NotFound(message, path=("entity_id",))
