"""The local authority: made once, for our eyes only, and renewed before anything of it ends."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from resolvers.outside.authority import (
    LEAF_IS_RENEWED,
    LEAF_LIVES,
    LIST_IS_RENEWED,
    LIST_LIVES,
    SEAL,
    STAMPER,
    Authority,
)

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def authority(folder: Path, now: datetime = NOW) -> Authority:
    return Authority(folder / "seal", lambda: now)


def leaf(folder: Path, name: str = SEAL, now: datetime = NOW) -> x509.Certificate:
    return x509.load_der_x509_certificate(authority(folder, now).leaf(name)[0])


def root(folder: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(authority(folder).root())


def revoked(folder: Path, now: datetime = NOW) -> x509.CertificateRevocationList:
    return x509.load_der_x509_crl(authority(folder, now).revoked())


def test_its_folder_and_files_are_for_our_eyes_only(tmp_path: Path) -> None:
    for name in (SEAL, STAMPER):
        leaf(tmp_path, name)
    revoked(tmp_path)

    folder = tmp_path / "seal"
    assert folder.stat().st_mode & 0o777 == 0o700
    files = sorted(folder.iterdir())
    assert [file.name for file in files] == ["revoked.crl", "root.pem", "seal.pem", "stamper.pem"]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_its_root_is_given_without_its_key(tmp_path: Path) -> None:
    assert b"PRIVATE" not in authority(tmp_path).root()


@pytest.mark.parametrize("name", [SEAL, STAMPER])
def test_its_certificates_are_under_its_root(name: str, tmp_path: Path) -> None:
    leaf(tmp_path, name).verify_directly_issued_by(root(tmp_path))


def test_each_certificate_is_for_its_purpose_alone(tmp_path: Path) -> None:
    seal, stamper = leaf(tmp_path, SEAL), leaf(tmp_path, STAMPER)

    assert seal.extensions.get_extension_for_class(x509.KeyUsage).value.content_commitment
    purposes = stamper.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(purposes) == [ExtendedKeyUsageOID.TIME_STAMPING]
    for certificate in (seal, stamper):
        assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_whoever_asks_gets_the_same(tmp_path: Path) -> None:
    assert leaf(tmp_path) == leaf(tmp_path)
    assert root(tmp_path) == root(tmp_path)


def test_many_who_begin_at_once_get_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: authority(tmp_path).leaf(SEAL), range(16)))
        roots = set(pool.map(lambda _: authority(tmp_path).root(), range(16)))

    assert len(set(made)) == 1
    assert len(roots) == 1


def test_a_certificate_is_renewed_in_time_under_the_same_root(tmp_path: Path) -> None:
    first, ends = leaf(tmp_path), NOW + LEAF_LIVES

    assert leaf(tmp_path, now=ends - LEAF_IS_RENEWED) == first
    second = leaf(tmp_path, now=ends - LEAF_IS_RENEWED + SECOND)

    assert second != first
    second.verify_directly_issued_by(root(tmp_path))
    assert leaf(tmp_path, now=ends) == second


def test_the_list_of_revoked_certificates_is_renewed_in_time(tmp_path: Path) -> None:
    first, ends = revoked(tmp_path), NOW + LIST_LIVES
    public = root(tmp_path).public_key()

    assert revoked(tmp_path, ends - LIST_IS_RENEWED - SECOND) == first
    second = revoked(tmp_path, ends - LIST_IS_RENEWED)

    assert second != first
    assert second.next_update_utc == ends - LIST_IS_RENEWED + LIST_LIVES
    assert second.is_signature_valid(public)
