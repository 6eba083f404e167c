"""Where the keys for secrets at rest come from: said by the settings, or files.

Envelope encryption: what seals rows is a data key, and a file may hold data keys that were wrapped
by a service (a KMS), which alone can unwrap them. Such a service is a `KeyWrapping`; the local one
leaves keys as they are, so that their file is what has to be kept safe.
"""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from models.sealer import SealerKeys

COMMENT = "#"


class KeyWrapping(Protocol):
    """A service that wraps data keys by a key that never leaves it."""

    def wrap(self, key: bytes) -> str:
        """Wrap a data key, into one line."""
        ...

    def unwrap(self, line: str) -> bytes:
        """Unwrap a data key.

        Raises:
            ValueError: The service did not wrap it, or does not unwrap it for us.
        """
        ...


class AsTheyAre:
    """No service: keys stand in their files as they are."""

    def wrap(self, key: bytes) -> str:
        """Leave a key as it is."""
        return key.decode()

    def unwrap(self, line: str) -> bytes:
        """Take a key as it is."""
        return line.encode()


class SaidKeys:
    """SealerKeys that were said when the process started; others need another start.

    Args:
        keys: What was said.
    """

    def __init__(self, keys: SealerKeys) -> None:
        self._keys = keys

    def keys(self) -> SealerKeys:
        """Give what was said."""
        return self._keys

    def have_changed(self) -> bool:
        """Tell that they never do."""
        return False


class KeyFile:
    """Sealing keys in a file, one on a line, the newest first; it is read again when it changes.

    Args:
        path: The file. Empty lines, and those that begin with `#`, are passed over.
        marking: The key that marks.
        wrapping: How the file holds keys.
    """

    def __init__(self, path: Path, marking: bytes, wrapping: KeyWrapping) -> None:
        self.path = path
        self._marking = marking
        self._wrapping = wrapping
        self._seen: tuple[int, int] | None = None

    def keys(self) -> SealerKeys:
        """Read the file.

        Raises:
            ValueError: There is no key in it, or one is too short or cannot be unwrapped.
            OSError: It cannot be read.
        """
        self._seen = self._version()
        return SealerKeys([self._wrapping.unwrap(line) for line in self._lines()], self._marking)

    def have_changed(self) -> bool:
        """Tell whether it is another file than was read; one that cannot be read now is not."""
        try:
            return self._version() != self._seen
        except OSError:
            return False

    def add(self) -> None:
        """Make a new key and put it first; all that is there stays."""
        line = self._wrapping.wrap(secrets.token_urlsafe(48).encode())
        written = "\n".join([line, *self.path.read_text(encoding="utf-8").splitlines()])
        draft = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(f"{written}\n", encoding="utf-8")
        draft.replace(self.path)

    def _version(self) -> tuple[int, int]:
        told = self.path.stat()
        return told.st_ino, told.st_mtime_ns

    def _lines(self) -> list[str]:
        lines = map(str.strip, self.path.read_text(encoding="utf-8").splitlines())
        return [line for line in lines if line and not line.startswith(COMMENT)]


def made_once(file: Path, wrapping: KeyWrapping | None = None) -> Path:
    """Make the file of a key unless it is there; whoever comes first does, for their eyes only.

    Raises:
        OSError: Its folder cannot be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = secrets.token_urlsafe(48)
    with suppress(FileExistsError):
        draft = file.with_name(f"{file.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(wrapping.wrap(key.encode()) if wrapping else key, encoding="utf-8")
        try:
            os.link(draft, file)  # whole or not at all, and never over another one
        finally:
            draft.unlink()
    return file
