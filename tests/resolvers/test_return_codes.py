"""Return codes open the locker to which a key comes back, while it is out (R30-R34)."""

from typing import Any

import pytest
from factories import DAY, HOUR, make_automat, make_desk, make_entity, make_key, push
from lives import at, fetch, give_back, lockers_of, look_after, notices_of
from outcomes import locker_contract

from models.automats import Automat, AutomatModel, Locker
from models.codes import AutomatCode, CodeUse
from models.errors import PinInUse
from models.keys import Key, KeyKind, KeyStatus
from resolvers import automats, keys, rivals
from resolvers.automat_links import uninstalling
from resolvers.handover import desks, lockers, transfers
from resolvers.key_names import KeyName
from resolvers.work import Work

CODE = "4711"


async def opened_by(work: Work, key: Key) -> list[AutomatCode]:
    return list(await work.all(work.own(AutomatCode).where(AutomatCode.key_id == key.id)))


async def opens(work: Work, key: Key) -> Any:
    """Tell what the return code of a key opens: locker, code, and from when on."""
    found = await opened_by(work, key)
    if not found:
        return None
    (one,) = found
    assert one.use is CodeUse.RETURN
    return one.locker_id, one.code, one.opens_at


async def revision(work: Work, automat: Automat) -> int:
    return (await work.get(Automat, automat.id)).code_revision


async def test_a_return_code_opens_nothing_while_its_key_lies_somewhere(work: Work) -> None:
    key = await make_key(work, automat=await make_automat(work), return_code=CODE)

    assert await opens(work, key) is None


async def test_a_key_of_a_short_stay_comes_back_to_its_locker(work: Work) -> None:
    apartment, automat = await make_entity(work), await make_automat(work)
    key = await make_key(work, apartment, automat=automat, return_code=CODE)
    stay, _ = await push(work, apartment)
    held = await locker_contract(work, stay)
    begun = await look_after(work, stay, at=stay.starts_at)
    before = await revision(work, automat)

    taken = await fetch(begun, held, at=stay.starts_at + HOUR)

    assert await opens(work, key) == (held.locker_id, CODE, taken.now)
    assert await revision(work, automat) == before + 1
    await give_back(taken, held, at=taken.now + HOUR)
    assert await opens(work, key) is None
    assert await revision(work, automat) > before + 1


async def test_a_key_of_a_long_stay_comes_back_when_a_locker_is_held_for_it(work: Work) -> None:
    apartment, automat = await make_entity(work), await make_automat(work)
    key = await make_key(work, apartment, automat=automat, return_code=CODE)
    stay, _ = await push(work, apartment, days=60)
    outwards, back = await lockers_of(work, stay)

    taken = await fetch(work, outwards, at=stay.starts_at)

    assert await opens(work, key) == (back.locker_id, CODE, back.starts_at)
    found = await opened_by(work, key)
    await look_after(taken, stay, at=back.starts_at)
    assert [one.id for one in await opened_by(work, key)] == [one.id for one in found]


async def test_a_return_code_follows_another_end(work: Work) -> None:
    apartment, automat = await make_entity(work), await make_automat(work)
    key = await make_key(work, apartment, automat=automat, return_code=CODE)
    stay, _ = await push(work, apartment, days=None, external_id="home")
    (outwards,) = await lockers_of(work, stay)
    taken = await fetch(work, outwards, at=stay.starts_at)
    assert await opens(work, key) is None

    for days in (100, 80):
        begins = stay.starts_at
        await push(taken, apartment, starts_at=begins, days=days, external_id="home")
        (back,) = await lockers_of(taken, stay)
        assert await opens(work, key) == (back.locker_id, CODE, begins + (days - 3) * DAY)


