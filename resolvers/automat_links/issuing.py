"""What the authority of the automats signs: certificates for them, their broker and the link.

An automat's certificate carries the id of its credentials as its common name, which is the name
that the broker lets it in by. It signs in and nothing else (`clientAuth`); the broker's certificate
cannot sign in (`serverAuth`). Nothing of a request is taken over but its key.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
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
AUTOMAT_LIVES = timedelta(days=5 * 365)
SERVER_LIVES = timedelta(days=365)
LIST_LIVES = timedelta(days=30)
LINK = "link"
"""The common name of the link itself; no automat can have it, as theirs are UUIDs."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate with its private key, and the authority that both sides know each other by.

    Args:
        certificate: PEM.
        private_key: PEM, not encrypted.
        authority: The certificate of the authority, PEM.
    """

    certificate: str
    private_key: str
    authority: str

    def __repr__(self) -> str:
        return "Identity(...)"


@dataclass(frozen=True, slots=True)
class Revoked:
    """A certificate that is not to be let in any more."""

    serial: int
    at: datetime


class Issuer:
    """An authority that is at hand: its certificate, and the key that signs.

    Args:
        root: Both.
    """

    def __init__(self, root: Issued) -> None:
        self._root = root

    @classmethod
    def new(cls, now: datetime) -> Self:
        """Make another authority."""
        return cls(new_root("LivionKey automats", now, ROOT_LIVES))

    @classmethod
    def read(cls, certificate: str, private_key: str) -> Self:
        """Read one that was kept, both PEM."""
        return cls(
            (
                x509.load_pem_x509_certificate(certificate.encode()),
                read_key(private_key.encode()),
            )
        )

    @property
    def certificate(self) -> str:
        """Give its certificate, PEM: what both sides trust."""
        return certificate_pem(self._root[0])

    @property
    def private_key(self) -> str:
        """Give its key, PEM: to be sealed at once."""
        return key_pem(self._root[1])

    def client(
        self,
        name: str,
        public_key: EllipticCurvePublicKey,
        now: datetime,
        *,
        lives: timedelta = AUTOMAT_LIVES,
    ) -> x509.Certificate:
        """Sign a certificate that signs in at the broker under a name.

        Args:
            name: Its common name: the id of an automat's credentials, or `LINK`.
            public_key: On P-256.
            now: From when on it holds, and an hour longer.
            lives: For how long.
        """
        return self._leaf(name, public_key, now, lives, ExtendedKeyUsageOID.CLIENT_AUTH).sign(
            self._root[1], SHA256()
        )

    def link(self, now: datetime, *, lives: timedelta = SERVER_LIVES) -> Identity:
        """Make the certificate of the link itself."""
        key = new_key()
        return self._identity(self.client(LINK, key.public_key(), now, lives=lives), key)

    def server(
        self, hosts: Sequence[str], now: datetime, *, lives: timedelta = SERVER_LIVES
    ) -> Identity:
        """Make a broker's certificate.

        Args:
            hosts: The names and addresses by which it is reached; one at least.
            now: From when on it holds, and an hour longer.
            lives: For how long.
        """
        key = new_key()
        made = self._leaf(hosts[0], key.public_key(), now, lives, ExtendedKeyUsageOID.SERVER_AUTH)
        names = x509.SubjectAlternativeName([_host(one) for one in hosts])
        made = made.add_extension(names, critical=False)
        return self._identity(made.sign(self._root[1], SHA256()), key)

    def revocations(
        self,
        revoked: Iterable[Revoked],
        number: int,
        now: datetime,
        *,
        lives: timedelta = LIST_LIVES,
    ) -> str:
        """Sign the list of revoked certificates, PEM (RFC 5280, 5).

        Args:
            revoked: What is on it.
            number: Grows with each list.
            now: When it is made.
            lives: After this long a broker lets nobody in until it has a newer one.
        """
        certificate, key = self._root
        made = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(certificate.subject)
            .last_update(now - EARLIER)
            .next_update(now + lives)
            .add_extension(x509.CRLNumber(number), critical=False)
            .add_extension(issued_with(key), critical=False)
        )
        for one in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(one.serial)
            made = made.add_revoked_certificate(entry.revocation_date(one.at).build())
        return made.sign(key, SHA256()).public_bytes(Encoding.PEM).decode()

    def _leaf(
        self,
        name: str,
        public_key: EllipticCurvePublicKey,
        now: datetime,
        lives: timedelta,
        purpose: x509.ObjectIdentifier,
    ) -> x509.CertificateBuilder:
        made = leaf_under(self._root, name, public_key, now, lives)
        made = made.add_extension(usage("digital_signature"), critical=True)
        return made.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)

    def _identity(self, certificate: x509.Certificate, key: EllipticCurvePrivateKey) -> Identity:
        return Identity(certificate_pem(certificate), key_pem(key), self.certificate)


def _host(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)
