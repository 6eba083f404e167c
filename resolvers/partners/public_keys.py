"""Public keys of service accounts: which are accepted, how they are compared, and new pairs."""

import hashlib
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_public_key,
)

from models.errors import InvalidInput
from models.partners import ServiceKeyKind

PATH = ("public_key",)
EXPONENT = 65_537
NEW_BITS, FEWEST_BITS, MOST_BITS = 3072, 2048, 4096
"""NIST SP 800-57 has 3072 bits for what is used after 2030; larger keys only cost time."""
LONGEST_PEM = 4_000


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key that is accepted.

    Args:
        kind: Which algorithms it is for.
        pem: SubjectPublicKeyInfo in PEM, as we write it.
        thumbprint: SHA-256 of the same in DER, in hexadecimal.
    """

    kind: ServiceKeyKind
    pem: str
    thumbprint: str


def read(text: str) -> PublicKey:
    """Read a public key in PEM.

    Raises:
        InvalidInput: It is none, is a private one, or of a kind or size that is not accepted.
    """
    if "PRIVATE KEY" in text:
        raise InvalidInput(
            "That is a private key, which nobody else may see: make another pair, and register "
            "its public key.",
            path=PATH,
        )
    try:
        key = load_pem_public_key(text[:LONGEST_PEM].encode())
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        message = "A public key is a text that begins with -----BEGIN PUBLIC KEY-----."
        raise InvalidInput(message, path=PATH) from error
    return _as_kept(key)


def new_pair() -> tuple[PublicKey, str]:
    """Make a pair of RSA keys, and give the private one in PEM (PKCS #8); takes some 100 ms."""
    private = generate_private_key(EXPONENT, NEW_BITS)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return _as_kept(private.public_key()), pem


def _as_kept(key: PublicKeyTypes) -> PublicKey:
    kind = _kind_of(key)
    form = PublicFormat.SubjectPublicKeyInfo
    thumbprint = hashlib.sha256(key.public_bytes(Encoding.DER, form)).hexdigest()
    return PublicKey(kind, key.public_bytes(Encoding.PEM, form).decode(), thumbprint)


def _kind_of(key: PublicKeyTypes) -> ServiceKeyKind:
    match key:
        case RSAPublicKey():
            if FEWEST_BITS <= key.key_size <= MOST_BITS and key.public_numbers().e == EXPONENT:
                return ServiceKeyKind.RSA
        case EllipticCurvePublicKey():
            if isinstance(key.curve, SECP256R1):
                return ServiceKeyKind.P256
        case Ed25519PublicKey():
            return ServiceKeyKind.ED25519
    raise InvalidInput(
        f"A key is of RSA with {FEWEST_BITS} to {MOST_BITS} bits and the exponent {EXPONENT}, of "
        "P-256 or of Ed25519.",
        path=PATH,
    )
