"""Where keys that are out can come back to: return is never blocked."""

import pytest
from factories import (
    AINO,
    HOUR,
    acting_as,
    make_automat,
    make_desk,
    make_entity,
    make_key,
    make_stranger,
    make_unit,
    push,
)
from lives import at, fetch, lockers_of, look_after
from outcomes import locker_contract

from models.accounts import Role
from models.automats import Automat, AutomatModel, AutomatState, Locker
from models.errors import NotAllowed
from models.keys import Key, ManualStorage
from models.times import Window
from resolvers import automats, contracts, desks
from resolvers.handover.desks import KeyName, hand_over
from resolvers.handover.lockers import key_fetched, key_returned
from resolvers.return_places import ReturnPlace, return_places
from resolvers.work import Work

SMALL = AutomatModel.LIVIONKEY_1


async def place_of(work: Work, key: Key) -> ReturnPlace | None:
    (found,) = await return_places(work, [key.id])
    return found


async def taken(work: Work, automat: Automat, index: int = 0) -> None:
    """Let nobody knows who take a key out of a locker."""
    await key_fetched(work, automat_id=automat.id, locker_index=index, at=work.now)


async def held(work: Work, automat: Automat, count: int) -> None:
    """Hold lockers of an automat from now on for keys that are to be brought there."""
    keys = [await make_key(work) for _ in range(count)]
    await contracts.create(
        work,
        key_ids=[key.id for key in keys],
        contacts=[AINO],
        window=Window(work.now, None),
        automat_id=automat.id,
    )


@pytest.mark.parametrize("days", [2, 60])
async def test_a_key_comes_back_to_the_locker_that_is_held_for_it(work: Work, days: int) -> None:
    apartment, automat = await make_entity(work), await make_automat(work)
    key = await make_key(work, apartment, automat=automat)
    stay, _ = await push(work, apartment, days=days)
    outwards, *back = await lockers_of(work, stay)
    out = await fetch(work, outwards, at=stay.starts_at)
    holding = (back or [outwards])[0]

    place = await place_of(out, key)

    assert place == ReturnPlace(
        opens_at=max(out.now, holding.starts_at),
        automat_id=automat.id,
        locker_id=holding.locker_id,
        locker_contract_id=holding.id,
    )


async def test_an_overdue_key_comes_back_to_the_locker_that_is_kept_for_it(work: Work) -> None:
    apartment, automat = await make_entity(work), await make_automat(work, model=SMALL)
    key = await make_key(work, apartment, automat=automat)
    stay, _ = await push(work, apartment)
    holding = await locker_contract(work, stay)
    out = await fetch(work, holding, at=stay.starts_at)
    late = await look_after(out, stay, at=stay.ends_at)

    place = await place_of(late, key)

    assert place is not None
    assert place.locker_contract_id == holding.id


async def test_a_locker_that_takes_nothing_is_not_a_place(work: Work) -> None:
    apartment, automat = await make_entity(work), await make_automat(work)
    desk = await make_desk(work)
    key = await make_key(work, apartment, desk=desk, rfid_tag="a1a1")
    await make_key(work, rfid_tag="b2b2")
    stay, _ = await push(work, apartment)
    holding = await locker_contract(work, stay)
    out = at(work, stay.starts_at)
    await hand_over(out, [KeyName(id=key.id)])
    at_desk = ReturnPlace(out.now, manual_storage_id=desk.id)
    (locker,) = await work.all(work.own(Locker).where(Locker.id == holding.locker_id))
    assert (await place_of(out, key) or at_desk).locker_id == locker.id

    await automats.update_locker(out, locker.id, out_of_order=True)
    assert await place_of(out, key) == at_desk
    await automats.update_locker(out, locker.id, out_of_order=False)
    await automats.update(out, automat.id, {"state": AutomatState.OUT_OF_SERVICE})
    assert await place_of(out, key) == at_desk
    await automats.update(out, automat.id, {"state": AutomatState.IN_SERVICE})
    where = {"automat_id": automat.id, "locker_index": locker.index}
    await key_returned(out, **where, at=out.now, rfid_tag="b2b2")
    assert await place_of(out, key) == at_desk


async def test_a_key_comes_back_to_its_desk(work: Work) -> None:
    desk = await make_desk(work)
    await make_automat(work)
    key = await make_key(work, desk=desk)
    await hand_over(work, [KeyName(id=key.id)], contacts=[AINO])

    assert await place_of(work, key) == ReturnPlace(work.now, manual_storage_id=desk.id)


async def test_a_key_comes_back_to_its_own_locker_else_to_a_free_one(work: Work) -> None:
    automat = await make_automat(work)
    await make_desk(work)
    key = await make_key(work, automat=automat)
    own = key.locker_id
    await taken(work, automat)
    assert await place_of(work, key) == ReturnPlace(work.now, automat.id, own)
    (locker,) = await work.all(work.own(Locker).where(Locker.id == own))

    await automats.update_locker(work, locker.id, out_of_order=True)
    assert await place_of(work, key) == ReturnPlace(work.now, automat.id, None)

    await held(work, automat, 29)
    desk = await work.first(work.own(ManualStorage).order_by(ManualStorage.id))
    assert desk is not None
    assert await place_of(work, key) == ReturnPlace(work.now, manual_storage_id=desk.id)


async def test_its_own_locker_takes_no_key_while_another_one_lies_in_it(work: Work) -> None:
    automat = await make_automat(work, model=SMALL)
    key = await make_key(work, automat=automat)
    await make_key(work, rfid_tag="b2b2")
    desk = await work.first(work.own(ManualStorage).order_by(ManualStorage.id))
    assert desk is not None
    await taken(work, automat)

    then = at(work, work.now + HOUR)
    where = {"automat_id": automat.id, "locker_index": 0}
    await key_returned(then, **where, at=then.now, rfid_tag="b2b2")

    assert await place_of(then, key) == ReturnPlace(then.now, manual_storage_id=desk.id)


async def test_a_key_comes_back_to_the_nearest_desk_up_the_tree(work: Work) -> None:
    town = await make_unit(work)
    house = await make_unit(work, parent_id=town.id)
    other = await make_unit(work)
    automat = await make_automat(work, model=SMALL, unit_id=house.id)
    key = await make_key(work, automat=automat)
    await taken(work, automat)
    await automats.update(work, automat.id, {"state": AutomatState.OUT_OF_SERVICE})
    assert await place_of(work, key) is None

    for unit in (other, None, town, house):
        desk = await desks.create(work, name="Desk", unit_id=unit.id if unit else None)
        assert await place_of(work, key) == ReturnPlace(work.now, manual_storage_id=desk.id)
    await desks.create(work, name="Desk", unit_id=house.id)
    assert await place_of(work, key) == ReturnPlace(work.now, manual_storage_id=desk.id)


async def test_nobody_is_sent_to_somebody_elses_desk(work: Work) -> None:
    automat = await make_automat(work, model=SMALL)
    key = await make_key(work, automat=automat)
    await taken(work, automat)
    await automats.update(work, automat.id, {"state": AutomatState.OUT_OF_SERVICE})
    stranger = await make_stranger(work)
    await make_desk(stranger)

    assert await place_of(work, key) is None
    assert await return_places(stranger, [key.id]) == [None]


async def test_where_keys_come_back_to_is_for_those_who_may_see_keys(work: Work) -> None:
    key = await make_key(work)

    with pytest.raises(NotAllowed):
        await return_places(acting_as(work, Role.INSTALLER), [key.id])
