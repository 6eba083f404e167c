"""Sweeping the store: bytes that no row refers to, and what was left half written.

They come of an upload whose process was killed, of two who put the same bytes at once, and of
documents that were made and not kept. Nothing of the last day is touched: its row may be coming.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.attachments import StoredFile, path_of
from models.base import table_of
from models.database import Database
from models.dialects.among import among
from resolvers.outside.files import Files, Listed

UNTOUCHED = timedelta(days=1)
"""Longer than any upload, and than any transaction that follows one."""


async def sweep(database: Database, files: Files, now: datetime) -> int:
    """Remove what lies in the store for nothing; counts it.

    Only paths that we make are looked at, so that a bucket may hold other things too.
    """
    before, removed = now - UNTOUCHED, 0
    await files.remove_broken_off(before)
    async for some in files.listed():
        old = dict(_ids_in(some, before))
        async with database.reading() as connection:
            known = await _known(connection, old.values()) if old else set()
        for path in [path for path, id in old.items() if id not in known]:
            await files.remove(path)
            removed += 1
    return removed


def _ids_in(some: Iterable[Listed], before: datetime) -> Iterable[tuple[str, UUID]]:
    for path, since in some:
        owner, _, name = path.rpartition("/")
        try:
            organization_id, id = UUID(owner), UUID(name)
        except ValueError:
            continue
        if since < before and path == path_of(organization_id, id):
            yield path, id


async def _known(connection: AsyncConnection, ids: Iterable[UUID]) -> set[UUID]:
    row = table_of(StoredFile).c
    return set((await connection.execute(select(row.id).where(among(row.id, ids)))).scalars())
