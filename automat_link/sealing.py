"""What goes to an automat, sealed with the key of its credentials (AES-256-GCM, NIST SP 800-38D).

A broker and its operators read neither codes nor commands, and cannot make any. The topic is
authenticated with the message, so nothing opens under another topic or for another automat.
"""

import base64
import binascii
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from automat_link.messages.base import Unreadable
from automat_link.messages.wanted import Sealed

NONCE_BYTES = 12


def seal(key: bytes, topic: str, message: bytes) -> bytes:
    """Seal a message for one topic.

    Args:
        key: The 32 bytes of the automat's credentials.
        topic: Where it will be published.
        message: What to say.
    """
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, message, topic.encode())
    return Sealed(nonce=_text(nonce), sealed=_text(sealed)).written()


def unseal(key: bytes, topic: str, payload: bytes) -> bytes:
    """Open what was sealed.

    Raises:
        Unreadable: It is no sealed message, or was not sealed with this key for this topic.
    """
    envelope = Sealed.read(payload)
    try:
        nonce, sealed = (
            base64.b64decode(part, validate=True) for part in (envelope.nonce, envelope.sealed)
        )
        return AESGCM(key).decrypt(nonce, sealed, topic.encode())
    except (binascii.Error, InvalidTag, ValueError):
        message = "It was not sealed for this automat and topic."
        raise Unreadable(message) from None


def _text(part: bytes) -> str:
    return base64.b64encode(part).decode()
