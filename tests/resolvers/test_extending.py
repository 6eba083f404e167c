"""Another end for a stay whose key is out: the lockers that are held go on being the right ones."""

from datetime import datetime

import pytest
from factories import AINO, DAY, make_automat, make_entity, make_key, push
from lives import fetch, give_back
from outcomes import free, locker_contract, locker_contracts

from models.automats import AutomatModel
from models.contracts import KeyContract, LockerContract, LockerContractKind
from models.keys import Key, KeyKind
from models.times import Window
from resolvers import contract_changes, contracts
from resolvers.work import Work


async def lockers_held(work: Work, contract: KeyContract) -> list[LockerContract]:
    row = LockerContract
    theirs = work.own(row).where(row.key_contract_id == contract.id)
    return list(await work.all(theirs.order_by(row.id)))


async def several_keys_with_one_out(
    work: Work, kind: KeyKind, *, ends_at: datetime
) -> tuple[Work, KeyContract]:
    """Make a contract of two keys in an automat, and let somebody fetch the first."""
    automat = await make_automat(work)
    keys = [await make_key(work, automat=automat, kind=kind) for _ in range(2)]
    contract = await contracts.create(
        work,
        key_ids=[key.id for key in keys],
        contacts=[AINO],
        window=Window(work.now, ends_at),
    )
    first, _ = await lockers_held(work, contract)
    return await fetch(work, first, at=work.now), contract


@pytest.mark.parametrize("model", AutomatModel)
async def test_a_key_keeps_its_own_locker_to_come_back_to(work: Work, model: AutomatModel) -> None:
    apartment = await make_entity(work)
    automat = await make_automat(work, model=model)
    key = await make_key(work, apartment, automat=automat)
    stay, _ = await push(work, apartment, days=2, external_id="stay")
    held = await locker_contract(work, stay)
    pin = held.pin
    taken = await fetch(work, held, at=stay.starts_at)

    await push(taken, apartment, starts_at=stay.starts_at, days=3, external_id="stay")

    (back,) = await locker_contracts(taken, stay)
    assert (back.locker_id, back.pin) == (key.selected_locker_id, pin)
    assert back.ends_at == stay.starts_at + 3 * DAY


@pytest.mark.parametrize("kind", KeyKind)
async def test_keys_that_wait_still_lie_in_the_lockers_that_are_held(
    work: Work, kind: KeyKind
) -> None:
    taken, contract = await several_keys_with_one_out(work, kind, ends_at=work.now + DAY)

    await contract_changes.change_end(taken, contract.id, ends_at=work.now + 30 * DAY)

    held = await lockers_held(taken, contract)
    own = {key.selected_locker_id for key in await work.all(work.own(Key))}
    assert {one.locker_id for one in held} == own
    assert all(one.state.is_live and one.ends_at == work.now + 30 * DAY for one in held)


async def test_a_key_of_which_any_would_have_done_is_still_named_once_it_is_out(
    work: Work,
) -> None:
    kind = KeyKind.ELECTROMECHANICAL
    taken, contract = await several_keys_with_one_out(work, kind, ends_at=work.now + DAY)
    first, second = await lockers_held(taken, contract)
    out = first.key_id
    assert (out is not None, second.key_id) == (True, None)

    await contract_changes.change_end(taken, contract.id, ends_at=work.now + 2 * DAY)

    assert (first.key_id, second.key_id) == (out, None)


async def test_a_locker_is_free_until_the_return_when_the_stay_is_a_long_one_now(
    work: Work,
) -> None:
    apartment, automat = await make_entity(work), await make_automat(work)
    key = await make_key(work, apartment, automat=automat)
    stay, _ = await push(work, apartment, days=2, external_id="stay")
    held = await locker_contract(work, stay)
    own, pin, begin = held.locker_id, held.pin, stay.starts_at
    taken = await fetch(work, held, at=begin)

    await push(taken, apartment, starts_at=begin, days=60, external_id="stay")

    (back,) = await locker_contracts(taken, stay)
    assert (back.kind, back.locker_id, back.pin) == (LockerContractKind.RETURN, own, pin)
    assert await free(taken, automat, Window(begin + 5 * DAY, begin + 9 * DAY)) == 30
    assert await free(taken, automat, Window(begin + 5 * DAY, begin + 59 * DAY)) == 29
    await give_back(taken, back, at=back.starts_at)
    assert key.selected_locker_id == key.locker_id == own
