"""Many distances are measured at once, and are those that one by one come to."""

from itertools import product

import pytest

from geo.distances import FEW, distances_metres
from geo.position import distance_metres
from models.places import Coordinates
from resolvers.work import Work

PLACES = [
    Coordinates(60.17, 24.94), Coordinates(60.1700001, 24.94), Coordinates(90.0, 0.0),
    Coordinates(-17.0, 179.9999), Coordinates(-17.0, -180.0), Coordinates(0.5, -155.0),
]  # fmt: skip


@pytest.mark.parametrize("count", [0, FEW, FEW + 1, len(PLACES) ** 2])
async def test_many_distances_are_those_of_one_by_one(work: Work, count: int) -> None:
    pairs = list(product(PLACES, PLACES))[:count]

    measured = await distances_metres(await work.connection(), pairs)

    assert measured == pytest.approx([distance_metres(*pair) for pair in pairs], abs=1e-6)
