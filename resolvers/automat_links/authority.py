"""The authority of this installation's automats, as it is kept: one row, its key encrypted.

It is made when it is needed first, by whoever comes first; all others get the same. A broker gets
its files from here and trusts no other authority, so nobody else can make certificates for it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from models.automat_links import AutomatLink, LinkAuthority
from models.base import new_id, table_of
from models.database import Database
from models.dialects.missing_rows import insert_into
from resolvers.automat_links import broker_folder
from resolvers.automat_links.broker_folder import AUTHORITY, REVOKED, SERVER, SERVER_KEY
from resolvers.automat_links.issuing import Identity, Issuer, Revoked
from resolvers.outside.secret import Secret

PURPOSE = "authority of automats"
SERVER_IS_RENEWED = timedelta(days=60)
"""So long before its end the broker's certificate is made anew."""
LIST_IS_RENEWED = timedelta(days=15)
"""So long before it ends the list of revoked certificates is made anew; it is good for 30 days."""


async def issuer(session: AsyncSession, secret: Secret, now: datetime) -> Issuer:
    """Give the authority, and make it when there is none yet.

    Args:
        session: A transaction.
        secret: Encrypts its key.
        now: The moment that counts as now.

    Raises:
        NotOurs: It was made with a secret that is not set any more.
    """
    row = await _row(session)
    if row is None:
        await _make(session, secret, now)
        row = await _row(session)
    if row is None:
        raise RuntimeError("An authority that is there cannot be read.")
    return Issuer.read(row.certificate, secret.unsealed(PURPOSE, row.private_key).decode())


async def link_identity(database: Database, secret: Secret, now: datetime) -> Identity:
    """Make a certificate for the link, with which it signs in at the broker; kept nowhere."""
    async with database.writing() as session:
        return (await issuer(session, secret, now)).link(now)


async def broker_files(
    database: Database, secret: Secret, hosts: Sequence[str], now: datetime
) -> dict[str, str]:
    """Make what a broker needs of the authority, by the names of `broker_folder`.

    Args:
        database: Where the authority is.
        secret: Opens its key.
        hosts: The names and addresses by which the broker is reached; one at least.
        now: From when on its certificate holds.
    """
    async with database.writing() as session:
        ours = await issuer(session, secret, now)
        server = ours.server(hosts, now)
        revoked = await revoked_now(await session.connection(), now)
        return {
            AUTHORITY: ours.certificate,
            SERVER: server.certificate,
            SERVER_KEY: server.private_key,
            REVOKED: ours.revocations(revoked, await _next_list(session), now),
        }


async def refresh(database: Database, secret: Secret, folder: Path, now: datetime) -> bool:
    """Bring a broker's folder up to date, and let the broker read it again when that was needed.

    It costs one question when nothing has changed: the list of revoked certificates is made anew
    when one more was revoked and before it ends, the broker's certificate before that ends.

    Args:
        database: Where credentials are.
        secret: Opens the authority.
        folder: What `livionkey broker` made.
        now: The moment that counts as now.

    Returns:
        Whether something was written.

    Raises:
        OSError: The folder cannot be used.
        ValueError: What is in it is not what we wrote.
    """
    async with database.reading() as connection:
        revoked = await revoked_now(connection, now)
    listed = x509.load_pem_x509_crl(broker_folder.read(folder, REVOKED))
    server = x509.load_pem_x509_certificate(broker_folder.read(folder, SERVER))
    stale = {
        REVOKED: _is_stale(listed, revoked, now),
        SERVER: server.not_valid_after_utc - now < SERVER_IS_RENEWED,
    }
    if not any(stale.values()):
        return False
    fresh = await broker_files(database, secret, hosts_of(server), now)
    names = {REVOKED} | ({SERVER, SERVER_KEY} if stale[SERVER] else set())
    for name in sorted(names):
        broker_folder.write(folder, name, fresh[name])
    broker_folder.tell_the_broker(folder)
    return True


async def revoked_now(connection: AsyncConnection, now: datetime) -> list[Revoked]:
    """List all certificates that were revoked and have not ended, of all organizations."""
    link = AutomatLink
    found = await connection.execute(
        select(link.serial, link.revoked_at)
        .where(link.revoked_at.is_not(None), link.expires_at > now)
        .order_by(link.id)
    )
    return [Revoked(int(serial, 16), at) for serial, at in found if at is not None]


def hosts_of(server: x509.Certificate) -> list[str]:
    """List the names and addresses that a broker's certificate is for."""
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [str(name.value) for name in names]


def _is_stale(
    listed: x509.CertificateRevocationList, revoked: Sequence[Revoked], now: datetime
) -> bool:
    ends = listed.next_update_utc
    known = {entry.serial_number for entry in listed}
    missing = any(one.serial not in known for one in revoked)
    return missing or ends is None or ends - now < LIST_IS_RENEWED


async def _row(session: AsyncSession) -> LinkAuthority | None:
    return (await session.scalars(select(LinkAuthority))).one_or_none()


async def _make(session: AsyncSession, secret: Secret, now: datetime) -> None:
    made = Issuer.new(now)
    connection = await session.connection()
    insert = insert_into(table_of(LinkAuthority), connection.dialect.name)
    values = {
        "id": new_id(),
        "place": 1,
        "certificate": made.certificate,
        "private_key": secret.sealed(PURPOSE, made.private_key.encode()),
        "revocations": 0,
    }
    await connection.execute(insert.values(values).on_conflict_do_nothing())


async def _next_list(session: AsyncSession) -> int:
    """Count one list more; whoever makes another one at the same time waits."""
    counted = LinkAuthority.revocations
    found = await session.execute(
        update(LinkAuthority).values(revocations=counted + 1).returning(counted)
    )
    return found.scalar_one()
