"""Where bytes lie: a local folder or a bucket of S3, behind one small port (obstore)."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

import obstore
from obstore.exceptions import NotFoundError
from obstore.store import LocalStore, ObjectStore, S3Store

if TYPE_CHECKING:
    from obstore.store import ClientConfig, S3Config


PARTS_AT_ONCE = 2
"""How many parts of 5 MiB of one file are on their way: what one upload costs of memory."""


class Listed(NamedTuple):
    """A file that lies in the store, and since when."""

    path: str
    since: datetime


class Files:
    """A store of bytes by path; a path is written once, whole or not at all.

    Args:
        store: The folder or the bucket.
        folder: Where the folder is, if it is one.
    """

    def __init__(self, store: ObjectStore, *, folder: Path | None = None) -> None:
        self._store = store
        self._folder = folder

    async def put(self, path: str, content: bytes | AsyncIterable[bytes]) -> None:
        """Store bytes, also as they come; what breaks off in the middle is not stored."""
        await obstore.put_async(self._store, path, content, max_concurrency=PARTS_AT_ONCE)

    async def read(self, path: str) -> bytes:
        """Read all of a small file.

        Raises:
            FileNotFoundError: There is none.
        """
        found = await obstore.get_async(self._store, path)
        return bytes(await found.bytes_async())

    async def part(self, path: str, start: int, length: int) -> bytes:
        """Read a part of a file.

        Args:
            path: Which file.
            start: Where the part begins, in bytes; inside the file.
            length: How many bytes at most.

        Raises:
            FileNotFoundError: There is none.
        """
        found = await obstore.get_range_async(self._store, path, start=start, length=length)
        return bytes(found)

    async def stream(self, path: str) -> AsyncIterator[bytes]:
        """Read a file in pieces.

        Raises:
            FileNotFoundError: There is none.
        """
        found = await obstore.get_async(self._store, path)
        async for piece in found.stream(min_chunk_size=256 * 1024):
            yield bytes(piece)

    async def move(self, path: str, to: str) -> None:
        """Give a file another path; what was there is replaced."""
        await obstore.rename_async(self._store, path, to)

    async def remove(self, path: str) -> None:
        """Remove a file; one that is not there is removed already."""
        try:
            await obstore.delete_async(self._store, path)
        except (FileNotFoundError, NotFoundError):
            return

    async def listed(self) -> AsyncIterator[list[Listed]]:
        """List all that there is, some at a time."""
        async for some in obstore.list(self._store, chunk_size=500):
            yield [Listed(one["path"], one["last_modified"]) for one in some]

    async def remove_broken_off(self, before: datetime) -> None:
        """Remove what a process left half written when it was killed, if that was long ago.

        Only a folder keeps such files; the rules of a bucket tell how long it keeps the parts of
        uploads that were never finished.
        """
        if self._folder is not None:
            await asyncio.to_thread(_remove_half_written, self._folder, before.timestamp())


def _remove_half_written(folder: Path, before: float) -> None:
    for file in folder.rglob("*#*"):  # obstore writes NAME#1 first, and renames it when it is whole
        if file.is_file() and file.stat().st_mtime < before:
            file.unlink(missing_ok=True)


def in_folder(folder: Path) -> Files:
    """Keep files in a folder, which is made when it is not there."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Files(LocalStore(prefix=folder, mkdir=True), folder=folder)


def on_s3(
    url: str, *, endpoint: str, region: str, access_key_id: str, secret_access_key: str
) -> Files:
    """Keep files in a bucket.

    Args:
        url: `s3://bucket/prefix`.
        endpoint: The address of the service; AWS itself when empty.
        region: The region of the bucket.
        access_key_id: Who we are there.
        secret_access_key: The secret for it.
    """
    given = {
        "endpoint": endpoint,
        "region": region,
        "access_key_id": access_key_id,
        "secret_access_key": secret_access_key,
    }
    config = cast("S3Config", {name: value for name, value in given.items() if value})
    options: ClientConfig = {"allow_http": endpoint.startswith("http://")}
    return Files(S3Store.from_url(url, config=config, client_options=options))
