"""Where new automats would serve the most entities."""

import math
import random
from itertools import combinations

import pytest
from factories import MARKET_SQUARE, PASILA, STATION

from geo import covering
from geo.covering import Demand, Site, best_sites
from geo.position import distance_metres
from models.places import Coordinates

LIMIT = 800.0


def town(chance: random.Random, size: int, *, around: Coordinates = STATION) -> list[Demand]:
    return [
        Demand(
            Coordinates(
                around.latitude + chance.uniform(-0.03, 0.03),
                around.longitude + chance.uniform(-0.06, 0.06),
            ),
            chance.choice((300.0, LIMIT)),
            chance.randint(1, 9),
            chance.choice((None, 5_000.0)),
        )
        for _ in range(size)
    ]


def served(demands: list[Demand], at: int) -> set[int]:
    """List what a site serves, by all geodesics."""
    here = demands[at].place
    return {
        number
        for number, one in enumerate(demands)
        if distance_metres(here, one.place) <= one.limit_metres
    }


def greedy(demands: list[Demand], count: int) -> list[Site]:
    """Do the same without any haste."""
    waiting = set(range(len(demands)))
    sites = []
    reach = [served(demands, at) for at in range(len(demands))]
    for _ in range(count):
        gains = [sum(demands[one].weight for one in near & waiting) for near in reach]
        if not max(gains):
            break
        at = gains.index(max(gains))
        new = reach[at] & waiting
        saved = sum(
            (demands[one].metres or 0) - distance_metres(demands[at].place, demands[one].place)
            for one in new
            for _ in range(demands[one].weight)
            if demands[one].metres is not None
        )
        sites.append(Site(at, gains[at], saved))
        waiting -= new
    return sites


@pytest.mark.parametrize("seed", range(3))
def test_it_is_the_greedy_choice_by_all_geodesics(seed: int) -> None:
    demands = town(random.Random(seed), 80)

    found, expected = best_sites(demands, 20), greedy(demands, 20)

    assert [(one.at, one.served) for one in found] == [(one.at, one.served) for one in expected]
    saved = [one.metres_saved for one in expected]
    assert [one.metres_saved for one in found] == pytest.approx(saved, abs=0.1)


def test_it_serves_as_much_of_the_best_as_it_promises() -> None:
    demands = town(random.Random(7), 25)
    reach = [served(demands, at) for at in range(len(demands))]

    best = max(
        sum(demands[one].weight for one in set().union(*some)) for some in combinations(reach, 3)
    )

    assert sum(site.served for site in best_sites(demands, 3)) >= (1 - 1 / math.e) * best


def test_it_ends_when_everybody_is_served() -> None:
    demands = [Demand(place, 1_000, 2, None) for place in (STATION, PASILA, MARKET_SQUARE)]

    found = best_sites(demands, 10)

    assert found == [Site(0, 4, 0.0), Site(1, 2, 0.0)]
    assert best_sites([], 10) == []


@pytest.mark.parametrize(
    "around", [Coordinates(-16.5, 179.99), Coordinates(89.99, 10.0), Coordinates(0.0, 0.0)]
)
def test_it_reaches_over_the_antimeridian_and_the_pole(around: Coordinates) -> None:
    demands = [
        Demand(
            Coordinates(min(one.place.latitude, 90.0), (one.place.longitude + 180) % 360 - 180),
            one.limit_metres,
            one.weight,
            one.metres,
        )
        for one in town(random.Random(3), 80, around=around)
    ]

    found, expected = best_sites(demands, 5), greedy(demands, 5)

    assert [one.served for one in found] == [one.served for one in expected]


def test_of_very_many_places_not_each_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    demands = town(random.Random(1), 400)
    exact = sum(site.served for site in best_sites(demands, 10))
    monkeypatch.setattr(covering, "MANY", 100)

    found = best_sites(demands, 10)

    assert sum(site.served for site in found) >= 0.9 * exact
    assert all(
        site.served <= sum(demands[one].weight for one in served(demands, site.at))
        for site in found
    )
