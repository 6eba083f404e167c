"""How much of an automat is held, and when it will be full."""

from datetime import timedelta

import pytest
from factories import (
    DAY,
    acting_as,
    later,
    make_automat,
    make_entity,
    make_key,
    make_stranger,
    push,
)

from geo.snapshot import Snapshot
from models.accounts import Role
from models.automats import Automat, AutomatModel
from models.availability import Span
from models.errors import NotAllowed
from models.times import MOMENT, Window
from resolvers.utilisation import days_to_full, shares, uses
from resolvers.work import Work

SMALL = AutomatModel.LIVIONKEY_1


async def stay(work: Work, automat: Automat, *, begins: float, days: int) -> None:
    """Push a stay whose key is brought from a desk."""
    home = await make_entity(work)
    await make_key(work, home)
    starts_at = work.now + begins * DAY
    await push(work, home, automat_id=automat.id, starts_at=starts_at, days=days)


async def free_at(work: Work, automat: Automat, days: float) -> int:
    span = Span(automat.id, Window.moment(work.now + days * DAY))
    snapshot = Snapshot(await work.connection(), [work.actor.organization_id])
    return (await snapshot.free_lockers([span]))[span]


async def test_the_time_that_is_held_is_divided_by_the_time_that_there_is(work: Work) -> None:
    large, small = await make_automat(work), await make_automat(work, model=SMALL)
    await stay(work, large, begins=1, days=3)
    await stay(work, large, begins=9, days=3)
    await stay(work, small, begins=1, days=2)
    ten = Window(work.now, work.now + 10 * DAY)
    spans = [Span(large.id, ten), Span(small.id, ten)]
    spans.append(Span(small.id, Window(work.now + 2 * DAY, work.now + 4 * DAY)))

    found = await shares(work, spans)

    assert found == pytest.approx([4 / 300, 2 / 10, 1 / 2])


async def test_lockers_that_are_out_of_order_count_neither_above_nor_below(work: Work) -> None:
    small, large = await make_automat(work, model=SMALL), await make_automat(work)
    await stay(work, small, begins=1, days=2)
    small.usable_lockers, large.usable_lockers = 0, 0b11
    await work.save()

    (none, two) = await uses(work, [Span(one.id, Window(work.now, None)) for one in (small, large)])

    assert none
    assert none.share is None
    assert none.held == timedelta()
    assert two
    assert (two.usable, two.share) == (2, 0)


async def test_an_automat_is_full_when_its_last_locker_is_taken(work: Work) -> None:
    automat = await make_automat(work)
    automat.usable_lockers = 0b11
    await work.save()
    await stay(work, automat, begins=2, days=9)
    await stay(work, automat, begins=4, days=3)
    never = await make_automat(work)

    assert await days_to_full(work, [automat.id, never.id]) == [4, None]

    assert await free_at(work, automat, 4) == 0
    assert await days_to_full(later(work, 5 * DAY), [automat.id]) == [0]
    assert await days_to_full(later(work, 7 * DAY), [automat.id]) == [None]


async def test_a_key_is_in_the_way_until_a_contract_has_fetched_it(work: Work) -> None:
    kept, fetched = await make_automat(work, model=SMALL), await make_automat(work, model=SMALL)
    await make_key(work, await make_entity(work), automat=kept)
    home = await make_entity(work)
    await make_key(work, home, automat=fetched)
    await push(work, home, days=None)

    full = await days_to_full(work, [kept.id, fetched.id])

    assert full == [0, 0]
    assert await free_at(work, fetched, 1 + 3) == 1
    assert await free_at(work, fetched, 1 + 3 - MOMENT / DAY) == 0


async def test_somebody_elses_automats_are_not_there(work: Work) -> None:
    stranger = await make_stranger(work)
    theirs = await make_automat(stranger)

    assert await days_to_full(work, [theirs.id]) == [None]
    assert await uses(work, [Span(theirs.id, Window.moment(work.now))]) == [None]
    with pytest.raises(NotAllowed):
        await days_to_full(acting_as(work, Role.STATION), [])
