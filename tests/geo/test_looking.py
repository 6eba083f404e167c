"""Looking as far as it takes: choices against a brute force that looks at everything."""

import math
import random
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from areas_on_maps import box
from factories import NOON, make_automat
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import snapshot as snapshots
from geo.areas import area
from geo.candidates import Facts
from geo.decisions import Wish
from geo.key_supply import NO_KEYS
from geo.look import Metres
from geo.looking import FIRST_LOOK, MORE
from geo.position import distance_metres
from geo.selection import choose
from geo.snapshot import Snapshot
from models.automats import AutomatModel, AutomatState
from models.places import Coordinates
from models.selections import SelectionMethod, SelectionMode
from models.settings import UnitSettings
from models.times import Window
from resolvers.work import Work

HERE = Coordinates(0.0, 0.0)
DEGREE = 100_000.0
"""How many metres a degree has on the flat earth of these tests."""
GROUP = UUID(int=1)
WINDOW = Window(NOON, None)
AREAS = [None, box(0, 0, 1, 1), box(0.7, 0.7, 0.9, 0.9), box(-0.2, -1, 1, 1), box(5, 5, 6, 6)]


@dataclass(frozen=True)
class Cabinet:
    """An automat in memory."""

    id: UUID
    position: Coordinates
    name: str = "Cabinet"
    model: AutomatModel = AutomatModel.LIVIONKEY_30
    state: AutomatState = AutomatState.IN_SERVICE
    last_seen_at: datetime | None = None
    installed_at: datetime = NOON


def flat(cabinet: Cabinet) -> float:
    place = cabinet.position
    return math.hypot(place.latitude, place.longitude) * DEGREE


class Memory:
    """A look at automats that exist in memory only, on a flat earth seen from its middle."""

    def __init__(self, free: dict[Cabinet, int], members: set[UUID]) -> None:
        self.free = {cabinet.id: lockers for cabinet, lockers in free.items()}
        self.cabinets = {cabinet.id: cabinet for cabinet in sorted(free, key=flat)}
        self.grouped = frozenset(members)
        self.asked = 0

    async def nearest(self, here: Coordinates, count: int) -> Metres:
        self.asked += 1
        assert here == HERE
        return {id: flat(self.cabinets[id]) for id in list(self.cabinets)[:count]}

    async def preferred(self, area: str, here: Coordinates, count: int) -> Metres:
        every = await self.nearest(here, len(self.cabinets))
        inside = [id for id in every if within(area, self.cabinets[id])]
        return {id: every[id] for id in inside[:count]}

    async def facts(self, metres: Metres, window: Window) -> list[Facts]:
        assert window == WINDOW
        return [
            Facts(self.cabinets[id], far, (1 << self.free[id]) - 1) for id, far in metres.items()
        ]

    async def measured(self, automat_ids: Collection[UUID], here: Coordinates | None) -> Metres:
        assert here == HERE
        return {id: flat(one) for id, one in self.cabinets.items() if id in automat_ids}

    async def members(self, group_id: UUID) -> frozenset[UUID]:
        assert group_id == GROUP
        return self.grouped

    async def without_place(self) -> Metres:
        return {}


def within(text: str, cabinet: Cabinet) -> bool:
    """Tell by its bounds whether a rectangle holds an automat."""
    west, south, east, north = area(text).shape.bounds
    place = cabinet.position
    return bool(south <= place.latitude <= north and west <= place.longitude <= east)


def by_brute_force(look: Memory, said: UnitSettings, among: Collection[UUID]) -> UUID | None:
    """Look at everything and choose."""
    limit = said.largest_distance_metres or math.inf
    near = [one for one in look.cabinets.values() if one.id in among]
    good = [one for one in near if look.free[one.id] and flat(one) <= limit]
    area = said.preferred_area
    tier = [one for one in good if area and within(area, one)] or good
    if not tier:
        return None
    band = [one for one in tier if flat(one) <= flat(tier[0]) + said.spreading_metres]
    most = max(look.free[one.id] for one in band) if said.spreading_metres else 0
    return next(one.id for one in band if look.free[one.id] >= most)


