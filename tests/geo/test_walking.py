"""Distances on foot: ways of a map, the network, its file, and the nearest automats on it."""

import math
import random
from collections.abc import Collection, Mapping
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from walked import LICENCE, SIDE, corner, town, write_map

from geo.candidates import Facts
from geo.look import Metres
from geo.position import distance_metres
from geo.walking import files
from geo.walking.distances import LONGEST_DETOUR
from geo.walking.network import Network
from geo.walking.on_foot import OnFoot
from geo.walking.ways import LONGEST_PIECE_METRES, may_be_walked, read_ways
from models.distances import DistanceKind
from models.errors import InvalidInput
from models.places import Coordinates
from models.times import Window

NETWORK, ESTIMATE, STRAIGHT = (
    DistanceKind.WALK_NETWORK,
    DistanceKind.WALK_ESTIMATE,
    DistanceKind.STRAIGHT_LINE,
)
FAR_AWAY = Coordinates(61.0, 24.0)


@pytest.fixture(scope="module")
def network() -> Network:
    return Network(town())


@pytest.mark.parametrize(
    ("tags", "walked"),
    [
        ({"highway": "residential"}, True),
        ({"highway": "footway"}, True),
        ({"highway": "motorway"}, False),
        ({"highway": "service", "access": "private"}, False),
        ({"highway": "service", "access": "private", "foot": "yes"}, True),
        ({"highway": "primary", "foot": "no"}, False),
        ({"highway": "pedestrian", "area": "yes"}, False),
        ({"highway": "motorway", "foot": "yes"}, False),
    ],
)
def test_what_people_may_walk_on(tags: dict[str, str], *, walked: bool) -> None:
    assert may_be_walked(tags) is walked


def test_a_map_becomes_ways_in_short_pieces(tmp_path: Path) -> None:
    ways = read_ways(write_map(tmp_path / "town.osm.pbf", highway="residential"))

    lengths = [
        distance_metres(Coordinates(*ways.points[one]), Coordinates(*ways.points[other]))
        for one, other in ways.pieces
    ]
    assert len(ways.points) > SIDE * SIDE
    assert max(lengths) < LONGEST_PIECE_METRES * 1.01


def test_a_map_without_ways_and_what_is_no_map_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no ways on which people may walk"):
        read_ways(write_map(tmp_path / "roads.osm.pbf", highway="motorway"))
    no_map = tmp_path / "no.osm.pbf"
    no_map.write_bytes(b"nothing of the kind")
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_ways(no_map)


def test_people_walk_along_the_streets_and_over_the_bridge(network: Network) -> None:
    here = corner(0, 5)
    up = sum(distance_metres(corner(row, 5), corner(row + 1, 5)) for row in range(SIDE - 1))
    down = sum(distance_metres(corner(row, 6), corner(row + 1, 6)) for row in range(SIDE - 1))
    over = distance_metres(corner(SIDE - 1, 5), corner(SIDE - 1, 6))

    same_bank, bridge, opposite = network.walks(
        here, [corner(3, 2), corner(SIDE - 1, 6), corner(0, 6)]
    )

    along = [corner(0, 5), corner(3, 5), corner(3, 4), corner(3, 3), corner(3, 2)]
    expected = sum(distance_metres(one, along[at + 1]) for at, one in enumerate(along[:-1]))
    assert same_bank.metres == pytest.approx(expected, rel=1e-3)
    assert bridge.metres == pytest.approx(up + over, rel=1e-9)
    assert {same_bank.kind, bridge.kind} == {NETWORK}
    line = distance_metres(here, corner(0, 6))
    assert up + over + down > LONGEST_DETOUR * line  # so far round that it is not believed
    assert (opposite.metres, opposite.kind) == (LONGEST_DETOUR * line, ESTIMATE)


def test_where_no_way_is_known_the_label_says_so() -> None:
    network = Network(town(bridge=False))
    off_the_map, other_bank = network.walks(corner(0, 0), [FAR_AWAY, corner(0, 11)])

    assert off_the_map.kind is STRAIGHT
    assert off_the_map.metres == distance_metres(corner(0, 0), FAR_AWAY)
    assert other_bank.kind is ESTIMATE
    line = distance_metres(corner(0, 0), corner(0, 11))
    assert other_bank.metres == pytest.approx(network.detour * line)
    assert network.walks(FAR_AWAY, [corner(0, 0)])[0].kind is STRAIGHT


def test_no_way_is_shorter_than_the_straight_line(network: Network) -> None:
    chance = random.Random(7)
    for _ in range(50):
        here, *there = (anywhere(chance) for _ in range(9))
        for place, walk in zip(there, network.walks(here, there), strict=True):
            line = distance_metres(here, place)
            assert line <= walk.metres <= max(line * LONGEST_DETOUR, line + 150)


def anywhere(chance: random.Random) -> Coordinates:
    row, column = chance.uniform(-1, SIDE), chance.uniform(-1, SIDE)
    return Coordinates(60.0 + row * 0.001, 24.0 + column * 0.001)


def test_a_network_is_kept_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "walking.npz"
    files.write(town(), path)
    again = files.read(path)

    assert again.licence == LICENCE
    assert Network(again).walks(corner(0, 0), [corner(4, 4)]) == Network(town()).walks(
        corner(0, 0), [corner(4, 4)]
    )
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(InvalidInput, match="livionkey walking import"):
        files.read(path)


class InMemory:
    """A look at automats that are a dictionary."""

    def __init__(self, places: Mapping[UUID, Coordinates]) -> None:
        self._places = places

    async def nearest(self, here: Coordinates, count: int) -> Metres:
        far = {id: distance_metres(here, place) for id, place in self._places.items()}
        return dict(sorted(far.items(), key=lambda pair: pair[1])[:count])

    async def preferred(self, area: str, here: Coordinates, count: int) -> Metres:
        raise NotImplementedError(area, here, count)

    async def measured(self, automat_ids: Collection[UUID], here: Coordinates | None) -> Metres:
        nearest = await self.nearest(here, len(self._places)) if here else {}
        return {id: nearest.get(id) for id in automat_ids}

    async def facts(self, metres: Metres, window: Window) -> list[Facts]:
        raise NotImplementedError(metres, window)

    async def members(self, group_id: UUID) -> frozenset[UUID]:
        raise NotImplementedError(group_id)

    async def without_place(self) -> Metres:
        raise NotImplementedError

    async def places(self, automat_ids: Collection[UUID]) -> Mapping[UUID, Coordinates]:
        return {id: self._places[id] for id in automat_ids}


async def test_the_nearest_on_foot_are_those_that_brute_force_finds(network: Network) -> None:
    chance = random.Random(3)
    others = 0
    for _ in range(40):
        places = {uuid4(): anywhere(chance) for _ in range(60)}
        here, count = anywhere(chance), chance.choice([1, 3, 8])
        look = InMemory(places)

        found = await OnFoot(look, network).nearest(here, count)

        walks = network.walks(here, list(places.values()))
        metres = sorted(walk.metres for walk in walks)
        assert list(found.values()) == metres[:count]
        others += next(iter(found)) != next(iter(await look.nearest(here, 1)))
    assert others > 5
    assert math.isfinite(network.detour)
