"""Contracts that are given up while an automat says nothing come back with it."""

from acknowledging import codes_of, confirm, link_of, linked_automat
from factories import HOUR, make_entity, make_key, push
from lives import at, fetch, look_after, trail
from outcomes import key_contract
from sqlalchemy import delete
from waiting_for_automats import MINUTE, alarms, now_of, stay_at

from models.automats import Automat, AutomatModel, AutomatState, Locker
from models.contracts import LockerContract
from models.contracts import LockerContractState as State
from models.database import do_last_acts
from models.events import EventKind
from models.jobs import Job
from models.keys import Key
from models.reservations import Reservation
from resolvers.handover.lockers import key_fetched
from resolvers.work import Work


async def given_up(work: Work, automat: Automat) -> tuple[Reservation, LockerContract, Work]:
    stay, held = await stay_at(work, automat)
    then = await look_after(work, stay, at=stay.starts_at - 15 * MINUTE)
    assert (await now_of(work, held)).state is State.FAILED
    return stay, held, then


async def test_a_silent_automat_does_not_let_it_be_planned_and_given_up_in_turns(
    work: Work,
) -> None:
    automat = await linked_automat(work)
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
    automat = await linked_automat(work)
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
    automat = await linked_automat(work)
    stay, held, _ = await given_up(work, automat)

    back = at(work, stay.starts_at + HOUR)
    await confirm(back, automat)
    await look_after(work, stay, at=back.now)
    await confirm(back, automat)

    assert (await now_of(work, held)).state is State.READY
    assert (await now_of(work, held)).ends_at == stay.ends_at


async def test_an_old_word_of_the_automat_is_not_enough_to_come_back(work: Work) -> None:
    automat = await linked_automat(work)
    stay, held, then = await given_up(work, automat)

    await confirm(then, automat, 1, number=4)
    await look_after(work, stay, at=then.now + MINUTE)

    assert (await now_of(work, held)).state is State.FAILED


async def test_one_that_waits_again_is_given_up_again_once(work: Work) -> None:
    automat = await linked_automat(work)
    stay, held, then = await given_up(work, automat)
    await confirm(then, automat)
    await look_after(work, stay, at=then.now)
    assert (await now_of(work, held)).state is State.SYNCING

    await look_after(work, stay, at=then.now + 14 * MINUTE)
    assert (await now_of(work, held)).state is State.SYNCING
    await look_after(work, stay, at=then.now + 15 * MINUTE)

    assert (await now_of(work, held)).state is State.FAILED
    assert (await trail(work, held)).count(EventKind.LOCKER_CONTRACT_FAILED) == 2


async def test_the_locker_with_the_key_is_given_to_nobody_meanwhile(work: Work) -> None:
    automat = await linked_automat(work, AutomatModel.LIVIONKEY_1)
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
    automat = await linked_automat(work)
    stay, held, then = await given_up(work, automat)
    (locked,) = await work.locked(Automat, [automat.id])
    locked.state = AutomatState.OUT_OF_SERVICE
    await work.save()

    await confirm(then, automat)
    await look_after(work, stay, at=then.now + MINUTE)

    assert (await now_of(work, held)).state is State.FAILED


async def test_it_comes_back_by_hand_when_the_link_is_taken_away(work: Work) -> None:
    automat = await linked_automat(work)
    stay, held, then = await given_up(work, automat)
    (await link_of(work, automat)).revoked_at = then.now
    await work.save()

    await look_after(work, stay, at=then.now + MINUTE)

    assert (await now_of(work, held)).state is State.SYNCING


async def test_a_key_that_is_taken_all_the_same_is_believed(work: Work) -> None:
    automat = await linked_automat(work)
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
