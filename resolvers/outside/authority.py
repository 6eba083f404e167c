"""A certificate authority of this installation, for as long as nobody has bought certificates.

It makes a root once, and under it a certificate that seals, one that stamps times, and a list of
what was revoked (nothing). All are P-256 (FIPS 186-5): pyHanko loads a key for each signature, and
an RSA key is checked for primes each time. Whoever checks a document has to be given the root.
"""

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from resolvers.outside.certificates import (
    EARLIER,
    Issued,
    certificate_pem,
    issued_with,
    key_pem,
    leaf_under,
    new_key,
    new_root,
    read_key,
    usage,
)

ROOT_LIVES = timedelta(days=30 * 365)
LEAF_LIVES = timedelta(days=3 * 365)
LEAF_IS_RENEWED = timedelta(days=60)
"""So long before its end a certificate is made anew."""
LIST_LIVES = timedelta(days=60)
LIST_IS_RENEWED = timedelta(days=30)
SEAL, STAMPER = "seal", "stamper"
NAMES = {SEAL: "Document seal", STAMPER: "Time stamps"}


class Authority:
    """Keys and certificates in a folder that only this user can read.

    Args:
        folder: Where they are; made when it is not there.
        clock: Tells the time.

    Raises:
        OSError: The folder cannot be used.
    """

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self._folder = folder
        self._clock = clock
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def root(self) -> bytes:
        """Give the root certificate, PEM: what others need to trust our documents."""
        return self._root()[0].public_bytes(Encoding.PEM)

    def leaf(self, name: str) -> tuple[bytes, bytes]:
        """Give a certificate and its key, both DER; made anew before it ends.

        Args:
            name: SEAL or STAMPER.
        """
        certificate, key = self._kept(name, lambda: self._new_leaf(name))
        if certificate.not_valid_after_utc - self._clock() < LEAF_IS_RENEWED:
            certificate, key = self._put(name, self._new_leaf(name))
        private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return certificate.public_bytes(Encoding.DER), private

    def revoked(self) -> bytes:
        """Give the list of revoked certificates, DER; made anew while it is still good."""
        file = self._folder / "revoked.crl"
        with suppress(FileNotFoundError):
            content = file.read_bytes()
            until = x509.load_der_x509_crl(content).next_update_utc
            if until is not None and until - self._clock() > LIST_IS_RENEWED:
                return content
        content = self._new_list().public_bytes(Encoding.DER)
        self._write(file, content)
        return content

    def _root(self) -> Issued:
        return self._kept("root", self._new_root)

    def _kept(self, name: str, make: Callable[[], Issued]) -> Issued:
        """Read what is kept; whoever comes first makes it, and everybody gets the same."""
        file = self._folder / f"{name}.pem"
        if not file.exists():
            self._write(file, _as_pem(*make()), once=True)
        return _from_pem(file.read_bytes())

    def _put(self, name: str, made: Issued) -> Issued:
        self._write(self._folder / f"{name}.pem", _as_pem(*made))
        return made

    def _write(self, file: Path, content: bytes, *, once: bool = False) -> None:
        """Write a file whole or not at all, for our eyes only."""
        handle, draft = tempfile.mkstemp(dir=self._folder)  # readable by this user alone
        with os.fdopen(handle, "wb") as opened:
            opened.write(content)
        try:
            if once:
                with suppress(FileExistsError):
                    os.link(draft, file)
            else:
                Path(draft).replace(file)
        finally:
            Path(draft).unlink(missing_ok=True)

    def _new_root(self) -> Issued:
        return new_root("LivionKey local root", self._clock(), ROOT_LIVES)

    def _new_leaf(self, name: str) -> Issued:
        root, key = self._root(), new_key()
        made = leaf_under(root, NAMES[name], key.public_key(), self._clock(), LEAF_LIVES)
        if name == STAMPER:
            purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
            made = made.add_extension(purpose, critical=True)
            made = made.add_extension(usage("digital_signature"), critical=True)
        else:
            made = made.add_extension(
                usage("digital_signature", "content_commitment"), critical=True
            )
        return made.sign(root[1], SHA256()), key

    def _new_list(self) -> x509.CertificateRevocationList:
        root, key = self._root()
        now = self._clock()
        return (
            x509.CertificateRevocationListBuilder()
            .issuer_name(root.subject)
            .last_update(now - EARLIER)
            .next_update(now + LIST_LIVES)
            .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
            .add_extension(issued_with(key), critical=False)
            .sign(key, SHA256())
        )


def _as_pem(certificate: x509.Certificate, key: EllipticCurvePrivateKey) -> bytes:
    return f"{certificate_pem(certificate)}{key_pem(key)}".encode()


def _from_pem(content: bytes) -> Issued:
    return x509.load_pem_x509_certificate(content), read_key(content)
