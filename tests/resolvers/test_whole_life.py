"""The whole life of a stay: lockers that are held, freed and found again, and keys on their way."""

from datetime import timedelta

import pytest
from factories import (
    DAY,
    HOUR,
    PASILA,
    make_automat,
    make_desk,
    make_entity,
    make_key,
    make_unit,
    push,
)
from lives import fetch, give_back, lockers_of, look_after, notices_of, trail
from outcomes import free, key_contract, locker_contract, locker_contracts

from models.automats import AutomatModel
from models.contracts import KeyContractStatus, LockerContractKind, LockerContractState
from models.events import EventKind
from models.keys import KeyStatus
from models.reservations import ReservationStatus
from models.times import Window
from resolvers.handover import desks
from resolvers.work import Work

DEFAULT, FETCH, RETURN = LockerContractKind
State = LockerContractState


async def test_a_short_stay_holds_one_locker_until_the_key_is_back(work: Work) -> None:
    apartment = await make_entity(work)
    automat = await make_automat(work)
    key = await make_key(work, apartment, automat=automat)
    stay, _ = await push(work, apartment, days=2)
    held = await locker_contract(work, stay)

    begun = await look_after(work, stay, at=stay.starts_at)
    taken = await fetch(begun, held, at=stay.starts_at + HOUR)

    assert (held.kind, held.state, held.pin is not None) == (DEFAULT, State.SYNCING, True)
    assert (key.status, key.automat_id, key.locker_id) == (KeyStatus.OUT, None, None)
    assert await free(taken, automat, Window(stay.starts_at, stay.ends_at)) == 29

    back = await give_back(taken, held, at=stay.ends_at - HOUR)

    assert (key.status, key.locker_id) == (KeyStatus.IN_STORAGE, held.locker_id)
    assert held.state is State.COMPLETED
    over = await look_after(back, stay, at=stay.ends_at)
    contract = await key_contract(over, stay)
    assert contract.status is KeyContractStatus.ENDED
    assert stay.status is ReservationStatus.ENDED


async def test_a_long_stay_frees_its_locker_after_the_fetch_and_finds_one_to_return(
    work: Work,
) -> None:
    apartment = await make_entity(work)
    automat = await make_automat(work, model=AutomatModel.LIVIONKEY_1)
    key = await make_key(work, apartment, automat=automat)
    stay, _ = await push(work, apartment, days=60)
    outwards, back = await lockers_of(work, stay)
    middle = Window(stay.starts_at + 5 * DAY, stay.starts_at + 20 * DAY)

    assert (outwards.kind, back.kind) == (FETCH, RETURN)
    assert outwards.locker_id == back.locker_id == key.locker_id
    assert outwards.pin != back.pin
    assert await free(work, automat, middle) == 1
    taken = await fetch(work, outwards, at=stay.starts_at + HOUR)

    assert outwards.state is State.COMPLETED
    assert key.selected_locker_id is None
    assert await free(taken, automat, Window(taken.now, stay.starts_at + 40 * DAY)) == 1
    assert stay.ends_at is not None
    synced = await look_after(taken, stay, at=stay.ends_at - 4 * DAY)
    assert back.state is State.SYNCING
    returned = await give_back(synced, back, at=stay.ends_at - DAY)

    assert back.state is State.COMPLETED
    assert (key.status, key.locker_id) == (KeyStatus.IN_STORAGE, back.locker_id)
    await look_after(returned, stay, at=stay.ends_at)
    assert stay.status is ReservationStatus.ENDED


async def test_a_permanent_stay_gets_its_return_when_its_end_is_known(work: Work) -> None:
    apartment = await make_entity(work)
    automat = await make_automat(work)
    key = await make_key(work, apartment, automat=automat)
    stay, _ = await push(work, apartment, days=None, external_id="home")
    (outwards,) = await lockers_of(work, stay)
    taken = await fetch(work, outwards, at=stay.starts_at)

    begins, end = stay.starts_at, stay.starts_at + 300 * DAY
    await push(taken, apartment, starts_at=begins, ends_at=end, external_id="home")

    (back,) = await locker_contracts(taken, stay)
    assert (back.kind, back.starts_at, back.ends_at) == (RETURN, end - 3 * DAY, end)
    assert (back.automat_id, back.key_id, back.sync_at) == (automat.id, key.id, end - 4 * DAY)


