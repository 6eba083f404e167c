"""A peer that speaks clamd's protocol (INSTREAM) over TCP, and finds the EICAR test file."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import samples

COMMAND = b"zINSTREAM\0"


@dataclass
class ClamdPeer:
    """What it was sent, and what it answers where that is not what it finds.

    Args:
        answer: What it says whatever it is sent; empty to say nothing at all.
    """

    answer: bytes | None = None
    seen: list[bytes] = field(default_factory=list)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readexactly(len(COMMAND)) == COMMAND
        content = b""
        while length := struct.unpack(">I", await reader.readexactly(4))[0]:
            content += await reader.readexactly(length)
        self.seen.append(content)
        found = b"stream: Eicar-Signature FOUND\0" if samples.EICAR in content else b"stream: OK\0"
        if self.answer == b"":
            await reader.read()  # until nobody waits for an answer any more
        else:
            writer.write(self.answer or found)
        writer.close()


@asynccontextmanager
async def clamd(answer: bytes | None = None) -> AsyncIterator[tuple[ClamdPeer, int]]:
    """Listen on a free port."""
    peer = ClamdPeer(answer)
    server = await asyncio.start_server(peer, "127.0.0.1", 0)
    try:
        yield peer, server.sockets[0].getsockname()[1]
    finally:
        server.close()
