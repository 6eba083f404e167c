"""The fleet comparison as files for people: CSV (RFC 4180), or GeoJSON (RFC 7946).

A file is there whole or not at all: it gets its name when it is complete. In a table an apostrophe
stands before texts that a spreadsheet would take for a formula.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import orjson

from models.automats import Automat
from models.entities import ReservableEntity
from resolvers.comparison.capacity import Capacity
from resolvers.comparison.compared import Compared, Served
from schema.scalars import to_id

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""With these spreadsheets begin formulas, see OWASP on CSV injection."""
CENTIMETRES = 2
"""Digits after the point of metres."""
ENTITY_COLUMNS = (
    "entity_id",
    "name",
    "external_id",
    "outcome",
    "exceptions",
    "group_automat_id",
    "group_automat",
    "metres_before",
    "nearest_automat_id",
    "nearest_automat",
    "metres_after",
    "metres_saved",
    "coming_stays",
)
AUTOMAT_COLUMNS = (
    "automat_id",
    "automat",
    "entities_before",
    "entities_after",
    "stays_from",
    "stays_to",
    "free_share_before",
    "free_share_after",
)


def write_entities(file: Path, rows: Iterable[Compared]) -> None:
    """Write a row for each entity: GeoJSON where the file's name ends so, else CSV."""
    with complete(file) as target:
        if is_geojson(file):
            _write_features(target, rows)
        else:
            _write_table(target, (*ENTITY_COLUMNS, "latitude", "longitude"), map(_line, rows))


def write_automats(file: Path, rows: Iterable[Capacity]) -> None:
    """Write a row for each automat, as CSV."""
    with complete(file) as target:
        _write_table(target, AUTOMAT_COLUMNS, map(_automat, rows))


def is_geojson(file: Path) -> bool:
    """Tell by a file's name whether GeoJSON is wanted."""
    return file.suffix.lower() in {".geojson", ".json"}


@contextmanager
def complete(file: Path) -> Iterator[TextIO]:
    """Write a file beside its place, and put it there when it is complete."""
    beside = file.with_name(f"{file.name}.new")
    with beside.open("w", encoding="utf-8", newline="") as target:
        yield target
    beside.replace(file)


def _write_table(target: TextIO, columns: Sequence[str], lines: Iterable[Sequence[Any]]) -> None:
    writer = csv.writer(target)
    writer.writerow(columns)
    writer.writerows([_harmless(cell) for cell in line] for line in lines)


def _harmless(cell: Any) -> Any:
    """Keep a text from being a formula where a spreadsheet opens the table; numbers are none."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_SIGNS) else cell


def _write_features(target: TextIO, rows: Iterable[Compared]) -> None:
    target.write('{"type":"FeatureCollection","features":[')
    for number, row in enumerate(rows):
        target.write(",\n" if number else "\n")
        target.write(orjson.dumps(_feature(row)).decode())
    target.write("\n]}\n")


def _feature(row: Compared) -> dict[str, Any]:
    place = row.position
    properties = dict(zip(ENTITY_COLUMNS, _values(row), strict=True))
    properties["exceptions"] = [exception.name for exception in row.exceptions]
    point = place and {"type": "Point", "coordinates": [place.longitude, place.latitude]}
    return {
        "type": "Feature",
        "id": properties["entity_id"],
        "geometry": point,
        "properties": properties,
    }


def _line(row: Compared) -> list[Any]:
    place = row.position
    return [*_values(row), place and place.latitude, place and place.longitude]


def _values(row: Compared) -> list[Any]:
    return [
        to_id(ReservableEntity, row.id),
        row.name,
        row.external_id,
        row.outcome.name,
        " ".join(exception.name for exception in row.exceptions),
        *_served(row.before),
        *_served(row.after),
        _rounded(row.metres_saved),
        row.coming.stays,
    ]


def _served(by: Served | None) -> list[Any]:
    if by is None:
        return [None, None, None]
    return [to_id(Automat, by.automat_id), by.name, _rounded(by.metres)]


def _rounded(metres: float | None) -> float | None:
    return None if metres is None else round(metres, CENTIMETRES)


def _automat(one: Capacity) -> list[Any]:
    flow = one.flow
    shares = [
        share if share is None else round(share, 4) for share in (one.free_before, one.free_after)
    ]
    counts = [flow.entities_before, flow.entities_after, flow.stays_from, flow.stays_to]
    return [to_id(Automat, one.automat_id), flow.name, *counts, *shares]
