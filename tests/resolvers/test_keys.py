"""Keys are registered where they lie, with a number and a locker of their own."""

from collections.abc import Sequence
from typing import Any

import pytest
from factories import DAY, make_automat, make_desk, make_entity, make_key, push
from outcomes import everything, locker_contract, undone
from sqlalchemy import select

from models.automats import AutomatModel, Locker, LockerState
from models.errors import ErrorCode, ExternalIdInUse, InvalidInput, NoFreeLocker, PinInUse
from models.keys import EntityKey, Key, KeyKind
from resolvers import automats, keys
from resolvers.work import Work


async def locker_of(work: Work, key: Key) -> Locker:
    return await work.get(Locker, key.locker_id)


async def test_a_key_in_an_automat_gets_the_lowest_free_locker(work: Work) -> None:
    automat = await make_automat(work)

    made = [await make_key(work, automat=automat) for _ in range(3)]

    lockers = [await locker_of(work, key) for key in made]
    assert [locker.index for locker in lockers] == [0, 1, 2]
    assert {locker.state for locker in lockers} == {LockerState.WITH_KEY}
    assert all(key.selected_locker_id == key.locker_id for key in made)
    assert {(key.automat_id, key.selected_automat_id) for key in made} == {(automat.id, automat.id)}


async def test_a_key_gets_the_locker_that_is_named(work: Work) -> None:
    key = await make_key(work, automat=await make_automat(work), locker_index=29)

    assert (await locker_of(work, key)).index == 29


async def test_a_locker_that_is_promised_or_broken_is_not_given(work: Work) -> None:
    apartment = await make_entity(work)
    automat = await make_automat(work)
    await make_key(work, apartment)
    reservation, _ = await push(work, apartment)
    lockers: Sequence[Locker] = await work.all(
        select(Locker).where(Locker.automat_id == automat.id).order_by(Locker.index)
    )
    await automats.update_locker(work, lockers[1].id, out_of_order=True)

    key = await make_key(work, automat=automat)

    assert (await locker_contract(work, reservation)).locker_id == lockers[0].id
    assert key.locker_id == lockers[2].id
    for taken in (0, 1, 2):
        with pytest.raises(NoFreeLocker, match=f"Locker {taken}"):
            await make_key(work, automat=automat, locker_index=taken)


@pytest.mark.parametrize("index", [30, -1, 1_000])
async def test_an_automat_has_no_other_lockers_than_its_own(work: Work, index: int) -> None:
    automat = await make_automat(work)

    refusal = await undone(work, make_key(work, automat=automat, locker_index=index))

    assert (refusal.code, refusal.path) == (ErrorCode.INVALID_INPUT, ("locker_index",))
    assert "0 to 29" in refusal.message


async def test_a_full_automat_takes_no_key(work: Work) -> None:
    automat = await make_automat(work, model=AutomatModel.LIVIONKEY_1)
    await make_key(work, automat=automat)
    before = await everything(work)

    refusal = await undone(work, make_key(work, automat=automat))

    assert refusal.code is ErrorCode.NO_FREE_LOCKER
    assert await everything(work) == before


async def test_a_key_without_a_number_gets_one(work: Work) -> None:
    key = await make_key(work)

    assert len(key.code) == 6
    assert key.code.isalnum()
    assert key.code == key.code.upper()


async def test_a_number_is_given_to_one_key_only(work: Work) -> None:
    await make_key(work, code="A-1")

    refusal = await undone(work, make_key(work, code=" A-1 "))

    assert isinstance(refusal, ExternalIdInUse)
    assert "'A-1'" in refusal.message


async def test_another_number_is_written_as_that_of_a_new_key(work: Work) -> None:
    key, other = await make_key(work, code="A-1"), await make_key(work, code="A-2")

    await keys.update(work, key.id, {"code": " A-3 "})
    refusal = await undone(work, keys.update(work, other.id, {"code": "A-3 "}))

    assert key.code == "A-3"
    assert refusal.code is ErrorCode.EXTERNAL_ID_IN_USE


@pytest.mark.parametrize("code", ["", "   ", "x" * 501])
async def test_a_number_is_not_empty_or_endless(work: Work, code: str) -> None:
    with pytest.raises(InvalidInput):
        await make_key(work, code=code)


@pytest.mark.parametrize("code", ["123", "1234567890", "12a4", "", "\u0661\u0662\u0663\u0664"])
async def test_a_return_code_has_four_to_nine_digits(work: Work, code: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await make_key(work, return_code=code)

    assert code == "" or code not in refusal.value.message


async def test_an_automat_does_not_learn_a_code_twice(work: Work) -> None:
    apartment = await make_entity(work)
    automat, other = await make_automat(work), await make_automat(work)
    await make_key(work, apartment, automat=automat, return_code="4711")
    reservation, _ = await push(work, apartment)
    pin = (await locker_contract(work, reservation)).pin

    for code in ("4711", pin):
        with pytest.raises(PinInUse) as refusal:
            await make_key(work, automat=automat, return_code=code)
        assert str(code) not in refusal.value.message
    assert (await make_key(work, automat=other, return_code="4711")).return_code == "4711"


async def test_a_changed_return_code_is_checked_as_well(work: Work) -> None:
    automat = await make_automat(work)
    await make_key(work, automat=automat, return_code="4711")
    key = await make_key(work, automat=automat, return_code="4712")

    with pytest.raises(PinInUse):
        await keys.update(work, key.id, {"return_code": "4711"})

    await keys.update(work, key.id, {"return_code": "4712"})


@pytest.mark.parametrize("both", [True, False])
async def test_a_key_lies_in_one_place(work: Work, both: bool) -> None:
    automat, desk = await make_automat(work), await make_desk(work)
    places: dict[str, Any] = {"automat_id": automat.id, "manual_storage_id": desk.id}

    with pytest.raises(InvalidInput, match="exactly one"):
        await keys.register(
            work, kind=KeyKind.MECHANICAL, entity_ids=[], **(places if both else {})
        )


async def test_a_key_opens_each_entity_once(work: Work) -> None:
    one, other = await make_entity(work), await make_entity(work)

    key = await make_key(work, one, other, one)
    assert await opened_by(work, key) == {one.id, other.id}
    await keys.update(work, key.id, {}, entity_ids=[other.id, other.id])

    assert await opened_by(work, key) == {other.id}


async def opened_by(work: Work, key: Key) -> set[Any]:
    found = await work.scalars(select(EntityKey.entity_id).where(EntityKey.key_id == key.id))
    assert len(found) == len(set(found))
    return set(found)


async def test_a_key_that_is_bound_keeps_its_locker_after_the_stay(work: Work) -> None:
    apartment = await make_entity(work)
    automat = await make_automat(work, model=AutomatModel.LIVIONKEY_1)
    await make_key(work, apartment, automat=automat)
    other = await make_entity(work)
    await make_key(work, other)
    await push(work, apartment)

    reservation, _ = await push(work, other, starts_at=work.now + 9 * DAY)

    assert reservation.unfulfilled_reason is ErrorCode.NO_FREE_LOCKER
