"""Read street addresses, and places where an automat could stand, from an OpenStreetMap file."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import osmium

PLAIN_NUMBER = re.compile(r"[1-9]\d{0,3} ?[A-Za-z]?(-[1-9]\d{0,3} ?[A-Za-z]?)?")
PLAIN_UNIT = re.compile(r"[A-Z]( ?\d+)?")
POSTCODES = frozenset({"00100", "00120", "00130", "00170", "00180", "00530"})
"""Those of streets; the others of the extract are post boxes, companies or mistakes."""
PLACE_TAGS = ("amenity", "shop", "public_transport")
PLACE_KINDS = frozenset(
    {"kiosk", "library", "convenience", "supermarket", "pharmacy", "post_office", "station"}
)


Tags = dict[str, str]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Address:
    """One house as the map has it."""

    street: str
    housenumber: str
    unit: str
    postcode: str
    city: str
    lat: float
    lon: float
    street_sv: str
    country: str

    @property
    def line(self) -> str:
        """The street and number, as on an envelope."""
        return f"{self.street} {self.housenumber}"


@dataclass(frozen=True, slots=True)
class Place:
    """A place that people find: a kiosk, a library, a station."""

    name: str
    kind: str
    lat: float
    lon: float


def metres_between(one: Address | Place, other: Address | Place) -> float:
    """Estimate a distance well enough to sort neighbours by."""
    north = (one.lat - other.lat) * 111_400
    east = (one.lon - other.lon) * 111_400 * math.cos(math.radians(one.lat))
    return math.hypot(north, east)


def read(extract: Path) -> tuple[list[Address], list[Place]]:
    """Read an extract's clean addresses and its named places."""
    found = [*tagged(extract)]
    streets = street_names(tags for tags, _ in found)
    rows = [row for tags, at in found if at and (row := clean(tags, at, streets))]
    places = [place for tags, at in found if at and (place := named_place(tags, at))]
    return one_row_a_house(rows), sorted(set(places), key=lambda p: (p.name, p.lat, p.lon))


def street_names(ways: Iterable[Tags]) -> dict[str, tuple[str, str]]:
    """Collect the streets and squares by name and folded name, each with its Swedish name."""
    streets: dict[str, tuple[str, str]] = {}
    for tags in ways:
        for name in filter(None, (tags.get("name:fi"), tags.get("name"))):
            if "highway" in tags or "place" in tags:
                streets[name] = (name, tags.get("name:sv", ""))
    return {folded(name): known for name, known in streets.items()} | streets


def tagged(extract: Path) -> Iterator[tuple[Tags, Point | None]]:
    """Yield the tags of every object with its position, if any of it lies in the extract."""
    ways: dict[int, Point] = {}
    for thing in cast("Iterable[Any]", osmium.FileProcessor(str(extract)).with_locations()):
        at = middle_of(corners(thing, ways))
        if at and thing.is_way():
            ways[thing.id] = at
        tags = {tag.k: tag.v for tag in thing.tags}
        if tags:
            yield tags, at


def corners(thing: Any, ways: dict[int, Point]) -> list[Point]:
    """List where an object's nodes lie; a relation's are the middles of its ways."""
    if thing.is_node():
        return [(thing.location.lat, thing.location.lon)]
    if thing.is_relation():
        return [ways[part.ref] for part in thing.members if part.ref in ways]
    nodes = [*thing.nodes][1:] if thing.is_closed() else thing.nodes
    return [(node.lat, node.lon) for node in nodes if node.location.valid()]


def middle_of(points: list[Point]) -> Point | None:
    """Average some points."""
    if not points:
        return None
    latitudes, longitudes = zip(*points, strict=True)
    return sum(latitudes) / len(points), sum(longitudes) / len(points)


def folded(name: str) -> str:
    """Make `Alvar Aallon Katu` and `Asema-Aukio` equal to the map's own spelling."""
    return "".join(filter(str.isalnum, name.lower()))


def clean(tags: Tags, at: Point, streets: dict[str, tuple[str, str]]) -> Address | None:
    """Make an address of what was mapped; None for noise, such as a street in the house number.

    A street has to be one of the map's own: this drops misspelt ones and numbers in the street.
    """
    given = tags.get("addr:street:fi", tags.get("addr:street", "")).rpartition(",")[2].strip()
    number = tags.get("addr:housenumber", "").partition(",")[0].strip()
    known = streets.get(given) or streets.get(folded(given))
    if known is None or not PLAIN_NUMBER.fullmatch(number) or is_backwards(number):
        return None
    unit, postcode = tags.get("addr:unit", ""), tags.get("addr:postcode", "")
    return Address(
        street=known[0],
        housenumber=number,
        unit=unit if PLAIN_UNIT.fullmatch(unit) else "",
        postcode=postcode if postcode in POSTCODES else "",
        city="Helsinki",
        lat=round(at[0], 6),
        lon=round(at[1], 6),
        street_sv=tags.get("addr:street:sv") or known[1],
        country="FI",
    )


def is_backwards(number: str) -> bool:
    """Tell whether a range such as `29-27` runs the wrong way."""
    ends = [int(digits) for digits in re.findall(r"\d+", number)]
    return ends != sorted(ends)


def one_row_a_house(rows: Iterable[Address]) -> list[Address]:
    """Keep for each house and unit the row in the middle of all its rows (a house has shops)."""
    houses: dict[tuple[str, str, str], list[Address]] = defaultdict(list)
    for row in rows:
        houses[row.street, row.housenumber.replace(" ", "").upper(), row.unit].append(row)
    return [
        replace(middle(same), postcode=commonest(row.postcode for row in same))
        for _, same in sorted(houses.items(), key=lambda item: house_order(item[1][0]))
    ]


def house_order(row: Address) -> tuple[str, int, str, str]:
    """Sort as one walks along the street."""
    return row.street, int(re.findall(r"\d+", row.housenumber)[0]), row.housenumber, row.unit


def middle(rows: list[Address]) -> Address:
    """Choose the row with the least way to all others."""
    return min(rows, key=lambda row: (sum(metres_between(row, other) for other in rows), row.lat))


def commonest(values: Iterable[str]) -> str:
    """Choose the value that most rows have, leaving out empty ones."""
    counted = Counter(filter(None, values))
    return min(counted, key=lambda value: (-counted[value], value), default="")


def named_place(tags: Tags, at: Point) -> Place | None:
    """Make a place of a kiosk, a library and the like that has a name of its own."""
    kind = next((tags[tag] for tag in PLACE_TAGS if tags.get(tag) in PLACE_KINDS), None)
    name = tags.get("name", "").strip()
    if kind is None or not name or name.startswith("Helsinki"):
        return None
    return Place(name[0].upper() + name[1:], kind, round(at[0], 6), round(at[1], 6))
