"""Runs that look many addresses up again: whose, how far they are, and what came of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select

from geo.moved import Moved
from models.accounts import Actor
from models.automats import Automat, AutomatState
from models.database import Database
from models.dialects.among import among
from models.entities import ReservableEntity
from models.placement_reviews import PlacementRun, PlacementScope
from models.places import PlacementPrecision
from resolvers.comparison.scope import scope_of
from resolvers.looking import BEFORE_ALL
from resolvers.placements.precisions import Least, Thing, coarser, least_of_units
from resolvers.work import Reading, Work

STAGES: tuple[Thing, ...] = (ReservableEntity, Automat)
BLOCK = 200


class Outcome(StrEnum):
    """What came of looking an address up again."""

    PLACED = "placed"
    MOVED = "moved"
    SAME = "same"
    COARSER = "coarser"
    NOT_FOUND = "not found"
    UNANSWERED = "unanswered"
    CHANGED = "changed meanwhile"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked up again.

    Args:
        scope: Which addresses; none of things that people set by hand.
        unit_id: Only of this unit and all below it; None for the whole organization.
        dry_run: Whether nothing is written.
        anew: Whether a run that was interrupted is forgotten.
    """

    scope: PlacementScope
    unit_id: UUID | None = None
    dry_run: bool = False
    anew: bool = False


@dataclass(slots=True)
class Run:
    """How far a run is.

    Args:
        id: Its row; None for a dry run, which has none.
        stage: Among which things it is.
        last_id: The last of them that is done.
        counts: How many of each outcome.
        moved: How far things moved.
        goes_on: Whether it had been interrupted.
    """

    id: UUID | None = None
    stage: int = 0
    last_id: UUID | None = None
    counts: Counter[Outcome] = field(default_factory=Counter)
    moved: Moved = field(default_factory=Moved)
    goes_on: bool = False

    @property
    def done(self) -> int:
        """How many are done."""
        return self.counts.total()

    async def save(self, work: Work, *, finished_at: datetime | None = None) -> None:
        """Write down how far it is."""
        if self.id is None:
            return
        row = await work.get(PlacementRun, self.id)
        row.stage, row.last_id, row.finished_at = self.stage, self.last_id, finished_at
        row.counts = {outcome.value: number for outcome, number in self.counts.items()}
        row.moves = self.moved.stored()
        await work.save()


async def begin(database: Database, owner: Actor, asked: Asked, now: datetime) -> Run:
    """Go on with a run that was interrupted, or begin one."""
    if asked.dry_run:
        return Run()
    async with database.writing(owner.organization_id) as session:
        work = Work(session, owner, now)
        open = work.own(PlacementRun).where(
            PlacementRun.scope == asked.scope,
            PlacementRun.unit_id == asked.unit_id,
            PlacementRun.finished_at.is_(None),
        )
        known = await work.all(open.order_by(PlacementRun.id.desc()))
        if known and not asked.anew:
            return _of(known[0])
        for row in known:
            row.finished_at = now
        made = PlacementRun(
            organization_id=owner.organization_id,
            unit_id=asked.unit_id,
            scope=asked.scope,
            began_at=now,
        )
        await work.add(made)
        return Run(made.id)


def _of(row: PlacementRun) -> Run:
    counts = Counter({Outcome(name): number for name, number in row.counts.items()})
    return Run(row.id, row.stage, row.last_id, counts, Moved.of_stored(row.moves), goes_on=True)


@dataclass(frozen=True, slots=True)
class Among:
    """The things whose addresses are looked up again."""

    scope: PlacementScope
    unit_ids: tuple[UUID, ...] | None
    least: Least

    def conditions(self, model: Thing) -> list[ColumnElement[bool]]:
        """Say which they are."""
        precision = model.placement_precision
        said = [
            model.address_text.is_not(None),
            or_(precision.is_(None), precision != PlacementPrecision.MANUAL),
        ]
        if self.unit_ids is not None:
            said.append(among(model.unit_id, self.unit_ids))
        if model is Automat:
            said.append(Automat.state != AutomatState.UNINSTALLED)
        if self.scope is PlacementScope.UNPLACED:
            said.append(model.position.is_(None))
        if self.scope is PlacementScope.COARSE:
            said.append(or_(model.position.is_(None), coarser(model, self.least)))
        return said


async def among_what(reading: Reading, asked: Asked) -> Among:
    """Find out whose addresses are meant.

    Raises:
        NotFound: There is no such unit.
    """
    scope = await scope_of(reading, None, asked.unit_id)
    return Among(asked.scope, scope.unit_ids, await least_of_units(reading))


async def left(reading: Reading, which: Among, run: Run) -> int:
    """Count those that are not done."""
    number = 0
    for stage, model in enumerate(STAGES[run.stage :], run.stage):
        behind = (run.last_id if stage == run.stage else None) or BEFORE_ALL
        statement = (
            select(func.count())
            .select_from(model)
            .where(
                model.organization_id == reading.actor.organization_id,
                model.id > behind,
                *which.conditions(model),
            )
        )
        number += (await reading.rows(statement))[0][0]
    return number


async def block(reading: Reading, which: Among, run: Run) -> Sequence[Any]:
    """Read the next things in the order of their ids."""
    model = STAGES[run.stage]
    next_ones = reading.own(model).where(
        model.id > (run.last_id or BEFORE_ALL), *which.conditions(model)
    )
    return await reading.all(next_ones.order_by(model.id).limit(BLOCK))
