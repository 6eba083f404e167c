"""Keys of automats that a desk hands over: nothing is left that opens a locker for them (R69d)."""

import promising
import pytest
from factories import DAY, HOUR, make_automat, make_desk, make_entity, make_key, push
from handing import allocations, name
from lives import at, lockers_of

from models.contracts import LockerContract, LockerContractKind, LockerContractState
from models.entities import KeyRule
from models.keys import Key, KeyKind
from models.reservations import Reservation
from resolvers.handover.desks import hand_over, take_back
from resolvers.staff_contracts.keys import change_keys
from resolvers.work import Work

ANY = KeyKind.ELECTROMECHANICAL
FETCH, RETURN = LockerContractKind.FETCH, LockerContractKind.RETURN


async def a_stay_with_two_keys(work: Work) -> tuple[Reservation, list[Key]]:
    home = await make_entity(work, key_rule=KeyRule.ALL)
    automat = await make_automat(work)
    keys = [await make_key(work, home, automat=automat, kind=ANY) for _ in range(2)]
    stay, _ = await push(work, home, days=60)
    return stay, keys


async def held_for(work: Work, stay: Reservation, kind: LockerContractKind) -> list[LockerContract]:
    return [one for one in await lockers_of(work, stay) if one.kind is kind]


async def test_the_locker_of_a_fetch_is_free_when_a_desk_hands_the_key_over(work: Work) -> None:
    home, automat = await make_entity(work), await make_automat(work)
    key = await make_key(work, home, automat=automat, kind=ANY)
    stay, _ = await push(work, home, days=60)
    outwards, back = await lockers_of(work, stay)
    assert (outwards.kind, outwards.key_id, back.key_id) == (FETCH, None, key.id)

    await hand_over(at(work, stay.starts_at - HOUR), [name(key)])

    assert (outwards.state, outwards.key_id) == (LockerContractState.COMPLETED, key.id)
    assert (back.kind, back.state.is_live) == (RETURN, True)


@pytest.mark.parametrize("which", [0, 1])
async def test_the_other_key_may_still_be_fetched_from_its_locker(work: Work, which: int) -> None:
    stay, keys = await a_stay_with_two_keys(work)
    key, other = keys[which], keys[1 - which]
    held = {one.locker_id: one for one in await held_for(work, stay, FETCH)}
    ours, others = held[key.locker_id], held[other.locker_id]

    await hand_over(at(work, stay.starts_at + HOUR), [name(key)])

    assert (ours.state, ours.key_id) == (LockerContractState.COMPLETED, key.id)
    assert (others.state.is_live, others.key_id) == (True, None)


@pytest.mark.parametrize("which", [0, 1])
async def test_a_key_from_a_desk_does_not_close_the_locker_of_the_other_one(
    work: Work, which: int
) -> None:
    stay, keys = await a_stay_with_two_keys(work)
    key, other = keys[which], keys[1 - which]
    desk = await make_desk(work)
    await take_back(work, name(key), manual_storage_id=desk.id)

    await hand_over(at(work, stay.starts_at + HOUR), [name(key)])

    live = [one for one in await held_for(work, stay, FETCH) if one.state.is_live]
    assert [one.locker_id for one in live] == [other.locker_id]


async def test_a_key_that_comes_back_leaves_the_other_one_to_be_fetched(work: Work) -> None:
    home = await make_entity(work, key_rule=KeyRule.ALL)
    automat = await make_automat(work)
    key, other = [await make_key(work, home, automat=automat, kind=ANY) for _ in range(2)]
    stay, _ = await push(work, home, days=None)
    then = at(work, stay.starts_at + HOUR)
    await hand_over(then, [name(key)])

    desk = await make_desk(work)

    await take_back(at(work, then.now + DAY), name(key), manual_storage_id=desk.id)

    (allocation,) = await allocations(work, other)
    assert allocation.live
    live = [one for one in await held_for(work, stay, FETCH) if one.state.is_live]
    assert [one.locker_id for one in live] == [other.locker_id]


@pytest.mark.parametrize("days", [2, 60])
async def test_keys_that_are_handed_over_together_have_a_place_each(work: Work, days: int) -> None:
    home = await make_entity(work, key_rule=KeyRule.ALL)
    automat = await make_automat(work)
    keys = [await make_key(work, home, automat=automat, kind=ANY) for _ in range(2)]
    stay, _ = await push(work, home, days=days)
    desk = await make_desk(work)
    for key in keys:
        await take_back(work, name(key), manual_storage_id=desk.id)

    await hand_over(at(work, stay.starts_at + HOUR), [name(key) for key in keys])

    live = [one.key_id for one in await lockers_of(work, stay) if one.state.is_live]
    assert sorted(live, key=str) == sorted((key.id for key in keys), key=str)


@pytest.mark.parametrize("kind", [KeyKind.MECHANICAL, ANY])
async def test_a_key_that_leaves_its_contract_at_a_desk_leaves_no_locker(
    work: Work, kind: KeyKind
) -> None:
    automat, desk = await make_automat(work), await make_desk(work)
    first, second = [await make_key(work, automat=automat, kind=kind) for _ in range(2)]
    contract = await promising.made(work, first, second, starts_at=work.now + DAY)
    await take_back(work, name(first), manual_storage_id=desk.id)

    await change_keys(work, contract.id, remove_ids=[first.id])

    held = await promising.lockers_of(work, contract)
    assert [one.locker_id for one in held if one.state.is_live] == [second.locker_id]
