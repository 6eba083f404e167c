"""PINs that an automat does not say it knows: people are told, and no guest is worse off by it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from acknowledging import codes_of, confirm, link_of, linked
from factories import DAY, HOUR, NOON, make_automat, make_entity, make_key, push
from lives import at, fetch, look_after, notices_of, trail
from outcomes import key_contract, locker_contract
from promising import lockers_of, made
from sqlalchemy import delete

from models.automat_alarms import AlarmKind, AutomatAlarm
from models.automats import Automat, AutomatModel, AutomatState, Locker
from models.contracts import KeyContract, LockerContract
from models.contracts import LockerContractState as State
from models.database import do_last_acts
from models.events import EventKind
from models.jobs import Job
from models.keys import Key
from models.reservations import Reservation
from resolvers.automat_codes.awaiting import NOT_CONFIRMED
from resolvers.handover.lockers import key_fetched
from resolvers.staff_contracts import pins
from resolvers.upkeep import contracts
from resolvers.work import Work

MINUTE = timedelta(minutes=1)
TOLD, FAILED = EventKind.LOCKER_CONTRACT_NOT_CONFIRMED, EventKind.LOCKER_CONTRACT_FAILED


async def automat_of(
    work: Work, model: AutomatModel = AutomatModel.LIVIONKEY_30, **given: Any
) -> Automat:
    automat = await make_automat(work, model=model)
    await linked(work, automat, **given)
    return automat


async def stay_at(work: Work, automat: Automat, **given: Any) -> tuple[Reservation, LockerContract]:
    """Push a stay that begins in a day; its PIN is sent to the automat at once."""
    apartment = await make_entity(work)
    await make_key(work, apartment, automat=automat)
    stay, _ = await push(work, apartment, **given)
    held = await locker_contract(work, stay)
    assert held.state is State.SYNCING
    return stay, held


async def now_of(work: Work, held: LockerContract) -> LockerContract:
    return await work.get(LockerContract, held.id)


async def alarms(work: Work, automat: Automat) -> list[bool]:
    """List the alarms about codes that were raised at an automat: whether each is on."""
    row = AutomatAlarm
    mine = work.own(row).where(
        row.automat_id == automat.id, row.kind == AlarmKind.CODES_NOT_CONFIRMED
    )
    return [one.ended_at is None for one in await work.all(mine.order_by(row.id))]


async def next_look(work: Work, stay: Reservation | KeyContract, moment: datetime) -> Any:
    contract = stay if isinstance(stay, KeyContract) else await key_contract(work, stay)
    return await contracts.look_after(at(work, moment), contract.id)


async def test_people_are_told_two_hours_before_and_it_is_given_up_a_quarter_before(
    work: Work,
) -> None:
    automat = await automat_of(work)
    stay, held = await stay_at(work, automat)
    starts_at = stay.starts_at

    assert await next_look(work, stay, work.now) == starts_at - 2 * HOUR
    assert await next_look(work, stay, starts_at - 2 * HOUR) == starts_at - 15 * MINUTE
    assert (await trail(work, held)).count(TOLD) == 1
    assert await alarms(work, automat) == [True]
    assert (await now_of(work, held)).state is State.SYNCING
    await look_after(work, stay, at=starts_at - 15 * MINUTE)

    given_up = await now_of(work, held)
    assert (given_up.state, given_up.reason) == (State.FAILED, NOT_CONFIRMED)
    assert (await trail(work, held))[-1] is FAILED
    told = await notices_of(work, held)
    assert "Hand the key over in another way" in told[-1]
    assert not [notice for notice in told if (held.pin or "-") in notice]


async def test_nothing_is_told_of_what_is_confirmed_in_time(work: Work) -> None:
    automat = await automat_of(work)
    stay, held = await stay_at(work, automat)
    await confirm(work, automat)

    assert await next_look(work, stay, work.now) == stay.starts_at
    await look_after(work, stay, at=stay.starts_at - MINUTE)

    assert (await now_of(work, held)).state is State.READY
    assert TOLD not in await trail(work, held)
    assert await alarms(work, automat) == []


@pytest.mark.parametrize("given", [None, {"works": False}, {"revoked_at": NOON}])
async def test_nobody_waits_for_an_automat_that_does_not_work_with_a_link(
    work: Work, given: dict[str, Any] | None
) -> None:
    automat = await make_automat(work)
    if given is not None:
        await linked(work, automat, **given)
    stay, held = await stay_at(work, automat)

    assert await next_look(work, stay, work.now) == stay.starts_at
    await look_after(work, stay, at=stay.starts_at)

    assert (await now_of(work, held)).state is State.SYNCING
    assert TOLD not in await trail(work, held)


async def test_a_stay_that_begins_at_once_has_a_quarter_of_an_hour(work: Work) -> None:
    automat = await automat_of(work)
    stay, held = await stay_at(work, automat, starts_at=work.now)

    assert await next_look(work, stay, work.now) == work.now + 10 * MINUTE
    assert await next_look(work, stay, work.now + 10 * MINUTE) == work.now + 15 * MINUTE
    assert (await now_of(work, held)).state is State.SYNCING
    await look_after(work, stay, at=work.now + 15 * MINUTE)

    assert (await now_of(work, held)).state is State.FAILED


async def test_people_are_told_once_even_of_what_is_looked_at_late(work: Work) -> None:
    automat = await automat_of(work)
    stay, held = await stay_at(work, automat)
    _, other = await stay_at(work, automat)

    for minutes in (10, 5, 1):
        await look_after(work, stay, at=stay.starts_at - minutes * MINUTE)

    assert (await trail(work, held)).count(TOLD) == 1
    assert (await trail(work, held)).count(FAILED) == 1
    assert await alarms(work, automat) == [True]
    assert other.id != held.id


async def given_up(work: Work, automat: Automat) -> tuple[Reservation, LockerContract, Work]:
    stay, held = await stay_at(work, automat)
    then = await look_after(work, stay, at=stay.starts_at - 15 * MINUTE)
    assert (await now_of(work, held)).state is State.FAILED
    return stay, held, then


async def test_a_silent_automat_does_not_let_it_be_planned_and_given_up_in_turns(
    work: Work,
) -> None:
    automat = await automat_of(work)
    stay, held, _ = await given_up(work, automat)
    before = await trail(work, held)

    moment = stay.starts_at
    for _ in range(5):
        await look_after(work, stay, at=moment)
        moment += HOUR

    assert await trail(work, held) == before
    assert (await now_of(work, held)).state is State.FAILED


async def test_an_automat_that_comes_back_gets_the_same_pin_for_the_same_locker(
    work: Work,
) -> None:
    automat = await automat_of(work)
    stay, held = await stay_at(work, automat)
    locker_id, pin = held.locker_id, held.pin
    await look_after(work, stay, at=stay.starts_at - 15 * MINUTE)
    assert await codes_of(work, automat) == []

    back = at(work, stay.starts_at - 14 * MINUTE)
    await forget_jobs(back)
    await confirm(back, automat)
    assert await is_due(back, stay)
    assert await alarms(work, automat) == [False]
    await look_after(work, stay, at=back.now)
    sent = await now_of(work, held)
    assert (sent.state, sent.locker_id, sent.pin) == (State.SYNCING, locker_id, pin)
    await confirm(back, automat)

    ready = await now_of(work, held)
    assert (ready.state, ready.reason, ready.starts_at) == (State.READY, None, stay.starts_at)
    assert (await trail(work, held))[-3:] == [
        EventKind.LOCKER_CONTRACT_PLANNED,
        EventKind.LOCKER_CONTRACT_SYNCING,
        EventKind.LOCKER_CONTRACT_READY,
    ]
    await fetch(work, ready, at=stay.starts_at)


async def forget_jobs(work: Work) -> None:
    await do_last_acts(work.session)
    await work.session.execute(delete(Job))


async def is_due(work: Work, stay: Reservation) -> bool:
    """Tell whether the timer is to look after a stay at once."""
    contract = await key_contract(work, stay)
    await do_last_acts(work.session)
    jobs = await work.all(work.own(Job).where(Job.subject_id == contract.id))
    return [job.due_at for job in jobs] == [work.now]


async def test_it_comes_back_after_its_start_too(work: Work) -> None:
    automat = await automat_of(work)
    stay, held, _ = await given_up(work, automat)

    back = at(work, stay.starts_at + HOUR)
    await confirm(back, automat)
    await look_after(work, stay, at=back.now)
    await confirm(back, automat)

    assert (await now_of(work, held)).state is State.READY
    assert (await now_of(work, held)).ends_at == stay.ends_at


async def test_an_old_word_of_the_automat_is_not_enough_to_come_back(work: Work) -> None:
    automat = await automat_of(work)
    stay, held, then = await given_up(work, automat)

    await confirm(then, automat, 1, number=4)
    await look_after(work, stay, at=then.now + MINUTE)

    assert (await now_of(work, held)).state is State.FAILED


async def test_one_that_waits_again_is_given_up_again_once(work: Work) -> None:
    automat = await automat_of(work)
    stay, held, then = await given_up(work, automat)
    await confirm(then, automat)
    await look_after(work, stay, at=then.now)
    assert (await now_of(work, held)).state is State.SYNCING

    await look_after(work, stay, at=then.now + 14 * MINUTE)
    assert (await now_of(work, held)).state is State.SYNCING
    await look_after(work, stay, at=then.now + 15 * MINUTE)

    assert (await now_of(work, held)).state is State.FAILED
    assert (await trail(work, held)).count(FAILED) == 2


async def test_the_locker_with_the_key_is_given_to_nobody_meanwhile(work: Work) -> None:
    automat = await automat_of(work, AutomatModel.LIVIONKEY_1)
    stay, held, then = await given_up(work, automat)
    apartment = await make_entity(then, name="Another one")
    await make_key(then, apartment)

    other, _ = await push(then, apartment, automat_id=automat.id)

    assert other.unfulfilled_reason is not None
    back = at(work, then.now + MINUTE)
    await confirm(back, automat)
    await look_after(work, stay, at=back.now)
    assert (await now_of(work, held)).locker_id == held.locker_id is not None


async def test_an_automat_out_of_service_gets_nothing_back(work: Work) -> None:
    automat = await automat_of(work)
    stay, held, then = await given_up(work, automat)
    (locked,) = await work.locked(Automat, [automat.id])
    locked.state = AutomatState.OUT_OF_SERVICE
    await work.save()

    await confirm(then, automat)
    await look_after(work, stay, at=then.now + MINUTE)

    assert (await now_of(work, held)).state is State.FAILED


async def test_it_comes_back_by_hand_when_the_link_is_taken_away(work: Work) -> None:
    automat = await automat_of(work)
    stay, held, then = await given_up(work, automat)
    (await link_of(work, automat)).revoked_at = then.now
    await work.save()

    await look_after(work, stay, at=then.now + MINUTE)

    assert (await now_of(work, held)).state is State.SYNCING


async def test_a_key_that_is_taken_all_the_same_is_believed(work: Work) -> None:
    automat = await automat_of(work)
    stay, held = await stay_at(work, automat)
    index = await locker_index(work, held)
    await look_after(work, stay, at=stay.starts_at - 15 * MINUTE)

    taken = at(work, stay.starts_at)
    await key_fetched(taken, automat_id=automat.id, locker_index=index, at=taken.now)

    contract = await key_contract(work, stay)
    (key,) = await work.all(work.own(Key))
    assert key.automat_id is None
    assert contract.id == held.key_contract_id


async def locker_index(work: Work, held: LockerContract) -> int:
    return (await work.get(Locker, held.locker_id)).index


async def test_a_window_that_is_open_is_never_given_up_for_a_change(work: Work) -> None:
    automat = await automat_of(work)
    contract = await made(work, await make_key(work, automat=automat), starts_at=work.now)
    (held,) = await lockers_of(work, contract)
    await confirm(work, automat)
    await look_after(work, contract, at=work.now + MINUTE)
    changed = at(work, work.now + HOUR)
    await pins.renew(changed, contract.id, held.id)

    assert await next_look(work, contract, changed.now) == changed.now + 10 * MINUTE
    await look_after(work, contract, at=changed.now + 10 * MINUTE)
    await look_after(work, contract, at=changed.now + 5 * HOUR)

    assert (await now_of(work, held)).state is State.SYNCING
    assert (await trail(work, held)).count(TOLD) == 1
    assert await alarms(work, automat) == [True]
    await confirm(work, automat)
    assert (await now_of(work, held)).state is State.READY
    assert await alarms(work, automat) == [False]


async def test_a_change_is_told_anew_when_it_is_not_confirmed_either(work: Work) -> None:
    automat = await automat_of(work)
    contract = await made(work, await make_key(work, automat=automat), starts_at=work.now + DAY)
    (held,) = await lockers_of(work, contract)
    begun = await look_after(work, contract, at=held.starts_at - HOUR)
    await pins.renew(begun, contract.id, held.id)

    await look_after(work, contract, at=begun.now + 9 * MINUTE)
    assert (await trail(work, held)).count(TOLD) == 1
    await look_after(work, contract, at=begun.now + 10 * MINUTE)

    assert (await trail(work, held)).count(TOLD) == 2


async def test_a_restored_automat_has_its_time_to_catch_up(work: Work) -> None:
    automat = await automat_of(work)
    stay, held = await stay_at(work, automat)
    await confirm(work, automat, number=3)
    soon = at(work, stay.starts_at - 5 * MINUTE)
    await confirm(soon, automat, None, number=4)

    await look_after(work, stay, at=soon.now)
    assert (await now_of(work, held)).state is State.SYNCING
    assert TOLD not in await trail(work, held)
    await look_after(work, stay, at=soon.now + 15 * MINUTE)

    assert (await now_of(work, held)).state is State.FAILED
