"""Keys that people bring to an automat are not put into lockers that are out of order."""

import pytest
from factories import HOUR, make_automat, make_entity, make_key, push
from handing import name
from lives import lockers_of, look_after

from models.automats import Locker, LockerState
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