@settings(max_examples=80)
@given(
    seed=st.integers(0, 10**9),
    count=st.sampled_from([0, 1, 15, 16, 17, 63, 64, 65, 200]),
    scarce=st.sampled_from([0.0, 0.9, 0.99, 1.0]),
    spreading=st.sampled_from([0.0, 1.0, 5_000.0, 60_000.0, 1e9]),
    limits=st.tuples(st.sampled_from([None, 20_000.0, 80_000.0]), st.sampled_from(AREAS)),
)
async def test_a_choice_is_the_one_of_a_brute_force(
    seed: int, count: int, scarce: float, spreading: float, limits: Any
) -> None:
    dice = random.Random(seed)
    cabinets = [
        Cabinet(UUID(int=dice.getrandbits(128)), Coordinates(dice.random(), dice.random()))
        for _ in range(count)
    ]
    free = {one: 0 if dice.random() < scarce else dice.randrange(1, 31) for one in cabinets}
    look = Memory(free, {one.id for one in cabinets if dice.random() < 0.3})
    said = UnitSettings(
        spreading_metres=spreading, largest_distance_metres=limits[0], preferred_area=limits[1]
    )
    wish = Wish(WINDOW, NOON, said, NO_KEYS, HERE)

    nearest = await choose(look, wish)

    found = nearest.chosen and nearest.chosen.automat.id
    assert nearest.method is SelectionMethod.NEAREST
    assert found == by_brute_force(look, said, look.cabinets)
    assert len({one.automat.id for one in nearest.judged}) == len(nearest.judged)
    watching = replace(said, selection_mode=SelectionMode.SHADOW)
    watched = await choose(look, replace(wish, settings=watching, own_device_group_id=GROUP))
    assert watched.shadow is not None
    assert (watched.shadow.chosen and watched.shadow.chosen.automat.id) == found
    unlimited = replace(said, largest_distance_metres=None)
    if limits[1] is None:  # else those beyond the limit count as not preferred
        by_group = by_brute_force(look, unlimited, look.grouped)
        assert (watched.chosen and watched.chosen.automat.id) == by_group


async def test_no_more_is_looked_at_than_it_takes() -> None:
    cabinets = [Cabinet(UUID(int=at), Coordinates(0.0, at / 1_000)) for at in range(500)]
    look = Memory(dict.fromkeys(cabinets, 30), set())
    said = UnitSettings()

    nearest = await choose(look, Wish(WINDOW, NOON, said, NO_KEYS, HERE))
    asked = look.asked
    spread = replace(said, spreading_metres=3_000.0)  # as far as the 28th
    spread_over = await choose(look, Wish(WINDOW, NOON, spread, NO_KEYS, HERE))

    assert (nearest.examined, asked) == (FIRST_LOOK, 1)
    assert spread_over.examined == FIRST_LOOK * MORE


@pytest.mark.parametrize("text", [box(24.0, 60.0, 24.5, 60.5), box(24.9, 60.1, 25.0, 60.2)])
async def test_the_automats_of_an_area_are_found_in_the_database(
    work: Work, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "FIRST_IN_AREA", 2)
    dice = random.Random(7)
    places = [Coordinates(60 + dice.random(), 24 + dice.random()) for _ in range(30)]
    places += [Coordinates(60.15, 24.95), Coordinates(60.5, 24.5), Coordinates(-60.5, 24.5)]
    automats = [await make_automat(work, position=place) for place in places]
    automats += [await make_automat(work, position=None)]
    look = Snapshot(await work.connection(), [work.actor.organization_id])
    here = Coordinates(60.17, 24.94)

    few, every = await look.preferred(text, here, 2), await look.preferred(text, here, 100)

    inside = {
        one.id: distance_metres(here, one.position)
        for one in automats
        if one.position is not None and area(text).holds(one.position)
    }
    assert every == pytest.approx(inside)
    assert list(every) == sorted(inside, key=inside.__getitem__)
    assert list(few) == list(every)[:2]
