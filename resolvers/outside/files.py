"""Where bytes lie: a local folder or a bucket of S3, behind one small port (obstore)."""

from collections.abc import AsyncIterable, AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

import obstore
from obstore.exceptions import NotFoundError
from obstore.store import LocalStore, ObjectStore, S3Store

if TYPE_CHECKING:
    from obstore.store import ClientConfig, S3Config


class Files:
    """A store of bytes by path; a path is written once, whole or not at all.

    Args:
        store: The folder or the bucket.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def put(self, path: str, content: bytes | AsyncIterable[bytes]) -> None:
        """Store bytes, also as they come; what breaks off in the middle is not stored."""
        await obstore.put_async(self._store, path, content)

    async def read(self, path: str) -> bytes:
        """Read all of a small file.

        Raises:
            FileNotFoundError: There is none.
        """
        found = await obstore.get_async(self._store, path)
        return bytes(await found.bytes_async())

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


def in_folder(folder: Path) -> Files:
    """Keep files in a folder, which is made when it is not there."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Files(LocalStore(prefix=folder, mkdir=True))


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
