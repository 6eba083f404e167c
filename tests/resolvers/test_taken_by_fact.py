"""Free lockers of a device group taken by fact or by hand: it is told of these too (R17)."""

from typing import Any

from factories import HOUR, make_automat, make_desk, make_entity, make_group, make_key, push
from handing import name
from lives import fetch, lockers_of, look_after
from promising import promised

from models.automats import Automat, AutomatModel, AutomatState, Locker
from models.events import Event, EventKind
from resolvers import automats, rivals
from resolvers.handover.lockers import key_returned
from resolvers.handover.transfers import transfer
from resolvers.staff_contracts.keys import change_keys
from resolvers.work import Work

LIMIT, NONE = EventKind.FREE_LOCKER_LIMIT_REACHED, EventKind.NO_FREE_LOCKERS
SMALL = AutomatModel.LIVIONKEY_1


async def told(work: Work) -> list[tuple[EventKind, Any]]:
    """List what was told of free lockers: the kind, and how many are left."""
    await work.connection()
    rows = await work.all(work.own(Event).where(Event.kind.in_((LIMIT, NONE))).order_by(Event.id))
    return [(row.kind, row.facts["free_lockers"]) for row in rows]


async def locker_in(work: Work, automat: Automat) -> Locker:
    """Give the one locker of a small automat."""
    (locker,) = await work.all(work.own(Locker).where(Locker.automat_id == automat.id))
    return locker


async def test_a_key_that_is_added_to_a_contract_takes_another_locker(work: Work) -> None:
    automat, desk = await make_automat(work), await make_desk(work)
    await make_group(work, automat, free_locker_limit=28)
    one, other = [await make_key(work, desk=desk) for _ in range(2)]
    contract = await promised(work, one, automat_id=automat.id)
    assert await told(work) == []

    await change_keys(work, contract.id, add=[other.id])

    assert await told(work) == [(LIMIT, 28)]


async def test_a_locker_that_is_held_longer_is_taken_for_longer(work: Work) -> None:
    await make_group(work, await make_automat(work, model=SMALL))
    home = await make_entity(work)
    await make_key(work, home)
    stay, _ = await push(work, home)
    (held,) = await lockers_of(work, stay)
    out = await fetch(work, held, at=stay.starts_at + HOUR)

    await look_after(out, stay, at=stay.ends_at)

    assert await told(work) == [(NONE, 0), (NONE, 0)]


async def test_lockers_that_are_taken_out_of_order_are_not_free(work: Work) -> None:
    members = [await make_automat(work, model=SMALL) for _ in range(2)]
    await make_group(work, *members, free_locker_limit=1)
    lockers = await work.all(work.own(Locker).order_by(Locker.id))

    for locker in (*lockers, lockers[0]):
        await automats.update_locker(work, locker.id, out_of_order=True)

    assert await told(work) == [(LIMIT, 1), (NONE, 0)]


async def test_an_automat_that_goes_out_of_service_takes_its_free_lockers_along(work: Work) -> None:
    automat = await make_automat(work)
    await make_group(work, automat, await make_automat(work, model=SMALL), free_locker_limit=1)

    for _ in range(2):
        await automats.update(work, automat.id, {"state": AutomatState.OUT_OF_SERVICE})

    assert await told(work) == [(LIMIT, 1)]


async def test_a_locker_that_a_key_is_put_into_by_hand_is_taken(work: Work) -> None:
    members = [await make_automat(work, model=SMALL) for _ in range(3)]
    await make_group(work, *members, free_locker_limit=1)
    keys = [await make_key(work) for _ in range(3)]

    seen = []
    for key, automat in zip(keys, members, strict=True):
        await transfer(work, name(key), automat_id=automat.id)
        seen.append(await told(work))

    limit, none = (LIMIT, 1), (NONE, 0)
    assert seen == [[], [limit], [limit, none]]


