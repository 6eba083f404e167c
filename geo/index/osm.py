"""Addresses from an OpenStreetMap extract: nodes, buildings and areas with `addr:*`."""

import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import osmium

from geo.index.address_rows import AddressRow, Found, KnownTown, Malformed
from geo.index.osm_shapes import mean_of, middle_of
from models.errors import InvalidInput

LARGE_FILE_BYTES = 200_000_000
"""From here on the positions of nodes are kept in a file, not in memory."""

CELLS_PER_DEGREE = 10

REACH_METRES = {"city": 10_000, "town": 4_000, "village": 2_000}
"""Kinds of places that are towns, and how far they go."""

_TOWN_TAGS = ("addr:city", "addr:town", "addr:village", "addr:hamlet", "addr:municipality")
_VILLAGE_TAGS = ("addr:place", "addr:hamlet", "addr:village")  # houses there have numbers alone

Cell = tuple[int, int]


@dataclass(slots=True)
class _Extract:
    """What one pass over the relations and the names of streets has told.

    Args:
        street_of: Streets of houses that only a relation names, by kind and id of the object.
        outlines: Ways that are the outline of an area with an address.
        middles: The middles of these ways, once they have been read.
        names: Other names of streets, by name and part of the map.
    """

    street_of: dict[tuple[str, int], str] = field(default_factory=dict)
    outlines: set[int] = field(default_factory=set)
    middles: dict[int, tuple[float, float]] = field(default_factory=dict)
    names: dict[str, dict[Cell, set[str]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )


def read_osm(path: Path, country_code: str) -> Iterator[Found]:
    """Read the addresses and the towns of an extract.

    Raises:
        InvalidInput: It is no extract, or it ends in the middle.
    """
    try:
        extract = _Extract()
        _read_relations(path, extract)
        yield from _read_towns(path)
        with tempfile.TemporaryDirectory() as folder:
            _read_streets(path, extract, _storage(path, folder, "streets"))
            yield from _read_houses(path, extract, country_code, _storage(path, folder, "houses"))
    except (RuntimeError, ValueError, OSError) as error:
        raise InvalidInput(f"{path.name} cannot be read as .osm.pbf: {error}.") from error


def _storage(path: Path, folder: str, name: str) -> str:
    if path.stat().st_size < LARGE_FILE_BYTES:
        return "flex_mem"
    return f"sparse_file_array,{folder}/{name}"


def _read_relations(path: Path, extract: _Extract) -> None:
    """Note areas with an address, and streets that name their houses as members."""
    relations: Any = osmium.FileProcessor(path, osmium.osm.RELATION).with_filter(
        osmium.filter.KeyFilter("addr:housenumber", "type")
    )
    for relation in relations:
        kind = relation.tags.get("type")
        if "addr:housenumber" in relation.tags:
            extract.outlines |= {each.ref for each in relation.members if each.type == "w"}
        elif kind in {"associatedStreet", "street"} and (name := relation.tags.get("name")):
            for member in relation.members:
                if member.role in {"house", "address"}:
                    extract.street_of[member.type, member.ref] = name


def _read_towns(path: Path) -> Iterator[KnownTown]:
    """Read the towns that the map names, as points."""
    nodes: Any = osmium.FileProcessor(path, osmium.osm.NODE).with_filter(
        osmium.filter.KeyFilter("place")
    )
    for node in nodes:
        reach = REACH_METRES.get(node.tags["place"])
        name = node.tags.get("name")
        if reach and name and node.location.valid():
            others = _other_names(node.tags, "name")
            yield KnownTown(name, others, node.location.lat, node.location.lon, reach)


def _read_streets(path: Path, extract: _Extract, storage: str) -> None:
    """Collect the other names of streets, where they lie."""
    ways = (
        osmium.FileProcessor(path, osmium.osm.NODE | osmium.osm.WAY)
        .with_locations(storage)
        .with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
        .with_filter(osmium.filter.KeyFilter("highway", "place"))
    )
    for way in ways:
        name = way.tags.get("name")
        others = _other_names(way.tags, "name") if name else ()
        middle = middle_of(way) if others else None
        if name and middle:
            extract.names[name][_cell(*middle)].update(others)


def _read_houses(
    path: Path, extract: _Extract, country_code: str, storage: str
) -> Iterator[AddressRow | Malformed]:
    objects = (
        osmium.FileProcessor(path).with_locations(storage).with_filter(_Wanted(extract.outlines))
    )
    for count, each in enumerate(objects, start=1):
        kind = each.type_str()
        place = _place(each, kind, extract)
        if kind == "w" and each.id in extract.outlines and place:
            extract.middles[each.id] = place
        if "addr:housenumber" not in each.tags:
            continue
        yield _row(each, count, place, extract=extract, country_code=country_code)


class _Wanted:
    """Lets through what has a house number, and the outlines of areas."""

    def __init__(self, outlines: set[int]) -> None:
        self._outlines = outlines

    def node(self, node: Any) -> bool:
        """Tell whether to leave a node out."""
        return "addr:housenumber" not in node.tags

    def way(self, way: Any) -> bool:
        """Tell whether to leave a way out."""
        return "addr:housenumber" not in way.tags and way.id not in self._outlines

    def relation(self, relation: Any) -> bool:
        """Tell whether to leave a relation out."""
        return "addr:housenumber" not in relation.tags


def _row(
    each: Any,
    count: int,
    place: tuple[float, float] | None,
    *,
    extract: _Extract,
    country_code: str,
) -> AddressRow | Malformed:
    tags = each.tags
    street = (
        tags.get(f"addr:street:{country_code.lower()}")
        or tags.get("addr:street")
        or extract.street_of.get((each.type_str(), each.id))
        or next((value for tag in _VILLAGE_TAGS if (value := tags.get(tag))), None)
    )
    city = next((value for tag in _TOWN_TAGS if (value := tags.get(tag))), "")
    if not street:
        return Malformed(count, f"{each.type_str()}{each.id} has a house number but no street")
    if place is None:
        return Malformed(count, f"{each.type_str()}{each.id} has no position in this extract")
    country = tags.get("addr:country", "")
    return AddressRow(
        line=count,
        street=street,
        number=tags["addr:housenumber"],
        latitude=place[0],
        longitude=place[1],
        street_names=_street_names(tags, street, place, extract),
        unit=tags.get("addr:unit", ""),
        postcode=tags.get("addr:postcode", ""),
        city=city,
        city_names=_other_names(tags, "addr:city"),
        country_code=country.upper() if len(country) == 2 and country.isalpha() else country_code,
    )


def _street_names(
    tags: Any, street: str, place: tuple[float, float], extract: _Extract
) -> tuple[str, ...]:
    """Give the other names of a house's street: its own tags, or the street's nearby."""
    found = {*_other_names(tags, "addr:street"), tags.get("addr:street", street)}
    cells = extract.names.get(street)
    if cells:
        row, column = _cell(*place)
        for near in ((row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1)):
            found |= cells.get(near, set())
    return tuple(sorted(found - {street}))


def _other_names(tags: Any, tag: str) -> tuple[str, ...]:
    """Give the values of a tag in other languages, such as `name:sv`, and well-known variants."""
    found = {
        item.v for item in tags if item.k.startswith(f"{tag}:") and len(item.k) - len(tag) in {3, 4}
    }
    if tag == "name":
        found |= {value for other in ("alt_name", "official_name") if (value := tags.get(other))}
    return tuple(sorted(part.strip() for value in found for part in value.split(";") if part))


def _place(each: Any, kind: str, extract: _Extract) -> tuple[float, float] | None:
    if kind == "n":
        return (each.location.lat, each.location.lon) if each.location.valid() else None
    if kind == "w":
        return middle_of(each)
    found = [
        extract.middles[member.ref]
        for member in each.members
        if member.type == "w" and member.ref in extract.middles
    ]
    return mean_of(found)


def _cell(latitude: float, longitude: float) -> Cell:
    return int(latitude * CELLS_PER_DEGREE // 1), int(longitude * CELLS_PER_DEGREE // 1)
