"""What somebody proved once: a signature or an assertion is believed by one process, one time."""

import hashlib
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.accounts import Actor
from models.base import Base, new_id, table_of
from models.database import Database
from models.dialects.missing_rows import insert_missing
from models.partners import AccessToken, UsedProof

FORGOTTEN_AT_ONCE = 10_000


async def use(
    connection: AsyncConnection, actor: Actor, account_id: UUID, proof: bytes, lapses_at: datetime
) -> bool:
    """Note that something is believed; tells whether it was not before, by any process.

    Two that come at once with the same proof meet at the unique constraint: the second waits for
    the first, and is told no.

    Args:
        connection: A transaction; undone, the proof is unused.
        actor: Whose account it is.
        account_id: The account that proved something.
        proof: What it was, such as the bytes of a signature.
        lapses_at: From when on the proof is refused for its age.
    """
    used = {
        "id": new_id(),
        "organization_id": actor.organization_id,
        "service_account_id": account_id,
        "digest": hashlib.sha256(proof).hexdigest(),
        "lapses_at": lapses_at,
    }
    return (await connection.execute(_taking(connection.dialect.name), used)).first() is not None


@cache
def _taking(dialect_name: str) -> Any:
    row = table_of(UsedProof)
    return insert_missing(row, dialect_name).returning(row.c.id)


async def forget(database: Database, now: datetime) -> None:
    """Forget proofs that have lapsed, and access tokens that have expired."""
    async with database.administering() as connection:
        for model, ends_at in (
            (UsedProof, UsedProof.lapses_at),
            (AccessToken, AccessToken.expires_at),
        ):
            await _forget(connection, model, ends_at <= now)


async def _forget(
    connection: AsyncConnection, model: type[Base], is_over: ColumnElement[bool]
) -> None:
    row = table_of(model)
    over = select(row.c.id).where(is_over).limit(FORGOTTEN_AT_ONCE)
    over = over.with_for_update(skip_locked=True)  # nobody waits for somebody else's tidying up
    await connection.execute(delete(row).where(row.c.id.in_(over)))
