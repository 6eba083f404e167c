"""Where an automat keeps what it must not forget: in memory, or in a file of its own."""

import logging
from pathlib import Path
from typing import Protocol

import orjson

from automat_link.messages.base import Unreadable
from automat_link.sealing import seal, unseal
from models.base import Json

PURPOSE = "flash"

logger = logging.getLogger(__name__)


class Flash(Protocol):
    """What keeps the last thing that was written."""

    def read(self) -> Json | None:
        """Give what was written last; None when nothing was."""

    def write(self, saved: Json) -> None:
        """Write, all or nothing."""


class MemoryFlash:
    """Kept for as long as the process lives."""

    def __init__(self, saved: Json | None = None) -> None:
        self._saved = None if saved is None else orjson.dumps(saved)

    def read(self) -> Json | None:
        """Give what was written last; None when nothing was."""
        return None if self._saved is None else _read(self._saved)

    def write(self, saved: Json) -> None:
        """Write, all or nothing."""
        self._saved = orjson.dumps(saved)


class FileFlash:
    """Kept in a file, sealed: it holds codes.

    Args:
        path: The file; its folder is there.
        key: The 32 bytes of the automat's credentials.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        self._key = key

    def read(self) -> Json | None:
        """Give what was written last; None when nothing was, or nothing that can be read."""
        if not self._path.exists():
            return None
        try:
            return _read(unseal(self._key, PURPOSE, self._path.read_bytes()))
        except Unreadable:
            logger.warning("%s cannot be read; the automat begins without it", self._path.name)
            return None

    def write(self, saved: Json) -> None:
        """Write, all or nothing."""
        fresh = self._path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_bytes(seal(self._key, PURPOSE, orjson.dumps(saved)))
        fresh.replace(self._path)


def _read(written: bytes) -> Json:
    saved: Json = orjson.loads(written)
    return saved
