"""How certificates are made here: P-256 keys (FIPS 186-5), by one hand, X.509 (RFC 5280)."""

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

Issued = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]

EARLIER = timedelta(hours=1)
"""Certificates hold from a little earlier on, for machines whose clocks differ."""
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


def new_key() -> ec.EllipticCurvePrivateKey:
    """Make a key."""
    return ec.generate_private_key(ec.SECP256R1())


def new_root(common_name: str, now: datetime, lives: timedelta) -> Issued:
    """Make the root of an authority, which signs certificates and lists of revoked ones alone."""
    key = new_key()
    name = name_of(common_name)
    made = begun(name, name, key.public_key(), now, lives)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    made = made.add_extension(usage("key_cert_sign", "crl_sign"), critical=True)
    return made.sign(key, SHA256()), key


def leaf_under(
    root: Issued,
    common_name: str,
    public_key: ec.EllipticCurvePublicKey,
    now: datetime,
    lives: timedelta,
) -> x509.CertificateBuilder:
    """Begin a certificate under a root, which signs no others; what it is for is to be added."""
    certificate, key = root
    made = begun(name_of(common_name), certificate.subject, public_key, now, lives)
    made = made.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    return made.add_extension(issued_with(key), critical=False)


def begun(
    subject: x509.Name,
    issuer: x509.Name,
    public_key: ec.EllipticCurvePublicKey,
    now: datetime,
    lives: timedelta,
) -> x509.CertificateBuilder:
    """Begin a certificate with what every one has."""
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLIER)
        .not_valid_after(now + lives)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def name_of(common: str) -> x509.Name:
    """Make a name of a common name alone."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def usage(*uses: str) -> x509.KeyUsage:
    """Say what a key may be used for."""
    return x509.KeyUsage(**{use: use in uses for use in USES})


def issued_with(key: ec.EllipticCurvePrivateKey) -> x509.AuthorityKeyIdentifier:
    """Name the key that signs."""
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def certificate_pem(certificate: x509.Certificate) -> str:
    """Write a certificate as text."""
    return certificate.public_bytes(Encoding.PEM).decode()


def key_pem(key: ec.EllipticCurvePrivateKey) -> str:
    """Write a private key as text, not encrypted."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def read_key(content: bytes) -> ec.EllipticCurvePrivateKey:
    """Read a private key that `key_pem` wrote; certificates beside it are passed over.

    Raises:
        TypeError: It is of another kind.
        ValueError: It is none.
    """
    key = load_pem_private_key(content, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(type(key).__name__)
    return key