async def test_a_return_code_follows_a_contract_that_has_to_move(work: Work) -> None:
    apartment, automat = await make_entity(work), await make_automat(work)
    key = await make_key(work, apartment, return_code=CODE)
    stay, _ = await push(work, apartment)
    held = await locker_contract(work, stay)
    await desks.hand_over(at(work, stay.starts_at), [KeyName(id=key.id)])
    before = held.locker_id

    await rivals.move(work, automat, held, 9, reason="So be it.")

    assert before != held.locker_id == (await opens(work, key))[0]
    await rivals.fail(work, held, reason="So be it.")
    assert await opens(work, key) is None


async def test_a_key_that_nobody_was_promised_comes_back_to_its_own_locker(work: Work) -> None:
    automat = await make_automat(work)
    key = await make_key(work, automat=automat, return_code=CODE)
    own = key.locker_id
    from_locker = {"automat_id": automat.id, "locker_index": 0}

    await lockers.key_fetched(work, **from_locker, at=work.now)
    assert await opens(work, key) == (own, CODE, work.now)

    then = at(work, work.now + HOUR)
    heard = await lockers.key_returned(then, **from_locker, at=then.now)
    assert (heard.key, key.locker_id) == (key, own)
    assert await opens(work, key) is None


async def test_what_comes_by_a_return_code_is_that_key(work: Work) -> None:
    apartment, automat = await make_entity(work), await make_automat(work)
    key = await make_key(work, apartment, return_code=CODE, desk=await make_desk(work))
    stay, _ = await push(work, apartment, automat_id=automat.id)
    held = await locker_contract(work, stay)
    then = at(work, stay.starts_at)
    await desks.hand_over(then, [KeyName(id=key.id)])
    index = (await work.get(Locker, held.locker_id)).index

    heard = await lockers.key_returned(
        then, automat_id=automat.id, locker_index=index, at=then.now + HOUR
    )

    assert (heard.key, key.locker_id) == (key, held.locker_id)


async def test_a_key_that_is_taken_back_or_missing_lets_its_code_go(work: Work) -> None:
    apartment, automat = await make_entity(work), await make_automat(work)
    key = await make_key(work, apartment, automat=automat, return_code=CODE)
    stay, _ = await push(work, apartment)
    taken = await fetch(work, await locker_contract(work, stay), at=stay.starts_at)
    desk = await make_desk(work)

    await desks.take_back(taken, KeyName(id=key.id), manual_storage_id=desk.id)
    assert await opens(work, key) is None

    await transfers.transfer(taken, KeyName(id=key.id), automat_id=automat.id)
    assert await opens(work, key) is None


async def test_another_return_code_is_the_one_that_opens(work: Work) -> None:
    automat = await make_automat(work)
    key = await make_key(work, automat=automat, return_code=CODE)
    await lockers.key_fetched(work, automat_id=automat.id, locker_index=0, at=work.now)
    before = await revision(work, automat)

    await keys.update(work, key.id, {"return_code": "2580"})
    assert (await opens(work, key))[1] == "2580"
    await keys.update(work, key.id, {"return_code": None})
    assert await opens(work, key) is None
    await keys.update(work, key.id, {"return_code": "2581"})
    assert (await opens(work, key))[1] == "2581"

    assert await revision(work, automat) == before + 3


async def test_a_key_out_of_use_has_no_return_code(work: Work) -> None:
    automat = await make_automat(work)
    key = await make_key(work, automat=automat, return_code=CODE)
    await keys.update(work, key.id, {"status": KeyStatus.RETIRED})

    await lockers.key_fetched(work, automat_id=automat.id, locker_index=0, at=work.now)
    assert await opens(work, key) is None

    await keys.update(work, key.id, {"status": KeyStatus.IN_STORAGE})
    assert await opens(work, key) is not None


async def elsewhere(work: Work) -> tuple[Work, Key, Automat]:
    """Let a key with a return code that lives at a desk be out, and come back to an automat."""
    apartment, automat = await make_entity(work), await make_automat(work)
    key = await make_key(work, apartment, return_code=CODE)
    stay, _ = await push(work, apartment)
    then = at(work, stay.starts_at)
    await desks.hand_over(then, [KeyName(id=key.id)])
    return then, key, automat


