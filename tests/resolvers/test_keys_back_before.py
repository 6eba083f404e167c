"""Keys that are handed out and are back before a stay begins: it has them yet."""

import pytest
from factories import HOUR, make_automat, make_desk, make_entity, make_key, push
from handing import name
from lives import at, look_after
from outcomes import key_contract, keys_of, locker_contracts

from models.contracts import KeyContractStatus
from models.errors import ErrorCode
from models.reservations import ReservationStatus
from resolvers import reservations
from resolvers.handover.desks import hand_over, take_back
from resolvers.work import Work


@pytest.mark.parametrize("days", [2, 60])
@pytest.mark.parametrize("lives_inside", [False, True])
async def test_a_stay_whose_key_is_back_before_it_begins_has_it_again(
    work: Work, days: int, *, lives_inside: bool
) -> None:
    home, automat, desk = await make_entity(work), await make_automat(work), await make_desk(work)
    place = {"automat": automat} if lives_inside else {"desk": desk}
    key = await make_key(work, home, **place)
    stay, _ = await push(work, home, days=days)
    await hand_over(work, [name(key)])
    await look_after(work, stay, at=work.now)
    back = at(work, work.now + HOUR)
    await take_back(back, name(key), manual_storage_id=desk.id)

    await look_after(back, stay, at=back.now)

    assert (await key_contract(back, stay)).status is KeyContractStatus.UPCOMING
    assert await keys_of(back, stay) == [key]
    assert {one.automat_id for one in await locker_contracts(back, stay)} == {automat.id}
    assert stay.status is ReservationStatus.CONFIRMED


async def test_a_stay_whose_key_somebody_else_has_by_then_waits(work: Work) -> None:
    home, desk = await make_entity(work), await make_desk(work)
    await make_automat(work)
    key = await make_key(work, home, desk=desk)
    stay, _ = await push(work, home)
    await hand_over(work, [name(key)])
    await look_after(work, stay, at=work.now)
    back = at(work, work.now + HOUR)
    await take_back(back, name(key))
    await push(back, home, external_id="other")

    await look_after(back, stay, at=back.now)

    assert stay.status is ReservationStatus.UNFULFILLED
    assert stay.unfulfilled_reason is ErrorCode.NO_KEY_FOR_ENTITY


async def test_what_was_given_up_gets_no_key_again(work: Work) -> None:
    home, desk = await make_entity(work), await make_desk(work)
    await make_automat(work)
    key = await make_key(work, home, desk=desk)
    stay, _ = await push(work, home)
    await hand_over(work, [name(key)])
    await reservations.cancel(work, id=stay.id, force=True)
    back = at(work, work.now + HOUR)
    await take_back(back, name(key))

    await look_after(back, stay, at=back.now)

    assert stay.status is ReservationStatus.CANCELLED
    assert await keys_of(back, stay) == []
