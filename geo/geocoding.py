"""The port to geocoders: what they are asked, and what an answer is worth."""

from dataclasses import dataclass
from typing import Protocol

from models.places import Coordinates, PlacementPrecision, PostalAddress


@dataclass(frozen=True, slots=True)
class Match:
    """One place that a geocoder found for an address.

    Args:
        coordinates: The place.
        precision: How exactly it is meant; never `MANUAL`.
        confidence: From 0 to 1.
        source: The geocoder's name, such as `embedded` or `nominatim`.
        matched_address: The address as the geocoder understood it.
    """

    coordinates: Coordinates
    precision: PlacementPrecision
    confidence: float
    source: str
    matched_address: str


class Geocoder(Protocol):
    """Somebody who knows where addresses lie."""

    async def geocode(self, address: PostalAddress) -> Match:
        """Find the one place that an address names.

        Raises:
            AddressNotFound: It knows no such place.
            AddressAmbiguous: It fits several places; the message names them.
            GeocoderUnavailable: It could not be asked just now.
        """
        ...
