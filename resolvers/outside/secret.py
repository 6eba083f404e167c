"""The secret of this installation: it signs links, and seals what the database keeps secret."""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SHORTEST = 32
NONCE_BYTES = 12


class NotOurs(Exception):
    """Something was not sealed with any of the secrets that are set now."""


class Secret:
    """One secret or several; the first one signs, all of them are accepted, so that it can turn.

    Args:
        keys: Each 32 characters or more.

    Raises:
        ValueError: There is none, or one is too short.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys or any(len(key) < SHORTEST for key in keys):
            message = f"A secret key has {SHORTEST} characters or more."
            raise ValueError(message)
        self._keys = [key.encode() for key in keys]

    def signature(self, purpose: str, text: str) -> str:
        """Sign a text for one purpose (HMAC-SHA-256, hex); for another one it is not valid."""
        return _signed(self._keys[0], purpose, text)

    def is_signature(self, purpose: str, text: str, signature: str) -> bool:
        """Tell whether we signed it."""
        made = (_signed(key, purpose, text) for key in self._keys)
        return signature.isascii() and any(hmac.compare_digest(one, signature) for one in made)

    def sealed(self, purpose: str, content: bytes) -> str:
        """Encrypt something for one purpose, to be kept (AES-256-GCM, NIST SP 800-38D)."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        made = AESGCM(_derived(self._keys[0], purpose)).encrypt(nonce, content, purpose.encode())
        return base64.b64encode(nonce + made).decode()

    def unsealed(self, purpose: str, text: str) -> bytes:
        """Read what was sealed for a purpose.

        Raises:
            NotOurs: No secret of ours opens it, or it is no such text.
        """
        try:
            content = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError) as error:
            raise NotOurs from error
        nonce, made = content[:NONCE_BYTES], content[NONCE_BYTES:]
        for key in self._keys:
            try:
                return AESGCM(_derived(key, purpose)).decrypt(nonce, made, purpose.encode())
            except (InvalidTag, ValueError):
                continue
        raise NotOurs


def _derived(key: bytes, purpose: str) -> bytes:
    return hmac.new(key, f"seal\n{purpose}".encode(), hashlib.sha256).digest()


def _signed(key: bytes, purpose: str, text: str) -> str:
    return hmac.new(key, f"{purpose}\n{text}".encode(), hashlib.sha256).hexdigest()


def new_secret() -> str:
    """Make a secret for a link: 256 random bits, shown once."""
    return secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    """Hash a link's secret for keeping. With 256 random bits in it a fast hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()
