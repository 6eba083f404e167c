"""What stands far from everything else that has the same postal code: often a wrong place.

The rule: of all placed things of an organization with the same postal code, or in the same town
where an address has no code, the centre is the median of their latitudes and of their longitudes.
Where there are at least four of them, one is far that is farther from the centre than 2 km, and
farther than six times the median distance of them all.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import median
from uuid import UUID

from geo.wording.postal_codes import postal_code_key, shape
from models.earth import earth_centred
from models.places import Coordinates, PostalAddress

LEAST_NEIGHBOURS = 3
LEAST_METRES = 2_000.0
TIMES_MEDIAN = 6.0

Area = tuple[str, str]
"""A country, and a postal code or a town in it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Something that stands in an area."""

    id: UUID
    area: Area
    position: Coordinates


@dataclass(frozen=True, slots=True)
class Far:
    """Something that stands far from its neighbours.

    Args:
        area: The postal code or the town.
        metres: How far it is from the centre of all that stand there.
        usual_metres: The median of these distances.
        limit_metres: How far it may be.
        neighbours: How many others stand there.
    """

    area: str
    metres: float
    usual_metres: float
    limit_metres: float
    neighbours: int

    @property
    def message(self) -> str:
        """Say it."""
        return (
            f"It is {self.metres:.0f} m from the centre of the {self.neighbours} others in "
            f"{self.area}, which are {self.usual_metres:.0f} m from it in the median; more than "
            f"{self.limit_metres:.0f} m is far."
        )


def area_of(address: PostalAddress) -> Area | None:
    """Tell in which area an address lies: by its postal code, or else by its town."""
    country = address.country_code.upper()
    code = address.postal_code or _code_in(address.text, country)
    if code and code.strip():
        return country, postal_code_key(code, country)
    if address.city and address.city.strip():
        return country, address.city.strip().casefold()
    return None


def _code_in(text: str, country: str) -> str | None:
    """Read the last postal code of an address in one line, behind the street."""
    found = _codes(country).findall(text.partition(",")[2])
    return found[-1] if found else None


@lru_cache(maxsize=300)
def _codes(country: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)({shape(country)})(?!\w)", re.IGNORECASE)


def far_from_neighbours(standing: Iterable[Standing]) -> dict[UUID, Far]:
    """Find what stands far from its neighbours, see above."""
    areas: dict[Area, list[Standing]] = defaultdict(list)
    for one in standing:
        areas[one.area].append(one)
    found: dict[UUID, Far] = {}
    for (_, name), members in areas.items():
        if len(members) > LEAST_NEIGHBOURS:
            found |= _far(name, members)
    return found


def _far(name: str, members: Sequence[Standing]) -> dict[UUID, Far]:
    middle = earth_centred(_centre([one.position for one in members]))
    away = {one.id: math.dist(middle, earth_centred(one.position)) for one in members}
    usual = median(away.values())
    limit = max(LEAST_METRES, TIMES_MEDIAN * usual)
    others = len(members) - 1
    return {
        id: Far(name, metres, usual, limit, others) for id, metres in away.items() if metres > limit
    }


def _centre(places: Sequence[Coordinates]) -> Coordinates:
    """Give the median latitude and longitude, also where the antimeridian runs between places."""
    first = places[0].longitude
    east = median((place.longitude - first + 540) % 360 - 180 for place in places)
    longitude = (first + east + 540) % 360 - 180
    return Coordinates(median(place.latitude for place in places), longitude)
