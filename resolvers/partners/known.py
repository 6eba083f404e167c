"""The service account that somebody says they are: its access, and the keys that are good now."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from sqlalchemy import Select, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.accounts import Actor, Token, WayIn
from models.base import table_of
from models.partners import ServiceAccount, ServiceAccountKey, ServiceKeyKind
from resolvers.accounts import actor_of, columns_of_actor


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A public key, ready to verify with.

    Args:
        kind: Which algorithms it is for.
        pem: The key in PEM.
        public: The key itself.
        expires_at: From when on it is not good.
    """

    kind: ServiceKeyKind
    pem: str
    public: PublicKeyTypes
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """A service account that was not taken back.

    Args:
        id: Which one.
        actor: Who comes with it.
        expires_at: When its access ends.
        keys: Its keys that were not taken back.
    """

    id: UUID
    actor: Actor
    expires_at: datetime | None
    keys: tuple[KnownKey, ...]

    def good_keys(self, now: datetime) -> list[KnownKey]:
        """List the keys that are good at a moment; none when the account itself is not."""
        if self.expires_at is not None and self.expires_at <= now:
            return []
        return [key for key in self.keys if key.expires_at is None or now < key.expires_at]


async def find(connection: AsyncConnection, id: UUID) -> KnownAccount | None:
    """Find a service account with its keys; None when nobody may come with it."""
    rows = (await connection.execute(_account(), {"account": id})).all()
    if not rows:
        return None
    actor = replace(
        await actor_of(connection, rows[0], WayIn.SERVICE_ACCOUNT), service_account_id=id
    )
    return KnownAccount(id, actor, rows[0].expires_at, tuple(_key(row) for row in rows))


@cache
def _account() -> Select[Any]:
    token, account, key = map(table_of, (Token, ServiceAccount, ServiceAccountKey))
    return (
        select(
            *columns_of_actor(),
            key.c.kind,
            key.c.public_key,
            key.c.expires_at.label("key_expires_at"),
        )
        .join(account, account.c.token_id == token.c.id)
        .join(key, key.c.service_account_id == account.c.id)
        .where(
            account.c.id == bindparam("account"),
            token.c.revoked_at.is_(None),
            key.c.revoked_at.is_(None),
        )
    )


def _key(row: Any) -> KnownKey:
    public = load_pem_public_key(row.public_key.encode())
    return KnownKey(ServiceKeyKind(row.kind), row.public_key, public, row.key_expires_at)
