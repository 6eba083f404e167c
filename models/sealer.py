"""The keys by which the database keeps secrets: several that seal, and one that marks.

Sealing keys turn: the first one seals, all of them open, see `livionkey keys`. The marking key
makes the marks by which equal codes are found and refused (`models.sealed`); all marks of a
database are made with the same one, so it does not turn.
"""

import binascii
import hashlib
import hmac
import logging
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Dialect
from sqlalchemy.exc import DontWrapMixin

SHORTEST = 32
NONCE_BYTES, NAME_LETTERS, MARK_BYTES = 12, 8, 16
LOOKS_EVERY_SECONDS = 2.0
"""So long after a key was added the processes that share its file seal with it, at the latest."""

logger = logging.getLogger(__name__)


class CannotBeOpened(Exception, DontWrapMixin):
    """A secret in the database is not what was sealed there, or its key is not there."""


@dataclass(frozen=True, slots=True)
class SealerKeys:
    """What a database needs to keep secrets.

    Args:
        sealing: The first one seals, all of them open; each 32 bytes or more.
        marking: Makes the marks of codes; 32 bytes or more, and none of the sealing ones.

    Raises:
        ValueError: There is none, one is too short, or one serves for both.
    """

    sealing: Sequence[bytes] = field(repr=False)
    marking: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not self.sealing or any(len(key) < SHORTEST for key in (*self.sealing, self.marking)):
            message = f"A key has {SHORTEST} characters or more."
            raise ValueError(message)
        if self.marking in self.sealing:
            message = "The key that marks is another one than those that seal."
            raise ValueError(message)


class KeyProvider(Protocol):
    """Where keys come from: the environment, a file, or a service that keeps keys (a KMS)."""

    def keys(self) -> SealerKeys:
        """Give the keys as they are now."""
        ...

    def have_changed(self) -> bool:
        """Tell, without waiting for anything, whether there may be others than `keys` gave last."""
        ...


class Sealer:
    """Seals, opens and marks.

    A sealed text is the name of its key, 8 hexadecimal digits, and the Base64 of a random nonce and
    of what AES-256-GCM makes of the secret (NIST SP 800-38D). Column and row are authenticated
    with it, so that it opens nowhere else.
    """

    def __init__(self, provider: KeyProvider) -> None:
        self._provider = provider
        self._take(provider.keys())

    def _take(self, keys: SealerKeys) -> None:
        ciphers = {_name(key): AESGCM(_derived(key, b"seal")) for key in keys.sealing}
        self._first = next(iter(ciphers.items()))
        self._ciphers = ciphers
        self._marking = hmac.new(_derived(keys.marking, b"mark"), digestmod=hashlib.sha256)
        self.marks_with = _name(keys.marking)
        """The name of the key that marks."""
        self._look_at = time.monotonic() + LOOKS_EVERY_SECONDS

    @property
    def names(self) -> list[str]:
        """The names of the keys that open; the first one seals."""
        self._look_again()
        return list(self._ciphers)

    def sealed(self, text: str, purpose: bytes, of: UUID) -> str:
        """Seal the secret of a row.

        Args:
            text: The secret.
            purpose: Where it is kept, table and column.
            of: The id of its row.
        """
        self._look_again()
        name, cipher = self._first
        nonce = os.urandom(NONCE_BYTES)
        made = cipher.encrypt(nonce, text.encode(), purpose + of.bytes)
        return name + binascii.b2a_base64(nonce + made, newline=False).decode()

    def opened(self, kept: str, purpose: bytes, of: UUID) -> str:
        """Open the secret of a row.

        Raises:
            CannotBeOpened: It was changed, it was sealed for another row or column, or its key is
                not there.
        """
        cipher = self._cipher(kept[:NAME_LETTERS])
        try:
            whole = binascii.a2b_base64(kept[NAME_LETTERS:], strict_mode=True)
            nonce, made = whole[:NONCE_BYTES], whole[NONCE_BYTES:]
            return cipher.decrypt(nonce, made, purpose + of.bytes).decode()
        except (InvalidTag, ValueError) as error:
            message = f"{purpose.decode()} of {of} is not what was sealed there."
            raise CannotBeOpened(message) from error

    def marked(self, text: str, of: UUID) -> str:
        """Mark a secret, so that equal ones `of` the same thing have the same mark (HMAC-SHA-256).

        Args:
            text: The secret.
            of: Among whose secrets it is looked for.
        """
        marking = self._marking.copy()  # which has taken the key in already
        marking.update(of.bytes + text.encode())
        return marking.digest()[:MARK_BYTES].hex()

    def _cipher(self, name: str) -> AESGCM:
        if name not in self._ciphers:
            self.look()
        try:
            return self._ciphers[name]
        except KeyError:
            message = f"There is no key {name!r}; LIVIONKEY_ENCRYPTION_KEYS has to hold it."
            raise CannotBeOpened(message) from None

    def _look_again(self) -> None:
        now = time.monotonic()
        if now < self._look_at:
            return
        self._look_at = now + LOOKS_EVERY_SECONDS
        self.look()

    def look(self) -> None:
        """Take other keys if there are; those that make no sense are not taken."""
        try:
            if self._provider.have_changed():
                self._take(self._provider.keys())
        except (OSError, ValueError):
            logger.exception("new keys for secrets at rest cannot be used; the former ones stay")


class _NoKeys:
    """What a database has that was not given any keys: it can keep everything but secrets."""

    def __getattr__(self, name: str) -> Any:
        message = "This database was not given any keys, so it keeps no secrets."
        raise CannotBeOpened(message)


@dataclass(slots=True)
class _Process:
    """What holds for a whole process."""

    sealer: Sealer | None = None


_process = _Process()


def use_sealer(sealer: Sealer) -> None:
    """Give the keys to each database of this process that is not given any of its own."""
    _process.sealer = sealer


def give_sealer(dialect: Dialect, sealer: Sealer | None) -> None:
    """Hand the keys to an engine's dialect, where column types find them."""
    there: Any = dialect
    there.sealer = sealer or _process.sealer or _NoKeys()


def sealer_of(dialect: Dialect) -> Sealer:
    """Give the keys of the database that a dialect belongs to."""
    there: Any = dialect
    sealer: Sealer = there.sealer
    return sealer


def _name(key: bytes) -> str:
    return _derived(key, b"name").hex()[:NAME_LETTERS]


def _derived(key: bytes, purpose: bytes) -> bytes:
    return hmac.digest(key, b"livionkey " + purpose, hashlib.sha256)
