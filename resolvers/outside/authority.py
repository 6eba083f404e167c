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
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ROOT_LIVES = timedelta(days=30 * 365)
LEAF_LIVES = timedelta(days=3 * 365)
LEAF_IS_RENEWED = timedelta(days=60)
"""So long before its end a certificate is made anew."""
LIST_LIVES = timedelta(days=60)
LIST_IS_RENEWED = timedelta(days=30)
EARLIER = timedelta(hours=1)
"""Certificates hold from a little earlier on, for machines whose clocks differ."""
SEAL, STAMPER = "seal", "stamper"
NAMES = {SEAL: "Document seal", STAMPER: "Time stamps"}
USES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


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

    def _root(self) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        return self._kept("root", self._new_root)

    def _kept(
        self, name: str, make: Callable[[], tuple[x509.Certificate, ec.EllipticCurvePrivateKey]]
    ) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        """Read what is kept; whoever comes first makes it, and everybody gets the same."""
        file = self._folder / f"{name}.pem"
        if not file.exists():
            self._write(file, _as_pem(*make()), once=True)
        return _from_pem(file.read_bytes())

    def _put(
        self, name: str, made: tuple[x509.Certificate, ec.EllipticCurvePrivateKey]
    ) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
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

    def _new_root(self) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("LivionKey local root")
        made = self._begun(name, name, key, ROOT_LIVES)
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        made = made.add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
        return made.sign(key, SHA256()), key

    def _new_leaf(self, name: str) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        root, root_key = self._root()
        key = ec.generate_private_key(ec.SECP256R1())
        made = self._begun(_name(NAMES[name]), root.subject, key, LEAF_LIVES)
        made = made.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        made = made.add_extension(_issuer(root_key), critical=False)
        if name == STAMPER:
            purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
            made = made.add_extension(purpose, critical=True)
            made = made.add_extension(_usage("digital_signature"), critical=True)
        else:
            made = made.add_extension(
                _usage("digital_signature", "content_commitment"), critical=True
            )
        return made.sign(root_key, SHA256()), key

    def _begun(
        self,
        subject: x509.Name,
        issuer: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        lives: timedelta,
    ) -> x509.CertificateBuilder:
        now = self._clock()
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - EARLIER)
            .not_valid_after(now + lives)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
        )

    def _new_list(self) -> x509.CertificateRevocationList:
        root, key = self._root()
        now = self._clock()
        return (
            x509.CertificateRevocationListBuilder()
            .issuer_name(root.subject)
            .last_update(now - EARLIER)
            .next_update(now + LIST_LIVES)
            .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
            .add_extension(_issuer(key), critical=False)
            .sign(key, SHA256())
        )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _usage(*uses: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{use: use in uses for use in USES})


def _issuer(key: ec.EllipticCurvePrivateKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _as_pem(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> bytes:
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return certificate.public_bytes(Encoding.PEM) + private


def _from_pem(content: bytes) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = load_pem_private_key(content, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(type(key).__name__)
    return x509.load_pem_x509_certificate(content), key
