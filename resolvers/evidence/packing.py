"""The ZIP file of a bundle: always the same bytes for the same evidence, and nothing compressed.

So whoever checks it can write it anew and compare, and no byte of it can be changed unseen.
"""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import IO, Any, Protocol
from zipfile import ZipFile, ZipInfo

from resolvers.evidence.gathering import Gathered, Placed, written
from resolvers.outside.files import Files
from resolvers.outside.ports import Outside

FORMAT = "livionkey-evidence/1"
MANIFEST, SIGNATURE = "manifest.json", "manifest.json.p7s"
LARGE = 1 << 31
"""From this size on a member needs the longer form of its header (ZIP64)."""
UNIX = 3
THREADS = ThreadPoolExecutor(2, thread_name_prefix="bundle")
"""Threads of our own: large bundles make nobody wait but those who want bundles."""


class Sealer(Protocol):
    """What packing needs of a seal, see `resolvers.outside.sealing.Seal`."""

    async def detached(self, content: bytes) -> bytes:
        """Sign bytes."""

    async def certificates(self) -> Any:
        """Give roots and lists of revoked certificates."""

    def roots_in(self, document: bytes) -> list[bytes]:
        """Give the roots that a sealed document brings along."""


async def pack(gathered: Gathered, outside: Outside, target: IO[bytes], made_at: datetime) -> None:
    """Write a bundle, in a thread of its own; its target is at its beginning afterwards.

    Args:
        gathered: What goes into it.
        outside: Where the files are, and who seals.
        target: An empty file that is open for writing and reading.
        made_at: When it is made.
    """
    seal = await outside.seal.opened()
    packing = partial(_pack, gathered, outside.files, seal, target, made_at)
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(THREADS, lambda: asyncio.run(packing()))


async def _pack(
    gathered: Gathered, files: Files, seal: Sealer, target: IO[bytes], made_at: datetime
) -> None:
    with ZipFile(target, "w") as archive:
        packer = Packer(archive)
        for path, record in gathered.records.items():
            packer.put(path, record)
        known = await seal.certificates()
        roots = list(known.roots)
        for file in gathered.files:
            roots += await packer.put_file(file, files, seal)
        for place, root in enumerate(dict.fromkeys(roots), 1):
            packer.put(f"certificates/root-{place}.der", root)
        for place, revoked in enumerate(known.revoked, 1):
            packer.put(f"certificates/revoked-{place}.crl", revoked)
        manifest = written(
            {
                "format": FORMAT,
                "contract": gathered.contract,
                "made_at": made_at,
                "files": packer.files,
                "missing": packer.missing,
            }
        )
        packer.put(MANIFEST, manifest)
        packer.put(SIGNATURE, await seal.detached(manifest))
    target.seek(0)


class Packer:
    """Writes members, and notes the digest of each.

    Args:
        archive: Where they go.
    """

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        self.files: list[dict[str, Any]] = []
        self.missing: list[str] = []

    def put(self, path: str, content: bytes) -> None:
        """Write a member that is at hand."""
        with member(self._archive, path, len(content)) as opened:
            opened.write(content)
        self._note(path, len(content), sha256(content).hexdigest())

    async def put_file(self, file: Placed, files: Files, seal: Sealer) -> list[bytes]:
        """Write a member out of the file store; tells which roots a document brings along."""
        try:
            if file.is_document:
                content = await files.read(file.stored)
                self.put(file.path, content)
                return seal.roots_in(content)
            await self._stream(file, files.stream(file.stored))
        except FileNotFoundError:
            self.missing.append(file.path)
        return []

    async def _stream(self, file: Placed, pieces: AsyncIterator[bytes]) -> None:
        first = await anext(pieces, b"")  # what is not there is known before the member begins
        digest, size = sha256(first), len(first)
        with member(self._archive, file.path, file.size_bytes) as opened:
            opened.write(first)
            async for piece in pieces:
                opened.write(piece)
                digest.update(piece)
                size += len(piece)
        self._note(file.path, size, digest.hexdigest())

    def _note(self, path: str, size: int, digest: str) -> None:
        self.files.append({"path": path, "bytes": size, "sha256": digest})


def member(archive: ZipFile, path: str, size: int) -> IO[bytes]:
    """Open a member for writing, with nothing about it that could differ another time."""
    info = ZipInfo(path)  # of 1980-01-01, stored as it is
    info.create_system = UNIX
    info.external_attr = 0o600 << 16
    return archive.open(info, "w", force_zip64=size >= LARGE)
