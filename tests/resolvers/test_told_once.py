"""What was told of a stay is not told again when its end is moved, or when our clock goes back."""

import pytest
from acknowledging import confirm, linked_automat
from factories import DAY, HOUR, make_automat, make_desk, make_entity, make_key, push
from handing import name
from lives import at, fetch, give_back, lockers_of, look_after, trail
from outcomes import key_contract
from waiting_for_automats import MINUTE, now_of

from models.automats import AutomatModel, Locker, LockerState
from models.contracts import KeyContractStatus, LockerContractState
from models.entities import ReservableEntity
from models.events import EventKind
from models.keys import Key
from models.reservations import ReservationStatus
from resolvers.handover.desks import hand_over, take_back
from resolvers.handover.lockers import key_returned
from resolvers.work import Work

STAY = "stay"


async def a_home(work: Work) -> tuple[ReservableEntity, Key]:
    home = await make_entity(work)
    return home, await make_key(work, home, automat=await make_automat(work))


async def test_an_open_window_whose_end_is_moved_is_not_given_up(work: Work) -> None:
    home = await make_entity(work)
    automat = await linked_automat(work)
    await make_key(work, home, automat=automat)
    stay, _ = await push(work, home, starts_at=work.now, external_id=STAY)
    (held,) = await lockers_of(work, stay)
    await confirm(work, automat)
    await look_after(work, stay, at=work.now + MINUTE)
    later = at(work, work.now + HOUR)

    await push(later, home, starts_at=work.now, days=3, external_id=STAY)
    for minutes in (0, 1, 16, 300):  # the automat says nothing any more
        await look_after(later, stay, at=later.now + minutes * MINUTE)

    assert (await now_of(work, held)).state is LockerContractState.SYNCING
    assert (await trail(work, held)).count(EventKind.LOCKER_CONTRACT_OPENED) == 1


async def test_a_key_that_was_not_fetched_is_told_once(work: Work) -> None:
    home, key = await a_home(work)
    stay, _ = await push(work, home, days=60, external_id=STAY)
    start = stay.starts_at
    passed = await look_after(work, stay, at=start + 3 * DAY)
    later = at(work, passed.now + HOUR)

    await push(later, home, starts_at=start, days=61, external_id=STAY)
    await look_after(later, stay, at=later.now)

    assert (await trail(later, key)).count(EventKind.KEY_NOT_FETCHED) == 1


async def test_a_window_that_begins_at_another_time_opens_anew(work: Work) -> None:
    home, _ = await a_home(work)
    stay, _ = await push(work, home, external_id=STAY)
    (held,) = await lockers_of(work, stay)
    begun = await look_after(work, stay, at=stay.starts_at)

    await push(begun, home, starts_at=begun.now + DAY, external_id=STAY)
    await look_after(work, stay, at=stay.starts_at)

    assert (await trail(work, held)).count(EventKind.LOCKER_CONTRACT_OPENED) == 2


async def test_what_has_begun_has_begun_though_our_clock_goes_back(work: Work) -> None:
    home, _ = await a_home(work)
    stay, _ = await push(work, home)
    contract = await key_contract(work, stay)

    for moment in (stay.starts_at, stay.starts_at - 5 * HOUR, stay.starts_at):
        await look_after(work, stay, at=moment)
        assert contract.status is KeyContractStatus.ACTIVE
        assert stay.status is ReservationStatus.ACTIVE

    assert (await trail(work, contract)).count(EventKind.KEY_CONTRACT_ACTIVE) == 1
    assert (await trail(work, stay)).count(EventKind.RESERVATION_ACTIVE) == 1


async def test_what_is_overdue_stays_so_though_our_clock_goes_back(work: Work) -> None:
    home, _ = await a_home(work)
    stay, _ = await push(work, home)
    contract = await key_contract(work, stay)
    (held,) = await lockers_of(work, stay)
    await look_after(work, stay, at=stay.starts_at)
    await fetch(work, held, at=stay.starts_at)
    overdue_at = contract.overdue_at
    assert overdue_at is not None

    for moment in (overdue_at, overdue_at - HOUR, overdue_at):
        await look_after(work, stay, at=moment)
        assert contract.status is KeyContractStatus.OVERDUE

    assert (await trail(work, contract)).count(EventKind.KEY_CONTRACT_OVERDUE) == 1


async def test_a_stay_whose_key_is_back_before_it_begins_is_still_to_come(work: Work) -> None:
    home = await make_entity(work)
    desk = await make_desk(work)
    key = await make_key(work, home, desk=desk)
    await make_automat(work)
    stay, _ = await push(work, home)
    contract = await key_contract(work, stay)
    await hand_over(work, [name(key)])
    assert contract.status is KeyContractStatus.ACTIVE
    await take_back(at(work, work.now + HOUR), name(key))

    await look_after(work, stay, at=work.now + 2 * HOUR)

    assert contract.status is KeyContractStatus.UPCOMING


async def test_nobody_is_reminded_to_bring_back_what_is_back(work: Work) -> None:
    home, _ = await a_home(work)
    stay, _ = await push(work, home, days=5)
    (held,) = await lockers_of(work, stay)
    await look_after(work, stay, at=stay.starts_at)
    await fetch(work, held, at=stay.starts_at + HOUR)
    await give_back(work, held, at=stay.starts_at + DAY)
    assert stay.ends_at is not None

    await look_after(work, stay, at=stay.ends_at - HOUR)

    assert EventKind.END_REMINDER not in await trail(work, await key_contract(work, stay))


@pytest.mark.parametrize(
    ("after_start", "expected"),
    [
        (-HOUR, {EventKind.START_REMINDER}),
        (10 * MINUTE, {EventKind.START_REMINDER}),
        (3 * DAY, set()),
    ],
)
async def test_a_worker_that_was_away_reminds_of_nothing_that_is_over(
    work: Work, after_start: object, expected: set[EventKind]
) -> None:
    home, _ = await a_home(work)
    stay, _ = await push(work, home, starts_at=work.now + 3 * DAY)

    await look_after(work, stay, at=stay.starts_at + after_start)

    reminders = {EventKind.START_REMINDER, EventKind.END_REMINDER}
    assert reminders & {*await trail(work, await key_contract(work, stay))} == expected


async def test_a_locker_with_the_key_of_another_home_is_not_found_while_its_door_is_open(
    work: Work,
) -> None:
    home = await make_entity(work)
    automat = await make_automat(work, model=AutomatModel.LIVIONKEY_1)
    await make_key(work, home, automat=automat)
    stay, _ = await push(work, home)
    (held,) = await lockers_of(work, stay)
    locker = await work.get(Locker, held.locker_id)
    then = await fetch(work, held, at=stay.starts_at)
    strange = await make_key(work, await make_entity(work), rfid_tag="E200B2")
    put = {"automat_id": automat.id, "locker_index": locker.index, "rfid_tag": strange.rfid_tag}
    await key_returned(then, **put, at=then.now)
    locker.state = LockerState.DOOR_OPEN
    await work.save()

    for hours in (1, 2, 3):
        await look_after(work, stay, at=then.now + hours * HOUR)

    assert (await trail(work, held)).count(EventKind.LOCKER_CONTRACT_FAILED) == 1
