"""Requests that are signed the way Livion published (livionkey.md 5.3): clients keep their code.

A client sends its account, the time in milliseconds and a signature: RSA, PKCS #1 v1.5, SHA-256,
in base64, over account, time and digest written one behind the other. The digest is the SHA-256,
in hexadecimal, of the method, the whole address and the text of the body, again one behind the
other.

The address is the one that the client sees: with the scheme and host under which the server is
known outside, whatever a proxy makes of them. Nothing of it is put into another form: who signs
`https://keys.example/graphql` sends to exactly that.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from models.errors import Unauthenticated
from models.partners import CLOCK_WINDOW
from resolvers.partners.known import KnownAccount

ACCOUNT, TIMESTAMP, SIGNATURE = "x-service-account-id", "x-timestamp", "x-signature"
MILLISECONDS = re.compile(r"[0-9]{13}")
LONGEST_SIGNATURE = 1_000
NEEDS_MILLISECONDS = (
    f"{TIMESTAMP} has to be the time in milliseconds since 1970-01-01T00:00Z: 13 digits."
)
USED = (
    "A request with this very signature was let in already; sign each request with the time of its "
    "own sending, also when it is sent again."
)


@dataclass(frozen=True, slots=True)
class Signed:
    """A request as it was signed.

    Args:
        account: What the client calls itself.
        timestamp: When it says that it was signed.
        method: GET or POST.
        url: The whole address.
        body: The body; empty when there is none.
    """

    account: str
    timestamp: str
    method: str
    url: str
    body: bytes

    @property
    def digest(self) -> str:
        """The digest of what is asked."""
        return hashlib.sha256(_bytes(f"{self.method}{self.url}") + self.body).hexdigest()

    @property
    def text(self) -> str:
        """What the signature is over."""
        return f"{self.account}{self.timestamp}{self.digest}"


def signed_at(timestamp: str) -> datetime:
    """Read when a request was signed.

    Raises:
        Unauthenticated: It is not the time in milliseconds.
    """
    if not MILLISECONDS.fullmatch(timestamp):
        raise Unauthenticated(NEEDS_MILLISECONDS)
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=int(timestamp))


def check_clock(timestamp: str, now: datetime) -> datetime:
    """Refuse what was signed too long ago, or too far ahead; gives until when it is not.

    Raises:
        Unauthenticated: The clock is off; it says by how many seconds.
    """
    at = signed_at(timestamp)
    off = at - now
    if abs(off) > CLOCK_WINDOW:
        seconds, where = (
            abs(round(off.total_seconds())),
            "ahead of" if off > timedelta() else "behind",
        )
        raise Unauthenticated(
            f"{TIMESTAMP} is {seconds} seconds {where} our clock; at most "
            f"{int(CLOCK_WINDOW.total_seconds())} are let pass. Set the clock by NTP."
        )
    return at + CLOCK_WINDOW + timedelta(minutes=1)  # other servers' clocks are a little off, too


def signature_bytes(signature: str) -> bytes | None:
    """Read a signature; None when it is not base64 in its one strict form (RFC 4648)."""
    if len(signature) > LONGEST_SIGNATURE:
        return None
    try:
        found = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return None
    return found if base64.b64encode(found).decode() == signature else None


def can_sign(account: KnownAccount, now: datetime) -> bool:
    """Tell whether an account has a good key of RSA, by which requests are signed."""
    return bool(_keys(account, now))


def fits(signed: Signed, signature: bytes, account: KnownAccount, now: datetime) -> bool:
    """Tell whether a signature is of one of the account's good keys of RSA."""
    return any(_is_of(one, signed, signature) for one in _keys(account, now))


def _keys(account: KnownAccount, now: datetime) -> list[RSAPublicKey]:
    good = account.good_keys(now)
    return [key.public for key in good if isinstance(key.public, RSAPublicKey)]


def _is_of(key: RSAPublicKey, signed: Signed, signature: bytes) -> bool:
    try:
        key.verify(signature, _bytes(signed.text), PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def _bytes(text: str) -> bytes:
    """Write a text as UTF-8; what is no character cannot have been signed, and never fits."""
    return text.encode(errors="replace")
