"""Service accounts: made with a key, turned to another one with an overlap, and taken back."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update

from models.accounts import Permission, Role, Token, scopes_of
from models.errors import ExternalIdInUse, IllegalTransition, InvalidInput
from models.events import EventKind
from models.partners import MOST_KEYS, AccessToken, ServiceAccount, ServiceAccountKey
from resolvers import accounts, looking
from resolvers.accounts import check_scopes
from resolvers.looking import Slice
from resolvers.makers import held_end
from resolvers.partners.public_keys import PATH, PublicKey
from resolvers.partners.tokens import OF_DISPLAYS, check_overlap
from resolvers.work import Reading, Work

ONCE = {
    "service_account_keys_service_account_id_thumbprint_key": ExternalIdInUse(
        "The account has or had that key already; make another pair.", path=PATH
    )
}


async def create(
    work: Work,
    *,
    name: str,
    key: PublicKey,
    role: Role = Role.PARTNER,
    source: str = "default",
    scopes: Collection[Permission] | None = None,
    unit_ids: Collection[UUID | None] | None = None,
) -> tuple[ServiceAccount, ServiceAccountKey]:
    """Make a service account with its first key, which ends when the access of the actor does.

    Args:
        work: The transaction.
        name: What it is called.
        key: Its public key.
        role: What it is for.
        source: Whose numbers its external ids are.
        scopes: What of its role's permissions it is for; None for all of them.
        unit_ids: The units that it reaches, with all below; None for as far as the actor reaches.

    Raises:
        Unauthenticated: The access of the actor was taken back meanwhile.
        NotAllowed: The actor may not change the organization, or would give what they have not.
        NotFound: There is no such unit, or the actor does not reach it.
        InvalidInput: The name or the source is empty, or the role does not fit.
    """
    work.require(Permission.EDIT_ORGANIZATION)
    if role is Role.STATION:
        raise InvalidInput(OF_DISPLAYS, path=("role",))
    until = await held_end(work)
    token, _ = await accounts.create_token(
        work, role=role, name=name, source=source, scopes=scopes, unit_ids=unit_ids
    )
    account = ServiceAccount(
        organization_id=token.organization_id,
        name=token.name,
        token_id=token.id,
        created_at=work.now,
        **work.actor.maker,
    )
    await work.add(account)
    work.record(EventKind.SERVICE_ACCOUNT_CREATED, account, role=role.value, access=token.id)
    return account, await _add_key(work, account, key, until)


async def rotate_key(
    work: Work, id: UUID | None, *, key: PublicKey, overlap: timedelta
) -> tuple[ServiceAccount, ServiceAccountKey]:
    """Register another key of an account; the former ones lapse after the overlap.

    It ends when the access of the actor does.

    Raises:
        Unauthenticated: The access of the actor was taken back meanwhile.
        NotAllowed: The actor may not change the organization, or the account may more than they.
        NotFound: There is no such account.
        InvalidInput: The overlap is negative or too long.
        IllegalTransition: The account was revoked, or has two good keys already.
        ExternalIdInUse: The account has or had that key already.
    """
    work.require(Permission.EDIT_ORGANIZATION)
    check_overlap(overlap)
    until = await held_end(work)
    account = await _lock(work, id)
    access = await work.get(Token, account.token_id)
    check_scopes(work.actor, access.role, scopes_of(access.scopes))
    now = work.actor.real(work.now)
    if account.revoked_at is not None:
        message = "The account was revoked; make another one."
        raise IllegalTransition(message, path=("id",))
    good = []
    for known in await _keys(work, account):
        if known.is_valid(now):
            good.append(known)
        else:
            known.revoked_at = known.revoked_at or work.now
    if len(good) >= MOST_KEYS:
        message = "Two keys of the account are good already; wait until one lapses, or revoke one."
        raise IllegalTransition(message, path=("id",))
    for former in good:
        former.expires_at = min(now + overlap, former.expires_at or now + overlap)
    return account, await _add_key(work, account, key, until)


async def revoke_key(work: Work, id: UUID | None) -> tuple[ServiceAccount, ServiceAccountKey]:
    """Take one key back, with all access tokens of its account; a second time changes nothing.

    Raises:
        NotAllowed: The actor may not change the organization.
        NotFound: There is no such key.
    """
    work.require(Permission.EDIT_ORGANIZATION)
    key = await work.get(ServiceAccountKey, id, path=("id",))
    account = await _lock(work, key.service_account_id)
    key = await work.get(ServiceAccountKey, id, path=("id",))
    if key.revoked_at is None:
        key.revoked_at = work.now
        await _end_access(work, account)
        work.record(EventKind.SERVICE_ACCOUNT_KEY_REVOKED, account, key=key.id)
    return account, key


async def revoke(work: Work, id: UUID | None) -> ServiceAccount:
    """Let an account open nothing any more, for good; a second time changes nothing.

    Raises:
        NotAllowed: The actor may not change the organization.
        NotFound: There is no such account.
    """
    work.require(Permission.EDIT_ORGANIZATION)
    account = await _lock(work, id)
    if account.revoked_at is None:
        access = await work.get(Token, account.token_id)
        account.revoked_at = access.revoked_at = work.now
        await _end_access(work, account)
        work.record(EventKind.SERVICE_ACCOUNT_REVOKED, account)
    return account


async def page(reading: Reading, *, first: int | None, after: UUID | None) -> Slice:
    """Read a page of the service accounts that the actor may manage, in the order of their making.

    Raises:
        NotAllowed: The actor may not change the organization.
        InvalidInput: More accounts than a page holds.
    """
    reading.require(Permission.EDIT_ORGANIZATION)
    return await looking.page(reading, ServiceAccount, first=first, after=after)


async def _lock(work: Work, id: UUID | None) -> ServiceAccount:
    account = await work.get(ServiceAccount, id, path=("id",))
    (locked,) = await work.locked(ServiceAccount, [account.id])
    return locked


async def _keys(work: Work, account: ServiceAccount) -> list[ServiceAccountKey]:
    """Read the keys of an account that were not taken back."""
    keys = work.own(ServiceAccountKey)
    own = ServiceAccountKey.service_account_id == account.id
    return list(await work.all(keys.where(own, ServiceAccountKey.revoked_at.is_(None))))


async def _add_key(
    work: Work, account: ServiceAccount, key: PublicKey, until: datetime | None
) -> ServiceAccountKey:
    row = ServiceAccountKey(
        organization_id=account.organization_id,
        service_account_id=account.id,
        kind=key.kind,
        public_key=key.pem,
        thumbprint=key.thumbprint,
        created_at=work.now,
        expires_at=until,
        **work.actor.maker,
    )
    await work.add(row, refusals=dict(ONCE))
    work.record(EventKind.SERVICE_ACCOUNT_KEY_ADDED, account, key=row.id, thumbprint=row.thumbprint)
    return row


async def _end_access(work: Work, account: ServiceAccount) -> None:
    good = AccessToken.service_account_id == account.id, AccessToken.revoked_at.is_(None)
    await (await work.connection()).execute(
        update(AccessToken).where(*good).values(revoked_at=work.now)
    )
