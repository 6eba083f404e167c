"""Where automats are missing: entities too far from any, and the places that would serve the most.

What counts is where automats stand, not whether they are full or silent just now: those that are in
service count, all others do not, nor does any area or exclusion of a policy.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from geo.covering import Demand, best_sites
from geo.snapshot import Snapshot
from models.automats import Automat, AutomatState
from models.entities import ReservableEntity
from models.errors import InvalidInput
from models.places import Coordinates
from models.settings import UnitSettings
from resolvers.comparison import scope as scopes
from resolvers.comparison.scope import Scope
from resolvers.comparison.streaming import BLOCK
from resolvers.planning.wishes import origin_of
from resolvers.settings import Pair, effective
from resolvers.work import Reading

Progress = Callable[[int], None]
FIRST_LOOK = 4
"""How many near automats are looked at first for one that is in service."""


class Spot(NamedTuple):
    """Entities at one place that want an automat within the same distance."""

    place: Coordinates
    limit_metres: float


@dataclass(slots=True)
class Waiting:
    """What is known of the entities of a spot: the first one, and how many they are."""

    entity_id: UUID
    entities: int
    metres: float | None


@dataclass(frozen=True, slots=True)
class MissingPlace:
    """A place for a new automat.

    Args:
        place: Where.
        entity_id: An entity that stands there.
        served: How many entities it would serve that no place before it does.
        metres_saved: How much shorter their ways would be together.
    """

    place: Coordinates
    entity_id: UUID
    served: int
    metres_saved: float


@dataclass(slots=True)
class Missing:
    """What was found.

    Args:
        entities: How many entities were looked at.
        without_place: How many of them have no place that is exact enough.
        without_limit: How many of them no setting gives a largest distance.
        beyond: How many of them have no automat in service within the distance.
        places: Where new automats would serve the most of these, the best first.
    """

    entities: int = 0
    without_place: int = 0
    without_limit: int = 0
    beyond: int = 0
    places: list[MissingPlace] = field(default_factory=list)


async def find(
    reading: Reading,
    scope: Scope,
    *,
    limit_metres: float | None,
    count: int,
    progress: Progress = lambda _entities: None,
) -> Missing:
    """Find where automats are missing.

    Entities are read block by block; what is kept of them is one row for each place that is too
    far from any automat.

    Args:
        reading: Who asks.
        scope: For which entities.
        limit_metres: How far an automat may be; None: the largest distance of their settings.
        count: How many places at most.
        progress: Told after each block how many entities were looked at.

    Raises:
        InvalidInput: The distance is not positive.
    """
    if limit_metres is not None and not 0 < limit_metres < float("inf"):
        message = "The largest distance must be more than 0 metres."
        raise InvalidInput(message, path=("max_distance_metres",))
    snapshot = Snapshot(await reading.connection(), [reading.actor.organization_id])
    search = Search(reading, limit_metres, snapshot, await _in_service(reading))
    after = None
    while entities := await scopes.block(reading, scope, after=after, size=BLOCK):
        await search.look(entities)
        progress(search.found.entities)
        after = entities[-1].id
    search.choose(count)
    return search.found


async def _in_service(reading: Reading) -> frozenset[UUID]:
    """List the automats that people may be sent to."""
    statement = select(Automat.id).where(
        Automat.organization_id == reading.actor.organization_id,
        Automat.state == AutomatState.IN_SERVICE,
    )
    return frozenset(row.id for row in await reading.rows(statement))


class Search:
    """Looks for entities that are too far from any automat."""

    def __init__(
        self,
        reading: Reading,
        limit_metres: float | None,
        snapshot: Snapshot,
        serving: frozenset[UUID],
    ) -> None:
        self.found = Missing()
        self._reading = reading
        self._limit = limit_metres
        self._snapshot = snapshot
        self._serving = serving
        self._settings: dict[Pair, UnitSettings] = {}
        self._waiting: dict[Spot, Waiting] = {}

    async def look(self, entities: Sequence[ReservableEntity]) -> None:
        """Look at a block of entities."""
        spots = await self._spots(entities)
        metres = await self._metres({spot.place for _, spot in spots})
        for entity, spot in spots:
            far = metres[spot.place]
            if far is None or far > spot.limit_metres:
                self.found.beyond += 1
                waiting = self._waiting.setdefault(spot, Waiting(entity.id, 0, far))
                waiting.entities += 1

    def choose(self, count: int) -> None:
        """Choose where new automats would serve the most."""
        spots = list(self._waiting.items())
        demands = [
            Demand(spot.place, spot.limit_metres, waiting.entities, waiting.metres)
            for spot, waiting in spots
        ]
        self.found.places = [
            MissingPlace(
                spots[site.at][0].place,
                spots[site.at][1].entity_id,
                site.served,
                site.metres_saved,
            )
            for site in best_sites(demands, count)
        ]

    async def _spots(
        self, entities: Sequence[ReservableEntity]
    ) -> list[tuple[ReservableEntity, Spot]]:
        """Tell where entities are and how far an automat may be; those without are counted."""
        await self._know_settings(entities)
        self.found.entities += len(entities)
        spots = []
        for entity in entities:
            settings = self._settings[entity.unit_id, entity.device_group_id]
            place, _ = origin_of(entity, settings)
            limit = settings.largest_distance_metres if self._limit is None else self._limit
            self.found.without_place += place is None
            self.found.without_limit += limit is None
            if place is not None and limit is not None:
                spots.append((entity, Spot(place, limit)))
        return spots

    async def _know_settings(self, entities: Iterable[ReservableEntity]) -> None:
        pairs = {(entity.unit_id, entity.device_group_id) for entity in entities}
        new = list(pairs - self._settings.keys())
        if new:
            self._settings |= zip(new, await effective(self._reading, new), strict=True)

    async def _metres(self, places: Iterable[Coordinates]) -> dict[Coordinates, float | None]:
        """Measure how far the nearest automat in service is from each of several places."""
        found: dict[Coordinates, float | None] = {}
        open_places, count = list(places), FIRST_LOOK
        while open_places:
            self._snapshot.forget_nearest()
            await self._snapshot.know_nearest(open_places, count)
            near = {place: await self._snapshot.nearest(place, count) for place in open_places}
            for place, some in near.items():
                metres = next((some[id] for id in some if id in self._serving), None)
                if metres is not None or len(some) < count:
                    found[place] = metres
            open_places = [place for place in open_places if place not in found]
            count *= 4
        return found
