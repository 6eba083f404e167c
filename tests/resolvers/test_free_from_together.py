"""From when on it would work, where a call has taken or freed something, or several lockers go."""

import pytest
from batches import asked, pushed, refusal_of, reservation_of, said
from factories import DAY, make_automat, make_entity, make_key, push

from models.automats import Automat, AutomatModel, Locker
from models.entities import KeyRule
from models.errors import ErrorCode
from models.reservations import ReservationStatus
from resolvers import automats
from resolvers.work import Work


async def test_a_locker_that_the_same_call_has_taken_is_not_free(work: Work) -> None:
    home, other = await make_entity(work), await make_entity(work)
    await make_automat(work, model=AutomatModel.LIVIONKEY_1)
    await make_key(work, home)
    await make_key(work, other)
    begin = work.now + DAY
    first = asked(home, "first", starts_at=begin, lasts=3 * DAY)

    done = await pushed(work, first, asked(other, "second", starts_at=begin))

    waiting = reservation_of(done[1])
    assert waiting.unfulfilled_reason is ErrorCode.NO_FREE_LOCKER
    assert waiting.unfulfilled_free_from == begin + 3 * DAY


async def test_a_key_is_free_where_the_same_call_has_freed_it(work: Work) -> None:
    home = await make_entity(work)
    await make_automat(work)
    await make_key(work, home)
    await push(work, home, external_id="first", starts_at=work.now + 12 * DAY, days=3)
    sooner = asked(home, "first", starts_at=work.now + 10 * DAY)

    done = await pushed(work, sooner, asked(home, "second", starts_at=work.now + 11 * DAY))

    assert said(done) == ["UPDATED", "KEY_TAKEN"]
    assert refusal_of(done[1]).free_from == work.now + 12 * DAY


@pytest.mark.parametrize("others", [(2,), (2, 4)])
async def test_as_many_lockers_as_are_needed_are_free_from_then_on(
    work: Work, others: tuple[int, ...]
) -> None:
    automat = await _with_two_lockers(work)
    home = await make_entity(work, key_rule=KeyRule.ALL)
    await make_key(work, home)
    await make_key(work, home)
    begin = work.now + DAY
    for days in others:
        neighbour = await make_entity(work)
        await make_key(work, neighbour)
        await push(work, neighbour, starts_at=begin, days=days, automat_id=automat.id)
    stay, _ = await push(work, home, external_id="two keys", starts_at=begin, days=3)
    assert stay.unfulfilled_free_from == begin + max(others) * DAY

    then = stay.unfulfilled_free_from
    stay, _ = await push(work, home, external_id="two keys", starts_at=then, days=3)

    assert stay.status is ReservationStatus.CONFIRMED


async def _with_two_lockers(work: Work) -> Automat:
    automat = await make_automat(work)
    for locker in await work.all(work.own(Locker).where(Locker.automat_id == automat.id)):
        if locker.index > 1:
            await automats.update_locker(work, locker.id, out_of_order=True)
    return automat
