"""Keys added to a contract by staff, removed and swapped, while the others stay untouched."""

import pytest
from factories import (
    DAY,
    acting_as,
    make_automat,
    make_desk,
    make_entity,
    make_key,
    push,
)
from lives import at, fetch, give_back, trail
from outcomes import events, everything, key_contract, undone
from promising import allocations, asked, lockers_of, made

from models.accounts import Role
from models.automats import AutomatModel
from models.codes import AutomatCode
from models.contracts import KeyAllocation, KeyContract, LockerContract, LockerContractState
from models.errors import (
    InvalidInput,
    KeyOut,
    KeyTaken,
    LivionKeyError,
    MixedStorage,
    NoFreeLocker,
    NotAllowed,
    NotFound,
)
from models.events import EventKind
from models.keys import Key, KeyKind, KeyStatus
from resolvers import contracts, keys
from resolvers.staff_contracts import drafts
from resolvers.staff_contracts.keys import Swap, change_keys
from resolvers.work import Work

State = LockerContractState


async def live_lockers(work: Work, contract: KeyContract) -> list[LockerContract]:
    return [one for one in await lockers_of(work, contract) if one.state.is_live]


async def history(work: Work, contract: KeyContract) -> list[KeyAllocation]:
    row = KeyAllocation
    return list(
        await work.all(work.own(row).where(row.key_contract_id == contract.id).order_by(row.id))
    )


@pytest.mark.parametrize("kind", KeyKind)
async def test_a_key_is_added_and_the_others_keep_lockers_and_pins(
    work: Work, kind: KeyKind
) -> None:
    automat = await make_automat(work)
    first, second = [await make_key(work, automat=automat, kind=kind) for _ in range(2)]
    contract = await made(work, first)
    (before,) = await live_lockers(work, contract)
    kept = (before.id, before.pin, before.locker_id, before.sync_at)

    await change_keys(work, contract.id, add=[second.id])

    held = {one.locker_id: one for one in await live_lockers(work, contract)}
    same, new = held[first.locker_id], held[second.locker_id]
    assert (same.id, same.pin, same.locker_id, same.sync_at) == kept
    assert (new.starts_at, new.ends_at) == (contract.starts_at, contract.ends_at)
    assert new.pin not in (None, same.pin)
    assert {one.key_id for one in await allocations(work, contract)} == {first.id, second.id}
    assert EventKind.KEY_CONTRACT_KEY_ADDED in await trail(work, contract)


@pytest.mark.parametrize("kind", KeyKind)
async def test_a_key_is_removed_with_its_locker_and_remembered(work: Work, kind: KeyKind) -> None:
    automat = await make_automat(work)
    first, second = [await make_key(work, automat=automat, kind=kind) for _ in range(2)]
    contract = await made(work, first, second, starts_at=work.now)

    await change_keys(work, contract.id, remove_ids=[first.id])

    (held,) = await live_lockers(work, contract)
    pins = work.own(AutomatCode).where(AutomatCode.locker_contract_id.is_not(None))
    (code,) = await work.all(pins)
    assert held.locker_id == second.locker_id
    assert code.locker_contract_id == held.id
    gone = [one for one in await history(work, contract) if not one.live]
    assert [(one.key_id, one.removed_at) for one in gone] == [(first.id, work.now)]
    assert EventKind.KEY_CONTRACT_KEY_REMOVED in await trail(work, contract)
    assert await made(work, first)


async def test_a_key_is_swapped_for_another_one(work: Work) -> None:
    automat = await make_automat(work)
    stays, goes, comes = [await make_key(work, automat=automat) for _ in range(3)]
    contract = await made(work, stays, goes)

    await change_keys(work, contract.id, swaps=[Swap(comes.id, goes.id)])

    assert {one.key_id for one in await allocations(work, contract)} == {stays.id, comes.id}
    said = {event.kind: event.facts for event in await events(work)}
    removed = said[EventKind.KEY_CONTRACT_KEY_REMOVED]
    added = said[EventKind.KEY_CONTRACT_KEY_ADDED]
    assert (removed["key_id"], removed["replaced_by"]) == (str(goes.id), str(comes.id))
    assert (added["key_id"], added["instead_of"]) == (str(comes.id), str(goes.id))


async def test_all_keys_may_be_swapped_at_once(work: Work) -> None:
    gone, come = await make_key(work), await make_key(work, automat=await make_automat(work))
    contract = await made(work, gone)

    await change_keys(work, contract.id, swaps=[Swap(come.id, gone.id)])

    assert [one.key_id for one in await allocations(work, contract)] == [come.id]
    assert len(await live_lockers(work, contract)) == 1


async def test_a_key_that_comes_while_the_contract_runs_is_promised_from_now_on(
    work: Work,
) -> None:
    automat = await make_automat(work)
    first, second = [await make_key(work, automat=automat) for _ in range(2)]
    contract = await made(work, first, starts_at=work.now, days=9)
    (held,) = await live_lockers(work, contract)
    await fetch(work, held, at=work.now)
    then = at(work, work.now + DAY)

    await change_keys(then, contract.id, add=[second.id])

    by_key = {one.key_id: one for one in await allocations(then, contract)}
    assert by_key[first.id].fetched_at == work.now
    assert (by_key[second.id].starts_at, by_key[second.id].ends_at) == (then.now, contract.ends_at)