async def test_a_return_is_elsewhere_where_the_automat_has_no_room(work: Work) -> None:
    apartment, other = await make_entity(work), await make_entity(work)
    small = await make_automat(work, "Small", model=AutomatModel.LIVIONKEY_1)
    far = await make_automat(work, "Far", PASILA)
    await make_key(work, apartment, automat=small)
    await make_key(work, other)
    stay, _ = await push(work, apartment, days=60, external_id="first")
    outwards, _ = await lockers_of(work, stay)
    taken = await fetch(work, outwards, at=stay.starts_at)
    begins = stay.starts_at
    await push(taken, apartment, starts_at=begins, days=None, external_id="first")
    during = stay.starts_at + 95 * DAY
    await push(taken, other, starts_at=during, days=10, automat_id=small.id)

    await push(taken, apartment, starts_at=begins, days=100, external_id="first")

    (back,) = await locker_contracts(taken, stay)
    assert (back.kind, back.automat_id) == (RETURN, far.id)


async def test_a_key_that_is_not_fetched_waits_in_its_locker(work: Work) -> None:
    apartment = await make_entity(work)
    automat = await make_automat(work)
    key = await make_key(work, apartment, automat=automat)
    stay, _ = await push(work, apartment, days=60)
    outwards, _ = await lockers_of(work, stay)

    passed = await look_after(work, stay, at=stay.starts_at + 3 * DAY)

    assert (outwards.state, outwards.ends_at) == (State.SYNCING, passed.now + DAY)
    assert outwards.pin is not None
    assert EventKind.KEY_NOT_FETCHED in await trail(passed, key)
    again = await look_after(passed, stay, at=passed.now + DAY)
    assert outwards.ends_at == again.now + DAY
    assert (await trail(again, key)).count(EventKind.KEY_NOT_FETCHED) == 1
    await fetch(again, outwards, at=again.now + HOUR)
    assert outwards.state is State.COMPLETED


async def test_a_key_that_is_never_fetched_is_free_again_at_the_end(work: Work) -> None:
    apartment = await make_entity(work)
    automat = await make_automat(work)
    key = await make_key(work, apartment, automat=automat)
    stay, _ = await push(work, apartment, days=2)
    held = await locker_contract(work, stay)

    over = await look_after(work, stay, at=stay.ends_at)

    assert held.state is State.COMPLETED
    assert stay.status is ReservationStatus.ENDED
    assert EventKind.KEY_NOT_FETCHED in await trail(over, key)
    again, _ = await push(over, apartment, starts_at=over.now)
    assert again.status is ReservationStatus.ACTIVE


async def test_an_overdue_key_keeps_its_locker_and_pin_for_the_return_only(work: Work) -> None:
    apartment = await make_entity(work)
    automat = await make_automat(work)
    key = await make_key(work, apartment, automat=automat)
    stay, _ = await push(work, apartment, days=2)
    held = await locker_contract(work, stay)
    pin = held.pin
    taken = await fetch(work, held, at=stay.starts_at)

    late = await look_after(taken, stay, at=stay.ends_at)

    contract = await key_contract(late, stay)
    assert (key.status, contract.status) == (KeyStatus.OVERDUE, KeyContractStatus.OVERDUE)
    assert stay.status is ReservationStatus.ACTIVE
    assert (held.return_only, held.pin, held.ends_at) == (True, pin, late.now + DAY)
    assert EventKind.KEY_NOT_RETURNED in await trail(late, key)
    back = await give_back(late, held, at=late.now + HOUR)
    over = await look_after(back, stay, at=back.now)
    assert key.status is KeyStatus.IN_STORAGE
    assert (await key_contract(over, stay)).status is KeyContractStatus.ENDED
    assert stay.status is ReservationStatus.ENDED


