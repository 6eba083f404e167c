"""The review queue: entities and automats whose placement somebody should look at."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_

from geo.neighbours import Far, Standing, area_of, far_from_neighbours
from models.accounts import Permission
from models.addressed import address_of
from models.automats import Automat, AutomatState
from models.dialects.among import among
from models.entities import ReservableEntity
from models.errors import ErrorCode, InvalidInput
from models.placement_reviews import ReviewReason
from models.places import PlacementPrecision
from resolvers.comparison.scope import scope_of
from resolvers.looking import BEFORE_ALL, Slice, checked_count
from resolvers.placements.findings import (
    ELSEWHERE_METRES,
    Finding,
    findings_of,
    reported_metres,
)
from resolvers.placements.precisions import Thing, coarser, least_of_units
from resolvers.work import Reading

MOST_COMPARED = 100_000
"""So many places are compared with their neighbours in a request."""


@dataclass(frozen=True, slots=True)
class Review:
    """Something whose placement somebody should look at.

    Args:
        row: The entity or the automat.
        is_automat: Which of the two.
        findings: What is doubtful, of the kinds that were asked for.
    """

    row: Any
    is_automat: bool
    findings: list[Finding]

    @property
    def id(self) -> UUID:
        """Its place in the queue."""
        id: UUID = self.row.id
        return id


@dataclass(frozen=True, slots=True)
class _Looked:
    """What is known before a page is read."""

    least: dict[UUID, PlacementPrecision]
    far: dict[UUID, Far]
    elsewhere: set[UUID]


async def page(
    reading: Reading,
    *,
    kinds: Collection[ReviewReason] | None,
    unit_id: UUID | None,
    first: int | None,
    after: UUID | None,
) -> Slice:
    """Read a page of the queue in the order in which the things were made, in seven statements.

    Args:
        reading: Who asks.
        kinds: Only reviews for one of these reasons; None for all.
        unit_id: Only of this unit and all below it; None for the whole organization.
        first: How many at most.
        after: The id behind which the page begins.

    Raises:
        NotAllowed: The actor may not look at entities and automats.
        NotFound: There is no such unit.
        InvalidInput: More than a page holds, or too many places to compare.
    """
    reading.require(Permission.VIEW)
    reading.require(Permission.VIEW_PLACES)
    count = checked_count(first)
    asked = frozenset(kinds if kinds is not None else ReviewReason)
    scope = await scope_of(reading, None, unit_id)
    looked = await _look(reading, asked, scope.unit_ids)
    found: list[Review] = []
    for model in (ReservableEntity, Automat):
        doubtful = _doubtful(model, asked, looked, after, count)
        open = model.placement_accepted_at.is_(None)
        statement = (
            reading.own(model)
            .where(model.id > (after or BEFORE_ALL), open, doubtful)
            .where(*_within(model, scope.unit_ids))
            .order_by(model.id)
            .limit(count + 1)
        )
        rows = await reading.all(statement)
        found += [_review(row, asked, looked, is_automat=model is Automat) for row in rows]
    found.sort(key=lambda review: review.id)
    return Slice(found[:count], len(found) > count)


def _review(
    row: Any, asked: Collection[ReviewReason], looked: _Looked, *, is_automat: bool
) -> Review:
    findings = findings_of(row, looked.least[row.unit_id], looked.far)
    return Review(row, is_automat, [one for one in findings if one.reason in asked])


def _within(model: Thing, unit_ids: Sequence[UUID] | None) -> list[ColumnElement[bool]]:
    """Say which things are looked at: those of certain units that are still there."""
    conditions: list[ColumnElement[bool]] = []
    if unit_ids is not None:
        conditions.append(among(model.unit_id, unit_ids))
    if model is Automat:
        conditions.append(Automat.state != AutomatState.UNINSTALLED)
    return conditions


def _doubtful(
    model: Thing,
    asked: Collection[ReviewReason],
    looked: _Looked,
    after: UUID | None,
    count: int,
) -> ColumnElement[bool]:
    """Say what is doubtful, in SQL where that can be, else by the ids of the next ones."""
    ambiguous = model.placement_problem_code == ErrorCode.ADDRESS_AMBIGUOUS
    unplaced = and_(model.position.is_(None), model.address_text.is_not(None))
    missing = and_(unplaced, or_(model.placement_problem_code.is_(None), ~ambiguous))
    conditions: dict[ReviewReason, ColumnElement[bool]] = {
        ReviewReason.MISSING: missing,
        ReviewReason.AMBIGUOUS: and_(unplaced, ambiguous),
        ReviewReason.COARSE: coarser(model, looked.least),
        ReviewReason.FAR_FROM_NEIGHBOURS: _next(model, looked.far, after, count),
        ReviewReason.REPORTED_ELSEWHERE: _next(model, looked.elsewhere, after, count),
    }
    return or_(false(), *(conditions[reason] for reason in ReviewReason if reason in asked))


def _next(model: Thing, ids: Iterable[UUID], after: UUID | None, count: int) -> ColumnElement[bool]:
    behind = sorted(id for id in ids if id > (after or BEFORE_ALL))
    return among(model.id, behind[: count + 1])


async def _look(
    reading: Reading, asked: Collection[ReviewReason], unit_ids: Sequence[UUID] | None
) -> _Looked:
    """Read what units ask for, and compare places with each other as far as that is asked."""
    least = await least_of_units(reading)
    far: dict[UUID, Far] = {}
    if ReviewReason.FAR_FROM_NEIGHBOURS in asked:
        far = await _far(reading, unit_ids)
    elsewhere: set[UUID] = set()
    if ReviewReason.REPORTED_ELSEWHERE in asked:
        elsewhere = await _elsewhere(reading, unit_ids)
    return _Looked(least, far, elsewhere)


async def _far(reading: Reading, unit_ids: Sequence[UUID] | None) -> dict[UUID, Far]:
    rows: list[Any] = []
    for model in (ReservableEntity, Automat):
        columns: Any = (
            *(model.id, model.position, model.address_text, model.street, model.postal_code),
            *(model.city, model.country_code, model.placement_accepted_at, model.placement_reason),
        )
        statement = reading.own(model).with_only_columns(*columns)
        conditions = [model.position.is_not(None), *_within(model, unit_ids)]
        rows += await reading.rows(statement.where(*conditions).limit(MOST_COMPARED + 1))
    if len(rows) > MOST_COMPARED:
        raise InvalidInput(
            f"More than {MOST_COMPARED} places cannot be compared with each other in a request: "
            "name a unit, or leave FAR_FROM_NEIGHBOURS out.",
            path=("kind",),
        )
    found = await asyncio.to_thread(lambda: far_from_neighbours(_standing(rows)))
    settled = {row.id for row in rows if row.placement_accepted_at or row.placement_reason}
    return {id: far for id, far in found.items() if id not in settled}


def _standing(rows: list[Any]) -> Iterable[Standing]:
    for row in rows:
        address = address_of(row)
        area = area_of(address) if address else None
        if area is not None:
            yield Standing(row.id, area, row.position)


async def _elsewhere(reading: Reading, unit_ids: Sequence[UUID] | None) -> set[UUID]:
    columns = Automat.id, Automat.position, Automat.reported_position
    statement = reading.own(Automat).with_only_columns(*columns)
    open = Automat.placement_accepted_at.is_(None)
    reporting = Automat.reported_position.is_not(None)
    rows = await reading.rows(statement.where(open, reporting, *_within(Automat, unit_ids)))
    return {row.id for row in rows if (reported_metres(row) or 0.0) > ELSEWHERE_METRES}
