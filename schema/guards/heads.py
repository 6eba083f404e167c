"""The head of a request, its address and headers: only so large, and only so long on its way.

Uvicorn waits for it for ever, and keeps what came of it: enough such clients are all that it has.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES = 65_536
"""A GET whose address holds a document is allowed a quarter of that by most proxies."""
HEAD_SECONDS = 10.0

TOO_LARGE = b"431 Request Header Fields Too Large"
TOO_SLOW = b"408 Request Timeout"


class HeadTooLarge(Exception):
    """A head is larger than one may be."""


class BoundedProtocol(HttpToolsProtocol):
    """Uvicorn's protocol, which ends connections whose heads are too large or too slow."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._head_bytes = 0
        self._in_head = True
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # narrower
        """Wait for the first head."""
        super().connection_made(transport)
        self._be_patient()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; a head that goes on and on is not read any further."""
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if not self._in_head or self.transport.is_closing():
            return
        if self._head_bytes > MAX_HEAD_BYTES:
            self._refuse(TOO_LARGE)
        elif self._head_bytes and self._patience is None:
            self._be_patient()

    def on_message_begin(self) -> None:
        """Begin with a head."""
        self._in_head, self._head_bytes = True, max(self._head_bytes, 1)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Go on with the body, unless the head is too large.

        Raises:
            HeadTooLarge: It is.
        """
        if self._head_bytes > MAX_HEAD_BYTES and self._size() > MAX_HEAD_BYTES:
            raise HeadTooLarge
        self._in_head, self._head_bytes = False, 0
        self._stop_waiting()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be read; a head that is too large is told as such."""
        self._stop_waiting()
        if self._in_head and self._head_bytes > MAX_HEAD_BYTES:
            self._refuse(TOO_LARGE)
        else:
            super().send_400_response(msg)

    def _size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers)

    def _be_patient(self) -> None:
        self._patience = self.loop.call_later(HEAD_SECONDS, self._refuse, TOO_SLOW)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _refuse(self, status: bytes) -> None:
        """Answer without a body and end the connection."""
        if not self.transport.is_closing():
            head = b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            self.transport.write(head)
            self.transport.close()