async def test_whoever_comes_next_makes_way_for_a_key_that_is_late(work: Work) -> None:
    apartment, other = await make_entity(work), await make_entity(work)
    automat = await make_automat(work)
    await make_key(work, apartment)
    await make_key(work, other)
    stay, _ = await push(work, apartment, days=2)
    held = await locker_contract(work, stay)
    following, _ = await push(work, other, starts_at=stay.ends_at, days=2)
    theirs = await locker_contract(work, following)
    pin = theirs.pin
    assert theirs.locker_id == held.locker_id

    taken = await fetch(work, held, at=stay.starts_at)
    await look_after(taken, stay, at=stay.ends_at)

    assert theirs.locker_id != held.locker_id
    assert (theirs.pin, theirs.automat_id) == (pin, automat.id)
    assert EventKind.LOCKER_CONTRACT_MOVED in await trail(taken, theirs)


async def test_whoever_comes_next_fails_for_now_where_no_other_locker_is_free(work: Work) -> None:
    apartment, other = await make_entity(work), await make_entity(work)
    await make_automat(work, model=AutomatModel.LIVIONKEY_1)
    await make_key(work, apartment)
    await make_key(work, other)
    stay, _ = await push(work, apartment, days=2)
    held = await locker_contract(work, stay)
    following, _ = await push(work, other, starts_at=stay.ends_at, days=2)
    theirs = await locker_contract(work, following)

    taken = await fetch(work, held, at=stay.starts_at)
    late = await look_after(taken, stay, at=stay.ends_at)

    assert (theirs.state, theirs.locker_id) == (State.FAILED, None)
    assert "held longer" in str(theirs.reason)
    far = await make_automat(late, "Far", PASILA)
    await look_after(late, following, at=late.now)
    assert (theirs.state, theirs.automat_id) == (State.SYNCING, far.id)
    assert theirs.locker_id is not None


async def test_a_key_in_another_locker_than_planned_is_followed(work: Work) -> None:
    apartment = await make_entity(work)
    automat = await make_automat(work)
    key = await make_key(work, apartment, automat=automat, rfid_tag="E200A1")
    stay, _ = await push(work, apartment, days=2)
    following, _ = await push(work, apartment, starts_at=stay.ends_at, days=2)
    held, theirs = await locker_contract(work, stay), await locker_contract(work, following)
    taken = await fetch(work, held, at=stay.starts_at)

    back = await give_back(taken, held, at=taken.now + HOUR, index=7, tag="E200A1")
    await look_after(back, following, at=back.now)

    assert held.state is State.COMPLETED
    assert theirs.locker_id == key.locker_id != held.locker_id
    assert any("Another locker was held" in notice for notice in await notices_of(back, key))


@pytest.mark.parametrize("late", [timedelta(0), 3 * HOUR])
async def test_a_key_is_overdue_when_the_delay_of_its_unit_has_passed(
    work: Work, late: timedelta
) -> None:
    unit = await make_unit(work, overdue_delay=late)
    apartment = await make_entity(work, unit_id=unit.id)
    automat = await make_automat(work)
    key = await make_key(work, apartment, automat=automat)
    stay, _ = await push(work, apartment, days=2)
    taken = await fetch(work, await locker_contract(work, stay), at=stay.starts_at)
    assert stay.ends_at is not None

    if late:
        await look_after(taken, stay, at=stay.ends_at + late - timedelta(seconds=1))
        assert key.status is KeyStatus.OUT
    await look_after(taken, stay, at=stay.ends_at + late)

    assert key.status is KeyStatus.OVERDUE


async def test_a_key_that_is_brought_to_a_desk_is_back(work: Work) -> None:
    apartment = await make_entity(work)
    automat = await make_automat(work)
    desk = await make_desk(work)
    key = await make_key(work, apartment, automat=automat)
    stay, _ = await push(work, apartment, days=60)
    outwards, back = await lockers_of(work, stay)
    taken = await fetch(work, outwards, at=stay.starts_at)

    await desks.take_back(taken, desks.KeyName(code=key.code), manual_storage_id=desk.id)

    assert (key.status, key.manual_storage_id) == (KeyStatus.IN_STORAGE, desk.id)
    assert back.state is State.COMPLETED
    assert key.target_automat_id == automat.id
