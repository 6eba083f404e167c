"""What people are told when the free lockers of a device group run out, once per crossing (R17)."""

from typing import Any

import pytest
from counting import statements_of
from factories import (
    AINO,
    DAY,
    HOUR,
    make_automat,
    make_entity,
    make_group,
    make_key,
    make_stranger,
    push,
)
from lives import look_after
from talking import Client

from models.automats import Automat, AutomatModel, AutomatState, DeviceGroup
from models.entities import ReservableEntity
from models.events import Event, EventKind
from models.reservations import ErrorPolicy
from models.times import Window
from resolvers import automats, contracts, reservations
from resolvers.planning.stays import Wanted
from resolvers.pushing.batches import push_many
from resolvers.pushing.requests import Request, Times
from resolvers.work import Work

LIMIT, NONE = EventKind.FREE_LOCKER_LIMIT_REACHED, EventKind.NO_FREE_LOCKERS
SMALL = AutomatModel.LIVIONKEY_1


async def home_with_key(work: Work) -> ReservableEntity:
    """Make an apartment whose key lies at a desk, so that it needs a locker somewhere."""
    home = await make_entity(work)
    await make_key(work, home)
    return home


async def group_of(work: Work, count: int, **given: Any) -> tuple[DeviceGroup, list[Automat]]:
    """Make a device group of automats with one locker each."""
    members = [await make_automat(work, model=SMALL) for _ in range(count)]
    return await make_group(work, *members, name="City", **given), members


async def told(work: Work) -> list[tuple[EventKind, Any]]:
    """List what was told of free lockers: the kind, and how many are left."""
    await work.connection()
    rows = await work.all(work.own(Event).where(Event.kind.in_((LIMIT, NONE))).order_by(Event.id))
    return [(row.kind, row.facts["free_lockers"]) for row in rows]


async def test_it_is_told_once_that_a_limit_is_reached_and_once_that_none_is_left(
    work: Work,
) -> None:
    group, _ = await group_of(work, 4, free_locker_limit=2)
    homes = [await home_with_key(work) for _ in range(5)]
    seen = []

    for home in homes:
        await push(work, home)
        seen.append(await told(work))

    limit, none = (LIMIT, 2), (NONE, 0)
    assert seen == [[], [limit], [limit], [limit, none], [limit, none]]
    rows = await work.all(work.own(Event).where(Event.kind.in_((LIMIT, NONE))).order_by(Event.id))
    assert {row.subject_id for row in rows} == {group.id}
    reached, empty = [row.notice or "" for row in rows]
    assert reached.startswith("City has only 2 lockers free from ")
    assert "its limit is 2. Free lockers, or add an automat to the group." in reached
    assert empty.startswith("No locker of City is free from ")


async def test_a_group_without_a_limit_is_told_of_when_none_is_left(work: Work) -> None:
    await group_of(work, 1)

    await push(work, await home_with_key(work))

    assert await told(work) == [(NONE, 0)]


async def test_nothing_is_told_while_more_are_free_than_the_limit_says(work: Work) -> None:
    await group_of(work, 12, free_locker_limit=10)

    await push(work, await home_with_key(work))

    assert await told(work) == []


async def test_at_another_time_there_is_another_limit_to_reach(work: Work) -> None:
    await group_of(work, 1)
    first, second = await home_with_key(work), await home_with_key(work)

    await push(work, first)
    await push(work, second, starts_at=work.now + 9 * DAY)

    assert await told(work) == [(NONE, 0), (NONE, 0)]


async def test_the_same_stay_again_and_a_changed_one_tell_nothing_anew(work: Work) -> None:
    await group_of(work, 1)
    home = await home_with_key(work)
    await push(work, home, external_id="once")

    await push(work, home, external_id="once")
    await push(work, home, external_id="once", days=1)
    await push(work, home, external_id="once", days=3)

    assert await told(work) == [(NONE, 0)]


async def test_what_is_free_again_runs_out_anew(work: Work) -> None:
    await group_of(work, 1)
    home = await home_with_key(work)
    stay, _ = await push(work, home)

    await reservations.cancel(work, id=stay.id)
    await push(work, home)

    assert await told(work) == [(NONE, 0), (NONE, 0)]


async def test_a_stay_that_moves_to_another_automat_of_the_group_takes_no_more_of_it(
    work: Work,
) -> None:
    _, (first, second) = await group_of(work, 2, free_locker_limit=1)
    home = await home_with_key(work)
    await push(work, home, external_id="once", automat_id=first.id)
    assert await told(work) == [(LIMIT, 1)]

    await push(work, home, external_id="once", automat_id=second.id)

    assert await told(work) == [(LIMIT, 1)]


