"""Putting keys elsewhere: into lockers and desks, and asking people to bring them."""

from factories import AINO, DAY, make_automat, make_desk, make_entity, make_key, push
from handing import name, newest
from lives import notices_of
from outcomes import count_of, locker_contract, undone
from promising import promised

from models.automats import AutomatModel, Locker
from models.custody import CustodyEntry, CustodyKind
from models.errors import InvalidInput, KeyOut, NoFreeLocker
from resolvers.handover.desks import hand_over
from resolvers.handover.transfers import transfer
from resolvers.work import Work


async def test_a_key_is_put_into_the_locker_that_is_held_for_it(work: Work) -> None:
    apartment = await make_entity(work)
    automat = await make_automat(work)
    await make_key(work, automat=automat)
    key = await make_key(work, apartment)
    stay, _ = await push(work, apartment)
    held = await locker_contract(work, stay)

    heard = await transfer(work, name(key), automat_id=automat.id)

    assert (heard.contradiction, key.locker_id) == (None, held.locker_id)
    assert key.target_automat_id is None
    assert (await newest(work, key)).kind is CustodyKind.TRANSFERRED


async def test_a_key_is_put_into_a_locker_that_is_free(work: Work) -> None:
    apartment = await make_entity(work)
    automat = await make_automat(work)
    await make_key(work, apartment)
    stay, _ = await push(work, apartment, starts_at=work.now)
    held = await locker_contract(work, stay)
    key = await make_key(work)

    refusal = await undone(work, transfer(work, name(key), automat_id=automat.id, locker_index=0))
    assert isinstance(refusal, NoFreeLocker)
    assert "Locker 0" in refusal.message
    await transfer(work, name(key), automat_id=automat.id)

    assert key.locker_id != held.locker_id
    with_index = await transfer(work, name(key), automat_id=automat.id, locker_index=5)
    assert with_index.is_news
    locker = await work.get(Locker, key.locker_id)
    assert locker.index == 5


async def test_a_full_automat_takes_no_more_keys(work: Work) -> None:
    automat = await make_automat(work, model=AutomatModel.LIVIONKEY_1)
    await make_key(work, automat=automat)
    key = await make_key(work)

    refusal = await undone(work, transfer(work, name(key), automat_id=automat.id))

    assert isinstance(refusal, NoFreeLocker)


async def test_putting_a_key_where_it_lies_changes_nothing(work: Work) -> None:
    automat = await make_automat(work)
    key = await make_key(work, automat=automat)
    before = await count_of(work, CustodyEntry)

    heard = await transfer(work, name(key), automat_id=automat.id)

    assert (heard.is_news, heard.contradiction) == (False, "It lies there already.")
    assert await count_of(work, CustodyEntry) == before


async def test_a_key_that_is_out_is_not_put_elsewhere(work: Work) -> None:
    key, desk = await make_key(work), await make_desk(work)
    await hand_over(work, [name(key)], contacts=[AINO])

    refusal = await undone(work, transfer(work, name(key), manual_storage_id=desk.id))

    assert isinstance(refusal, KeyOut)


async def test_a_key_is_put_into_one_place(work: Work) -> None:
    key, desk, automat = await make_key(work), await make_desk(work), await make_automat(work)

    for wrong in (
        {},
        {"manual_storage_id": desk.id, "automat_id": automat.id},
        {"manual_storage_id": desk.id, "locker_index": 0},
        {"automat_id": automat.id, "locker_index": 30},
    ):
        refusal = await undone(work, transfer(work, name(key), **wrong))
        assert isinstance(refusal, InvalidInput)


async def test_people_are_asked_to_bring_a_key_to_whoever_comes_next(work: Work) -> None:
    apartment = await make_entity(work)
    automat = await make_automat(work)
    key = await make_key(work, apartment, automat=automat)
    await push(work, apartment)
    desk = await make_desk(work)

    await transfer(work, name(key), manual_storage_id=desk.id)

    assert key.target_automat_id == automat.id
    (notice,) = await notices_of(work, key)
    assert f"Put the key {key.code} into locker 0 of {automat.name} before" in notice
    await transfer(work, name(key), automat_id=automat.id)
    assert key.target_automat_id is None


async def test_it_is_told_that_nobody_can_take_a_key_of_a_desk_out_of_a_locker(work: Work) -> None:
    automat, key = await make_automat(work), await make_key(work)
    contract = await promised(work, key, starts_at=work.now)

    heard = await transfer(work, name(key), automat_id=automat.id)

    assert contract.reference in (heard.contradiction or "")
    assert "bring it to a desk" in (await notices_of(work, key))[-1]


async def test_a_key_for_which_a_locker_is_opened_or_that_is_for_later_is_no_news(
    work: Work,
) -> None:
    automat, key, other = await make_automat(work), await make_key(work), await make_key(work)
    await promised(work, key, starts_at=work.now, automat_id=automat.id)
    await promised(work, other, starts_at=work.now + DAY)

    for one in (key, other):
        heard = await transfer(work, name(one), automat_id=automat.id)
        assert heard.contradiction is None
