"""The authority of automats: one for an installation, its key sealed, and what brokers get."""

import asyncio
import os
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from factories import make_automat
from outsides import BROKER, SECRET, SECRET_KEY
from sqlalchemy import select

from models.automat_links import AutomatLink, LinkAuthority
from models.base import new_id
from models.database import Database
from models.migrating import migrate
from resolvers import organizations
from resolvers.automat_links import authority, broker_folder, credentials, revoking
from resolvers.automat_links.broker_folder import AUTHORITY, REVOKED, SERVER, SERVER_KEY
from resolvers.automat_links.credentials import Credentials, key_of
from resolvers.automat_links.issuing import LIST_LIVES, SERVER_LIVES, Issuer
from resolvers.outside.secret import NotOurs, Secret
from resolvers.work import Work

NOW = datetime(2027, 6, 1, 12, tzinfo=UTC)
HOSTS = ["broker.example", "127.0.0.1"]


def loaded(text: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(text.encode())


def listed(folder: Path) -> x509.CertificateRevocationList:
    return x509.load_pem_x509_crl(broker_folder.read(folder, REVOKED))


def number_of(crl: x509.CertificateRevocationList) -> int:
    return crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number


async def folder_for(database: Database, folder: Path, now: datetime = NOW) -> Path:
    """Make what `livionkey broker` makes, without its configuration."""
    broker_folder.make(folder, None)
    for name, content in (await authority.broker_files(database, SECRET, HOSTS, now)).items():
        broker_folder.write(folder, name, content)
    return folder


async def new_link(database: Database) -> tuple[Work, AutomatLink]:
    """Issue credentials in an organization of its own, and give them with a work that is over."""
    async with database.writing() as session:
        work = Work(session, organizations.founder(), NOW)
        await organizations.found(work, name="Somebody")
        made = await credentials.issue(work, await make_automat(work), SECRET, BROKER)
        return work, await work.get(AutomatLink, made.link_id)


async def revoke(database: Database, before: Work, link: AutomatLink, now: datetime = NOW) -> None:
    async with database.writing() as session:
        await revoking.revoke(Work(session, before.actor, now), link.automat_id)


async def test_many_who_begin_at_once_make_one_authority(own_url: str) -> None:
    database = Database(own_url)
    await migrate(database)

    async def ask() -> str:
        async with database.writing() as session:
            return (await authority.issuer(session, SECRET, NOW)).certificate

    found = await asyncio.gather(*(ask() for _ in range(8)))

    async with database.reading() as connection:
        rows = (await connection.execute(select(LinkAuthority))).all()
    await database.dispose()
    assert len(set(found)) == len(rows) == 1


async def test_its_key_is_sealed_and_opens_with_our_secret_alone(database: Database) -> None:
    async with database.writing() as session:
        ours = await authority.issuer(session, SECRET, NOW)
        row = (await session.scalars(select(LinkAuthority))).one()
        with pytest.raises(NotOurs):
            await authority.issuer(session, Secret(["another secret, as long as ours is"]), NOW)

    assert ours.private_key not in row.private_key
    assert "PRIVATE" not in row.private_key
    turned = Secret(["a new secret that comes first, and long", SECRET_KEY])
    async with database.writing() as session:
        assert (await authority.issuer(session, turned, NOW)).certificate == ours.certificate


async def test_a_broker_gets_a_certificate_for_its_names(database: Database) -> None:
    made = await authority.broker_files(database, SECRET, HOSTS, NOW)

    assert set(made) == {AUTHORITY, SERVER, SERVER_KEY, REVOKED}
    server = loaded(made[SERVER])
    server.verify_directly_issued_by(loaded(made[AUTHORITY]))
    assert authority.hosts_of(server) == HOSTS
    purposes = server.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(purposes) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert "PRIVATE" not in made[AUTHORITY]


async def test_an_automat_signs_in_and_nothing_else_for_five_years(database: Database) -> None:
    _, link = await new_link(database)

    async with database.writing() as session:
        made = credentials.new_credentials(
            await authority.issuer(session, SECRET, NOW), link.id, BROKER, NOW
        )

    certificate = loaded(made.certificate)
    purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(purposes) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert certificate.not_valid_after_utc == NOW + timedelta(days=5 * 365)
    assert certificate.subject.rfc4514_string() == f"CN={link.id}"


async def test_credentials_are_read_as_they_were_written() -> None:
    made = credentials.new_credentials(Issuer.new(NOW), new_id(), BROKER, NOW)

    assert Credentials.from_file(made.as_file()) == made
    assert made.private_key is not None
    assert made.private_key not in repr(made)
    assert repr(made.codes_key) not in repr(made)


@pytest.mark.parametrize(
    "written", [{}, {"version": 2}, [], {"linkId": "secret"}, "secret", {"codesKey": "secret"}]
)
def test_what_are_no_credentials_are_refused_without_a_word_of_them(written: object) -> None:
    with pytest.raises(ValueError, match=r"^These are no credentials of an automat\.$"):
        Credentials.from_file(written)


async def test_the_key_of_codes_is_sealed_for_its_credentials_alone(database: Database) -> None:
    _, one = await new_link(database)
    _, other = await new_link(database)

    assert len(key_of(one.id, one.codes_key, SECRET)) == 32
    with pytest.raises(NotOurs):
        key_of(other.id, one.codes_key, SECRET)


async def test_the_list_of_revoked_certificates_follows_what_is_revoked(
    own_database: Database, tmp_path: Path
) -> None:
    folder = await folder_for(own_database, tmp_path / "broker")
    work, link = await new_link(own_database)
    before = listed(folder)

    assert not await authority.refresh(own_database, SECRET, folder, NOW)
    await revoke(own_database, work, link)
    assert await authority.refresh(own_database, SECRET, folder, NOW)
    assert not await authority.refresh(own_database, SECRET, folder, NOW)

    after = listed(folder)
    assert int(link.serial, 16) in {one.serial_number for one in after}
    assert number_of(after) > number_of(before)
    assert after.next_update_utc == NOW + LIST_LIVES
    root = x509.load_pem_x509_certificate(broker_folder.read(folder, AUTHORITY))
    assert after.is_signature_valid(root.public_key())


async def test_the_list_and_the_brokers_certificate_are_renewed_in_time(
    own_database: Database, tmp_path: Path
) -> None:
    folder = await folder_for(own_database, tmp_path / "broker")
    first = loaded(broker_folder.read(folder, SERVER).decode())
    week = timedelta(days=7)

    later = NOW + LIST_LIVES - week
    assert await authority.refresh(own_database, SECRET, folder, later)
    assert loaded(broker_folder.read(folder, SERVER).decode()) == first
    assert listed(folder).next_update_utc == later + LIST_LIVES

    late = NOW + SERVER_LIVES - week
    assert await authority.refresh(own_database, SECRET, folder, late)
    second = loaded(broker_folder.read(folder, SERVER).decode())
    assert second.not_valid_after_utc == late + SERVER_LIVES
    assert authority.hosts_of(second) == HOSTS


async def test_the_brokers_files_are_for_its_eyes_only(database: Database, tmp_path: Path) -> None:
    folder = await folder_for(database, tmp_path / "broker")

    assert folder.stat().st_mode & 0o777 == 0o700
    files = [file for file in folder.iterdir() if file.is_file()]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


SOMEBODY = 54_321, 54_321
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")


@only_root
def test_root_gives_away_the_folder_and_what_it_writes_into_it(tmp_path: Path) -> None:
    folder = tmp_path / "broker"
    broker_folder.make(folder, SOMEBODY)
    broker_folder.write(folder, REVOKED, "none")

    assert {one.stat().st_uid for one in (folder, *folder.iterdir())} == {SOMEBODY[0]}
    assert broker_folder.read(folder, REVOKED) == b"none"


@only_root
def test_root_gives_nothing_away_that_the_folder_only_points_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, ours = tmp_path / "broker", tmp_path / "ours"
    ours.mkdir()
    (ours / "secret").touch()
    folder.mkdir()
    (folder / "data").symlink_to(ours)
    make_draft = tempfile.mkstemp

    def swapped(**where: Path) -> tuple[int, str]:
        handle, draft = make_draft(**where)
        Path(draft).unlink()
        Path(draft).symlink_to(ours / "secret")
        return handle, draft

    monkeypatch.setattr(tempfile, "mkstemp", swapped)
    broker_folder.make(folder, SOMEBODY)
    broker_folder.write(folder, REVOKED, "none")

    assert {one.stat().st_uid for one in (ours, ours / "secret")} == {0}
    assert (ours / "secret").read_text() == ""


async def test_a_process_that_is_no_broker_is_left_alone(tmp_path: Path) -> None:
    for text in (str(os.getpid()), "999999999", "nonsense", ""):
        (tmp_path / broker_folder.PROCESS).write_text(text)

        broker_folder.tell_the_broker(tmp_path)
