"""Reservations: pushing one, and giving one up."""

from collections.abc import Sequence
from uuid import UUID

from models.accounts import Permission
from models.contracts import KeyContract
from models.errors import KeyOut, NotFound
from models.organizations import Contact
from models.reservations import Reservation, ReservationStatus
from resolvers import contracts
from resolvers.checks import exactly_one
from resolvers.planning.holdings import Held, held_by
from resolvers.pushing import rows
from resolvers.pushing.calling_back import call_back
from resolvers.pushing.pushing import Pushed, push_all
from resolvers.pushing.requests import Request
from resolvers.transitions import move_reservation
from resolvers.work import Reading, Work


async def push(work: Work, request: Request) -> Pushed:
    """Take a push: a new reservation, a change of one, or the same again, which writes nothing.

    Raises:
        NotAllowed: The actor may not push reservations.
        InvalidInput: No contact, an empty id, or not exactly one way to name the entity.
        NotFound: There is no such entity, automat, group or key.
        StartsAfterEnd: The end is not after the start.
        StartsInPast: A new or changed start is more than 15 minutes ago.
        KeyTaken: The keys are promised to somebody else.
        KeyOut: Somebody has the key, so that only the end and the contacts can be changed.
        MixedStorage: The wanted keys lie partly in automats and partly at desks.
    """
    (pushed,) = await push_all(work, [request])
    pushed.kept()
    return pushed


async def contacts_of(reading: Reading, reservation_id: UUID) -> Sequence[Contact]:
    """List the contacts of a reservation, the main one first."""
    return (await rows.contacts_of(reading, [reservation_id]))[reservation_id]


async def cancel(
    work: Work,
    *,
    id: UUID | None = None,
    source: str | None = None,
    external_id: str | None = None,
    force: bool = False,
) -> Reservation:
    """Give a reservation up and free all that it held; a second time changes nothing.

    Args:
        work: The transaction.
        id: The reservation's id.
        source: Whose number the external id is; the actor's when None.
        external_id: The partner's own number of it.
        force: Whether to end the stay also while somebody has a key, which has to come back then.

    Raises:
        NotAllowed: The actor may not cancel reservations.
        InvalidInput: Not exactly one of id and external id was given.
        NotFound: There is no such reservation.
        KeyOut: Somebody has the key, and nobody forces it (R65-R67).
    """
    work.require(Permission.EDIT_RESERVATIONS)
    exactly_one(id=id, externalId=external_id)
    known = (
        await named(work, source=source or work.actor.source, external_id=external_id)
        if external_id is not None
        else await work.see(Reservation, id)
    )
    if known is None:
        raise NotFound("Your organization has no such reservation.")
    reservation = (await work.locked(Reservation, [known.id]))[0]
    if reservation.status is ReservationStatus.CANCELLED:
        return reservation
    of_reservation = work.own(KeyContract).where(KeyContract.reservation_id == reservation.id)
    for contract in await work.locking(of_reservation, KeyContract):
        held = (await held_by(work, [contract.id]))[contract.id]
        if held.keys_out:
            _check_forced(held, force=force)
            await call_back(work, reservation, contract, held)
            return reservation
        await contracts.give_up(work, contract)
    move_reservation(work, reservation, ReservationStatus.CANCELLED, reason="It was given up.")
    reservation.cancel()
    await work.save()
    return reservation


def _check_forced(held: Held, *, force: bool) -> None:
    if not force:
        raise KeyOut(
            f"A key was fetched at {held.keys_out[0].fetched_at} and is not back yet. Cancel with "
            "`force` to end the stay now; the key still has to come back."
        )


async def named(reading: Reading, *, source: str, external_id: str) -> Reservation | None:
    """Find the reservation that a partner means by its own number."""
    identity = source.strip(), external_id.strip()
    found = (await rows.known(reading, [identity])).get(identity)
    return await reading.see(Reservation, found.id) if found and reading.is_narrow else found
