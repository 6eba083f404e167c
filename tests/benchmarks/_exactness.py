"""The order of the nearest search against the geodesics of every automat.

All automats within D of a place have a straight chord of at most D, so only those whose chord is
no longer than the k-th geodesic need a geodesic: what is left out is provably farther.
"""

from typing import Any

import numpy as np
from _fleets import FOUR, LARGE, RARE, Fleet, automat_id, fleet_of, installed_at, organization_id

from geo.nearest import nearest_automats
from geo.position import distance_metres
from models.database import Database
from models.dialects.nearest_index import earth_centred
from models.places import Coordinates

COUNTS = (1, 3, 10)
MILLIMETRE = 0.001


def hard_fleet(count: int = 2_000) -> Fleet:
    """Make automats at the antimeridian, at the poles, all over the world, and at one place."""
    random = np.random.default_rng(3)
    latitudes, longitudes = random.uniform(-90, 90, count), random.uniform(-180, 180, count)
    quarter = count // 4
    longitudes[:quarter] = 180 - random.exponential(0.01, quarter)
    longitudes[: quarter // 2] *= -1
    latitudes[quarter : quarter * 2] = 90 - random.exponential(0.01, quarter)
    latitudes[quarter : quarter + quarter // 2] *= -1
    latitudes[quarter * 3 :] = np.round(latitudes[quarter * 3 :], -1)
    longitudes[quarter * 3 :] = np.round(longitudes[quarter * 3 :], -1)
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
    centred = np.array([earth_centred(where(fleet, number)) for number in range(len(fleet))])
    wrong = 0
    async with database.reading() as connection:
        for here in places(fleet, cases):
            owners = [(LARGE,), (RARE,), FOUR][random.integers(3)]
            count = COUNTS[random.integers(3)]
            ids = [organization_id(owner) for owner in owners]
            found = await nearest_automats(connection, here, organization_ids=ids, count=count)
            said = [(one.automat_id, one.metres) for one in found]
            wrong += not agree(said, truth(fleet, centred, here, owners, count))
    return wrong


def where(fleet: Fleet, number: int) -> Coordinates:
    return Coordinates(float(fleet.latitudes[number]), float(fleet.longitudes[number]))


def truth(
    fleet: Fleet, centred: Any, here: Coordinates, owners: tuple[int, ...], count: int
) -> list[tuple[Any, float]]:
    """Rank by geodesics; within a millimetre by when they were installed."""
    mine = np.flatnonzero(np.isin(fleet.owners, owners))
    chords = np.linalg.norm(centred[mine] - np.array(earth_centred(here)), axis=1)
    nearest = mine[np.argsort(chords)[:count]]
    bound = max((distance_metres(here, where(fleet, number)) for number in nearest), default=0)
    inside = mine[chords <= bound + 2 * MILLIMETRE]
    ranked = sorted(
        (distance_metres(here, where(fleet, number)), installed_at(int(number)), int(number))
        for number in inside
    )
    return [(automat_id(number), metres) for metres, _, number in settled(ranked)[:count]]


def settled(ranked: list[tuple[float, Any, int]]) -> list[tuple[float, Any, int]]:
    """Let the automat that was installed first win where distances are a millimetre apart."""
    ordered: list[tuple[float, Any, int]] = []
    tie: list[tuple[float, Any, int]] = []
    for one in ranked:
        if tie and one[0] - tie[0][0] > MILLIMETRE:
            ordered += sorted(tie, key=lambda other: other[1])
            tie = []
        tie.append(one)
    return ordered + sorted(tie, key=lambda other: other[1])


def agree(said: list[tuple[Any, float]], true: list[tuple[Any, float]]) -> bool:
    return [id for id, _ in said] == [id for id, _ in true] and all(
        abs(one[1] - other[1]) < MILLIMETRE for one, other in zip(said, true, strict=True)
    )
