"""A plain town as a look at automats that exist in memory only, and its cases as wishes."""

import json
from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from factories import DAY, HOUR, NOON
from plain_areas import Area, Point
from plain_spans import spans_of
from plain_towns import Case, Home, Policy, Span, Town

from geo import areas
from geo.candidates import Facts
from geo.decisions import Wish
from geo.key_supply import KeyOption, KeySupply
from geo.look import Metres
from geo.measuring import Found, in_order
from geo.position import distance_metres
from geo.remembered import RememberedAutomat
from models.automats import AutomatModel, AutomatState
from models.keys import Key
from models.places import Coordinates
from models.selections import SelectionMode
from models.settings import UnitSettings
from models.times import Window

MODELS = {1: AutomatModel.LIVIONKEY_1, 30: AutomatModel.LIVIONKEY_30}


def group_id(number: int) -> UUID:
    """Give the id of a group in memory."""
    return UUID(int=number + 1)


def place_of(point: Point | None) -> Coordinates | None:
    """Say a point as the product does."""
    return None if point is None else Coordinates(*point)


def window_of(span: Span) -> Window:
    """Say a span as the product does."""
    start, end = span
    return Window(NOON + start * HOUR, None if end is None else NOON + end * HOUR)


def area_of(area: Area | None) -> str | None:
    """Write an area as GeoJSON in its canonical form."""
    if area is None:
        return None
    rings = [[[[east, north] for north, east in ring] for ring in rings] for rings in area]
    return areas.area(json.dumps({"type": "MultiPolygon", "coordinates": rings})).text


def settings_of(policy: Policy, town: Town) -> dict[str, Any]:
    """Say a policy in settings."""
    return {
        "selection_mode": SelectionMode(policy.mode),
        "largest_distance_metres": policy.limit,
        "spreading_metres": policy.spreading,
        "offline_automats": policy.offline,
        "silence_tolerance": timedelta(minutes=policy.tolerated),
        "excluded_models": tuple(MODELS[lockers] for lockers in policy.without),
        "excluded_automats": tuple(town.cabinets[number].id for number in policy.excluded),
        "served_area": area_of(policy.served),
        "excluded_area": area_of(policy.avoided),
        "preferred_area": area_of(policy.preferred),
        "return_elsewhere": policy.elsewhere,
        "return_elsewhere_metres": policy.elsewhere_metres,
        "one_device_group": policy.one_group,
        "default_duration": policy.short * HOUR,
        "fetch_duration": policy.fetch * HOUR,
        "return_duration": policy.back * HOUR,
        "return_sync_time": policy.back * HOUR,
    }


class Memory:
    """A look at the automats of a plain town."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.numbers = {one.id: number for number, one in enumerate(town.cabinets)}
        self.automats = {
            one.id: RememberedAutomat(
                id=one.id,
                name=f"Automat {number}",
                model=MODELS[one.lockers],
                state=AutomatState.IN_SERVICE if one.in_service else AutomatState.OUT_OF_SERVICE,
                last_seen_at=None if one.silent is None else NOON - one.silent * HOUR / 60,
                installed_at=NOON - one.installed * DAY,
                position=place_of(one.point),
            )
            for number, one in enumerate(town.cabinets)
        }
        self._metres: dict[Coordinates, Metres] = {}
        self._facts: dict[tuple[UUID, Window], tuple[int, int, int]] = {}

    async def nearest(self, here: Coordinates, count: int) -> Metres:
        """Give the nearest ones."""
        return dict(list(self._from(here).items())[:count])

    async def preferred(self, area: str, here: Coordinates, count: int) -> Metres:
        """Give the nearest ones in an area."""
        drawn = areas.area(area)
        places = {id: self.automats[id].position for id in self._from(here)}
        inside = {id for id, place in places.items() if place and drawn.holds(place)}
        return dict(list((await self.measured(inside, here)).items())[:count])

    async def facts(self, metres: Metres, window: Window) -> list[Facts]:
        """Give what is known."""
        return [
            Facts(self.automats[id], far, *self._bits(id, window)) for id, far in metres.items()
        ]

    async def measured(self, automat_ids: Collection[UUID], here: Coordinates | None) -> Metres:
        """Measure certain ones."""
        far = self._from(here) if here else {}
        near = self._in_order([(far[id] or 0.0, id) for id in automat_ids if id in far])
        nowhere = [self.automats[id] for id in automat_ids if id not in near]
        nowhere.sort(key=lambda one: (one.installed_at, one.id))
        return {**near, **{one.id: None for one in nowhere}}

    async def members(self, group: UUID) -> frozenset[UUID]:
        """List a group."""
        return frozenset(self.town.cabinets[at].id for at in self.town.groups[group.int - 1])

    async def without_place(self) -> Metres:
        """List those without a place."""
        return {id: None for id, one in self.automats.items() if one.position is None}

    def _from(self, here: Coordinates) -> Metres:
        if here not in self._metres:
            self._metres[here] = self._in_order(
                [
                    (distance_metres(here, one.position), id)
                    for id, one in self.automats.items()
                    if one.position is not None
                ]
            )
        return self._metres[here]

    def _in_order(self, pairs: list[tuple[float, UUID]]) -> dict[UUID, float | None]:
        found = [Found(far, self.automats[id].installed_at, id) for far, id in pairs]
        return {near.automat_id: near.metres for near in in_order(found)}

    def _bits(self, id: UUID, window: Window) -> tuple[int, int, int]:
        if (id, window) not in self._facts:
            self._facts[id, window] = self._blocked(id, window)
        return self._facts[id, window]

    def _blocked(self, id: UUID, window: Window) -> tuple[int, int, int]:
        cabinet = self.town.cabinets[self.numbers[id]]
        contracts = keys = 0
        for index, start, end in cabinet.holds:
            if window_of((start, end)).overlaps(window):
                contracts |= 1 << index
        for index, out in cabinet.keys.items():
            if out is None or NOON + out * HOUR > window.starts_at:
                keys |= 1 << index
        return sum(1 << index for index in cabinet.usable), contracts, keys


def supply_of(home: Home, town: Town) -> KeySupply:
    """Say where the keys of a home are."""
    inside: dict[UUID, tuple[KeyOption, ...]] = {}
    for number, index in home.lying:
        id = town.cabinets[number].id
        inside[id] = (*inside.get(id, ()), KeyOption(Key(), id, index))
    desk = (
        () if home.any_will_do else tuple(KeyOption(Key(), None, None) for _ in range(home.at_desk))
    )
    return KeySupply(home.any_will_do, home.needed, inside, desk)


def wish_of(case: Case, town: Town, settings: UnitSettings, supply: KeySupply) -> Wish:
    """Say a case as a wish."""
    home = town.homes[case.home]
    spans = spans_of(case.span, home.policy)
    return Wish(
        window=window_of(spans[0]),
        now=NOON,
        settings=settings,
        supply=supply,
        origin=place_of(home.point),
        automat_id=None if case.named is None else town.cabinets[case.named].id,
        device_group_id=None if case.group is None else group_id(case.group),
        own_device_group_id=None if home.group is None else group_id(home.group),
        return_window=window_of(spans[1]) if len(spans) > 1 else None,
    )
