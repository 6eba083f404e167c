"""Files of addresses for tests of the index, and what the index makes of them."""

import gzip
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import func, select

from geo.index.embedded import EmbeddedGeocoder
from models.addresses import AddressImport, houses, name_deletions, street_names, streets, towns
from models.database import Database
from models.places import PostalAddress

HEADER = "street,housenumber,postcode,city,lat,lon"


def write(folder: Path, lines: Sequence[str], name: str = "addresses.csv") -> Path:
    path = folder / name
    data = "\n".join(lines).encode() + b"\n"
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


def street(country_code: str, *, houses: int = 10, name: str = "Testikatu") -> list[str]:
    """Write the rows of a street of even numbers going north, with a town of its own."""
    return [
        f"{name},{2 * i},{10_000 + i % 2},Kylä{country_code},{60 + i * 0.0002:.5f},25.0"
        for i in range(1, houses + 1)
    ]


async def place(database: Database, text: str, country_code: str) -> tuple[str, float]:
    match = await EmbeddedGeocoder(database).geocode(PostalAddress(text, country_code=country_code))
    return match.matched_address, match.coordinates.latitude


async def amounts(database: Database) -> list[int]:
    """Count the rows of every table of the index."""
    tables = (towns, streets, street_names, name_deletions, houses, AddressImport.__table__)
    async with database.reading() as connection:
        return [
            (await connection.execute(select(func.count()).select_from(table))).scalar_one()
            for table in tables
        ]
