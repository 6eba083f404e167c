"""What would change for the coming stays if the nearest automat decided, as SHADOW has watched it.

Only what was decided while the mode was SHADOW, by a device group, for an entity with an exact
place was watched; the last decision for a stay counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Float, cast, exists, func, select
from sqlalchemy.orm import aliased

from models.accounts import Permission
from models.dialects.among import among
from models.entities import ReservableEntity
from models.reservations import Reservation, ReservationStatus
from models.selections import AutomatSelection
from resolvers import looking
from resolvers.comparison.scope import Scope, scope_of
from resolvers.looking import Slice
from resolvers.work import Reading


@dataclass(frozen=True, slots=True)
class Totals:
    """The watched decisions of all coming stays together.

    Args:
        watched: How many stays.
        different: For how many of them NEAREST would have chosen another automat, or none.
        unserved: For how many of those NEAREST would have found none.
        nearer_metres: How many metres nearer the others are by NEAREST, all together; negative
            when farther.
    """

    watched: int
    different: int
    unserved: int
    nearer_metres: float


async def differences(
    reading: Reading,
    *,
    unit_id: UUID | None,
    group_ids: Sequence[UUID | None] | None,
    first: int | None,
    after: UUID | None,
) -> Slice:
    """Read a page of the decisions that NEAREST would have made otherwise, the oldest first.

    Args:
        reading: Who asks.
        unit_id: Only entities of this unit and all below it; None for the whole organization.
        group_ids: Only entities of these device groups; None for all.
        first: How many at most.
        after: The decision behind which the page begins.

    Raises:
        NotAllowed: The actor may not see reports of reservations.
        NotFound: There is no such unit or group.
        InvalidInput: More rows than a page holds.
    """
    reading.require(Permission.VIEW_REPORTS)
    scope = await scope_of(reading, group_ids, unit_id)
    differs = AutomatSelection.shadow["differs"].as_boolean()
    conditions = (differs, *_of_coming_stays(reading, scope))
    return await looking.page(reading, AutomatSelection, *conditions, first=first, after=after)


async def totals(
    reading: Reading, *, unit_id: UUID | None, group_ids: Sequence[UUID | None] | None
) -> Totals:
    """Add up the watched decisions of all coming stays, in one statement.

    Raises:
        NotAllowed: The actor may not see reports of reservations.
        NotFound: There is no such unit or group.
    """
    reading.require(Permission.VIEW_REPORTS)
    scope = await scope_of(reading, group_ids, unit_id)
    row = AutomatSelection
    differs = row.shadow["differs"].as_boolean()
    nowhere = row.shadow["automat_id"].as_string().is_(None)
    statement = select(
        func.count().label("watched"),
        func.count().filter(differs).label("different"),
        func.count().filter(differs, nowhere).label("unserved"),
        func.sum(cast(row.shadow["nearer_metres"].as_float(), Float)).label("nearer_metres"),
    ).where(
        row.organization_id == reading.actor.organization_id,
        row.shadow["method"].as_string().is_not(None),
        *_of_coming_stays(reading, scope),
    )
    (found,) = await reading.rows(statement)
    return Totals(found.watched, found.different, found.unserved, found.nearer_metres or 0.0)


def _of_coming_stays(reading: Reading, scope: Scope) -> list[ColumnElement[bool]]:
    """Say that a decision is the last one for a stay that has not begun."""
    row, later, stay = AutomatSelection, aliased(AutomatSelection), Reservation
    newer = exists().where(later.reservation_id == row.reservation_id, later.id > row.id)
    coming = exists().where(
        stay.id == row.reservation_id,
        stay.starts_at > reading.now,
        stay.status.in_([ReservationStatus.CONFIRMED, ReservationStatus.UNFULFILLED]),
        ReservableEntity.id == stay.entity_id,
        *_within(scope),
    )
    return [~newer, coming]


def _within(scope: Scope) -> list[Any]:
    conditions = []
    if scope.unit_ids is not None:
        conditions.append(among(ReservableEntity.unit_id, scope.unit_ids))
    if scope.group_ids is not None:
        group = func.coalesce(Reservation.wanted_device_group_id, ReservableEntity.device_group_id)
        conditions.append(among(group, scope.group_ids))
    return conditions
