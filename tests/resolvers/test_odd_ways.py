"""Odd ways that a stay can take, most of them found by the stories of `./dev soak stays`."""

import pytest
from factories import AINO, DAY, HOUR, make_automat, make_desk, make_entity, make_key, push
from lives import at, fetch, give_back, lockers_of, look_after, notices_of, trail
from outcomes import locker_contract

from models.automats import AutomatModel
from models.contracts import LockerContractState as State
from models.errors import InvalidInput, NoFreeLocker
from models.events import EventKind
from models.keys import KeyKind
from resolvers import contract_changes
from resolvers.handover import desks
from resolvers.handover.desks import KeyName
from resolvers.work import Work


async def test_a_contract_whose_keys_are_back_cannot_be_extended(work: Work) -> None:
    key = await make_key(work, desk=await make_desk(work))
    until = work.now + DAY
    handed = await desks.hand_over(work, [KeyName(key.id)], contacts=[AINO], due_at=until)
    await desks.take_back(work, KeyName(key.id))

    with pytest.raises(InvalidInput, match="holds no key any more"):
        await contract_changes.change_end(work, handed.contract.id, ends_at=until + DAY)


async def test_a_key_that_somebody_waits_for_already_is_to_be_put_there_at_once(work: Work) -> None:
    await make_automat(work)
    apartment = await make_entity(work)
    key = await make_key(work, apartment, desk=await make_desk(work))

    await push(work, apartment, starts_at=work.now - HOUR / 4)

    (notice,) = await notices_of(work, key)
    assert notice.endswith("at once.")


async def test_no_key_is_put_into_a_locker_whose_key_should_have_been_fetched(work: Work) -> None:
    apartment = await make_entity(work)
    automat = await make_automat(work, model=AutomatModel.LIVIONKEY_1)
    await make_key(work, apartment, automat=automat)
    another = await make_key(work)
    stay, _ = await push(work, apartment, days=60)
    later = at(work, stay.starts_at + 3 * DAY + HOUR)

    with pytest.raises(NoFreeLocker):
        await desks.transfer(later, KeyName(another.id), automat_id=automat.id)


async def test_the_return_makes_way_for_a_key_that_was_not_fetched_yet(work: Work) -> None:
    apartment = await make_entity(work)
    automat = await make_automat(work)
    key = await make_key(work, apartment, automat=automat)
    stay, _ = await push(work, apartment, days=60)
    outwards, back = await lockers_of(work, stay)
    assert stay.ends_at is not None
    assert outwards.locker_id == back.locker_id == key.locker_id
    known = await look_after(work, stay, at=stay.ends_at - 4 * DAY)

    await look_after(known, stay, at=back.starts_at)

    assert (outwards.state, outwards.locker_id) == (State.SYNCING, key.locker_id)
    assert back.state is State.SYNCING
    assert back.locker_id not in {None, key.locker_id}


async def test_the_return_gets_the_only_locker_once_the_key_was_fetched(work: Work) -> None:
    apartment = await make_entity(work)
    automat = await make_automat(work, model=AutomatModel.LIVIONKEY_1)
    key = await make_key(work, apartment, automat=automat)
    stay, _ = await push(work, apartment, days=60)
    outwards, back = await lockers_of(work, stay)
    home = key.locker_id
    late = await look_after(work, stay, at=back.starts_at)
    assert (outwards.locker_id, back.state) == (home, State.FAILED)

    taken = await fetch(late, outwards, at=late.now + HOUR)
    await look_after(taken, stay, at=taken.now)

    assert outwards.state is State.COMPLETED
    assert (back.state, back.locker_id) == (State.SYNCING, home)


async def test_a_locker_is_not_held_longer_where_somebody_comes_for_the_key_in_it(
    work: Work,
) -> None:
    apartment, other = await make_entity(work), await make_entity(work)
    automat, desk = await make_automat(work), await make_desk(work)
    any_key = await make_key(work, apartment, automat=automat, kind=KeyKind.ELECTROMECHANICAL)
    theirs = await make_key(work, other, automat=automat, rfid_tag="E200B2")
    stay, _ = await push(work, apartment, days=60)
    held, _ = await lockers_of(work, stay)
    following, _ = await push(work, other, starts_at=held.ends_at)
    next_held, place, pin = await locker_contract(work, following), held.locker_id, held.pin
    await desks.transfer(work, KeyName(any_key.id), manual_storage_id=desk.id)
    put = await give_back(work, held, at=stay.starts_at, tag="E200B2")
    for moment in (put.now, next_held.sync_at):
        known = await look_after(put, following, at=moment)

    late = await look_after(known, stay, at=held.ends_at)

    assert next_held.locker_id == theirs.locker_id == place
    assert held.locker_id not in {None, place}
    assert (held.pin, held.ends_at) == (pin, late.now + DAY)


async def test_a_key_is_not_put_into_the_locker_held_for_it_while_another_lies_there(
    work: Work,
) -> None:
    apartment = await make_entity(work)
    automat = await make_automat(work)
    key = await make_key(work, apartment)
    await make_key(work, automat=automat, rfid_tag="E200B2")
    stay, _ = await push(work, apartment, starts_at=work.now + 5 * DAY)
    held = await locker_contract(work, stay)
    put = await give_back(work, held, at=work.now + HOUR, tag="E200B2")
    full = held.locker_id

    await desks.transfer(put, KeyName(key.id), automat_id=automat.id)
    await look_after(put, stay, at=put.now)

    assert key.locker_id == held.locker_id != full


async def test_a_key_is_not_put_into_the_locker_held_for_it_while_somebody_else_holds_it(
    work: Work,
) -> None:
    apartment, other = await make_entity(work), await make_entity(work)
    automat = await make_automat(work)
    await make_key(work, other)
    key = await make_key(work, apartment)
    first, _ = await push(work, other, starts_at=work.now)
    following, _ = await push(work, apartment, starts_at=first.ends_at)
    theirs, held = await locker_contract(work, first), await locker_contract(work, following)
    assert theirs.locker_id == held.locker_id

    await desks.transfer(work, KeyName(key.id), automat_id=automat.id)
    await look_after(work, following, at=work.now)

    assert key.locker_id == held.locker_id != theirs.locker_id


async def test_a_return_without_a_locker_gets_one_by_a_push_after_its_pin_is_due(
    work: Work,
) -> None:
    apartment, another = await make_entity(work), await make_entity(work)
    automat = await make_automat(work, model=AutomatModel.LIVIONKEY_1)
    await make_key(work, apartment, another, automat=automat)
    stay, _ = await push(work, apartment, days=60)
    _, back = await lockers_of(work, stay)
    late = await look_after(work, stay, at=back.starts_at)
    assert back.state is State.FAILED

    await push(
        *(late, another),
        external_id=stay.external_id,
        starts_at=stay.starts_at,
        ends_at=stay.ends_at,
    )

    await late.session.refresh(back)
    assert back.state is State.SYNCING
    known = [EventKind.LOCKER_CONTRACT_PLANNED, EventKind.LOCKER_CONTRACT_SYNCING]
    assert (await trail(late, back))[-2:] == known
