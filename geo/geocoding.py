"""The port to geocoders: what they are asked, and what an answer is worth."""

from dataclasses import dataclass
from typing import Protocol

from models.errors import (
    AddressAmbiguous,
    AddressNotFound,
    GeocoderUnavailable,
    LivionKeyError,
)
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


class ChainGeocoder:
    """Several geocoders, asked in their order until one of them knows the house.

    Args:
        members: The nearest and cheapest first; usually the embedded one, then a provider.
    """

    def __init__(self, *members: Geocoder) -> None:
        self._members = members

    async def geocode(self, address: PostalAddress) -> Match:
        """Find the one place that an address names, or the best that anybody knows.

        The first house, or place between two houses, wins. Where one member saw several equally
        good places, only the very house number from a later one settles it: that is knowledge,
        and anything less would be a silent pick.

        Raises:
            AddressNotFound: Every member was asked, and none knows such a place.
            AddressAmbiguous: It fits several places; the message names them.
            GeocoderUnavailable: Nobody found it, and one who might have could not be asked.
        """
        coarse: list[Match] = []
        refusals: list[LivionKeyError] = []
        for member in self._members:
            try:
                match = await member.geocode(address)
            except (AddressNotFound, AddressAmbiguous, GeocoderUnavailable) as refusal:
                refusals.append(refusal)
                continue
            if match.precision.is_at_least(enough_after(refusals)):
                return match
            coarse.append(match)
        return best_of(coarse, refusals)


def enough_after(refusals: list[LivionKeyError]) -> PlacementPrecision:
    """Say how exact an answer must be to end the search."""
    if any(isinstance(refusal, AddressAmbiguous) for refusal in refusals):
        return PlacementPrecision.HOUSE_NUMBER
    return PlacementPrecision.INTERPOLATED


def rank(match: Match) -> tuple[int, float]:
    """Order matches by exactness, then by confidence; the best comes first."""
    return list(PlacementPrecision).index(match.precision), -match.confidence


def best_of(coarse: list[Match], refusals: list[LivionKeyError]) -> Match:
    """Weigh what is left when nobody knew the house.

    Several equally good places outweigh a street; a street outweighs "unknown" and "not now";
    "not now" outweighs "unknown", so that the address is tried again.
    """
    for refusal in refusals:
        if isinstance(refusal, AddressAmbiguous):
            raise refusal
    if coarse:
        return min(coarse, key=rank)
    for refusal in refusals:
        if isinstance(refusal, GeocoderUnavailable):
            raise refusal
    if refusals:
        raise refusals[0]  # it says what was understood, and the way out
    raise AddressNotFound
