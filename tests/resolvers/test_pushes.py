"""Pushing again: the same is unchanged, a change keeps what it can, a refusal leaves nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from factories import (
    AINO,
    DAY,
    HOUR,
    later,
    make_automat,
    make_entity,
    make_key,
    push,
)
from outcomes import (
    events,
    everything,
    free,
    key_contract,
    locker_contract,
    locker_contracts,
)

from models.automats import AutomatState
from models.contracts import KeyContractStatus, LockerContractKind, LockerContractState
from models.errors import ErrorCode, InvalidInput
from models.events import EventKind
from models.organizations import ContactDetails
from models.reservations import Reservation, UpsertOutcome
from models.times import Window, time_zone, wall_clock
from resolvers import automats, reservations
from resolvers.planning.stays import Wanted
from resolvers.pushing.requests import Request, Times
from resolvers.work import Work

VEIKKO = ContactDetails("Veikko Korhonen", phone="+358505550002", language="fi")
MINUTE = timedelta(minutes=1)


async def test_a_push_makes_a_default_contract_with_a_pin(work: Work) -> None:
    apartment = await make_entity(work)
    automat = await make_automat(work)
    key = await make_key(work, apartment)

    reservation, outcome = await push(work, apartment)

    contract = await key_contract(work, reservation)
    held = await locker_contract(work, reservation)
    assert outcome is UpsertOutcome.CREATED
    assert (contract.starts_at, contract.ends_at) == (reservation.starts_at, reservation.ends_at)
    assert contract.status is KeyContractStatus.UPCOMING
    assert held.kind is LockerContractKind.DEFAULT
    assert held.state is LockerContractState.SYNCING
    assert (held.starts_at, held.ends_at) == (reservation.starts_at, reservation.ends_at)
    assert held.sync_at == reservation.starts_at - DAY
    assert (held.automat_id, held.key_id) == (automat.id, key.id)
    assert held.pin is not None
    assert held.pin.isdecimal()


async def test_a_pin_is_synced_at_once_when_its_time_is_past(work: Work) -> None:
    apartment = await make_entity(work)
    await make_automat(work)
    await make_key(work, apartment)

    reservation, _ = await push(work, apartment, starts_at=work.now + HOUR)

    assert (await locker_contract(work, reservation)).sync_at == work.now


async def test_a_stay_that_began_minutes_ago_gets_its_pin_at_once(work: Work) -> None:
    apartment = await make_entity(work)
    await make_automat(work)
    await make_key(work, apartment)

    reservation, _ = await push(work, apartment, starts_at=work.now - 15 * MINUTE)

    held = await locker_contract(work, reservation)
    assert held.sync_at == held.starts_at == work.now - 15 * MINUTE


async def test_the_same_push_writes_nothing(work: Work) -> None:
    apartment = await make_entity(work)
    await make_automat(work)
    key = await make_key(work, apartment)
    said: dict[str, Any] = {"external_id": "stay", "contacts": [AINO, VEIKKO], "key_ids": [key.id]}
    await push(work, apartment, **said)
    before = await everything(work)

    _, outcome = await push(later(work, HOUR), apartment, starts_at=work.now + DAY, **said)

    assert outcome is UpsertOutcome.UNCHANGED
    assert await everything(work) == before


async def test_the_same_push_of_a_waiting_reservation_writes_nothing(work: Work) -> None:
    apartment = await make_entity(work)
    await make_key(work, apartment)
    await push(work, apartment, external_id="stay")
    before = await everything(work)

    reservation, outcome = await push(
        later(work, HOUR), apartment, starts_at=work.now + DAY, external_id="stay"
    )

    assert outcome is UpsertOutcome.UNCHANGED
    assert reservation.unfulfilled_reason is ErrorCode.NO_SUITABLE_AUTOMAT
    assert await everything(work) == before


async def test_an_old_reservation_may_be_pushed_again_unchanged(work: Work) -> None:
    apartment = await make_entity(work)
    await make_automat(work)
    await make_key(work, apartment)
    start = work.now + HOUR
    await push(work, apartment, external_id="stay", starts_at=start)

    tomorrow = later(work, DAY)
    _, outcome = await push(tomorrow, apartment, external_id="stay", starts_at=start)
    _, change = await push(tomorrow, apartment, external_id="stay", starts_at=start, days=5)

    assert (outcome, change) == (UpsertOutcome.UNCHANGED, UpsertOutcome.UPDATED)


async def test_a_contact_speaks_the_units_language_unless_they_say_otherwise(work: Work) -> None:
    apartment = await make_entity(work)

    reservation, _ = await push(work, apartment, contacts=[AINO, VEIKKO])

    contacts = await reservations.contacts_of(work, reservation.id)
    assert [contact.language for contact in contacts] == ["en", "fi"]


@pytest.mark.parametrize("source", [None, "pms", " pms "])
async def test_the_same_number_of_another_source_is_another_reservation(
    work: Work, source: str | None
) -> None:
    apartment = await make_entity(work)
    first, _ = await push(work, apartment, external_id="stay", source="elsewhere")

    second, outcome = await push(work, apartment, external_id="stay", source=source)

    assert outcome is UpsertOutcome.CREATED
    assert second.id != first.id
    assert second.source == (source or work.actor.source).strip()


async def test_blanks_around_an_external_id_do_not_count(work: Work) -> None:
    apartment = await make_entity(work)
    reservation, _ = await push(work, apartment, external_id=" stay ")

    again, outcome = await push(work, apartment, external_id="stay")
    cancelled = await reservations.cancel(work, external_id=" stay ")

    assert (again.id, outcome) == (reservation.id, UpsertOutcome.UNCHANGED)
    assert cancelled.id == reservation.id


async def test_local_times_are_those_of_the_unit_unless_a_zone_is_named(work: Work) -> None:
    apartment = await make_entity(work)
    noon = datetime(2027, 7, 1, 12)  # noqa: DTZ001 - a wall-clock time

    async def starts(zone: str | None) -> datetime:
        request = Request(
            external_id=f"stay-{zone}",
            entity_id=apartment.id,
            contacts=[AINO],
            times=Times(starts_at_local=noon, time_zone=zone),
            wanted=Wanted(),
        )
        reservation = (await reservations.push(work, request)).kept()
        assert reservation.ends_at is None
        return reservation.starts_at

    assert (await starts(None)).hour == 9
    assert (await starts("Asia/Tokyo")).hour == 3
    with pytest.raises(InvalidInput):
        await starts("Asia/Nowhere")


async def test_a_local_end_is_shown_back_as_it_was_said(work: Work) -> None:
    apartment = await make_entity(work)
    noon = datetime(2027, 7, 1, 12)  # noqa: DTZ001 - a wall-clock time

    async def say(**times: Any) -> Reservation:
        told = {"external_id": "stay", "entity_id": apartment.id, "contacts": [AINO]}
        request = Request(**told, times=Times(**times), wanted=Wanted())
        return (await reservations.push(work, request)).kept()

    await say(starts_at_local=noon, ends_at_local=noon + DAY, time_zone="Asia/Tokyo")

    stay = await say(starts_at=noon.replace(tzinfo=UTC), ends_at_local=noon + DAY)

    assert stay.ends_at is not None
    zone = time_zone(stay.time_zone or "Europe/Helsinki")
    assert wall_clock(stay.ends_at, zone) == noon + DAY


async def test_the_trail_tells_it_all_without_a_pin(work: Work) -> None:
    apartment = await make_entity(work)
    await make_automat(work)
    await make_key(work, apartment)
    reservation, _ = await push(work, apartment, external_id="stay")
    pin = (await locker_contract(work, reservation)).pin
    await push(work, apartment, external_id="stay", days=3)
    await reservations.cancel(work, external_id="stay")

    trail = await events(work)

    assert [event.kind for event in trail][-11:] == [
        EventKind.RESERVATION_CREATED,
        EventKind.KEY_CONTRACT_CREATED,
        EventKind.LOCKER_CONTRACT_PLANNED,
        EventKind.INSERT_KEY,
        EventKind.LOCKER_CONTRACT_CANCELLED,
        EventKind.KEY_CONTRACT_UPDATED,
        EventKind.LOCKER_CONTRACT_PLANNED,
        EventKind.INSERT_KEY,
        EventKind.RESERVATION_UPDATED,
        EventKind.LOCKER_CONTRACT_CANCELLED,
        EventKind.KEY_CONTRACT_CANCELLED,
    ] or [event.kind for event in trail][-1] is EventKind.RESERVATION_CANCELLED
    assert not any(str(pin) in str(event.facts) for event in trail)


async def test_a_locker_is_held_over_the_stay_and_not_around_it(work: Work) -> None:
    apartment = await make_entity(work)
    automat = await make_automat(work)
    await make_key(work, apartment)
    reservation, _ = await push(work, apartment)
    begin, end = reservation.starts_at, reservation.ends_at
    assert end is not None

    async def left(first: datetime, last: datetime | None) -> int:
        return await free(work, automat, Window(first, last))

    assert await left(begin, end) == 29
    assert await left(begin - HOUR, begin) == 30
    assert await left(end, None) == 30
    assert await left(begin - HOUR, begin + MINUTE) == 29
    assert await left(work.now, None) == 29


async def test_an_automat_out_of_service_keeps_what_was_promised(work: Work) -> None:
    apartment = await make_entity(work)
    automat = await make_automat(work)
    await make_key(work, apartment)
    await push(work, apartment, external_id="stay")
    await automats.update(work, automat.id, {"state": AutomatState.OUT_OF_SERVICE})

    reservation, outcome = await push(work, apartment, external_id="stay")

    assert outcome is UpsertOutcome.UNCHANGED
    assert len(await locker_contracts(work, reservation)) == 1
