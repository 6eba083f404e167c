"""A seal whose key lies in a hardware module: SoftHSM stands for one and speaks real PKCS#11."""

import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import which

import pkcs11
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID
from outsides import seal_in
from pkcs11.util.rsa import decode_rsa_private_key
from pkcs11.util.x509 import decode_x509_certificate
from sealed_documents import drawing, offer_by, pdfsig_says, signed_by

from resolvers.outside.certificates import USES

MODULES = (
    Path("/usr/lib/softhsm/libsofthsm2.so"),
    *Path("/usr/lib").glob("*/softhsm/libsofthsm2.so"),
)
PIN, TOKEN = "1234", "Token"
USAGE = {use: use in {"digital_signature", "content_commitment"} for use in USES}
NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sealed in hardware")])


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give the library of a module with a token that holds a certificate and its key."""
    folder = tmp_path_factory.mktemp("module")
    (folder / "tokens").mkdir()
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {folder / 'tokens'}\n", encoding="utf-8")
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(configuration)
    module = next(path for path in MODULES if path.is_file())
    words = ("--init-token", "--free", "--label", TOKEN, "--pin", PIN, "--so-pin", "5678")
    subprocess.run([which("softhsm2-util") or "softhsm2-util", *words], check=True)  # noqa: S603 - our own words
    fill(module)
    yield module
    del os.environ["SOFTHSM2_CONF"]
    if before is not None:
        os.environ["SOFTHSM2_CONF"] = before


def fill(module: Path) -> None:
    """Put a key and its certificate into the token."""
    key = rsa.generate_private_key(65_537, 2_048)
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(NAME)
        .issuer_name(NAME)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.KeyUsage(**USAGE), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    plain = key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    named = {pkcs11.Attribute.LABEL: "Seal", pkcs11.Attribute.ID: b"1"}
    token = pkcs11.lib(str(module)).get_token(token_label=TOKEN)
    with token.open(rw=True, user_pin=PIN) as session:
        kept = {pkcs11.Attribute.TOKEN: True}
        session.create_object(decode_rsa_private_key(plain) | named | kept)
        der = certificate.public_bytes(Encoding.DER)
        session.create_object(decode_x509_certificate(der) | named | kept)


def chosen(module: Path, pin: str = PIN) -> dict[str, object]:
    return {
        "pkcs11_module": module,
        "pkcs11_token": TOKEN,
        "pkcs11_certificate": "Seal",
        "pkcs11_pin": pin,
    }


async def test_a_document_is_sealed_by_a_key_that_never_leaves_its_module(
    module: Path, tmp_path: Path
) -> None:
    seal = seal_in(tmp_path, **chosen(module))

    signed = await signed_by(seal, await offer_by(seal), picture=drawing())

    said = pdfsig_says(signed, tmp_path)
    assert said.count("Signature Validation: Signature is Valid.") == 2
    assert said.count("Sealed in hardware") >= 2
