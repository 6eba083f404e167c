"""Having all that a call is about in hand before anything is planned for a part of it.

Everybody locks reservations before contracts, keys and automats. A call that is done in several
rounds would come to further reservations and keys when it has automats already, and wait for those
who wait for it. Such calls of one organization take turns, for one may need many automats.
"""

from collections.abc import Sequence
from uuid import UUID

from models.dialects.among import among
from models.keys import EntityKey, Key
from models.organizations import OrganizationUnit
from models.reservations import Reservation
from resolvers.planning.holdings import held_by
from resolvers.planning.waiting import is_waiting
from resolvers.pushing import rows
from resolvers.pushing.comparing import changes
from resolvers.pushing.requests import Push
from resolvers.pushing.rows import Identity
from resolvers.pushing.tasks import contracts_of, late
from resolvers.work import Work


async def reserve(work: Work, pushes: Sequence[Push]) -> dict[Identity, Reservation]:
    """Claim the reservations that are new, then lock those that will be changed, and all keys.

    Gives the new ones, each as the first push says it that can be done.
    """
    await work.locked(OrganizationUnit, [work.actor.organization_id])
    identities = {push.identity for push in pushes}
    known = await rows.known(work, identities)
    claimed = await _claim_new(work, [push for push in pushes if push.identity not in known])
    news = await _news(work, [push for push in pushes if push.identity in known], known)
    overtaken = identities - set(known) - set(claimed)
    locked = await rows.known(work, news | overtaken, lock=True)
    await _lock_keys(work, pushes, [one.id for one in locked.values()])
    return claimed


async def _lock_keys(work: Work, pushes: Sequence[Push], changed_ids: Sequence[UUID]) -> None:
    """Lock the contracts of reservations, the keys that they hold, and those that may be wanted."""
    contracts = await contracts_of(work, changed_ids)
    held = await held_by(work, [one.id for one in contracts.values()])
    entity_ids = {push.entity.id for push in pushes}
    openers = work.own(EntityKey).where(among(EntityKey.entity_id, entity_ids))
    ids = {link.key_id for link in await work.all(openers)}
    ids |= {id for push in pushes for id in push.wanted.key_ids}
    ids |= {key.key_id for one in held.values() for key in one.keys}
    await work.locked(Key, ids)


async def _claim_new(work: Work, pushes: Sequence[Push]) -> dict[Identity, Reservation]:
    first: dict[Identity, Push] = {}
    for push in pushes:
        if late(push, work) is None:
            first.setdefault(push.identity, push)
    return await rows.claim(work, list(first.values())) if first else {}


async def _news(
    work: Work, pushes: Sequence[Push], known: dict[Identity, Reservation]
) -> set[Identity]:
    contacts = await rows.contacts_of(work, [one.id for one in known.values()])
    found = set()
    for push in pushes:
        reservation = known[push.identity]
        if is_waiting(reservation) or changes(reservation, contacts[reservation.id], push):
            found.add(push.identity)
    return found
