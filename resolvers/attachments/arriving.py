"""Bytes that arrive from outside: into the store while they are counted, and told what they are.

Nothing here is believed: neither a length, nor a name, nor a type that somebody says.
"""

import asyncio
import codecs
import hashlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from models.attachments import path_of
from models.base import new_id
from models.errors import FileRefused
from models.file_kinds import CSV, HEAD, TEXT, ZIP, kind_of
from resolvers.attachments.archives import document_type
from resolvers.attachments.storing import Bytes
from resolvers.outside.ports import Outside

CONTROL_CHARACTERS = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
ALLOWED = "PDF, PNG, JPEG, GIF, WebP, HEIC, plain text in UTF-8, CSV, DOCX, XLSX and ODT"


class TooSlow(Exception):
    """The bytes did not come in time."""


class TooLarge(FileRefused):
    """The file is larger than files may be."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What an upload may take.

    Args:
        size_bytes: How large a file may be.
        seconds: How long all of it may take.
        silence_seconds: How long nothing may come.
    """

    size_bytes: int = 250_000_000
    seconds: float = 600.0
    silence_seconds: float = 30.0


class Measured:
    """Bytes on their way, measured as they pass by; none of them is kept but the first few.

    Args:
        limits: What they may take.
    """

    def __init__(self, limits: Limits) -> None:
        self.size_bytes = 0
        self.head = b""
        self.is_text = True
        self._limits = limits
        self._hash = hashlib.sha256()
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    @property
    def digest(self) -> str:
        """SHA-256 of what came so far, in hex."""
        return self._hash.hexdigest()

    async def passing(self, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Let pieces through.

        Raises:
            TooLarge: There are too many bytes.
            TooSlow: They take too long.
        """
        now = asyncio.get_running_loop().time
        until = now() + self._limits.seconds
        while True:
            try:
                patience = min(self._limits.silence_seconds, until - now())
                piece = await asyncio.wait_for(anext(pieces, None), max(patience, 0.0))
            except TimeoutError as error:
                raise TooSlow from error
            if piece is None:
                break
            self._measure(piece)
            yield piece
        self._look_for_text(b"", final=True)

    def _measure(self, piece: bytes) -> None:
        self.size_bytes += len(piece)
        if self.size_bytes > self._limits.size_bytes:
            raise too_large(self._limits)
        self._hash.update(piece)
        if len(self.head) < HEAD:
            self.head += piece[: HEAD - len(self.head)]
        self._look_for_text(piece)

    def _look_for_text(self, piece: bytes, *, final: bool = False) -> None:
        if not self.is_text:
            return
        try:
            self._decoder.decode(piece, final)
        except UnicodeDecodeError:
            self.is_text = False
            return
        self.is_text = CONTROL_CHARACTERS.search(piece) is None


def too_large(limits: Limits) -> TooLarge:
    """Say how large a file may be."""
    return TooLarge(f"It is larger than {limits.size_bytes:,} bytes, which is the most.")


async def receive(
    outside: Outside,
    organization_id: UUID,
    pieces: AsyncIterator[bytes],
    *,
    name: str,
    limits: Limits,
) -> Bytes:
    """Put bytes that come from outside into the store, and tell what they are.

    Whatever goes wrong, nothing of them stays there.

    Args:
        outside: The store and the scanner; no transaction is open.
        organization_id: Whose they are to be.
        pieces: The bytes.
        name: What people call the file: it tells tables from other text, and nothing else.
        limits: What they may take.

    Raises:
        FileRefused: There are too many, they are not of a kind that may be stored, or hold a virus.
        TooSlow: They did not come in time.
        ScannerAway: The scanner could not be asked.
    """
    id, measured = new_id(), Measured(limits)
    path = path_of(organization_id, id)
    try:
        await outside.files.put(path, measured.passing(pieces))
        media_type = await _media_type(outside, path, measured, name)
        await _scan(outside, path)
    except BaseException:
        await asyncio.shield(outside.files.remove(path))
        raise
    return Bytes(id, organization_id, measured.digest, measured.size_bytes, media_type)


async def _media_type(outside: Outside, path: str, measured: Measured, name: str) -> str:
    if not measured.size_bytes:
        raise FileRefused("It is empty.")
    kind = kind_of(measured.head, is_text=measured.is_text)
    if kind.media_type is None:
        raise FileRefused(f"It is {kind.called}. What may be stored: {ALLOWED}.")
    if kind.media_type == ZIP:
        size = measured.size_bytes
        return await document_type(outside.files, path, head=measured.head, size_bytes=size)
    is_table = kind.media_type == TEXT and name.lower().endswith(".csv")
    return CSV if is_table else kind.media_type


async def _scan(outside: Outside, path: str) -> None:
    if outside.scanner is None:
        return
    found = await outside.scanner.scan(outside.files.stream(path))
    if found is not None:
        raise FileRefused(f"The virus scanner found {found} in it.")
