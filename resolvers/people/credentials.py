"""The credentials that somebody made and that still work, which leaving alone does not end.

What was made with such a credential counts as well, and what was made with that. A key of a service
account counts for whoever registered it, and what the account made counts with it.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from models.accounts import Permission, Token
from models.automat_links import AutomatLink
from models.automats import Automat
from models.base import Base
from models.dialects.among import among
from models.events import EventKind
from models.made import CredentialKind
from models.partners import ServiceAccount, ServiceAccountKey
from resolvers import accounts
from resolvers.automat_links import revoking
from resolvers.partners import service_accounts
from resolvers.work import Work

TAKES = (Permission.EDIT_ORGANIZATION, Permission.EDIT_AUTOMATS)


@dataclass(frozen=True, slots=True)
class Credential:
    """One credential that somebody made.

    Args:
        kind: What it is.
        model: Of which kind the row is by which it is found.
        id: Which row: an automat for what its cabinet gets.
        name: What it, its account or its automat is called.
        made_at: When it was made; None of an installation PIN.
        ends_at: From when on it opens nothing, None for never.
        in_use: Whether a cabinet works with it, which would fall silent without.
        revoked_at: When it was taken back just now.
    """

    kind: CredentialKind
    model: type[Base]
    id: UUID
    name: str
    made_at: datetime | None
    ends_at: datetime | None
    in_use: bool = False
    revoked_at: datetime | None = None


async def of_person(work: Work, person_id: UUID) -> list[Credential]:
    """List the credentials that somebody made, that still work, and that the actor may manage."""
    makers = await _makers(work, person_id)
    found: list[Credential] = []
    if work.actor.may(Permission.EDIT_ORGANIZATION):
        found += [*await _tokens(work, makers), *await _keys(work, makers)]
    if work.actor.may(Permission.EDIT_AUTOMATS):
        found += [*await _pins(work, makers), *await _links(work, makers)]
    return found


async def revoke_of_person(work: Work, person_id: UUID) -> list[Credential]:
    """Take back what `of_person` lists, but for what a cabinet works with; gives all of it.

    Whoever makes another credential at this moment holds the one they came with, so it is looked
    again after each round.

    Raises:
        NotAllowed: The actor may not change the organization or its automats.
    """
    for permission in TAKES:
        work.require(permission)
    revoked: list[Credential] = []
    while True:
        present = await of_person(work, person_id)
        todo = [one for one in present if not one.in_use]
        if not todo:
            return revoked + present
        for one in todo:
            await _revoke(work, one)
        revoked += [_taken_back(one, work.actor.real(work.now)) for one in todo]


def _taken_back(one: Credential, at: datetime) -> Credential:
    return Credential(
        one.kind, one.model, one.id, one.name, one.made_at, one.ends_at, revoked_at=at
    )


async def _revoke(work: Work, one: Credential) -> None:
    if one.kind is CredentialKind.TOKEN:
        await accounts.revoke_token(work, one.id)
    elif one.kind is CredentialKind.SERVICE_ACCOUNT_KEY:
        await service_accounts.revoke_key(work, one.id)
    else:
        await _revoke_unused(work, one)


async def _revoke_unused(work: Work, one: Credential) -> None:
    """Take back the PIN of an automat, or the credentials that wait for their first use."""
    links = await revoking.hold(work, one.id)
    automat = await work.get(Automat, one.id, path=("id",))
    if one.kind is CredentialKind.INSTALLATION_PIN:
        automat.installation_pin = automat.installation_pin_until = None
        await work.save()
        work.record(EventKind.AUTOMAT_UPDATED, automat, changed=["installation_pin"])
    else:
        await revoking.take_back(work, [link for link in links if link.activated_at is None])


async def _makers(work: Work, person_id: UUID) -> set[UUID]:
    """Find everything that may make credentials for somebody: they, and what they made of it."""
    owner, made = work.actor.organization_id, defaultdict[UUID, list[UUID]](list)
    token, key = Token, ServiceAccountKey
    for row, what in ((token, token.id), (key, key.service_account_id)):
        known = select(row.maker_id, what.label("made")).where(
            row.organization_id == owner, row.maker_id.is_not(None)
        )
        for one in await work.rows(known):
            made[one.maker_id].append(one.made)
    makers, ahead = {person_id}, [person_id]
    while ahead:
        fresh = [one for one in made[ahead.pop()] if one not in makers]
        makers.update(fresh)
        ahead += fresh
    return makers


async def _tokens(work: Work, makers: Collection[UUID]) -> list[Credential]:
    row = Token
    theirs = among(row.maker_id, makers), row.id.not_in(select(ServiceAccount.token_id))
    found = await work.all(work.seen(row).where(*theirs, *_good(work, row)).order_by(row.id))
    return [
        Credential(CredentialKind.TOKEN, row, one.id, one.name, one.created_at, one.expires_at)
        for one in found
    ]


async def _keys(work: Work, makers: Collection[UUID]) -> list[Credential]:
    row = ServiceAccountKey
    theirs = among(row.maker_id, makers)
    found = await work.all(work.seen(row).where(theirs, *_good(work, row)).order_by(row.id))
    names = await _names(work, ServiceAccount, [one.service_account_id for one in found])
    kind = CredentialKind.SERVICE_ACCOUNT_KEY
    return [
        Credential(kind, row, one.id, names[one.service_account_id], one.created_at, one.expires_at)
        for one in found
    ]


def _good(work: Work, row: Any) -> tuple[Any, ...]:
    lasts = or_(row.expires_at.is_(None), row.expires_at > work.actor.real(work.now))
    return row.revoked_at.is_(None), lasts


async def _pins(work: Work, makers: Collection[UUID]) -> list[Credential]:
    row = Automat
    theirs = among(row.installation_pin_maker_id, makers), row.installation_pin.is_not(None)
    own = () if work.actor.units is None else (among(row.unit_id, work.actor.units),)
    good = row.installation_pin_until > work.now
    found = await work.all(work.own(row).where(*theirs, good, *own).order_by(row.id))
    kind = CredentialKind.INSTALLATION_PIN
    return [
        Credential(kind, row, one.id, one.name, None, one.installation_pin_until) for one in found
    ]


async def _links(work: Work, makers: Collection[UUID]) -> list[Credential]:
    row, now = AutomatLink, work.actor.real(work.now)
    theirs = among(row.maker_id, makers), row.revoked_at.is_(None), row.expires_at > now
    found = await work.all(work.seen(row).where(*theirs).order_by(row.id))
    good = [one for one in found if not one.has_lapsed(now)]
    names = await _names(work, Automat, [one.automat_id for one in good])
    kind = CredentialKind.AUTOMAT_CREDENTIALS
    return [
        Credential(
            kind,
            Automat,
            one.automat_id,
            names[one.automat_id],
            one.issued_at,
            one.expires_at,
            in_use=one.activated_at is not None,
        )
        for one in good
    ]


async def _names(work: Work, model: Any, ids: Collection[UUID]) -> dict[UUID, str]:
    if not ids:
        return {}
    named = select(model.id, model.name).where(
        model.organization_id == work.actor.organization_id, among(model.id, ids)
    )
    return {one.id: one.name for one in await work.rows(named)}
