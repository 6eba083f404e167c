"""Looking many addresses up again: after better addresses were imported, or with another service.

Geocoders are asked outside of transactions. What people set by hand is never touched, and no place
is exchanged for a coarser one or for none.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from geo.geocoding import Geocoder
from geo.moved import LEAST_METRES
from geo.position import distance_metres
from models.accounts import Actor
from models.addressed import PlacementProblem, address_of
from models.database import Database
from models.errors import ErrorCode, GeocoderUnavailable
from models.places import Placement, PlacementPrecision
from resolvers.placements.precisions import Thing
from resolvers.placements.running import (
    STAGES,
    Among,
    Asked,
    Outcome,
    Run,
    among_what,
    begin,
    block,
    left,
)
from resolvers.placing import place, record_place
from resolvers.work import Reading, Work

MOST_UNANSWERED = 10
"""After so many questions in a row that nobody answered the geocoder is taken to be away."""

Found = Placement | PlacementProblem | None
Progress = Callable[[int, int], None]


class Placing:
    """One run through an organization.

    Args:
        database: Where everything is.
        geocoder: Who is asked.
        owner: In whose name: the system of the organization.
        clock: Tells what time it is.
        asked: Whose addresses.
        progress: Told how many are done of how many.
    """

    def __init__(
        self,
        database: Database,
        geocoder: Geocoder,
        owner: Actor,
        clock: Callable[[], datetime],
        *,
        asked: Asked,
        progress: Progress,
    ) -> None:
        self._database = database
        self._geocoder = geocoder
        self._owner = owner
        self._clock = clock
        self._asked = asked
        self._progress = progress
        self._run = Run()
        self._unanswered = 0

    async def through(self) -> Run:
        """Look up all addresses that are left; killed or stopped, it goes on when called again.

        Raises:
            NotFound: There is no such unit.
            GeocoderUnavailable: The geocoder is away; what is done is kept.
        """
        async with self._database.reading(self._owner.organization_id) as connection:
            reading = Reading(connection, self._owner, self._now())
            which = await among_what(reading, self._asked)
        self._run = await begin(self._database, self._owner, self._asked, self._now())
        async with self._database.reading(self._owner.organization_id) as connection:
            reading = Reading(connection, self._owner, self._now())
            total = self._run.done + await left(reading, which, self._run)
        self._progress(self._run.done, total)
        for stage in range(self._run.stage, len(STAGES)):
            if stage != self._run.stage:
                self._run.stage, self._run.last_id = stage, None
            await self._through_stage(which, total)
        await self._save(finished=True)
        return self._run

    def _now(self) -> datetime:
        return self._owner.time(self._clock())

    async def _through_stage(self, which: Among, total: int) -> None:
        while True:
            async with self._database.reading(self._owner.organization_id) as connection:
                reading = Reading(connection, self._owner, self._now())
                rows = await block(reading, which, self._run)
            if not rows:
                return
            for row in rows:
                await self._one(STAGES[self._run.stage], row)
                self._progress(self._run.done + self._unanswered, total)
            self._settle(rows[-1])
            await self._save()

    async def _one(self, model: Thing, row: Any) -> None:
        found = await place(self._geocoder, address_of(row), None, self._now())
        outcome = outcome_of(row, found)
        if outcome is Outcome.UNANSWERED:
            self._unanswered += 1
            if self._unanswered >= MOST_UNANSWERED:
                await self._save()
                raise GeocoderUnavailable(
                    f"The geocoder has not answered {MOST_UNANSWERED} times in a row; run this "
                    "again later: it goes on where it is."
                )
            return
        self._settle(row)
        if self._asked.dry_run or not is_news(row, found):
            self._count(outcome, row, found)
            return
        async with self._database.writing(self._owner.organization_id) as session:
            work = Work(session, self._owner, self._now())
            is_kept = await keep(work, model, row, found)
            self._count(outcome if is_kept else Outcome.CHANGED, row, found)
            await self._run.save(work)

    def _settle(self, row: Any) -> None:
        """Have done with everything up to a thing, also with what nobody answered before it."""
        self._run.last_id = row.id
        if self._unanswered:
            self._run.counts[Outcome.UNANSWERED] += self._unanswered
            self._unanswered = 0

    def _count(self, outcome: Outcome, row: Any, found: Found) -> None:
        self._run.counts[outcome] += 1
        if outcome is Outcome.MOVED:
            self._run.moved.add(metres_of(row, found) or 0.0)

    async def _save(self, *, finished: bool = False) -> None:
        async with self._database.writing(self._owner.organization_id) as session:
            work = Work(session, self._owner, self._now())
            await self._run.save(work, finished_at=work.now if finished else None)


def metres_of(row: Any, found: Found) -> float | None:
    """Tell how far an answer is from the place that is known; None where there are not both."""
    if row.position is None or not isinstance(found, Placement):
        return None
    return distance_metres(row.position, found.coordinates)


def outcome_of(row: Any, found: Found) -> Outcome:
    """Tell what an answer is worth beside what is known."""
    if not isinstance(found, Placement):
        away = found is None or found.code is ErrorCode.GEOCODER_UNAVAILABLE
        return Outcome.UNANSWERED if away else Outcome.NOT_FOUND
    metres = metres_of(row, found)
    if metres is None:
        return Outcome.PLACED
    if not found.precision.is_at_least(row.placement_precision):
        return Outcome.COARSER
    return Outcome.SAME if metres < LEAST_METRES else Outcome.MOVED


def is_news(row: Any, found: Found) -> bool:
    """Tell whether an answer is to be kept."""
    if isinstance(found, PlacementProblem):
        return row.position is None and found.code is not row.placement_problem_code
    outcome = outcome_of(row, found)
    if outcome is Outcome.SAME and isinstance(found, Placement):
        return found.precision is not row.placement_precision
    return outcome in (Outcome.PLACED, Outcome.MOVED)


async def keep(work: Work, model: Thing, row: Any, found: Found) -> bool:
    """Write an answer down, unless somebody changed the address or the place meanwhile."""
    for thing in await work.locked(model, [row.id]):
        is_as_it_was = (
            thing.address == address_of(row)
            and thing.placed_at == row.placed_at
            and thing.placement_precision is not PlacementPrecision.MANUAL
        )
        if not is_as_it_was:
            return False
        metres = metres_of(row, found)
        thing.place(found)
        more = {} if metres is None else {"moved_metres": round(metres, 1)}
        record_place(work, thing, found, **more)
        await work.save()
        return True
    return False
