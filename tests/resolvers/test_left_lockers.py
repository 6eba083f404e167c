"""A locker that its key leaves for good is free afterwards, also where one call says all of it."""

import pytest
from batches import asked, pushed, reservation_of
from factories import DAY, HOUR, make_automat, make_entity, make_key, push

from models.automats import AutomatModel
from models.entities import ReservableEntity
from models.reservations import ReservationStatus
from resolvers.work import Work


async def _homes(work: Work) -> tuple[ReservableEntity, ReservableEntity]:
    leaving, coming = await make_entity(work), await make_entity(work)
    automat = await make_automat(work, model=AutomatModel.LIVIONKEY_1)
    await make_key(work, leaving, automat=automat)
    await make_key(work, coming)
    return leaving, coming


async def test_a_new_stay_gets_the_locker_that_a_new_one_before_it_leaves(work: Work) -> None:
    leaving, coming = await _homes(work)
    first = asked(leaving, "first", starts_at=work.now + DAY, lasts=None)

    done = await pushed(work, first, asked(coming, "second", starts_at=work.now + 20 * DAY))

    assert reservation_of(done[1]).status is ReservationStatus.CONFIRMED


@pytest.mark.parametrize("order", [1, -1])
async def test_a_stay_keeps_the_locker_that_another_one_of_its_call_leaves(
    work: Work, order: int
) -> None:
    leaving, coming = await _homes(work)
    begin, then = work.now + DAY, work.now + 20 * DAY
    await push(work, leaving, external_id="first", starts_at=begin, days=None)
    await push(work, coming, external_id="second", starts_at=then)
    later = asked(leaving, "first", starts_at=begin + HOUR, lasts=None)
    longer = asked(coming, "second", starts_at=then, lasts=3 * DAY)

    done = await pushed(work, *[later, longer][::order])

    assert {reservation_of(one).status for one in done} == {ReservationStatus.CONFIRMED}


async def test_a_locker_is_not_free_where_its_key_stays_longer_now(work: Work) -> None:
    leaving, coming = await _homes(work)
    await push(work, leaving, external_id="first", starts_at=work.now + DAY, days=None)
    later = asked(leaving, "first", starts_at=work.now + 30 * DAY, lasts=None)

    done = await pushed(work, later, asked(coming, "second", starts_at=work.now + 20 * DAY))

    assert reservation_of(done[1]).status is ReservationStatus.UNFULFILLED