async def test_a_code_that_opens_somewhere_is_given_to_nobody_else_there(work: Work) -> None:
    then, key, automat = await elsewhere(work)
    assert await opens(then, key) is not None

    with pytest.raises(PinInUse):
        await make_key(then, automat=automat, return_code=CODE)
    other = await make_key(then, automat=automat, return_code="2580")
    with pytest.raises(PinInUse):
        await keys.update(then, other.id, {"return_code": CODE})
    with pytest.raises(PinInUse):
        await keys.update(then, key.id, {"return_code": "2580"})


@pytest.mark.parametrize("kind", KeyKind)
async def test_a_code_that_means_something_else_there_is_told_without_being_said(
    work: Work, kind: KeyKind
) -> None:
    apartment = await make_entity(work)
    automat = await make_automat(work, model=AutomatModel.LIVIONKEY_30)
    await make_key(work, automat=automat, return_code=CODE, kind=kind)
    key = await make_key(work, apartment, return_code=CODE)
    stay, _ = await push(work, apartment)

    await desks.hand_over(at(work, stay.starts_at), [KeyName(id=key.id)])

    assert await opens(work, key) is None
    (notice,) = [said for said in await notices_of(work, key) if "return code" in said]
    assert automat.name in notice
    assert CODE not in notice


async def test_a_locker_in_which_another_key_lies_is_not_opened_by_a_code(work: Work) -> None:
    automat = await make_automat(work)
    key = await make_key(work, automat=automat, return_code=CODE)
    await make_key(work, rfid_tag="b2b2")
    own = key.locker_id
    here = {"automat_id": automat.id, "locker_index": 0}
    await lockers.key_fetched(work, **here, at=work.now)
    then = at(work, work.now + HOUR)

    await lockers.key_returned(then, **here, at=then.now, rfid_tag="b2b2")
    assert await opens(then, key) is None

    gone = at(then, then.now + HOUR)
    await lockers.key_fetched(gone, **here, at=gone.now, rfid_tag="b2b2")
    assert await opens(gone, key) == (own, CODE, gone.now)


async def test_a_full_locker_of_its_own_gives_way_to_the_one_that_is_held_later(
    work: Work,
) -> None:
    home, automat = await make_entity(work), await make_automat(work)
    away = await make_automat(work, "Away")
    key = await make_key(work, home, automat=automat, return_code=CODE)
    await make_key(work, rfid_tag="b2b2")
    desk = await make_desk(work)
    await transfers.transfer(work, KeyName(id=key.id), manual_storage_id=desk.id)
    stay, _ = await push(work, home, automat_id=away.id, days=60)
    _, back = await lockers_of(work, stay)
    then = at(work, stay.starts_at)
    await desks.hand_over(then, [KeyName(id=key.id)])
    assert await opens(then, key) == (key.selected_locker_id, CODE, then.now)

    here = {"automat_id": automat.id, "locker_index": 0}
    await lockers.key_returned(then, **here, at=then.now, rfid_tag="b2b2")

    assert await opens(then, key) == (back.locker_id, CODE, back.starts_at)


async def test_a_broken_locker_is_not_opened_by_a_code(work: Work) -> None:
    automat = await make_automat(work)
    key = await make_key(work, automat=automat, return_code=CODE)
    own = key.locker_id
    await lockers.key_fetched(work, automat_id=automat.id, locker_index=0, at=work.now)

    await automats.update_locker(work, own, out_of_order=True)
    assert await opens(work, key) is None

    await automats.update_locker(work, own, out_of_order=False)
    assert await opens(work, key) == (own, CODE, work.now)


async def test_an_automat_that_was_uninstalled_knows_no_code(work: Work) -> None:
    automat = await make_automat(work)
    key = await make_key(work, automat=automat, return_code=CODE)
    await lockers.key_fetched(work, automat_id=automat.id, locker_index=0, at=work.now)

    await uninstalling.uninstall(work, automat.id)

    assert await opens(work, key) is None
