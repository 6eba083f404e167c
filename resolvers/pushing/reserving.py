"""Having all reservations of a call in hand before anything is planned for one of them.

Everybody locks reservations before keys and automats. A call that came to further reservations
when it had keys already would wait for those who wait for it.
"""

from collections.abc import Sequence

from models.reservations import Reservation
from resolvers.planning.waiting import is_waiting
from resolvers.pushing import rows
from resolvers.pushing.comparing import changes
from resolvers.pushing.requests import Push
from resolvers.pushing.rows import Identity
from resolvers.pushing.tasks import late
from resolvers.work import Work


async def reserve(work: Work, pushes: Sequence[Push]) -> dict[Identity, Reservation]:
    """Claim the reservations that are new, then lock those that are there and will be changed.

    Gives the new ones, each as the first push says it that can be done.
    """
    identities = {push.identity for push in pushes}
    known = await rows.known(work, identities)
    claimed = await _claim_new(work, [push for push in pushes if push.identity not in known])
    news = await _news(work, [push for push in pushes if push.identity in known], known)
    overtaken = identities - set(known) - set(claimed)
    if concerned := news | overtaken:
        await rows.known(work, concerned, lock=True)
    return claimed


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
