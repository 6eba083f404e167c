"""The order of the nearest search against the geodesics of every automat of whoever asks.

The yardstick shares nothing with the product: it has its own geodesics, leaves nothing out, and
settles ties by itself.
"""

from typing import Any
from uuid import UUID

import numpy as np
from _fleets import FOUR, LARGE, RARE, Fleet, automat_id, fleet_of, installed_at, organization_id
from _geodesics import metres_to

from geo.nearest import nearest_automats
from models.database import Database
from models.places import Coordinates

COUNTS = (1, 3, 10)
MILLIMETRE = 0.001
Ranked = list[tuple[UUID, float]]


def hard_fleet(count: int = 2_000) -> Fleet:
    """Make automats at the antimeridian, at the poles, all over the world, and at one place.

    Of those that share a place, every other one is moved by some tenths of a millimetre.
    """
    random = np.random.default_rng(3)
    latitudes, longitudes = random.uniform(-90, 90, count), random.uniform(-180, 180, count)
    quarter = count // 4
    longitudes[:quarter] = 180 - random.exponential(0.01, quarter)
    longitudes[: quarter // 2] *= -1
    latitudes[quarter : quarter * 2] = 90 - random.exponential(0.01, quarter)
    latitudes[quarter : quarter + quarter // 2] *= -1
    latitudes[quarter * 3 :] = np.round(latitudes[quarter * 3 :], -1)
    longitudes[quarter * 3 :] = np.round(longitudes[quarter * 3 :], -1)
    moved = latitudes[quarter * 3 :: 2]
    latitudes[quarter * 3 :: 2] = np.clip(moved + random.normal(0, 3e-9, len(moved)), -90, 90)
    longitudes[longitudes == 180] = -180
    return Fleet(random.choice([LARGE, RARE, *FOUR], count), latitudes, longitudes)


def fleets() -> dict[str, Fleet]:
    """Name the fleets that are compared."""
    return {"hard": hard_fleet(), "Finnish": fleet_of(20_000)}


def places(fleet: Fleet, cases: int) -> list[Coordinates]:
    """Make places to search from: near automats, on them, and anywhere."""
    random = np.random.default_rng(5)
    chosen = random.integers(0, len(fleet), cases)
    spread = random.choice([0.0, 1e-4, 0.05, 5.0, 90.0], cases)
    latitudes = np.clip(fleet.latitudes[chosen] + random.normal(0, 1, cases) * spread, -90, 90)
    longitudes = fleet.longitudes[chosen] + random.normal(0, 1, cases) * spread
    longitudes = (longitudes + 180) % 360 - 180
    return [Coordinates(float(a), float(b)) for a, b in zip(latitudes, longitudes, strict=True)]


async def differences(database: Database, fleet: Fleet, cases: int) -> int:
    """Count the cases whose answer is not what all geodesics say."""
    random = np.random.default_rng(7)
    askers = [(LARGE,), (RARE,), FOUR]
    own = [np.flatnonzero(np.isin(fleet.owners, owners) & ~fleet.gone) for owners in askers]
    wrong = 0
    async with database.reading() as connection:
        for here in places(fleet, cases):
            asker = random.integers(3)
            count = COUNTS[random.integers(3)]
            ids = [organization_id(owner) for owner in askers[asker]]
            found = await nearest_automats(connection, here, organization_ids=ids, count=count)
            said = [(one.automat_id, one.metres) for one in found]
            wrong += not agree(said, truth(fleet, own[asker], here, count))
    return wrong


def truth(fleet: Fleet, own: Any, here: Coordinates, count: int) -> Ranked:
    """Rank by geodesics; within a millimetre by when they were installed."""
    latitudes, longitudes = fleet.latitudes[own], fleet.longitudes[own]
    metres = metres_to((here.latitude, here.longitude), latitudes, longitudes)
    last = np.partition(metres, count - 1)[count - 1] if len(own) > count else np.inf
    near = np.flatnonzero(metres <= last + 2 * MILLIMETRE)
    ranked = sorted((float(metres[one]), int(own[one])) for one in near)
    return [(automat_id(number), far) for far, number in settled(ranked)[:count]]


def settled(ranked: list[tuple[float, int]]) -> list[tuple[float, int]]:
    """Let the automat that was installed first win where distances are a millimetre apart."""
    ordered: list[tuple[float, int]] = []
    tie: list[tuple[float, int]] = []
    for one in ranked:
        if tie and one[0] - tie[0][0] > MILLIMETRE:
            ordered += sorted(tie, key=lambda other: installed_at(other[1]))
            tie = []
        tie.append(one)
    return ordered + sorted(tie, key=lambda other: installed_at(other[1]))


def agree(said: Ranked, true: Ranked) -> bool:
    """Tell whether two answers name the same automats in the same order, as far away."""
    return [id for id, _ in said] == [id for id, _ in true] and all(
        abs(one[1] - other[1]) < MILLIMETRE / 5 for one, other in zip(said, true, strict=True)
    )
