"""Giving a reservation up frees all that it held, unless somebody has the key."""

from datetime import timedelta

from factories import (
    DAY,
    make_automat,
    make_entity,
    make_key,
    push,
)
from outcomes import (
    allocation,
    everything,
    free,
    key_contract,
    keys_of,
    locker_contracts,
    undone,
)

from models.contracts import KeyContractStatus
from models.errors import KeyOut
from models.reservations import ReservationStatus, UpsertOutcome
from resolvers import reservations
from resolvers.work import Work

MINUTE = timedelta(minutes=1)


async def test_cancelling_frees_everything(work: Work) -> None:
    apartment = await make_entity(work)
    automat = await make_automat(work)
    key = await make_key(work, apartment)
    reservation, _ = await push(work, apartment)
    assert await free(work, automat, reservation.window) == 29

    await reservations.cancel(work, id=reservation.id)

    contract = await key_contract(work, reservation)
    assert await free(work, automat, reservation.window) == 30
    assert (reservation.status, contract.status) == ("cancelled", "cancelled")
    assert await locker_contracts(work, reservation) == []
    assert await keys_of(work, reservation) == []
    assert key.target_automat_id is None
    again, _ = await push(work, apartment)
    assert again.status is ReservationStatus.CONFIRMED


async def test_cancelling_twice_writes_nothing(work: Work) -> None:
    apartment = await make_entity(work)
    await push(work, apartment, external_id="stay")
    await reservations.cancel(work, external_id="stay")
    before = await everything(work)

    await reservations.cancel(work, external_id="stay")

    assert await everything(work) == before


async def test_a_push_after_a_cancel_revives_with_the_same_contract(work: Work) -> None:
    apartment = await make_entity(work)
    await make_automat(work)
    await make_key(work, apartment)
    reservation, _ = await push(work, apartment, external_id="stay")
    contract = await key_contract(work, reservation)
    await reservations.cancel(work, external_id="stay")

    revived, outcome = await push(work, apartment, external_id="stay")

    assert (revived.id, outcome) == (reservation.id, UpsertOutcome.UPDATED)
    assert revived.status is ReservationStatus.CONFIRMED
    assert (await key_contract(work, revived)).id == contract.id
    assert contract.status is KeyContractStatus.UPCOMING
    assert len(await locker_contracts(work, revived)) == 1


async def test_a_key_that_is_out_stops_a_change_and_a_cancel(work: Work) -> None:
    apartment = await make_entity(work)
    await make_automat(work)
    await make_key(work, apartment)
    reservation, _ = await push(work, apartment, external_id="stay")
    (await allocation(work, reservation)).fetched_at = work.now
    before = await everything(work)

    later = work.now + 3 * DAY
    refusals = [
        await undone(work, push(work, apartment, external_id="stay", starts_at=later)),
        await undone(work, reservations.cancel(work, external_id="stay")),
    ]

    assert all(isinstance(refusal, KeyOut) for refusal in refusals)
    assert await everything(work) == before
