"""Sealed documents: what other programs say of them, and of those that somebody has changed."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509.oid import NameOID
from outsides import seal_in
from pyhanko.pdf_utils.generic import NumberObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import SigningError
from sealed_documents import (
    FIELD,
    answer,
    checked,
    document,
    drawing,
    offer_by,
    pdfsig_says,
    pyhanko_says,
    root_of,
    signed_by,
    trusting,
    with_a_byte_changed,
)
from stamping_peer import issued

from models.errors import InvalidInput
from resolvers.outside.certificates import USES
from resolvers.outside.verifying import Trusted, check_detached, check_document

PASSWORD = "open" + " sesame"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sealed")


@pytest.fixture(scope="module")
async def offer(folder: Path) -> bytes:
    return await offer_by(seal_in(folder))


@pytest.fixture(scope="module")
async def signed(folder: Path, offer: bytes) -> bytes:
    return await signed_by(seal_in(folder), offer, picture=drawing())


@pytest.fixture(scope="module")
def root(folder: Path, offer: bytes) -> Path:
    return root_of(folder)


def test_pyhanko_itself_finds_an_offer_valid(offer: bytes, root: Path, tmp_path: Path) -> None:
    said = pyhanko_says(offer, tmp_path, root)

    assert said.count("The signature is judged VALID.") == 1
    assert "Field 1: Seal" in said


def test_pyhanko_itself_finds_seal_signature_and_time_stamps_valid(
    signed: bytes, root: Path, tmp_path: Path
) -> None:
    said = pyhanko_says(signed, tmp_path, root)

    assert said.count("The signature is judged VALID.") == 2
    assert said.count("The signer's certificate is trusted.") == 2
    assert said.count("The TSA certificate is trusted.") == 2
    assert "INVALID" not in said


def test_poppler_finds_both_signatures_valid(signed: bytes, tmp_path: Path) -> None:
    said = pdfsig_says(signed, tmp_path)

    assert said.count("Signature Validation: Signature is Valid.") == 2


def test_a_signed_document_is_still_tagged_and_says_that_it_is_pdf_a_and_pdf_ua(
    signed: bytes,
) -> None:
    root = PdfFileReader(BytesIO(signed)).root
    metadata = root["/Metadata"].data.decode()

    for claim in ('pdfaid:part="2"', 'pdfaid:conformance="A"', 'pdfuaid:part="1"'):
        assert claim in metadata
    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"]["/K"]
    assert root["/Lang"] == "fi"


@pytest.mark.parametrize("share", [0.1, 0.2, 0.3, 0.6])
def test_one_changed_byte_is_seen_by_us_by_pyhanko_and_by_poppler(
    share: float, signed: bytes, root: Path, tmp_path: Path
) -> None:
    changed = with_a_byte_changed(signed, int(len(signed) * share))

    ours = check_document(changed, trusting(root))
    theirs = pyhanko_says(changed, tmp_path, root)
    popplers = pdfsig_says(changed, tmp_path)

    assert not all(one.is_good for one in ours)
    assert theirs.count("The signature is judged VALID.") < 2
    assert popplers.count("Signature is Valid.") < 2


def test_our_own_check_finds_seal_signature_and_time_stamp_good(signed: bytes, root: Path) -> None:
    found = check_document(signed, trusting(root))

    assert [one.what for one in found] == ["Seal", FIELD, "time stamp"]
    assert all(one.is_good for one in found), found


def test_what_another_authority_sealed_is_not_trusted(signed: bytes) -> None:
    stranger = issued("Somebody else")[0].public_bytes(Encoding.DER)

    found = check_document(signed, Trusted([stranger]))

    assert not any(one.is_good for one in found)
    assert all("not trusted" in one.words for one in found)


def test_a_document_without_a_signature_and_one_that_is_none_are_not_good() -> None:
    for content in (document(), b"%PDF-1.7\nnothing", b""):
        (found,) = check_document(content, Trusted([]))

        assert not found.is_good


def test_an_offer_lets_nothing_but_signatures_follow(
    offer: bytes, root: Path, tmp_path: Path
) -> None:
    writer = IncrementalPdfFileWriter(BytesIO(offer))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Rotate"] = NumberObject(90)
    writer.update_container(page)
    target = BytesIO()
    writer.write(target)

    (found,) = check_document(target.getvalue(), trusting(root))

    assert not found.is_good
    assert "more was changed afterwards" in found.words
    assert "INVALID" in pyhanko_says(target.getvalue(), tmp_path, root)


def test_a_signed_document_begins_with_exactly_what_was_offered(
    offer: bytes, signed: bytes
) -> None:
    assert signed.startswith(offer)


def test_a_signature_says_who_when_from_where_and_what_was_shown(
    offer: bytes, signed: bytes
) -> None:
    seal, signature, _ = PdfFileReader(BytesIO(signed)).embedded_signatures
    said = signature.sig_object

    assert seal.sig_object["/Name"] == "Kotikatu Isännöinti"
    assert said["/Name"] == "Aino Virtanen"
    assert said["/Location"] == "2001:db8::1"
    assert sha256(offer).hexdigest() in said["/Reason"]
    assert "2026-05-01T12:00:00+00:00" in said["/Reason"]
    assert said["/SubFilter"] == "/ETSI.CAdES.detached"


def test_the_stamp_is_seen_on_the_page(signed: bytes, tmp_path: Path) -> None:
    file = tmp_path / "read.pdf"
    file.write_bytes(signed)

    said = answer(["pdftotext", str(file), "-"], tmp_path)

    assert "Allekirjoittanut Aino Virtanen" in said


@pytest.mark.parametrize("name", ["Zoë Müller-Łukasz", "李明 😀", "(A\\) <</Evil>>", "a" * 200])
async def test_a_typed_signature_with_any_name_is_as_good(
    name: str, folder: Path, offer: bytes, root: Path
) -> None:
    signed = await signed_by(seal_in(folder), offer, name=name)

    assert all(one.is_good for one in await checked(signed, *trusting(root).roots))
    assert PdfFileReader(BytesIO(signed)).embedded_signatures[1].sig_object["/Name"] == name


async def test_a_field_is_signed_once(folder: Path, signed: bytes) -> None:
    with pytest.raises(SigningError):
        await signed_by(seal_in(folder), signed)


async def test_a_signature_beside_a_file_is_good_for_that_file_alone(
    folder: Path, root: Path
) -> None:
    seal = await seal_in(folder).opened()

    beside = await seal.detached(b"what is listed")

    async def is_good(content: bytes, signature: bytes) -> bool:
        given = content, signature, trusting(root)
        return (await asyncio.to_thread(check_detached, *given)).is_good

    assert await is_good(b"what is listed", beside)
    assert not await is_good(b"what is listed.", beside)
    assert not await is_good(b"what is listed", beside[:-1])
    assert not await is_good(b"what is listed", b"")


async def test_a_bought_certificate_seals_instead_of_the_local_one(tmp_path: Path) -> None:
    certificate, file = bought(tmp_path, password=PASSWORD)
    seals = seal_in(tmp_path, pkcs12=file, pkcs12_password=PASSWORD)

    offer = await offer_by(seals)

    stamps = trusting(root_of(tmp_path)).roots
    (found,) = await checked(offer, certificate, *stamps)
    assert found.is_good, found.words
    assert "Bought seal" in found.words
    (untrusted,) = await checked(offer, *stamps)
    assert not untrusted.is_good


async def test_a_bought_certificate_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    _, file = bought(tmp_path, password=PASSWORD)

    with pytest.raises(InvalidInput, match="LIVIONKEY_SEAL_PKCS12_PASSWORD"):
        await seal_in(tmp_path, pkcs12=file, pkcs12_password=PASSWORD[1:]).opened()
    with pytest.raises(InvalidInput, match="LIVIONKEY_SEAL_PKCS12: No such file"):
        await seal_in(tmp_path, pkcs12=tmp_path / "none.p12").opened()


async def test_a_hardware_module_without_its_package_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("resolvers.outside.hardware", "pyhanko.sign.pkcs11"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "pkcs11", None)  # as if it were not there

    with pytest.raises(InvalidInput, match="python-pkcs11 is not installed"):
        await seal_in(tmp_path, pkcs11_module=Path("/usr/lib/none.so")).opened()


def bought(folder: Path, *, password: str) -> tuple[bytes, Path]:
    """Make a certificate that seals, in a file as shops sell them."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Bought seal")])
    uses = {use: use in {"digital_signature", "content_commitment"} for use in USES}
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.KeyUsage(**uses), critical=True)
        .sign(key, SHA256())
    )
    file = folder / "bought.p12"
    encrypted = BestAvailableEncryption(password.encode())
    file.write_bytes(serialize_key_and_certificates(b"seal", key, certificate, None, encrypted))
    return certificate.public_bytes(Encoding.DER), file
