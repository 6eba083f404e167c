"""Ends that are corrected when the keys are back: nothing is planned for what is over."""

from datetime import timedelta

import pytest
from factories import AINO, DAY, HOUR, make_automat, make_entity, make_key, push
from lives import fetch, give_back, look_after
from outcomes import allocation, events, key_contract, locker_contract, locker_contracts

from models.contracts import KeyContractStatus
from models.entities import ReservableEntity
from models.events import EventKind
from models.organizations import ContactDetails
from models.reservations import Reservation, ReservationStatus, UpsertOutcome
from resolvers.work import Work


async def used(work: Work, *, back_after: timedelta) -> tuple[Work, ReservableEntity, Reservation]:
    """Let a guest of nine days fetch the key at the start and bring it back after a while."""
    home, automat = await make_entity(work), await make_automat(work)
    await make_key(work, home, automat=automat)
    stay, _ = await push(work, home, days=9, external_id="stay")
    held = await locker_contract(work, stay)
    out = await fetch(work, held, at=stay.starts_at)
    back = await give_back(out, held, at=stay.starts_at + back_after)
    return await look_after(back, stay, at=back.now), home, stay


async def ended(work: Work) -> tuple[Work, ReservableEntity, Reservation]:
    back, home, stay = await used(work, back_after=8 * DAY)
    assert stay.ends_at is not None
    over = await look_after(back, stay, at=stay.ends_at + DAY)
    assert stay.status is ReservationStatus.ENDED
    return over, home, stay


@pytest.mark.parametrize("by", [-HOUR, HOUR])
async def test_another_end_of_what_has_ended_brings_nothing_back_to_life(
    work: Work, by: timedelta
) -> None:
    over, home, stay = await ended(work)
    assert stay.ends_at is not None
    end, before = stay.ends_at + by, await events(over)

    _, outcome = await push(over, home, external_id="stay", starts_at=stay.starts_at, ends_at=end)

    contract = await key_contract(over, stay)
    assert (outcome, stay.status) == (UpsertOutcome.UPDATED, ReservationStatus.ENDED)
    assert (contract.status, contract.ends_at) == (KeyContractStatus.ENDED, end)
    assert await locker_contracts(over, stay) == []
    told = [event.kind for event in (await events(over))[len(before) :]]
    assert sorted(told) == [EventKind.KEY_CONTRACT_UPDATED, EventKind.RESERVATION_UPDATED]


async def test_another_end_of_what_has_ended_asks_nobody_for_the_key(work: Work) -> None:
    over, home, stay = await ended(work)
    assert stay.ends_at is not None
    await push(over, home, external_id="next", starts_at=over.now, days=3)

    end = over.now + HOUR / 2
    then = Work(over.session, over.actor, over.now + HOUR)
    _, outcome = await push(then, home, external_id="stay", starts_at=stay.starts_at, ends_at=end)

    assert (outcome, stay.status) == (UpsertOutcome.UPDATED, ReservationStatus.ENDED)


async def test_a_stay_is_shortened_whose_key_is_back_early(work: Work) -> None:
    back, home, stay = await used(work, back_after=DAY)
    await push(back, home, external_id="next", starts_at=back.now + HOUR, days=3)
    end = back.now + 2 * HOUR

    _, outcome = await push(back, home, external_id="stay", starts_at=stay.starts_at, ends_at=end)

    assert (outcome, stay.status) == (UpsertOutcome.UPDATED, ReservationStatus.ACTIVE)
    assert await locker_contracts(back, stay) == []
    await look_after(back, stay, at=end)
    assert stay.status is ReservationStatus.ENDED
    assert (await key_contract(back, stay)).status is KeyContractStatus.ENDED


async def test_contacts_change_with_the_end_when_the_key_is_back(work: Work) -> None:
    back, home, stay = await used(work, back_after=DAY)
    contract = await key_contract(back, stay)
    revision = contract.revision
    said = {"external_id": "stay", "starts_at": stay.starts_at, "ends_at": back.now + HOUR}

    await push(back, home, **said, contacts=[AINO, ContactDetails("Veikko")])

    assert (contract.ends_at, contract.revision) == (said["ends_at"], revision + 1)
    assert await locker_contracts(back, stay) == []


async def test_whoever_stays_longer_gets_the_key_again(work: Work) -> None:
    back, home, stay = await used(work, back_after=DAY)

    await push(back, home, external_id="stay", starts_at=stay.starts_at, days=12)

    assert (await allocation(back, stay)).fetched_at is None
    assert len(await locker_contracts(back, stay)) == 1
