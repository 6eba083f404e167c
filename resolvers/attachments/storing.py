"""Bytes and their row: put into the store first, then kept by a row, and fetched by a signed link.

Bytes lie under an id of their own, which the row takes over. So the same content may be put by two
at once, and removed by a third, and no row ever refers to bytes that are gone: of two rows with
the same content the later one is not written, and its bytes, which nobody refers to, are swept
away (`sweeping`).
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.attachments import StoredFile, path_of
from models.base import new_id, table_of
from models.dialects.missing_rows import insert_missing
from models.errors import LinkNotValid
from resolvers.outside.files import Files
from resolvers.outside.ports import Outside
from resolvers.work import Work

DOWNLOAD = "download"
LIVES = timedelta(minutes=10)
"""How long a link for fetching works: time to click it, not to pass it on."""


@dataclass(frozen=True, slots=True)
class Bytes:
    """Bytes that lie in the store, whether they have a row yet or not.

    Args:
        id: Under which id they lie; their row has the same.
        organization_id: Whose they are.
        digest: Their SHA-256, in hex.
        size_bytes: How many there are.
        media_type: What they are.
    """

    id: UUID
    organization_id: UUID
    digest: str
    size_bytes: int
    media_type: str

    @property
    def path(self) -> str:
        """Where they lie in the file store."""
        return path_of(self.organization_id, self.id)


async def put(files: Files, organization_id: UUID, content: bytes, media_type: str) -> Bytes:
    """Put bytes that we made into the store; never called while a transaction is open.

    Args:
        files: The store.
        organization_id: Whose they are to be.
        content: The bytes.
        media_type: What they are, such as `application/pdf`.
    """
    digest = hashlib.sha256(content).hexdigest()
    stored = Bytes(new_id(), organization_id, digest, len(content), media_type)
    await files.put(stored.path, content)
    return stored


async def keep(work: Work, stored: Bytes) -> StoredFile:
    """Write the row for bytes in the store, or give the one that keeps the same bytes already.

    It is locked until the transaction ends, so that it is not removed before it is referred to.
    """
    connection = await work.connection()
    row = {
        "id": stored.id,
        "organization_id": work.actor.organization_id,
        "digest": stored.digest,
        "size_bytes": stored.size_bytes,
        "media_type": stored.media_type,
        "created_at": work.now,
    }
    insert = insert_missing(table_of(StoredFile), connection.dialect.name).values(row)
    same = work.own(StoredFile).where(StoredFile.digest == stored.digest)
    found: list[StoredFile] = []
    while not found:  # again only when the same bytes' row was removed since it was in the way
        await connection.execute(insert)
        found = await work.locking(same, StoredFile)
    return found[0]


def download_url(
    outside: Outside, file_id: UUID, name: str, now: datetime, *, lives: timedelta = LIVES
) -> str:
    """Make the address at which a file can be fetched for a while, by whoever has it.

    Args:
        outside: Signs it, and knows how people reach this server.
        file_id: The id of its `StoredFile`.
        name: What it is to be called where it is saved.
        now: The moment that counts as now.
        lives: How long the address works.
    """
    expires = int((now + lives).timestamp())
    signature = outside.secret.signature(DOWNLOAD, _signed(file_id, name, expires))
    query = urlencode({"name": name, "expires": expires, "signature": signature})
    return f"{outside.public_url}/files/{file_id.hex}?{query}"


def check_download(
    outside: Outside, file_id: UUID, *, name: str, expires: int, signature: str, now: datetime
) -> None:
    """Go on only with an address that we made and whose time has not passed.

    Raises:
        LinkNotValid: It is another one.
    """
    ours = outside.secret.is_signature(DOWNLOAD, _signed(file_id, name, expires), signature)
    if not ours or expires <= now.timestamp():
        raise LinkNotValid


def _signed(file_id: UUID, name: str, expires: int) -> str:
    return f"{file_id.hex}\n{expires}\n{name}"


async def file_of(connection: AsyncConnection, file_id: UUID) -> Bytes:
    """Read what a link is for, whoever asks: the link is all that they need.

    Raises:
        LinkNotValid: It is not there any more.
    """
    table = table_of(StoredFile)
    row = (await connection.execute(select(table).where(table.c.id == file_id))).first()
    if row is None:
        raise LinkNotValid
    return Bytes(row.id, row.organization_id, row.digest, row.size_bytes, row.media_type)
