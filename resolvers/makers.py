"""Who makes credentials: still somebody, and until when what they make may last."""

from datetime import datetime

from models.accounts import Token
from models.errors import Unauthenticated
from models.partners import ServiceAccount, ServiceAccountKey
from models.people import Person, PersonState, state_of
from resolvers.work import Work

GONE = "Your access was taken back or has ended meanwhile; ask your administrator."


async def held_end(work: Work) -> datetime | None:
    """Tell until when the access of the actor lasts, by our clock; None where it has no end.

    Their row is held until this transaction ends, so that whoever takes their access back waits,
    and then finds what they made.

    Raises:
        Unauthenticated: Their access was taken back meanwhile.
    """
    actor = work.actor
    if actor.person_id is not None:
        return await _of_person(work)
    if actor.service_account_id is not None:
        return await _of_account(work)
    return await _of_token(work) if actor.token_id is not None else None


def earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    """Give the earlier of two ends, of which either may be none."""
    return min((end for end in (one, other) if end is not None), default=None)


async def _of_person(work: Work) -> datetime | None:
    row = Person
    shared = work.own(row).where(row.id == work.actor.person_id).with_for_update(read=True)
    people = await work.all(shared)
    now = work.actor.real(work.now)
    if not people or state_of(people[0], now) is not PersonState.ACTIVE:
        raise Unauthenticated(GONE)
    return people[0].access_ends_at


async def _of_token(work: Work) -> datetime | None:
    row = Token
    shared = work.own(row).where(row.id == work.actor.token_id).with_for_update(read=True)
    tokens = await work.all(shared)
    if not tokens or not tokens[0].is_valid(work.actor.real(work.now)):
        raise Unauthenticated(GONE)
    return tokens[0].expires_at


async def _of_account(work: Work) -> datetime | None:
    """Give the end of an account: of its access, and of that of its keys which lasts longest."""
    row, key, now = ServiceAccount, ServiceAccountKey, work.actor.real(work.now)
    which = row.id == work.actor.service_account_id, row.revoked_at.is_(None)
    accounts = await work.all(work.own(row).where(*which).with_for_update(read=True))
    of_it = key.service_account_id == work.actor.service_account_id
    good = [one for one in await work.all(work.own(key).where(of_it)) if one.is_valid(now)]
    if not accounts or not good:
        raise Unauthenticated(GONE)
    ends = [one.expires_at for one in good]
    last = None if None in ends else max(end for end in ends if end is not None)
    return earlier(await _of_token(work), last)
