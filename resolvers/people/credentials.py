"""The credentials that somebody made and that still work, which leaving alone does not end.

What was made with such a credential counts as well, and what was made with that. A key of a service
account counts for whoever registered it, and what the account made counts with it.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from models.accounts import Permission, Token
from models.automat_links import UNUSED_LASTS, AutomatLink
from models.automats import Automat
from models.base import Base
from models.dialects.among import among
from models.events import EventKind
from models.made import CredentialKind
from models.partners import ServiceAccount, ServiceAccountKey
from resolvers import accounts
from resolvers.automat_links import revoking
from resolvers.partners import service_accounts
from resolvers.work import Reading, Work

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


Found = list[tuple[UUID, Credential]]
"""Credentials, each with the id of what made it."""


async def of_person(reading: Reading, person_id: UUID) -> list[Credential]:
    """List the credentials that somebody made, that still work, and that the actor may manage."""
    (found,) = await of_people(reading, [person_id])
    return found


async def of_people(reading: Reading, person_ids: Sequence[UUID]) -> list[list[Credential]]:
    """List those of several people, in their order; it asks as often for many as for one."""
    makers = await _makers(reading, person_ids)
    all_makers, found = set[UUID]().union(*makers), Found()
    if reading.actor.may(Permission.EDIT_ORGANIZATION):
        found += await _tokens(reading, all_makers)
        found += await _keys(reading, all_makers)
    if reading.actor.may(Permission.EDIT_AUTOMATS):
        found += await _pins(reading, all_makers)
        found += await _links(reading, all_makers)
    return [[one for maker, one in found if maker in theirs] for theirs in makers]


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


async def _makers(reading: Reading, person_ids: Sequence[UUID]) -> list[set[UUID]]:
    """Find all that may make credentials for each of people: they, and what was made of it."""
    owner, made = reading.actor.organization_id, defaultdict[UUID, list[UUID]](list)
    token, key = Token, ServiceAccountKey
    for row, what in ((token, token.id), (key, key.service_account_id)):
        known = select(row.maker_id, what.label("made")).where(
            row.organization_id == owner, row.maker_id.is_not(None)
        )
        for one in await reading.rows(known):
            made[one.maker_id].append(one.made)
    return [_reached_from(id, made) for id in person_ids]


def _reached_from(id: UUID, made: Mapping[UUID, Collection[UUID]]) -> set[UUID]:
    reached, ahead = {id}, [id]
    while ahead:
        fresh = [one for one in made.get(ahead.pop(), ()) if one not in reached]
        reached.update(fresh)
        ahead += fresh
    return reached


async def _tokens(reading: Reading, makers: Collection[UUID]) -> Found:
    row, kind = Token, CredentialKind.TOKEN
    theirs = among(row.maker_id, makers), row.id.not_in(select(ServiceAccount.token_id))
    good = reading.seen(row).where(*theirs, *_is_good(reading, row))
    return [
        (
            one.maker_id or one.id,
            Credential(kind, row, one.id, one.name, one.created_at, one.expires_at),
        )
        for one in await reading.all(good.order_by(row.id))
    ]


async def _keys(reading: Reading, makers: Collection[UUID]) -> Found:
    row, kind = ServiceAccountKey, CredentialKind.SERVICE_ACCOUNT_KEY
    good = reading.seen(row).where(among(row.maker_id, makers), *_is_good(reading, row))
    found = await reading.all(good.order_by(row.id))
    names = await _names(reading, ServiceAccount, [one.service_account_id for one in found])
    return [
        (
            one.maker_id or one.id,
            Credential(
                kind, row, one.id, names[one.service_account_id], one.created_at, one.expires_at
            ),
        )
        for one in found
    ]


def _is_good(reading: Reading, row: Any) -> tuple[Any, ...]:
    lasts = or_(row.expires_at.is_(None), row.expires_at > reading.actor.real(reading.now))
    return row.revoked_at.is_(None), lasts


async def _pins(reading: Reading, makers: Collection[UUID]) -> Found:
    row, kind, units = Automat, CredentialKind.INSTALLATION_PIN, reading.actor.units
    maker = row.installation_pin_maker_id
    own = () if units is None else (among(row.unit_id, units),)
    good = row.installation_pin.is_not(None), row.installation_pin_until > reading.now
    theirs = reading.own(row).where(among(maker, makers), *good, *own)
    return [
        (
            one.installation_pin_maker_id or one.id,
            Credential(kind, row, one.id, one.name, None, one.installation_pin_until),
        )
        for one in await reading.all(theirs.order_by(row.id))
    ]


async def _links(reading: Reading, makers: Collection[UUID]) -> Found:
    row, kind = AutomatLink, CredentialKind.AUTOMAT_CREDENTIALS
    now = reading.actor.real(reading.now)
    waits = or_(row.activated_at.is_not(None), row.issued_at > now - UNUSED_LASTS)
    good = row.revoked_at.is_(None), row.expires_at > now, waits
    theirs = reading.seen(row).where(among(row.maker_id, makers), *good)
    found = await reading.all(theirs.order_by(row.id))
    names = await _names(reading, Automat, [one.automat_id for one in found])
    return [
        (
            one.maker_id or one.id,
            Credential(
                kind,
                Automat,
                one.automat_id,
                names[one.automat_id],
                one.issued_at,
                one.expires_at,
                in_use=one.activated_at is not None,
            ),
        )
        for one in found
    ]


async def _names(reading: Reading, model: Any, ids: Collection[UUID]) -> dict[UUID, str]:
    named = select(model.id, model.name).where(
        model.organization_id == reading.actor.organization_id, among(model.id, ids)
    )
    return {one.id: one.name for one in await reading.rows(named)}