async def test_a_key_that_was_removed_may_come_again(work: Work) -> None:
    first, second = await make_key(work), await make_key(work)
    contract = await made(work, first, second)
    await change_keys(work, contract.id, remove_ids=[first.id])

    await change_keys(work, contract.id, add=[first.id])

    assert {one.key_id for one in await allocations(work, contract)} == {first.id, second.id}
    assert len(await history(work, contract)) == 3


async def test_a_key_at_a_desk_is_brought_to_the_automat_of_the_others(work: Work) -> None:
    automat, desk = await make_automat(work), await make_desk(work)
    first, second = [await make_key(work, desk=desk) for _ in range(2)]
    contract = await made(work, first, automat_id=automat.id)

    await change_keys(work, contract.id, add=[second.id])

    assert {one.automat_id for one in await live_lockers(work, contract)} == {automat.id}
    assert (await work.get(Key, second.id)).target_automat_id == automat.id


async def test_whoever_has_a_key_keeps_it(work: Work) -> None:
    automat = await make_automat(work)
    first, second, third = [await make_key(work, automat=automat) for _ in range(3)]
    contract = await made(work, first, second, starts_at=work.now)
    held = next(o for o in await live_lockers(work, contract) if o.key_id == first.id)
    taken = await fetch(work, held, at=work.now)

    for action in (
        change_keys(taken, contract.id, remove_ids=[first.id]),
        change_keys(taken, contract.id, swaps=[Swap(third.id, first.id)]),
    ):
        assert isinstance(await undone(taken, action), KeyOut)
    await change_keys(taken, contract.id, remove_ids=[second.id])

    assert [one.key_id for one in await allocations(taken, contract)] == [first.id]


async def test_what_cannot_be_changed_is_refused_by_name_and_changes_nothing(work: Work) -> None:
    desk_key, other = await make_key(work), await make_key(work)
    inside = await make_key(work, automat=await make_automat(work))
    taken, retired = await make_key(work), await make_key(work)
    await keys.update(work, retired.id, {"status": KeyStatus.RETIRED})
    await made(work, taken)
    contract = await made(work, desk_key)
    id = contract.id
    before = await everything(work)

    cases: list[tuple[object, type[LivionKeyError]]] = [
        (change_keys(work, id, add=[inside.id]), MixedStorage),
        (change_keys(work, id, add=[taken.id]), KeyTaken),
        (change_keys(work, id, add=[retired.id]), InvalidInput),
        (change_keys(work, id, add=[desk_key.id]), InvalidInput),
        (change_keys(work, id, add=[other.id, other.id]), InvalidInput),
        (change_keys(work, id, add=[id]), NotFound),
        (change_keys(work, id, remove_ids=[desk_key.id]), InvalidInput),
        (change_keys(work, id, remove_ids=[other.id]), NotFound),
        (change_keys(work, id), InvalidInput),
        (change_keys(work, other.id, add=[other.id]), NotFound),
    ]
    for action, wrong in cases:
        assert type(await undone(work, action)) is wrong
    assert await everything(work) == before


async def test_a_full_automat_takes_no_more_keys(work: Work) -> None:
    automat, desk = await make_automat(work, model=AutomatModel.LIVIONKEY_1), await make_desk(work)
    first, second = [await make_key(work, desk=desk) for _ in range(2)]
    contract = await made(work, first, automat_id=automat.id)

    refusal = await undone(work, change_keys(work, contract.id, add=[second.id]))

    assert isinstance(refusal, NoFreeLocker)


async def test_a_contract_that_holds_nothing_gets_no_keys(work: Work) -> None:
    key, other = await make_key(work), await make_key(work, automat=await make_automat(work))
    cancelled = await made(work, key)
    await contracts.cancel(work, cancelled.id)
    draft = await drafts.create(work, asked(work, key))
    over = await made(work, other, starts_at=work.now, days=1)
    (held,) = await live_lockers(work, over)
    await fetch(work, held, at=work.now)
    back = await give_back(work, held, at=work.now + 2 * DAY)
    home = await make_entity(work)
    await make_key(work, home, automat=await make_automat(work))
    reserved = await key_contract(work, (await push(work, home))[0])

    for contract in (cancelled, draft, over, reserved):
        refusal = await undone(back, change_keys(back, contract.id, add=[key.id]))
        assert (type(refusal), refusal.path) == (InvalidInput, ("id",))


@pytest.mark.parametrize("role", [Role.VIEWER, Role.INSTALLER])
async def test_not_everybody_changes_keys(work: Work, role: Role) -> None:
    contract = await made(work, await make_key(work))
    clerk = acting_as(work, role)
    add = change_keys(clerk, contract.id, add=[(await make_key(work)).id])

    assert isinstance(await undone(clerk, add), NotAllowed)


async def test_keys_at_a_desk_come_only_where_it_is_said_how_they_are_got(work: Work) -> None:
    inside, at_desk = await make_key(work, automat=await make_automat(work)), await make_key(work)
    contract = await made(work, inside, pick_up_information=None)
    swap = Swap(at_desk.id, inside.id)

    with pytest.raises(InvalidInput) as refusal:
        await change_keys(work, contract.id, swaps=[swap])

    assert refusal.value.path == ("pick_up_information",)
