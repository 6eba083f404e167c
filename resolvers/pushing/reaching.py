"""Pushes of those who reach only some units, with numbers that other units use already."""

from collections.abc import Sequence

from models.dialects.among import among
from models.errors import ExternalIdInUse, LivionKeyError
from models.reservations import Reservation
from resolvers.pushing import rows
from resolvers.pushing.requests import Push
from resolvers.pushing.rows import Identity
from resolvers.work import Reading

Taken = list[Push | LivionKeyError]


async def within_reach(reading: Reading, taken: Taken) -> Taken:
    """Refuse pushes that mean reservations of units beyond the actor's reach.

    A partner's number is the organization's, so that nobody else's reservation is changed by it.
    """
    if not reading.is_narrow:
        return taken
    pushes = [one for one in taken if isinstance(one, Push)]
    known = await rows.known(reading, [push.identity for push in pushes])
    beyond = await beyond_reach(reading, known)
    return [
        number_taken(one) if isinstance(one, Push) and one.identity in beyond else one
        for one in taken
    ]


async def beyond_reach(reading: Reading, known: dict[Identity, Reservation]) -> set[Identity]:
    """Name the reservations that the actor does not reach."""
    if not reading.is_narrow:
        return set()
    seen = await _seen(reading, list(known.values()))
    return {identity for identity, one in known.items() if one.id not in seen}


async def _seen(reading: Reading, reservations: Sequence[Reservation]) -> set[object]:
    ids = [one.id for one in reservations]
    statement = reading.seen(Reservation).where(among(Reservation.id, ids))
    return set(await reading.scalars(statement.with_only_columns(Reservation.id)))


def number_taken(push: Push) -> ExternalIdInUse:
    """Refuse a push whose number means a reservation that the actor does not reach."""
    message = (
        f"The number {push.external_id!r} of {push.source!r} is used in a unit that you do not "
        "reach; push with another number, or as another source."
    )
    return ExternalIdInUse(message, path=("external_id",))
