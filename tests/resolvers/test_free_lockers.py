"""When a locker is free: over the whole window that it would be held."""

from factories import (
    DAY,
    HOUR,
    make_automat,
    make_entity,
    make_key,
    push,
)
from outcomes import (
    codes,
    decision,
    free,
    locker_contract,
)
from sqlalchemy import select

from models.automats import AutomatModel, Locker
from models.contracts import LockerContractKind, LockerContractState
from models.errors import ErrorCode
from models.keys import KeyKind
from models.reservations import ReservationStatus
from models.times import Window
from resolvers import automats
from resolvers.work import Work

ELECTRIC = KeyKind.ELECTROMECHANICAL


async def test_a_full_automat_leaves_the_reservation_waiting(work: Work) -> None:
    apartment, other = await make_entity(work), await make_entity(work)
    automat = await make_automat(work, model=AutomatModel.LIVIONKEY_1)
    await make_key(work, apartment)
    await make_key(work, other)
    await push(work, apartment)

    reservation, _ = await push(work, other)

    assert reservation.unfulfilled_reason is ErrorCode.NO_FREE_LOCKER
    assert codes(await decision(work, reservation), automat) == ["full_in_window"]
    after, _ = await push(work, other, starts_at=work.now + 3 * DAY)
    assert after.status is ReservationStatus.CONFIRMED


async def test_a_locker_in_which_a_key_lives_is_nobody_elses(work: Work) -> None:
    apartment, other = await make_entity(work), await make_entity(work)
    automat = await make_automat(work)
    key = await make_key(work, apartment, automat=automat)
    await make_key(work, other)
    assert await free(work, automat, Window(work.now, None)) == 29

    reservation, _ = await push(work, other)

    held = await locker_contract(work, reservation)
    assert held.locker_id not in {None, key.locker_id}
    key.locker_id = key.automat_id = None  # somebody has it; it comes back here
    await work.save()
    assert await free(work, automat, Window(work.now, work.now + HOUR)) == 29


async def test_a_locker_out_of_order_is_not_free(work: Work) -> None:
    automat = await make_automat(work, model=AutomatModel.LIVIONKEY_1)
    (locker,) = await work.all(select(Locker).where(Locker.automat_id == automat.id))

    await automats.update_locker(work, locker.id, out_of_order=True)
    assert await free(work, automat, Window.moment(work.now)) == 0
    await automats.update_locker(work, locker.id, out_of_order=False)

    assert await free(work, automat, Window.moment(work.now)) == 1


async def test_a_fetch_that_takes_the_key_out_before_frees_the_locker(work: Work) -> None:
    apartment = await make_entity(work)
    automat = await make_automat(work, model=AutomatModel.LIVIONKEY_1)
    await make_key(work, apartment, automat=automat)
    reservation, _ = await push(work, apartment)
    fetch = await locker_contract(work, reservation)
    assert fetch.ends_at is not None
    after = Window(fetch.ends_at, fetch.ends_at + DAY)
    assert await free(work, automat, after) == 0

    fetch.kind = LockerContractKind.FETCH

    assert await free(work, automat, after) == 1
    assert await free(work, automat, Window(fetch.starts_at, fetch.ends_at)) == 0
    assert await free(work, automat, Window(work.now, fetch.starts_at)) == 0
    assert await free(work, automat, Window(fetch.ends_at - HOUR, None)) == 0
    fetch.state = LockerContractState.CANCELLED
    assert await free(work, automat, after) == 0
