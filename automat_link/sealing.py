"""What automats and we say to each other, sealed (AES-256-GCM, NIST SP 800-38D).

A broker and its operators read nothing of it, and cannot make any. The topic is authenticated with
the message, so nothing opens under another topic or for another automat. Each direction has a key
of its own: what goes to an automat is sealed with the key of its credentials, what comes from it
with one that is derived from that.
"""

import base64
import binascii
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from automat_link.messages.base import Unreadable
from automat_link.messages.wanted import Sealed

NONCE_BYTES = 12
KEY_BYTES = 32
FROM_AUTOMAT = b"keys/v1 from the automat"


def key_of_automat(codes_key: bytes) -> bytes:
    """Derive the key with which an automat seals what it says (HKDF with SHA-256, RFC 5869).

    Args:
        codes_key: The 32 bytes of its credentials, with which what goes to it is sealed.
    """
    return HKDF(SHA256(), length=KEY_BYTES, salt=None, info=FROM_AUTOMAT).derive(codes_key)


def seal(key: bytes, topic: str, message: bytes) -> bytes:
    """Seal a message for one topic.

    Args:
        key: 32 bytes: those of the automat's credentials, or what `key_of_automat` makes of them.
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
        message = "it was not sealed for this automat and topic."
        raise Unreadable(message) from None


def _text(part: bytes) -> str:
    return base64.b64encode(part).decode()
