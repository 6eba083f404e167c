"""Key contracts that staff change: another end, another way to the keys, given up."""

import pytest
from factories import AINO, DAY, HOUR, make_automat, make_entity, make_key, push
from lives import at, fetch, give_back, look_after
from outcomes import everything, key_contract, undone
from promising import allocations, lockers_of, promised

from models.contracts import KeyContractStatus, LockerContractState
from models.errors import InvalidInput, KeyOut, KeyTaken, StartsAfterEnd
from models.keys import KeyStatus
from resolvers import contract_changes, contracts
from resolvers.handover.desks import KeyName, hand_over, take_back
from resolvers.work import Work

State = LockerContractState


@pytest.mark.parametrize("days", [1, 5, None])
async def test_the_end_moves_before_the_key_is_out(work: Work, days: int | None) -> None:
    key = await make_key(work, automat=await make_automat(work))
    contract = await promised(work, key)
    (held,) = await lockers_of(work, contract)
    pin, ends_at = held.pin, None if days is None else contract.starts_at + days * DAY

    await contract_changes.change_end(work, contract.id, ends_at=ends_at)

    (held,) = await lockers_of(work, contract)
    (allocation,) = await allocations(work, contract)
    assert (held.ends_at, allocation.ends_at, contract.ends_at) == (ends_at, ends_at, ends_at)
    assert (held.pin, held.locker_id, held.state.is_live) == (pin, key.locker_id, True)
    assert contract.overdue_at == ends_at


@pytest.mark.parametrize("days", [1, 5, None])
async def test_the_end_moves_while_the_key_is_out(work: Work, days: int | None) -> None:
    key = await make_key(work, automat=await make_automat(work))
    contract = await promised(work, key)
    (held,) = await lockers_of(work, contract)
    taken = await fetch(work, held, at=contract.starts_at)
    ends_at = None if days is None else contract.starts_at + days * DAY

    await contract_changes.change_end(taken, contract.id, ends_at=ends_at)

    (held,) = await lockers_of(work, contract)
    assert (held.ends_at, held.locker_id) == (ends_at, key.selected_locker_id)
    assert key.status is KeyStatus.OUT


async def test_an_overdue_key_may_be_kept_longer(work: Work) -> None:
    key = await make_key(work)
    given = await hand_over(work, [KeyName(id=key.id)], contacts=[AINO], due_at=work.now + DAY)
    late = await look_after(work, given.contract, at=work.now + DAY)
    assert key.status is KeyStatus.OVERDUE

    await contract_changes.change_end(late, given.contract.id, ends_at=late.now + DAY)

    assert (key.status, given.contract.status) == (KeyStatus.OUT, KeyContractStatus.ACTIVE)


async def test_a_key_is_not_kept_into_the_time_of_somebody_else(work: Work) -> None:
    key = await make_key(work, automat=await make_automat(work))
    contract = await promised(work, key)
    following = await promised(work, key, starts_at=contract.ends_at)
    (held,) = await lockers_of(work, contract)
    before = await everything(work)
    longer = contract_changes.change_end(work, contract.id, ends_at=following.ends_at)

    assert isinstance(await undone(work, longer), KeyTaken)
    assert await everything(work) == before
    taken = await fetch(work, held, at=contract.starts_at)
    longer = contract_changes.change_end(taken, contract.id, ends_at=following.ends_at)
    refusal = await undone(taken, longer)
    assert isinstance(refusal, KeyTaken)
    assert f"until {following.starts_at.isoformat()}" in refusal.message


async def test_an_end_lies_after_the_start_and_after_now(work: Work) -> None:
    contract = await promised(work, await make_key(work))
    then = at(work, contract.starts_at + HOUR)

    for ends_at, wrong in ((contract.starts_at, StartsAfterEnd), (then.now, InvalidInput)):
        refusal = await undone(
            then, contract_changes.change_end(then, contract.id, ends_at=ends_at)
        )
        assert (type(refusal), refusal.path) == (wrong, ("ends_at",))


async def test_a_contract_whose_keys_are_back_has_no_other_end(work: Work) -> None:
    key = await make_key(work)
    given = await hand_over(work, [KeyName(id=key.id)], contacts=[AINO], due_at=work.now + DAY)
    await take_back(work, KeyName(id=key.id))
    cancelled = await promised(work, key)
    await contracts.cancel(work, cancelled.id)

    for contract in (given.contract, cancelled):
        longer = contract_changes.change_end(work, contract.id, ends_at=None)
        refusal = await undone(work, longer)
        assert isinstance(refusal, InvalidInput)
        assert "holds no key any more" in refusal.message


async def test_how_keys_are_picked_up_is_said_anew(work: Work) -> None:
    contract = await promised(work, await make_key(work))

    await contract_changes.describe_pick_up(work, contract.id, "Knock.")

    assert contract.pick_up_information == "Knock."
    refusal = await undone(work, contract_changes.describe_pick_up(work, contract.id, None))
    assert refusal.path == ("pick_up_information",)
    of_automat = await promised(work, await make_key(work, automat=await make_automat(work)))
    await contract_changes.describe_pick_up(work, of_automat.id, "")
    assert of_automat.pick_up_information is None


async def test_a_contract_is_given_up_once(work: Work) -> None:
    automat = await make_automat(work)
    key = await make_key(work, automat=automat)
    contract = await promised(work, key)

    await contracts.cancel(work, contract.id)
    before = await everything(work)
    await contracts.cancel(work, contract.id)

    (held,) = await lockers_of(work, contract)
    assert (contract.status, held.state) == (KeyContractStatus.CANCELLED, State.CANCELLED)
    assert await allocations(work, contract) == []
    assert await everything(work) == before
    await promised(work, key)


async def test_a_contract_with_a_key_out_is_not_given_up(work: Work) -> None:
    automat = await make_automat(work)
    made = [await make_key(work, automat=automat) for _ in range(2)]
    contract = await promised(work, *made)
    first, _ = await lockers_of(work, contract)
    taken = await fetch(work, first, at=contract.starts_at)

    refusal = await undone(taken, contracts.cancel(taken, contract.id))

    assert isinstance(refusal, KeyOut)
    back = await give_back(taken, first, at=taken.now + HOUR)
    await contracts.cancel(back, contract.id)
    assert contract.status is KeyContractStatus.CANCELLED
    states = [one.state for one in await lockers_of(work, contract)]
    assert states == [State.COMPLETED, State.CANCELLED]


async def test_the_contract_of_a_reservation_is_left_to_it(work: Work) -> None:
    apartment = await make_entity(work)
    await make_key(work, apartment, automat=await make_automat(work))
    stay, _ = await push(work, apartment)
    contract = await key_contract(work, stay)

    for change in (
        contracts.cancel(work, contract.id),
        contract_changes.change_end(work, contract.id, ends_at=None),
        contract_changes.describe_pick_up(work, contract.id, "Knock."),
    ):
        refusal = await undone(work, change)
        assert (type(refusal), refusal.path) == (InvalidInput, ("id",))
