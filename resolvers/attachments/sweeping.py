"""Sweeping the store: bytes that no row refers to, and what was left half written.

They come of an upload whose process was killed, of two who put the same bytes at once, and of
documents that were made and not kept. Nothing of the last day is touched: its row may be coming.

Only a store that is this database's own is swept, and there only what lies below an organization
that this database knows: to any other database all files would seem to lie there for nothing.
"""

import logging
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.attachments import StoredFile, path_of
from models.base import table_of
from models.database import Database
from models.dialects.among import among
from models.installations import Installation
from resolvers.organizations import all_ids
from resolvers.outside.files import Files, Listed

UNTOUCHED = timedelta(days=1)
"""Longer than any upload, and than any transaction that follows one."""
MARK = "installation"
"""Where the store says which database it belongs to."""

logger = logging.getLogger(__name__)


async def sweep(database: Database, files: Files, now: datetime) -> int:
    """Remove what lies in the store for nothing; counts it.

    Only paths that we make are looked at, so that a bucket may hold other things too.
    """
    if not await is_own(database, files):
        logger.warning(
            "the file store belongs to another database, so nothing in it is swept; check "
            "LIVIONKEY_DATABASE_URL and LIVIONKEY_FILES_URL or LIVIONKEY_DATA_FOLDER"
        )
        return 0
    before, removed = now - UNTOUCHED, 0
    await files.remove_broken_off(before)
    owners = frozenset(await all_ids(database))
    async for some in files.listed():
        old = dict(_ids_in(some, owners, before))
        async with database.reading() as connection:
            known = await _known(connection, old.values()) if old else set()
        for path in [path for path, id in old.items() if id not in known]:
            await files.remove(path)
            removed += 1
    return removed


async def is_own(database: Database, files: Files) -> bool:
    """Tell whether a store is marked as this database's; one without a mark gets ours."""
    async with database.reading() as connection:
        rows = await connection.execute(select(table_of(Installation).c.id))
        ours = str(rows.scalar_one()).encode()
    try:
        return await files.read(MARK) == ours
    except FileNotFoundError:
        await files.put(MARK, ours)
        return True


def _ids_in(
    some: Iterable[Listed], owners: Collection[UUID], before: datetime
) -> Iterable[tuple[str, UUID]]:
    for path, since in some:
        owner, _, name = path.rpartition("/")
        try:
            organization_id, id = UUID(owner), UUID(name)
        except ValueError:
            continue
        is_ours = organization_id in owners and path == path_of(organization_id, id)
        if is_ours and since < before:
            yield path, id


async def _known(connection: AsyncConnection, ids: Iterable[UUID]) -> set[UUID]:
    row = table_of(StoredFile).c
    return set((await connection.execute(select(row.id).where(among(row.id, ids)))).scalars())
