"""How each service writes what it found, read into `Offer`s. Unreadable ones raise and are named.

Every function takes one thing as its service wrote it, in the shape that geopy keeps as `raw`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from geo.services.appraisal import Offer
from geo.wording.countries import two_letters
from models.places import Coordinates, PlacementPrecision

HOUSE = PlacementPrecision.HOUSE_NUMBER
BETWEEN = PlacementPrecision.INTERPOLATED
STREET = PlacementPrecision.STREET
POSTAL_CODE = PlacementPrecision.POSTAL_CODE
CITY = PlacementPrecision.CITY

ADDRESS_RANK, STREET_RANKS, SETTLEMENT_RANKS = 30, range(26, 28), range(13, 26)
PHOTON_KINDS = {"house": HOUSE, "street": STREET} | dict.fromkeys(
    ("locality", "district", "city"), CITY
)
PELIAS_KINDS = {"address": HOUSE, "street": STREET, "postalcode": POSTAL_CODE} | dict.fromkeys(
    ("locality", "localadmin", "borough", "neighbourhood"), CITY
)
GOOGLE_HOUSES = {"street_address", "premise", "subpremise"}
GOOGLE_KINDS = {"route": STREET, "postal_code": POSTAL_CODE, "locality": CITY}
GOOGLE_TOWNS = ("locality", "postal_town", "administrative_area_level_3")
HERE_KINDS = {"houseNumber": HOUSE, "street": STREET, "postalCodePoint": POSTAL_CODE}


def from_nominatim(raw: Mapping[str, Any]) -> Offer | None:
    """Read a place of Nominatim's search, with its address details.

    Only the rank and the number say what it is; the importance says how famous it is.
    """
    address, rank = raw["address"], int(raw["place_rank"])
    kind = STREET if rank in STREET_RANKS else CITY if rank in SETTLEMENT_RANKS else None
    if raw.get("type") == "postcode":
        kind = POSTAL_CODE
    elif rank == ADDRESS_RANK:
        between = (raw.get("osm_type"), raw.get("class"), raw.get("type")) == (
            "way",
            "place",
            "house",
        )
        kind = BETWEEN if between else HOUSE
    return offer(
        (raw["lat"], raw["lon"]),
        raw["display_name"],
        kind,
        country=address.get("country_code"),
        street=first(address, "road", "pedestrian", "footway", "square", "place"),
        number=address.get("house_number"),
        postal_code=address.get("postcode"),
        towns=some(address, "city", "town", "village", "municipality", "hamlet"),
    )


def from_photon(raw: Mapping[str, Any]) -> Offer | None:
    """Read a feature of Photon."""
    found, (longitude, latitude) = raw["properties"], raw["geometry"]["coordinates"]
    kind = PHOTON_KINDS.get(found.get("type", ""))
    if found.get("osm_value") == "postcode":
        kind = POSTAL_CODE
    street = found.get("name") if kind is STREET else found.get("street")
    town = " ".join(some(found, "postcode", "city"))
    own = found.get("name") if kind is CITY else None
    return offer(
        (latitude, longitude),
        ", ".join(part for part in (joined(street, found.get("housenumber")), own, town) if part),
        kind,
        country=found.get("countrycode"),
        street=street,
        number=found.get("housenumber"),
        postal_code=found.get("postcode"),
        towns=(*some(found, "city"), *((own,) if own else ())),
    )


def from_pelias(raw: Mapping[str, Any]) -> Offer | None:
    """Read a feature of Pelias."""
    found, (longitude, latitude) = raw["properties"], raw["geometry"]["coordinates"]
    kind = PELIAS_KINDS.get(found["layer"])
    if kind is HOUSE and "interpolated" in {found.get("accuracy"), found.get("match_type")}:
        kind = BETWEEN
    return offer(
        (latitude, longitude),
        found.get("label") or found["name"],
        kind,
        country=found.get("country_code") or found.get("country_a"),
        street=found.get("street") or (found.get("name") if kind is STREET else None),
        number=found.get("housenumber"),
        postal_code=found.get("postalcode"),
        towns=some(found, "locality", "localadmin"),
    )


def from_google(raw: Mapping[str, Any]) -> Offer | None:
    """Read a result of Google's geocoding; only ROOFTOP is a house, the rest is estimated."""
    parts = {kind: part for part in raw["address_components"] for kind in part["types"]}
    names = {kind: part["long_name"] for kind, part in parts.items()}
    kinds, place = set(raw["types"]), raw["geometry"]
    kind = next((ours for theirs, ours in GOOGLE_KINDS.items() if theirs in kinds), None)
    if kinds & GOOGLE_HOUSES:
        kind = {"ROOFTOP": HOUSE, "RANGE_INTERPOLATED": BETWEEN}.get(place["location_type"], STREET)
    return offer(
        (place["location"]["lat"], place["location"]["lng"]),
        raw["formatted_address"],
        kind,
        country=parts.get("country", {}).get("short_name"),
        street=names.get("route"),
        number=names.get("street_number"),
        postal_code=names.get("postal_code"),
        towns=some(names, *GOOGLE_TOWNS),
    )


def from_here(raw: Mapping[str, Any]) -> Offer | None:
    """Read an item of HERE's geocoding and search, version 7."""
    address, place = raw["address"], raw["position"]
    kind = HERE_KINDS.get(raw["resultType"])
    if raw["resultType"] == "locality":
        kind = POSTAL_CODE if raw.get("localityType") == "postalCode" else CITY
    if kind is HOUSE and raw.get("houseNumberType") == "interpolated":
        kind = BETWEEN
    return offer(
        (place["lat"], place["lng"]),
        address.get("label") or raw["title"],
        kind,
        country=address.get("countryCode"),
        street=address.get("street"),
        number=address.get("houseNumber"),
        postal_code=address.get("postalCode"),
        towns=some(address, "city"),
    )


def offer(
    place: tuple[Any, Any],
    label: str,
    kind: PlacementPrecision | None,
    *,
    country: Any,
    street: str | None,
    number: str | None,
    postal_code: str | None,
    towns: Iterable[str],
) -> Offer | None:
    """Put an offer together; None for what is no kind of address, such as a country."""
    if kind is None:
        return None
    return Offer(
        coordinates=Coordinates.checked(float(place[0]), float(place[1])),
        label=label,
        kind=kind,
        country_code=two_letters(country),
        street=street or None,
        number=number or None,
        postal_code=postal_code or None,
        towns=tuple(towns),
    )


def some(names: Mapping[str, Any], *kinds: str) -> tuple[str, ...]:
    """Take what is there of several parts."""
    return tuple(names[kind] for kind in kinds if names.get(kind))


def first(names: Mapping[str, Any], *kinds: str) -> str | None:
    """Take the first part that is there."""
    return next(iter(some(names, *kinds)), None)


def joined(*parts: str | None) -> str:
    """Write parts in one line."""
    return " ".join(part for part in parts if part)