async def test_a_key_that_is_put_into_another_locker_of_the_group_takes_none(work: Work) -> None:
    here, there = [await make_automat(work, model=SMALL) for _ in range(2)]
    await make_group(work, here, there, free_locker_limit=1)
    key = await make_key(work)
    await transfer(work, name(key), automat_id=here.id)
    before = await told(work)

    await transfer(work, name(key), automat_id=there.id)

    assert await told(work) == before == [(LIMIT, 1)]


async def test_a_locker_that_is_held_for_a_key_is_not_taken_when_it_is_put_there(
    work: Work,
) -> None:
    automat = await make_automat(work, model=SMALL)
    await make_group(work, automat)
    home = await make_entity(work)
    key = await make_key(work, home)
    await push(work, home)
    before = await told(work)

    await transfer(work, name(key), automat_id=automat.id)

    assert await told(work) == before == [(NONE, 0)]


async def test_a_key_that_is_registered_in_a_locker_takes_it(work: Work) -> None:
    automat = await make_automat(work, model=SMALL)
    await make_group(work, automat)

    await make_key(work, automat=automat)

    assert await told(work) == [(NONE, 0)]


async def test_a_key_that_is_registered_in_an_automat_out_of_service_takes_no_free_locker(
    work: Work,
) -> None:
    members = [await make_automat(work, model=SMALL) for _ in range(2)]
    await make_group(work, *members, free_locker_limit=1)
    await automats.update(work, members[0].id, {"state": AutomatState.OUT_OF_SERVICE})
    before = await told(work)

    await make_key(work, automat=members[0])

    assert await told(work) == before == [(LIMIT, 1)]


async def test_a_locker_of_an_automat_out_of_service_was_not_free_when_it_breaks(
    work: Work,
) -> None:
    members = [await make_automat(work, model=SMALL) for _ in range(2)]
    await make_group(work, *members, free_locker_limit=1)
    await automats.update(work, members[0].id, {"state": AutomatState.OUT_OF_SERVICE})
    before = await told(work)

    await automats.update_locker(work, (await locker_in(work, members[0])).id, out_of_order=True)

    assert await told(work) == before == [(LIMIT, 1)]


async def test_a_locker_in_which_its_key_lives_is_held_longer_and_takes_no_free_one(
    work: Work,
) -> None:
    members = [await make_automat(work, model=SMALL) for _ in range(2)]
    await make_group(work, *members, free_locker_limit=1)
    home = await make_entity(work)
    await make_key(work, home, automat=members[0])
    stay, _ = await push(work, home)
    (held,) = await lockers_of(work, stay)
    out = await fetch(work, held, at=stay.starts_at + HOUR)
    before = await told(work)

    await look_after(out, stay, at=stay.ends_at)

    assert await told(work) == before == [(LIMIT, 1)]


async def test_a_locker_in_which_its_key_lies_is_found_again_and_takes_no_free_one(
    work: Work,
) -> None:
    members = [await make_automat(work, model=SMALL) for _ in range(2)]
    await make_group(work, *members, free_locker_limit=1)
    home = await make_entity(work)
    await make_key(work, home, automat=members[0])
    stay, _ = await push(work, home)
    (held,) = await lockers_of(work, stay)
    await rivals.fail(work, held, reason="Another key lies in its locker.")
    lost, before = held.locker_id, await told(work)

    await look_after(work, stay, at=stay.starts_at)

    assert (lost, held.locker_id) == (None, (await locker_in(work, members[0])).id)
    assert await told(work) == before == [(LIMIT, 1)]


async def test_a_locker_that_a_key_is_reported_to_be_put_into_is_taken(work: Work) -> None:
    automat = await make_automat(work, model=SMALL)
    await make_group(work, automat)
    await make_key(work, rfid_tag="04A1B2C3")

    await key_returned(
        work, automat_id=automat.id, locker_index=0, at=work.now, rfid_tag="04A1B2C3"
    )

    assert await told(work) == [(NONE, 0)]
