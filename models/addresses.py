"""The address index: public map data in plain tables, the same on both databases.

Towns have streets, streets have names in one or several languages, and houses stand on streets.
Nothing here belongs to an organization. Ids are computed from what they name (`address_id`), so the
same street of two files is one row, and a file that is imported twice changes nothing.
"""

import hashlib
from datetime import datetime

from sqlalchemy import BigInteger, Column, Float, Index, Integer, String, Table
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


def address_id(*parts: str | int) -> int:
    """Compute the id of what these parts name: 63 bits, so that two names hardly ever share one."""
    digest = hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def name_id(country_code: str, key: str) -> int:
    """Compute the id of a folded street name in a country."""
    return address_id("name", country_code, key)


def place_id(town_id: int, name: int) -> int:
    """Compute the id of a name, given by its id, in a town."""
    return address_id("place", town_id, name)


def deletion_id(country_code: str, letters: str) -> int:
    """Compute the id of what is left of a name."""
    return address_id("deletion", country_code, letters)


class AddressImport(Base):
    """One file of addresses and how far it has been taken into the index.

    `position` counts the streets that are in; it moves in the transaction that brings them, so a
    killed import goes on behind the last street that was kept.
    """

    __tablename__ = "address_imports"

    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    file_name: Mapped[str]
    country_code: Mapped[str] = mapped_column(String(2))
    licence: Mapped[str]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    position: Mapped[int] = mapped_column(default=0)
    rows: Mapped[int] = mapped_column(default=0)
    streets: Mapped[int] = mapped_column(default=0)
    houses: Mapped[int] = mapped_column(default=0)


towns = Table(
    "address_towns",
    Base.metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("country_code", String(2), nullable=False),
    Column("name", String, nullable=False),
    Column("latitude", Float(53), nullable=False),
    Column("longitude", Float(53), nullable=False),
    Column("houses", Integer, nullable=False),
    Index(None, "country_code"),
)
"""Towns, in the words of the data; `latitude` and `longitude` are the mean of their rows."""

town_names = Table(
    "address_town_names",
    Base.metadata,
    Column("town_id", BigInteger, primary_key=True, autoincrement=False),
    Column("key", String, primary_key=True),
    Column("country_code", String(2), nullable=False),
    Index(None, "country_code"),
)
"""What a town is called, folded: its own name and those in other languages."""

postcodes = Table(
    "address_postcodes",
    Base.metadata,
    Column("country_code", String(2), primary_key=True),
    Column("key", String, primary_key=True),
    Column("town_id", BigInteger, primary_key=True, autoincrement=False),
    Column("postcode", String, nullable=False),
    Column("latitude", Float(53), nullable=False),
    Column("longitude", Float(53), nullable=False),
    Column("houses", Integer, nullable=False),
    Index(None, "town_id"),
)
"""Which towns a postal code is seen in, and where its middle lies."""

streets = Table(
    "address_streets",
    Base.metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("town_id", BigInteger, nullable=False),
    Column("name", String, nullable=False),
)
"""One row for each spelling of a street in a town."""

names = Table(
    "address_names",
    Base.metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("country_code", String(2), nullable=False),
    Column("key", String, nullable=False),
    Index(None, "country_code"),
)
"""Every folded street name of a country once."""

name_deletions = Table(
    "address_name_deletions",
    Base.metadata,
    Column("deletion", BigInteger, primary_key=True, autoincrement=False),
    Column("name_id", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
"""Each name with no letter or one letter left out, hashed: two names that are one edit apart meet
in one of them."""

street_names = Table(
    "address_street_names",
    Base.metadata,
    Column("place_id", BigInteger, primary_key=True, autoincrement=False),
    Column("street_id", BigInteger, primary_key=True, autoincrement=False),
    Column("name_id", BigInteger, nullable=False),
    Column("town_id", BigInteger, nullable=False),
    Column("name", String, nullable=False),
    Index(None, "name_id"),
    Index(None, "town_id"),
    sqlite_with_rowid=False,
)
"""Which street is meant by a name in a town; `place_id` is both in one number."""

houses = Table(
    "address_houses",
    Base.metadata,
    Column("street_id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("last_number", Integer, primary_key=True, autoincrement=False),
    Column("letter", String, primary_key=True),
    Column("unit", String, primary_key=True),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("latitude", Float(53), nullable=False),
    Column("longitude", Float(53), nullable=False),
    Column("south", Float(53), nullable=False),
    Column("west", Float(53), nullable=False),
    Column("north", Float(53), nullable=False),
    Column("east", Float(53), nullable=False),
    Column("postcode", String, nullable=False),
    Column("postcode_keys", String, nullable=False),
    Column("rows", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""House numbers: the median point of their rows and the extent of these.

`last_number` is `number` unless the number is a range; `unit` is a staircase that has a place of
its own, else empty; rows of one number far from each other are told apart by `ordinal`.
"""
