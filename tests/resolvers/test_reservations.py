"""From a reservation to a PIN, and back."""

import pytest
from factories import (
    AINO,
    DAY,
    MARKET_SQUARE,
    PASILA,
    STATION,
    make_automat,
    make_entity,
    make_key,
    push,
)
from outcomes import key_contract

from models.errors import ErrorCode, KeyTaken
from models.reservations import ReservationStatus, UpsertOutcome
from resolvers import reservations
from resolvers.work import Work


async def test_a_key_at_a_desk_is_fetched_from_the_nearest_automat(work: Work) -> None:
    apartment = await make_entity(work, MARKET_SQUARE)
    await make_automat(work, "Pasila", PASILA)
    station = await make_automat(work, "Station", STATION)
    key = await make_key(work, apartment)

    reservation, outcome = await push(work, apartment)

    contract = await key_contract(work, reservation)
    assert outcome is UpsertOutcome.CREATED
    assert reservation.status is ReservationStatus.CONFIRMED
    assert contract.reference.startswith("KC-")
    assert key.target_automat_id == station.id


async def test_the_same_push_again_changes_nothing(work: Work) -> None:
    apartment = await make_entity(work)
    await make_automat(work)
    await make_key(work, apartment)
    first, _ = await push(work, apartment, external_id="stay")

    again, outcome = await push(work, apartment, external_id="stay")

    assert outcome is UpsertOutcome.UNCHANGED
    assert again.id == first.id


async def test_a_key_cannot_be_promised_twice_at_once(work: Work) -> None:
    apartment = await make_entity(work)
    await make_automat(work)
    await make_key(work, apartment)
    await push(work, apartment)

    with pytest.raises(KeyTaken, match="promised"):
        await push(work, apartment, starts_at=work.now + 2 * DAY)


async def test_a_reservation_without_a_key_waits_and_is_fulfilled_later(work: Work) -> None:
    apartment = await make_entity(work)
    await make_automat(work)
    reservation, _ = await push(work, apartment, external_id="stay")
    assert reservation.unfulfilled_reason is ErrorCode.NO_KEY_FOR_ENTITY
    await make_key(work, apartment)

    again, outcome = await push(work, apartment, external_id="stay")

    assert outcome is UpsertOutcome.UPDATED
    assert again.status is ReservationStatus.CONFIRMED


async def test_cancelling_frees_the_key_and_a_push_revives(work: Work) -> None:
    apartment = await make_entity(work)
    await make_automat(work)
    key = await make_key(work, apartment)
    reservation, _ = await push(work, apartment, external_id="stay")

    await reservations.cancel(work, external_id="stay")

    assert reservation.status is ReservationStatus.CANCELLED
    assert key.target_automat_id is None
    revived, outcome = await push(work, apartment, external_id="stay", contacts=[AINO])
    assert (revived.status, outcome) == (ReservationStatus.CONFIRMED, UpsertOutcome.UPDATED)
