"""Comparing entities: twice the choice that a reservation would get, with the group and without.

Both are made by `geo.selection.choose`, as if a key from a desk were wanted for the coming day, and
nothing was taken yet: so what it says of the nearest automat is what a push would be told.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, func

from geo.candidates import Candidate
from geo.decisions import Decision, Wish
from geo.key_supply import NO_KEYS
from geo.looking import FIRST_LOOK
from geo.selection import choose
from geo.snapshot import Snapshot
from geo.walking.on_foot import as_people_go
from models.availability import Span
from models.comparisons import ComparisonException
from models.dialects.among import among, ids_later
from models.entities import KeyRule, ReservableEntity
from models.keys import EntityKey
from models.places import Coordinates
from models.selections import RejectionCode, SelectionMode
from models.settings import UnitSettings
from models.times import Window
from resolvers.comparison.coming import Coming, coming
from resolvers.comparison.compared import Compared, Served
from resolvers.comparison.near_groups import NearGroups
from resolvers.planning.wishes import origin_of
from resolvers.settings import Pair, effective
from resolvers.work import Reading, owned

CHOICE = timedelta(days=1)
"""The window of the choices: a stay from now on."""
WEEKS = 4
MOST_WEEKS = 26
"""How many weeks of coming stays are counted, unless somebody says so, and at most."""


class Ways(NamedTuple):
    """The two wishes of an entity; the one with the group is None where it has no group."""

    group: Wish | None
    nearest: Wish


@dataclass(frozen=True, slots=True)
class Comparer:
    """Compares entities against one look at the automats.

    Args:
        reading: Who asks.
        look: The automats; what it knows of near ones is forgotten after each block.
        window: When an automat would be wanted.
        weeks: Over which the coming stays are counted.
        settings: What holds for units, with and without groups, as far as it is known.
    """

    reading: Reading
    look: NearGroups
    window: Window
    weeks: Window
    settings: dict[Pair, UnitSettings] = field(default_factory=dict)

    async def compare(self, entities: Sequence[ReservableEntity]) -> list[Compared]:
        """Compare some entities, in their order; at most some hundreds at a time."""
        if not entities:
            return []
        ways = await self._ways(entities)
        await self._look(ways)
        stays = await coming(self.reading, (entity.id for entity in entities), self.weeks)
        known: dict[Any, Decision] = {}
        rows = [
            _compared(
                entity,
                None if way.group is None else await self._decided(way.group, known),
                await self._decided(way.nearest, known),
                stays.get(entity.id, Coming()),
            )
            for entity, way in zip(entities, ways, strict=True)
        ]
        self.look.snapshot.forget_nearest()
        return rows

    async def _ways(self, entities: Sequence[ReservableEntity]) -> list[Ways]:
        settings = await self._settings(entities)
        keys = await self._keys_that_go(entities)
        ways = []
        for entity in entities:
            lockers = keys.get(entity.id, 1)
            nearest = self._wish(entity, settings[entity.unit_id, None], lockers)
            group = None
            if entity.device_group_id is not None:
                with_group = settings[entity.unit_id, entity.device_group_id]
                group = replace(
                    self._wish(entity, with_group, lockers), device_group_id=entity.device_group_id
                )
            ways.append(Ways(group, nearest))
        return ways

    def _wish(self, entity: ReservableEntity, settings: UnitSettings, lockers: int) -> Wish:
        origin, notes = origin_of(entity, settings)
        supply = NO_KEYS if lockers == 1 else replace(NO_KEYS, needed=lockers)
        return Wish(self.window, self.reading.now, settings, supply, origin, notes)

    async def _settings(self, entities: Iterable[ReservableEntity]) -> dict[Pair, UnitSettings]:
        """Read what holds for the units, with and without groups; each pair once in all blocks.

        The mode is left aside: it says whether the group or the nearest decides, and both are asked
        here.
        """
        pairs: set[Pair] = {(entity.unit_id, None) for entity in entities}
        pairs |= {(entity.unit_id, entity.device_group_id) for entity in entities}
        missing = [pair for pair in pairs if pair not in self.settings]
        if missing:
            for pair, found in zip(missing, await effective(self.reading, missing), strict=True):
                mode = SelectionMode.BY_RESERVATION
                self.settings[pair] = replace(found, selection_mode=mode)
        return self.settings

    async def _keys_that_go(self, entities: Iterable[ReservableEntity]) -> dict[UUID, int]:
        """Count the keys that go with a stay, where it is not one (G32)."""
        rules = {entity.id: KeyRule(entity.key_rule) for entity in entities}
        counts = {entity.id: entity.key_count or 1 for entity in entities}
        everything = [id for id, rule in rules.items() if rule is KeyRule.ALL]
        if everything:
            told = {"owner": self.reading.actor.organization_id, "entities": everything}
            counts |= {row.entity_id: row.keys for row in await self.reading.rows(_keys(), **told)}
        return counts

    async def _look(self, ways: Sequence[Ways]) -> None:
        """Read what the choices will look at, all at once."""
        places = [way.nearest.origin for way in ways if way.nearest.origin is not None]
        on_foot = any(way.nearest.settings.walking_distance for way in ways)
        count = 2 * FIRST_LOOK if on_foot else FIRST_LOOK  # ways are longer than lines
        await self.look.snapshot.know_nearest(places, count)
        seen: set[UUID] = set()
        for place in dict.fromkeys(places):
            seen |= (await self.look.snapshot.nearest(place, count)).keys()
        groups = [
            way.group.device_group_id
            for way in ways
            if way.group is not None and way.group.device_group_id is not None
        ]
        await self.look.snapshot.know_members(groups)
        for group_id in set(groups):
            seen |= await self.look.snapshot.members(group_id)
        await self.look.snapshot.prefetch({Span(id, self.window) for id in seen})

    async def _decided(self, wish: Wish, known: dict[Any, Decision]) -> Decision:
        """Choose; once for all apartments of a house."""
        same = (wish.origin, wish.device_group_id, id(wish.settings), wish.supply.needed)
        if same not in known:
            look = as_people_go(self.look, wish.settings)
            known[same] = await choose(look, wish)
        return known[same]


async def comparer(reading: Reading, *, weeks: int = WEEKS) -> Comparer:
    """Begin to compare."""
    snapshot = Snapshot(await reading.connection(), [reading.actor.organization_id])
    ahead = Window(reading.now, reading.now + timedelta(weeks=weeks))
    return Comparer(reading, NearGroups(snapshot), Window(reading.now, reading.now + CHOICE), ahead)


@cache
def _keys() -> Select[*tuple[Any, ...]]:
    return (
        owned(EntityKey)
        .with_only_columns(EntityKey.entity_id, func.count().label("keys"))
        .where(among(EntityKey.entity_id, ids_later("entities")))
        .group_by(EntityKey.entity_id)
    )


def _compared(
    entity: ReservableEntity, group: Decision | None, nearest: Decision, stays: Coming
) -> Compared:
    return Compared(
        id=entity.id,
        name=entity.name,
        external_id=entity.external_id,
        position=entity.position,
        before=None if group is None else Served.by(group.chosen),
        after=Served.by(nearest.chosen),
        exceptions=(*_of_nearest(entity, nearest), *_of_group(group)),
        coming=stays,
    )


def _of_group(decision: Decision | None) -> list[ComparisonException]:
    if decision is None:
        return [ComparisonException.NO_GROUP]
    if decision.chosen is None:
        return [ComparisonException.NO_AUTOMAT_IN_GROUP]
    if decision.origin is not None and decision.chosen.metres is None:
        return [ComparisonException.GROUP_AUTOMAT_NOT_PLACED]
    return []


def _of_nearest(entity: ReservableEntity, decision: Decision) -> list[ComparisonException]:
    if decision.chosen is not None:
        return []
    if decision.origin is None:
        return [_without_origin(entity.address_text, entity.position)]
    against = [_codes(candidate) for candidate in decision.candidates]
    if {RejectionCode.FULL_IN_WINDOW} in against:
        return [ComparisonException.FULL]
    if {RejectionCode.TOO_FAR} in against:
        return [ComparisonException.TOO_FAR]
    return [ComparisonException.NO_NEAREST]


def _without_origin(address: str | None, position: Coordinates | None) -> ComparisonException:
    if position is not None:
        return ComparisonException.COARSE_PLACEMENT
    has_address = address is not None
    return ComparisonException.NOT_PLACED if has_address else ComparisonException.NO_ADDRESS


def _codes(candidate: Candidate) -> set[RejectionCode]:
    return {rejection.code for rejection in candidate.rejections}