async def test_contracts_by_staff_take_lockers_too(work: Work) -> None:
    _, (automat,) = await group_of(work, 1)
    key = await make_key(work)

    await contracts.create(
        work,
        key_ids=[key.id],
        contacts=[AINO],
        window=Window(work.now, None),
        automat_id=automat.id,
    )

    assert await told(work) == [(NONE, 0)]


async def test_a_locker_that_is_found_after_all_is_taken_too(work: Work) -> None:
    await group_of(work, 1)
    long, short = await home_with_key(work), await home_with_key(work)
    in_the_way, _ = await push(work, short, starts_at=work.now + 57 * DAY, days=5)
    stay, _ = await push(work, long, days=59)
    before = await told(work)
    await reservations.cancel(work, id=in_the_way.id)

    await look_after(work, stay, at=work.now + HOUR)

    assert before == [(NONE, 0), (NONE, 0)]
    assert await told(work) == [*before, (NONE, 0)]


async def test_a_key_that_lies_in_its_locker_takes_no_free_one(work: Work) -> None:
    _, (automat, _) = await group_of(work, 2, free_locker_limit=1)
    home = await make_entity(work)
    await make_key(work, home, automat=automat)
    before = await told(work)

    await push(work, home)

    assert await told(work) == before == [(LIMIT, 1)]


async def test_lockers_of_automats_out_of_service_are_not_free(work: Work) -> None:
    _, (first, second) = await group_of(work, 2)
    await automats.update(work, second.id, {"state": AutomatState.OUT_OF_SERVICE})

    await push(work, await home_with_key(work), automat_id=first.id)

    assert await told(work) == [(NONE, 0)]


async def test_each_group_of_an_automat_is_told_of(work: Work) -> None:
    _, (automat,) = await group_of(work, 1)
    await make_group(work, automat, name="Country", free_locker_limit=5)
    await make_group(work, await make_automat(work), name="Elsewhere")

    await push(work, await home_with_key(work), automat_id=automat.id)

    assert await told(work) == [(NONE, 0), (NONE, 0)]


async def test_groups_of_others_are_none_of_ours(work: Work) -> None:
    stranger = await make_stranger(work)
    await group_of(stranger, 1)
    await make_automat(work, model=SMALL)

    await push(work, await home_with_key(work))

    assert await told(work) == []
    assert await told(stranger) == []


def request(home: ReservableEntity, number: int, begin: Any) -> Request:
    return Request(
        external_id=f"many-{number}",
        entity_id=home.id,
        contacts=[AINO],
        times=Times(starts_at=begin, ends_at=begin + 2 * DAY),
        wanted=Wanted(),
    )


async def test_many_pushes_together_tell_what_they_would_one_after_the_other(work: Work) -> None:
    await group_of(work, 40, free_locker_limit=2)
    homes = [await home_with_key(work) for _ in range(40)]
    requests = [request(home, number, work.now + DAY) for number, home in enumerate(homes)]

    await push_many(work, requests, policy=ErrorPolicy.KEEP_GOOD, dry_run=False)

    assert await told(work) == [(LIMIT, 2), (NONE, 0)]


async def test_a_rehearsal_tells_nobody(work: Work) -> None:
    await group_of(work, 1)
    wanted = [request(await home_with_key(work), 1, work.now + DAY)]

    await push_many(work, wanted, policy=ErrorPolicy.KEEP_GOOD, dry_run=True)

    assert not [one for one in work.recorded if one.kind is NONE]


@pytest.mark.parametrize("model", AutomatModel)
async def test_it_takes_no_more_statements_for_more_pushes(
    client: Client, model: AutomatModel
) -> None:
    async with client.working() as work:
        members = [await make_automat(work, model=model) for _ in range(20)]
        await make_group(work, *members)
        homes = [await home_with_key(work) for _ in range(12)]
    counts = []

    for some in (homes[:2], homes[2:]):
        async with client.working() as work:
            starts = [work.now + 3 * number * DAY for number in range(1, 1 + len(some))]
            wanted = [
                request(home, number, at)
                for number, (home, at) in enumerate(zip(some, starts, strict=True))
            ]
            with statements_of(client.database) as seen:
                await push_many(work, wanted, policy=ErrorPolicy.KEEP_GOOD, dry_run=True)
            counts.append(len(seen))

    assert counts[0] == counts[1]
