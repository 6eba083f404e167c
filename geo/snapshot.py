"""What choices look at: nearest automats, groups, and which lockers are free when.

A snapshot remembers what it has read, so stays that are planned together ask the database once
for all of them (`prefetch`), and what somebody asks for beyond that is read when it is needed.
"""

from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from geo import areas
from geo.bookings import Bookings
from geo.candidates import Facts
from geo.distances import distances_metres
from geo.group_members import members_of
from geo.look import Metres
from geo.measuring import Found, Nearby, Place, in_order, nearest_of
from geo.nearest import nearest_automats, nearest_to_each
from geo.occupancy import Occupancy
from geo.position import distance_metres
from models.automats import Automat, AutomatState
from models.availability import Blocked, Span
from models.dialects.among import among, ids_later
from models.places import Coordinates
from models.times import Window

MOST_WITHOUT_PLACE = 50
FIRST_IN_AREA = 64
"""How many automats are looked at first to find those in an area."""


class Snapshot:
    """A look at the automats of organizations.

    Args:
        connection: An open connection.
        organization_ids: Whose automats may be used.
        ignoring: Key contracts whose lockers count as free; `bookings` says who has them.
        whole: Whether whole rows of automats are wanted, to show them, or what a choice looks at.
    """

    def __init__(
        self,
        connection: AsyncConnection,
        organization_ids: Sequence[UUID],
        *,
        ignoring: Collection[UUID] = (),
        whole: bool = False,
    ) -> None:
        self._connection = connection
        self._organization_ids = organization_ids
        self._whole = whole
        self._select = _whole_automats() if whole else _automats()
        self.bookings = Bookings()
        """What has been taken since the look."""
        self.homes: dict[UUID, tuple[UUID, int]] = {}
        """Where keys lie that are at home, or will once they are back: automat and locker."""
        self._automats: dict[UUID, Any] = {}
        self._occupancy = Occupancy(connection, ignoring)
        self._near: dict[Coordinates, list[Nearby]] = {}
        self._asked: dict[Coordinates, int] = {}
        self._inside: dict[str, list[Place]] = {}
        self._members: dict[UUID, frozenset[UUID]] = {}
        self._metres: dict[tuple[Coordinates, UUID], float] = {}

    async def prefetch(self, spans: Collection[Span]) -> None:
        """Read what many choices will look at, in two statements."""
        await self._know_automats({span.automat_id for span in spans})
        await self._occupancy.know(spans)

    async def facts(self, metres: Metres, window: Window) -> list[Facts]:
        """Give what is known of automats over a window, in the order of `metres`."""
        await self._know_automats(metres)
        blocked = await self._occupancy.over(window, metres)
        return [
            self._facts(automat, window, distance, blocked[automat_id])
            for automat_id, distance in metres.items()
            if (automat := self._automats.get(automat_id)) is not None
        ]

    def _facts(self, automat: Any, window: Window, metres: float | None, blocked: Blocked) -> Facts:
        taken = self.bookings.lockers_taken(automat.id, window)
        by_contracts = blocked.by_contracts | taken
        by_keys = blocked.by_keys & ~self.bookings.lockers_left(automat.id, window.starts_at)
        return Facts(automat, metres, automat.usable_lockers, by_contracts, by_keys)

    async def _know_automats(self, ids: Iterable[UUID]) -> None:
        missing = {id for id in ids if id not in self._automats}
        if missing:
            told = {"owners": self._organization_ids, "ids": missing}
            rows = await self._connection.execute(self._select, told)
            self._automats |= {row.id: row for row in rows}

    def start_over(self) -> None:
        """Forget what was taken since the look."""
        self.bookings = Bookings()

    async def look_anew(self, spans: Collection[Span]) -> set[Span]:
        """Look once more, but where nobody else can change anything; give what is otherwise."""
        await self._know_automats({span.automat_id for span in spans})
        return await self._occupancy.look_anew(spans)

    async def make_sure(self, spans: Collection[Span]) -> set[Span]:
        """Lock the automats of spans and look again; give the spans that are otherwise now.

        They are locked in the order of their ids, so that two who plan never wait for each other.
        A span that was never looked at counts as otherwise too.
        """
        told = {"owners": self._organization_ids, "ids": list({span.automat_id for span in spans})}
        locking = _locked_automats(whole=self._whole)
        automats = {row.id: row for row in await self._connection.execute(locking, told)}
        otherwise = await self._occupancy.look_again(spans)
        changed = {id for id, row in automats.items() if self._automats.get(id) != row}
        self._automats |= automats
        return otherwise | {span for span in spans if span.automat_id in changed}

    async def free_lockers(self, spans: Collection[Span]) -> dict[Span, int]:
        """Count the lockers of automats that are free over windows."""
        await self._know_automats(span.automat_id for span in spans)
        await self._occupancy.know(spans)
        free = {}
        for span in spans:
            (facts,) = await self.facts({span.automat_id: None}, span.window)
            free[span] = facts.free_lockers
        return free

    async def nearest(self, here: Coordinates, count: int) -> dict[UUID, float | None]:
        """Give the automats nearest to a place; fewer than `count` when there are no more."""
        known = self._near.get(here, [])
        if self._asked.get(here, 0) < count:
            self._asked[here] = count
            self._near[here] = known = await nearest_automats(
                self._connection, here, organization_ids=self._organization_ids, count=count
            )
        return {found.automat_id: found.metres for found in known[:count]}

    async def preferred(self, area: str, here: Coordinates, count: int) -> dict[UUID, float | None]:
        """Give the automats nearest to a place that stand in an area; fewer as above."""
        if area not in self._inside:
            self._inside[area] = await self._places_in(areas.area(area))
        near = nearest_of(self._inside[area], here, count)
        return {found.automat_id: found.metres for found in near}

    async def _places_in(self, area: areas.Area) -> list[Place]:
        """Read the automats of an area: all in a circle around it, and of those the ones in it."""
        middle, radius = area.circle()
        count = FIRST_IN_AREA
        near = await self.nearest(middle, count)
        while len(near) == count and (list(near.values())[-1] or 0.0) <= radius:
            count *= 4
            near = await self.nearest(middle, count)
        await self._know_automats(near)
        rows = [self._automats[id] for id in near if id in self._automats]
        return [
            Place(row.id, row.installed_at, row.position)
            for row in rows
            if row.position is not None and area.holds(row.position)
        ]

    async def know_nearest(self, places: Iterable[Coordinates], count: int) -> None:
        """Read the automats nearest to several places, all at once."""
        unknown = [here for here in dict.fromkeys(places) if here not in self._near]
        found = await nearest_to_each(
            self._connection, unknown, organization_ids=self._organization_ids, count=count
        )
        self._near |= dict(zip(unknown, found, strict=True))
        self._asked |= dict.fromkeys(unknown, count)

    def forget_nearest(self) -> None:
        """Forget which automats are near to where, for whoever looks from very many places."""
        self._near.clear()
        self._asked.clear()

    async def know_automats(self, ids: Iterable[UUID]) -> None:
        """Read automats, all at once."""
        await self._know_automats(ids)

    async def places(self, automat_ids: Collection[UUID]) -> dict[UUID, Coordinates]:
        """Tell where certain automats stand; one without a place is left out."""
        await self._know_automats(automat_ids)
        known = {id: self._automats[id] for id in automat_ids if id in self._automats}
        return {id: row.position for id, row in known.items() if row.position is not None}

    async def without_place(self) -> dict[UUID, float | None]:
        """Give automats whose address could not be placed."""
        rows = await self._connection.execute(
            select(Automat.id)
            .where(
                Automat.organization_id.in_(self._organization_ids),
                Automat.position.is_(None),
                Automat.state != AutomatState.UNINSTALLED,
            )
            .order_by(Automat.installed_at, Automat.id)
            .limit(MOST_WITHOUT_PLACE)
        )
        return {row.id: None for row in rows}

    async def measured(
        self, automat_ids: Collection[UUID], here: Coordinates | None
    ) -> dict[UUID, float | None]:
        """Measure how far certain automats are, nearest first; those without a place come last."""
        await self._know_automats(automat_ids)
        rows = [self._automats[id] for id in automat_ids if id in self._automats]
        near = in_order(
            [
                Found(self._distance(here, row), row.installed_at, row.id)
                for row in rows
                if here and row.position
            ]
        )
        metres: dict[UUID, float | None] = {found.automat_id: found.metres for found in near}
        nowhere = [row for row in rows if row.id not in metres]
        nowhere.sort(key=lambda row: (row.installed_at, row.id))
        return metres | {row.id: None for row in nowhere}

    def _distance(self, here: Coordinates, automat: Any) -> float:
        known = self._metres.get((here, automat.id))
        return distance_metres(here, automat.position) if known is None else known

    async def know_distances(self, pairs: Iterable[tuple[Coordinates, UUID]]) -> None:
        """Measure how far automats are from places, all at once."""
        placed = {
            (here, id): (here, automat.position)
            for here, id in pairs
            if (automat := self._automats.get(id)) is not None and automat.position is not None
        }
        metres = await distances_metres(self._connection, list(placed.values()))
        self._metres |= dict(zip(placed, metres, strict=True))

    async def members(self, group_id: UUID) -> frozenset[UUID]:
        """List the automats of a device group that are still installed."""
        await self.know_members([group_id])
        return self._members[group_id]

    async def know_members(self, group_ids: Iterable[UUID]) -> None:
        """Read which automats are in device groups, all at once."""
        unknown = [id for id in dict.fromkeys(group_ids) if id not in self._members]
        if unknown:
            self._members |= await members_of(self._connection, unknown)


@cache
def _whole_automats() -> Select[Any]:
    return _of_owners(select(Automat))


@cache
def _automats() -> Select[Any]:
    """Select what a choice looks at; made once, as making a statement takes longer than its run."""
    return _of_owners(
        select(
            Automat.id,
            Automat.name,
            Automat.model,
            Automat.state,
            Automat.last_seen_at,
            Automat.usable_lockers,
            Automat.position,
            Automat.installed_at,
        )
    )


@cache
def _locked_automats(*, whole: bool) -> Select[Any]:
    some = _whole_automats() if whole else _automats()
    return some.order_by(Automat.id).with_for_update(key_share=True)


def _of_owners(statement: Any) -> Select[Any]:
    found: Select[Any] = statement.where(
        among(Automat.organization_id, ids_later("owners")),
        among(Automat.id, ids_later("ids")),
    )
    return found
