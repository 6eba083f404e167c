"""Address files that are tables: our CSV, OpenAddresses as CSV and as GeoJSON lines, plain or gzip.

Every line stands for itself, so that one that is broken spoils no other.
"""

import csv
import gzip
import io
import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from geo.index.address_rows import AddressRow, Malformed, position
from geo.wording.country_names import COUNTRY_BY_NAME
from geo.wording.street_names import key
from models.errors import InvalidInput

COLUMNS = ("street", "housenumber", "postcode", "city", "lat", "lon")
OPEN_ADDRESSES_COLUMNS = ("lon", "lat", "number", "street")
ALIASES = {"number": "housenumber"}
DELIMITERS = ",;\t|"
LONGEST_LINE = 1_000_000

Row = AddressRow | Malformed


def read_table(path: Path, country_code: str) -> Iterator[Row]:
    """Read a table of addresses.

    Raises:
        InvalidInput: The columns are missing, or the file ends in the middle.
    """
    reader = _read_geojson if ".geojson" in path.name.lower() else _read_csv
    with _lines(path) as lines:
        try:
            yield from reader(path, lines, country_code)
        except (EOFError, zlib.error, gzip.BadGzipFile, OSError) as error:
            raise InvalidInput(f"{path.name} is damaged or cut off: {error}.") from error


@contextmanager
def _lines(path: Path) -> Iterator[Iterator[tuple[int, bytes]]]:
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        stream: BinaryIO = gzip.GzipFile(fileobj=raw) if packed else raw  # type: ignore[assignment]  # it reads alike
        yield _numbered(stream)


def _numbered(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    number = 0
    while line := stream.readline(LONGEST_LINE):
        number += 1
        yield number, line


def _text(line: bytes) -> str:
    """Read a line.

    Raises:
        ValueError: It is not UTF-8, or too long, or holds a zero byte.
    """
    if len(line) >= LONGEST_LINE:
        raise ValueError("the line is longer than a million characters")
    try:
        text = line.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("the line is not UTF-8") from None
    if "\0" in text:
        raise ValueError("the line holds a zero byte")
    return text.rstrip("\r\n")


def _read_csv(path: Path, lines: Iterator[tuple[int, bytes]], country_code: str) -> Iterator[Row]:
    header, delimiter = _header(path, next(lines, (1, b""))[1])
    for number, line in lines:
        if line.strip():
            yield _read_line(number, line, _cells(header, delimiter), country_code)


def _header(path: Path, line: bytes) -> tuple[list[str], str]:
    try:
        text = _text(line)
    except ValueError as error:
        raise InvalidInput(f"{path.name} is no CSV file: {error}.") from error
    delimiter = max(DELIMITERS, key=text.count)
    header = [name.strip().lower() for name in next(csv.reader([text], delimiter=delimiter), [])]
    if set(OPEN_ADDRESSES_COLUMNS) <= set(header) and "housenumber" not in header:
        return [ALIASES.get(name, name) for name in header], delimiter
    if missing := [name for name in COLUMNS if name not in header]:
        raise InvalidInput(
            f"{path.name} lacks the columns {', '.join(missing)}; a CSV file of addresses has "
            f"{', '.join(COLUMNS)}, or those of OpenAddresses."
        )
    return header, delimiter


def _cells(header: list[str], delimiter: str) -> Callable[[str], dict[str, str]]:
    def cells(text: str) -> dict[str, str]:
        try:
            values = next(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True))
        except csv.Error as error:
            raise ValueError(f"the quotation marks do not match ({error})") from None
        if len(values) != len(header):
            raise ValueError(f"{len(values)} columns instead of {len(header)}")
        return dict(zip(header, values, strict=True))

    return cells


def _read_geojson(
    _path: Path, lines: Iterator[tuple[int, bytes]], country_code: str
) -> Iterator[Row]:
    for number, line in lines:
        text = line.strip().rstrip(b",")
        if text:
            yield _read_line(number, text, _feature, country_code)


def _feature(text: str) -> dict[str, str]:
    """Give the cells of one GeoJSON feature.

    Raises:
        ValueError: It is none, or no point.
    """
    try:
        feature: Any = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("the line is not JSON") from None
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    if not isinstance(geometry, dict) or geometry.get("type") != "Point":
        raise ValueError("the line is not a point feature")
    coordinates, properties = geometry.get("coordinates"), feature.get("properties")
    if not isinstance(coordinates, list) or not isinstance(properties, dict):
        raise ValueError("the feature has no coordinates or no properties")  # noqa: TRY004 - of a file, not of us
    if len(coordinates) < 2:
        raise ValueError("the point has too few coordinates")
    cells = {
        ALIASES.get(str(name).lower(), str(name).lower()): "" if value is None else str(value)
        for name, value in properties.items()
    }
    return cells | {"lon": str(coordinates[0]), "lat": str(coordinates[1])}


def _read_line(
    number: int, line: bytes, cells: Callable[[str], dict[str, str]], country_code: str
) -> Row:
    try:
        return _row(number, cells(_text(line)), country_code)
    except ValueError as error:
        return Malformed(number, str(error))


def _row(line: int, cells: dict[str, str], country_code: str) -> AddressRow:
    """Make a row of cells.

    Raises:
        ValueError: Something that it needs is missing or wrong.
    """
    latitude, longitude = position(cells["lat"], cells["lon"])
    city = cells.get("city", "").strip()
    street = cells.get("street", "").strip() or city  # in villages houses have numbers, not streets
    number = cells.get("housenumber", "").strip()
    if not street:
        raise ValueError("the street is missing")
    if not number:
        raise ValueError("the house number is missing")
    return AddressRow(
        line=line,
        street=street,
        number=number,
        latitude=latitude,
        longitude=longitude,
        street_names=_others(cells, "street"),
        unit=cells.get("unit", "").strip(),
        postcode=cells.get("postcode", "").strip(),
        city=city,
        city_names=_others(cells, "city"),
        country_code=_country(cells.get("country", ""), country_code),
    )


def _others(cells: dict[str, str], column: str) -> tuple[str, ...]:
    """Collect names in other languages: `street_sv`, `city_sv` and the like."""
    found = (
        value.strip()
        for name, value in cells.items()
        if name.startswith(f"{column}_") and len(name) == len(column) + 3
    )
    return tuple(value for value in found if value)


def _country(written: str, otherwise: str) -> str:
    folded = key(written)
    if len(folded) == 2 and folded.isascii() and folded.isalpha():
        return "GB" if folded == "uk" else folded.upper()
    return COUNTRY_BY_NAME.get(folded, otherwise)
