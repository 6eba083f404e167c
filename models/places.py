"""Values that say where something is: coordinates, an address, and how well it was placed."""

import math
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from models.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Coordinates:
    """A point on the WGS 84 ellipsoid, in degrees.

    Args:
        latitude: From -90 to 90.
        longitude: From -180 to 180; 180 and -180 are the same meridian, kept as -180.
    """

    latitude: float
    longitude: float

    @classmethod
    def checked(cls, latitude: float, longitude: float) -> Self:
        """Make a point of what somebody sent.

        Raises:
            InvalidInput: A number is out of its range or not finite.
        """
        if not (math.isfinite(latitude) and -90 <= latitude <= 90):
            raise InvalidInput(f"The latitude {latitude} is not between -90 and 90 degrees.")
        if not (math.isfinite(longitude) and -180 <= longitude <= 180):
            raise InvalidInput(f"The longitude {longitude} is not between -180 and 180 degrees.")
        return cls(latitude, -180.0 if longitude == 180 else longitude)


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """An address as it was given: parts as far as they are known, or one line of text.

    Args:
        text: The whole in one line, as people write it.
        street: Street, house number, staircase and flat.
        postal_code: As the country writes it.
        city: The postal town.
        country_code: ISO 3166-1 alpha-2, upper case.
    """

    text: str
    street: str | None = None
    postal_code: str | None = None
    city: str | None = None
    country_code: str = "FI"


class PlacementPrecision(StrEnum):
    """How exactly an address was placed, best first."""

    MANUAL = "manual"
    HOUSE_NUMBER = "house_number"
    NUMBER_RANGE = "number_range"
    INTERPOLATED = "interpolated"
    STREET = "street"
    POSTAL_CODE = "postal_code"
    CITY = "city"

    def is_at_least(self, least: "PlacementPrecision") -> bool:
        """Tell whether this is as exact as `least`, or more exact."""
        order = list(PlacementPrecision)
        return order.index(self) <= order.index(least)


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an address lies and how we know.

    Args:
        coordinates: The place.
        precision: How exactly it is meant.
        confidence: From 0 to 1.
        source: Which geocoder answered, or `manual`.
        matched_address: The address as the geocoder understood it.
        placed_at: When it was placed.
    """

    coordinates: Coordinates
    precision: PlacementPrecision
    confidence: float
    source: str
    matched_address: str
    placed_at: datetime
