"""What the index knows of the files that came in: which, and how far."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import Update, func, insert, select, update

from models.addresses import AddressImport
from models.base import new_id
from models.database import Database

OPEN_STREET_MAP = (
    "\u00a9 OpenStreetMap contributors, ODbL 1.0, https://www.openstreetmap.org/copyright"
)
UNKNOWN_LICENCE = "as its provider says"


async def begun_import(database: Database, fingerprint: str) -> AddressImport | None:
    """Find the import of a file, done or not."""
    async with database.reading() as connection:
        query = select(AddressImport.__table__).where(AddressImport.fingerprint == fingerprint)
        row = (await connection.execute(query)).mappings().first()
    return AddressImport(**row) if row else None


async def begin_import(
    database: Database, path: Path, code: str, fingerprint: str
) -> AddressImport:
    """Note that a file begins to come in."""
    is_map = path.name.lower().endswith(".pbf")
    begun = {
        "id": new_id(),
        "fingerprint": fingerprint,
        "file_name": path.name,
        "country_code": code,
        "licence": OPEN_STREET_MAP if is_map else UNKNOWN_LICENCE,
        "started_at": datetime.now(UTC),
        "position": 0,
        "rows": 0,
        "streets": 0,
        "houses": 0,
    }
    async with database.administering() as connection:
        await connection.execute(insert(AddressImport), begun)
    return AddressImport(**begun)


def change_of(import_id: UUID) -> Update:
    """Begin a change of an import's row."""
    return update(AddressImport).where(AddressImport.id == import_id)


async def is_not_first(database: Database, import_id: UUID) -> bool:
    """Tell whether other files were imported before; then houses may have to make way."""
    async with database.reading() as connection:
        query = select(func.count()).select_from(AddressImport).where(AddressImport.id != import_id)
        return bool((await connection.execute(query)).scalar_one())
