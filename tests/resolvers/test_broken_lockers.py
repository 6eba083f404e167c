"""Keys that people bring to an automat are not put into lockers that are out of order."""

import pytest
from factories import DAY, HOUR, make_automat, make_entity, make_key, push
from handing import name
from lives import fetch, lockers_of, look_after
from outcomes import key_contract

from models.automats import Locker, LockerState
from models.contracts import LockerContractState
from models.database import do_last_acts
from models.jobs import Job
from models.keys import KeyKind
from resolvers import automats
from resolvers.handover.desks import transfer
from resolvers.work import Work


@pytest.mark.parametrize("kind", KeyKind)
async def test_a_key_goes_to_another_locker_than_the_broken_one_and_its_contract_follows(
    work: Work, kind: KeyKind
) -> None:
    home, automat = await make_entity(work), await make_automat(work)
    key = await make_key(work, home, kind=kind)
    stay, _ = await push(work, home)
    (held,) = await lockers_of(work, stay)
    pin = held.pin
    await automats.update_locker(work, held.locker_id, out_of_order=True)

    await transfer(work, name(key), automat_id=automat.id)
    await look_after(work, stay, at=work.now + HOUR)

    (held,) = await lockers_of(work, stay)
    locker = await work.get(Locker, key.locker_id)
    assert locker.state is LockerState.WITH_KEY
    assert (held.locker_id, held.pin) == (locker.id, pin)


async def test_a_key_does_not_go_back_to_its_own_locker_when_that_is_broken(work: Work) -> None:
    automat = await make_automat(work)
    key = await make_key(work, automat=automat)
    own = key.selected_locker_id
    await transfer(work, name(key), manual_storage_id=(await make_key(work)).manual_storage_id)
    await automats.update_locker(work, own, out_of_order=True)

    await transfer(work, name(key), automat_id=automat.id)

    assert key.locker_id not in {None, own}


@pytest.mark.parametrize("kind", KeyKind)
async def test_nobody_comes_back_to_a_locker_that_broke_meanwhile(
    work: Work, kind: KeyKind
) -> None:
    home, automat = await make_entity(work), await make_automat(work)
    await make_key(work, home, automat=automat, kind=kind)
    stay, _ = await push(work, home)
    (held,) = await lockers_of(work, stay)
    out = await fetch(work, held, at=stay.starts_at + HOUR)
    broken, pin = held.locker_id, held.pin

    await automats.update_locker(out, broken, out_of_order=True)
    await look_after(out, stay, at=out.now)

    assert held.locker_id not in {None, broken}
    assert (held.state, held.pin) == (LockerContractState.SYNCING, pin)


async def test_those_who_hold_a_locker_that_breaks_are_looked_after_at_once(work: Work) -> None:
    home = await make_entity(work)
    await make_automat(work)
    await make_key(work, home)
    stay, _ = await push(work, home, starts_at=work.now + 40 * DAY)
    (held,) = await lockers_of(work, stay)
    contract = await key_contract(work, stay)
    await do_last_acts(work.session)

    await automats.update_locker(work, held.locker_id, out_of_order=True)

    await do_last_acts(work.session)
    (job,) = await work.all(work.own(Job).where(Job.subject_id == contract.id))
    assert job.due_at == work.now
