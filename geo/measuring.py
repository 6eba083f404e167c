"""Measuring places in memory: the nearest of a list, exactly, and the order that they come in."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from geo.position import TIE_METRES, distance_metres
from models.earth import earth_centred
from models.places import Coordinates


class Nearby(NamedTuple):
    """An automat and how far away it is."""

    automat_id: UUID
    metres: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where an automat stands."""

    id: UUID
    installed_at: datetime
    position: Coordinates


def nearest_of(places: list[Place], here: Coordinates, count: int) -> list[Nearby]:
    """List the automats of some that are nearest to a place, as `nearest_automats` does for all."""
    return in_order(found_of(places, here, count))[:count]


class Found(NamedTuple):
    """A row of a search, with what its order needs."""

    metres: float
    installed_at: object
    id: UUID


def in_order(found: list[Found]) -> list[Nearby]:
    """Sort by distance; those within 1 mm of the first of them by when they were installed."""
    ordered: list[Found] = []
    tie: list[Found] = []
    for row in sorted(found, key=lambda row: row.metres):
        if tie and row.metres - tie[0].metres > TIE_METRES:
            ordered += sorted(tie, key=_seniority)
            tie = []
        tie.append(row)
    ordered += sorted(tie, key=_seniority)
    return [Nearby(row.id, row.metres) for row in ordered]


def _seniority(row: Found) -> tuple[object, UUID]:
    return row.installed_at, row.id


def found_of(places: list[Place], here: Coordinates, count: int) -> list[Found]:
    """Measure the nearest places and all that tie with them.

    The chord is never longer than the geodesic, so whatever has a longer chord than the geodesic
    of the last that is wanted is farther away, and need not be measured.
    """
    centre = earth_centred(here)
    chords = [(math.dist(centre, earth_centred(place.position)), place) for place in places]
    chords.sort(key=lambda pair: pair[0])
    found = [_measured(place, here) for _, place in chords[:count]]
    bound = max((row.metres for row in found), default=0.0) + TIE_METRES
    for chord, place in chords[count:]:
        if chord > bound:
            break
        found.append(_measured(place, here))
    return found


def _measured(place: Place, here: Coordinates) -> Found:
    return Found(distance_metres(here, place.position), place.installed_at, place.id)


class Crowd:
    """Very many places, of which the nearest are sought for many: all chords at once, in numpy.

    Args:
        places: The places.
    """

    def __init__(self, places: Sequence[Place]) -> None:
        self._places = places
        self._centres = np.array([earth_centred(one.position) for one in places]).reshape(-1, 3)

    def found_of(self, here: Coordinates, count: int) -> list[Found]:
        """Measure the nearest places and all that tie with them, as `found_of` does."""
        chords = np.linalg.norm(self._centres - np.array(earth_centred(here)), axis=1)
        if len(chords) <= count:
            return self._measured(np.arange(len(chords)), here)
        nearest = np.argpartition(chords, count - 1)[:count]
        found = self._measured(nearest, here)
        bound = max(row.metres for row in found) + TIE_METRES
        others = np.setdiff1d(np.flatnonzero(chords <= bound), nearest)
        return found + self._measured(others, here)

    def _measured(self, numbers: NDArray[Any], here: Coordinates) -> list[Found]:
        return [_measured(self._places[number], here) for number in numbers]
