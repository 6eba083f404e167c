"""A virus scanner: ClamAV's `clamd` over its own protocol (INSTREAM), off unless it is set.

The bytes are sent in pieces, each behind its length; clamd answers when it has seen them all. It
keeps its own limit (StreamMaxLength), which has to be at least the largest file that is stored.
"""

import asyncio
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

CLAMD_PORT = 3310
SILENCE_SECONDS = 60.0
"""How long the scanner may say nothing, or take nothing, before it is taken to be away."""
LONGEST_ANSWER = 4096


class ScannerAway(Exception):
    """The scanner did not answer, or not with what it found. The file may be sent again later."""


class Scanner(Protocol):
    """Looks for viruses."""

    async def scan(self, pieces: AsyncIterator[bytes]) -> str | None:
        """Look through a file; gives the name of what was found, None when there is nothing.

        Raises:
            ScannerAway: It could not be asked.
        """


@dataclass(frozen=True, slots=True)
class Clamd:
    """ClamAV's scanner at an address.

    Args:
        host: Where it listens.
        port: On which port.
        silence_seconds: How long to wait for a sign of life.
    """

    host: str
    port: int = CLAMD_PORT
    silence_seconds: float = SILENCE_SECONDS

    async def scan(self, pieces: AsyncIterator[bytes]) -> str | None:
        """Send a file over and read what was found; see `Scanner.scan`."""
        try:
            async with asyncio.timeout(self.silence_seconds):
                reader, writer = await asyncio.open_connection(self.host, self.port)
            try:
                return found_in(await self._answer(pieces, reader, writer))
            finally:
                writer.close()
        except (OSError, TimeoutError) as error:
            raise ScannerAway from error

    async def _answer(
        self,
        pieces: AsyncIterator[bytes],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> bytes:
        writer.write(b"zINSTREAM\0")
        async for piece in pieces:
            writer.write(struct.pack(">I", len(piece)) + piece if piece else b"")
            async with asyncio.timeout(self.silence_seconds):
                await writer.drain()
        writer.write(struct.pack(">I", 0))
        async with asyncio.timeout(self.silence_seconds):
            await writer.drain()
            return await reader.read(LONGEST_ANSWER)


def found_in(answer: bytes) -> str | None:
    """Read clamd's answer: `stream: OK`, or `stream: NAME FOUND`.

    Raises:
        ScannerAway: It is another one, such as an error or half an answer.
    """
    if not answer.endswith(b"\0"):
        raise ScannerAway
    said = answer.rstrip(b"\0").decode("utf-8", "replace").removeprefix("stream: ").strip()
    if said == "OK":
        return None
    name, _, found = said.rpartition(" ")
    if found != "FOUND" or not name:
        raise ScannerAway
    return name


def scanner_at(url: str) -> Scanner | None:
    """Choose the scanner at an address; None when there is none.

    Raises:
        ValueError: It is not `clamd://host` or `clamd://host:port`.
    """
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme != "clamd" or not parts.hostname:
        message = "A scanner is clamd://host:port."
        raise ValueError(message)
    return Clamd(parts.hostname, parts.port or CLAMD_PORT)
