"""Which keys the secrets of a database need, by their names, and which are there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, String, func, select, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.base import new_id, table_of
from models.database import Database
from models.dialects.many_rows import insert_rows, unless_there
from models.encryption_keys import EncryptionKey, KeyUse
from models.errors import InvalidInput
from models.sealed import SealedText
from models.sealer import NAME_LETTERS, Sealer
from models.tables import metadata

SEALING = (
    "The secrets in the database were encrypted by the key {name}, which is not there: set it too "
    "in LIVIONKEY_ENCRYPTION_KEYS or the file of keys, behind the others."
)
MARKING = (
    "The codes in the database were marked by another key, {name}: set that one in "
    "LIVIONKEY_MARK_KEY or mark.key of the data folder."
)


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key that secrets here were kept with.

    Args:
        use: What it is for.
        name: Its name, which follows from the key.
        used_since: When a process first came with it.
        retired_at: When it was seen that no secret is sealed by it any more; null while one may be.
        sealed: How many secrets are sealed by it now.
        is_here: Whether it is among the keys that are set.
        is_first: Whether it is the one that seals.
    """

    use: KeyUse
    name: str
    used_since: datetime
    retired_at: datetime | None
    sealed: int
    is_here: bool
    is_first: bool


def sealed_columns() -> list[Column[Any]]:
    """List every column that keeps sealed secrets."""
    return [
        column
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, SealedText)
    ]


async def missing(connection: AsyncConnection, sealer: Sealer) -> str | None:
    """Say which key is needed and not there; None when all are."""
    row = EncryptionKey
    needed = select(row.use, row.name).where(row.retired_at.is_(None)).order_by(row.used_since)
    here = {KeyUse.SEALING: sealer.names, KeyUse.MARKING: [sealer.marks_with]}
    for use, name in (await connection.execute(needed)).all():
        if name not in here[use]:
            return (SEALING if use is KeyUse.SEALING else MARKING).format(name=name)
    return None


async def come_with(database: Database, now: datetime) -> None:
    """See that all keys are there which secrets need, and let it be known which one seals.

    Raises:
        InvalidInput: One is missing.
    """
    sealer, row = database.sealer, EncryptionKey
    async with database.reading() as connection:
        lacking = await missing(connection, sealer)
        known = select(row.name).where(row.retired_at.is_(None))
        names = set((await connection.execute(known)).scalars())
    if lacking:
        raise InvalidInput(lacking)
    first = sealer.names[0]
    if first in names:
        return
    async with database.administering() as connection:
        new = {"id": new_id(), "use": KeyUse.SEALING, "name": first, "used_since": now}
        await insert_rows(connection, row, [new], ending=unless_there)
        await connection.execute(update(row).where(row.name == first).values(retired_at=None))


async def known_keys(database: Database) -> list[KnownKey]:
    """List the keys that secrets here were kept with, the oldest first."""
    sealer, row = database.sealer, EncryptionKey
    async with database.reading() as connection:
        keys: Sequence[Any] = (
            await connection.execute(select(*table_of(row).c).order_by(row.used_since, row.name))
        ).all()
        counts = await sealed_by(connection)
    names = sealer.names
    return [
        KnownKey(
            *(KeyUse(one.use), one.name, one.used_since, one.retired_at),
            sealed=counts.get(one.name, 0),
            is_here=one.name in (*names, sealer.marks_with),
            is_first=one.name == names[0],
        )
        for one in keys
    ]


async def sealed_by(connection: AsyncConnection) -> dict[str, int]:
    """Count how many secrets are sealed by each key."""
    counts: dict[str, int] = {}
    for column in sealed_columns():
        name = func.substr(type_coerce(column, String), 1, NAME_LETTERS)
        counted = select(name, func.count()).where(column.is_not(None)).group_by(name)
        for key, count in (await connection.execute(counted)).all():
            counts[key] = counts.get(key, 0) + count
    return counts
