"""Access tokens of OAuth 2.0: given to service accounts for an assertion, good for ten minutes.

They are opaque, and kept as hashes: one that is taken back opens nothing from that moment on, which
a token that is only signed would do until it expires.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.accounts import (
    ACCESS_PREFIX,
    PERMISSIONS,
    Actor,
    Permission,
    Token,
    WayIn,
    is_token,
    new_token,
    token_digest,
)
from models.base import table_of
from models.errors import Unauthenticated
from models.partners import ACCESS_LASTS, AccessToken, ServiceAccount
from resolvers.accounts import actor_of, check_not_expired, columns_of_actor
from resolvers.partners import known, proofs
from resolvers.partners.assertions import Assertion, ClientRefused, OAuthError, refusal
from resolvers.partners.known import KnownAccount
from resolvers.work import Work

USED = "The assertion was used already; make a new one, with another `jti`, for each request."


@dataclass(frozen=True, slots=True)
class Access:
    """An access token as it is given, once.

    Args:
        text: Its text.
        scopes: What it is for.
    """

    text: str
    scopes: frozenset[Permission]


async def give(
    work: Work, account: KnownAccount, assertion: Assertion, scope: str | None, now: datetime
) -> Access:
    """Give an access token for an assertion, which is believed this once.

    Args:
        work: A transaction for the account's actor.
        account: Whose assertion it is.
        assertion: What was read of it.
        scope: What the token is to be for, with spaces between; None for all that the account may.
        now: The moment, by our clock.

    Raises:
        ClientRefused: The assertion was used before, the account or a key of it was taken back
            meanwhile, or it does not have such a scope.
    """
    (row,) = await work.locked(
        ServiceAccount, [account.id]
    )  # whoever revokes it waits, or was first
    if row.revoked_at is not None:
        raise refusal("The client was revoked.")
    scopes = _scopes(work.actor, scope)
    connection = await work.connection()
    present = await known.find(connection, account.id)
    if present is None or _pems(present, now) != _pems(account, now):
        raise refusal("The keys of the client have just changed; ask again.")
    jti = f"jti {assertion.jti}".encode(errors="replace")
    if not await proofs.use(connection, work.actor, account.id, jti, assertion.lapses_at):
        raise refusal(USED)
    text = new_token(ACCESS_PREFIX)
    token = AccessToken(
        organization_id=work.actor.organization_id,
        service_account_id=account.id,
        digest=token_digest(text),
        scopes=None if scope is None else written(scopes),
        created_at=work.now,
        expires_at=now + ACCESS_LASTS,
    )
    await work.add(token)
    return Access(text, scopes)


def _pems(account: KnownAccount, now: datetime) -> set[str]:
    return {key.pem for key in account.good_keys(now)}


def written(scopes: frozenset[Permission]) -> str:
    """Write scopes as OAuth 2.0 does (RFC 6749, 3.3)."""
    return " ".join(sorted(one.value for one in scopes))


def _scopes(actor: Actor, scope: str | None) -> frozenset[Permission]:
    all_of_it = frozenset(one for one in PERMISSIONS[actor.role] if actor.may(one))
    if scope is None:
        return all_of_it
    wanted = set(scope.split(" "))
    allowed = {one.value: one for one in all_of_it}
    if wanted - allowed.keys():
        message = f"The client may have these scopes and no others: {written(all_of_it)}."
        raise ClientRefused(OAuthError.INVALID_SCOPE, message)
    return frozenset(allowed[one] for one in wanted)


async def authenticate(connection: AsyncConnection, text: str, now: datetime) -> Actor:
    """Tell who came with an access token.

    Raises:
        Unauthenticated: There is no such token, it has expired, or it or its account was revoked.
    """
    if not is_token(text):
        raise Unauthenticated("That is not a whole token: its checksum does not fit; copy it anew.")
    row = (await connection.execute(_access(), {"digest": token_digest(text)})).first()
    if row is None or row.access_revoked_at is not None or row.revoked_at is not None:
        raise Unauthenticated
    check_not_expired(row.access_expires_at, now)
    check_not_expired(row.expires_at, now)
    actor = await actor_of(connection, row, WayIn.CLIENT_CREDENTIALS)
    return replace(
        actor,
        service_account_id=row.service_account_id,
        scopes=_narrowed(actor.scopes, row.access_scopes),
        until=row.access_expires_at,
    )


def _narrowed(
    scopes: frozenset[Permission] | None, narrower: str | None
) -> frozenset[Permission] | None:
    if narrower is None:
        return scopes
    found = frozenset(one for one in Permission if one.value in narrower.split(" "))
    return found if scopes is None else found & scopes


@cache
def _access() -> Select[Any]:
    token, account, access = map(table_of, (Token, ServiceAccount, AccessToken))
    return (
        select(
            *columns_of_actor(),
            access.c.service_account_id,
            access.c.scopes.label("access_scopes"),
            access.c.expires_at.label("access_expires_at"),
            access.c.revoked_at.label("access_revoked_at"),
        )
        .join(account, account.c.token_id == token.c.id)
        .join(access, access.c.service_account_id == account.c.id)
        .where(access.c.digest == bindparam("digest"))
    )
