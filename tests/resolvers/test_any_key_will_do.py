"""Where any key of an automat will do, its locker follows it as one that is for a certain key.

Lockers that are held for an electromechanical key do not name it (R69d). What happens to the key
before it is fetched is the same for both kinds.
"""

import pytest
from factories import DAY, HOUR, make_automat, make_desk, make_entity, make_key, push
from handing import allocations, name
from lives import at, fetch, give_back, lockers_of, look_after, trail

from models.automats import Automat, Locker, LockerState
from models.contracts import LockerContract, LockerContractKind, LockerContractState
from models.entities import KeyRule, ReservableEntity
from models.events import EventKind
from models.keys import Key, KeyKind
from models.reservations import Reservation
from resolvers import rivals
from resolvers.handover.desks import transfer
from resolvers.handover.lockers import key_fetched, key_returned
from resolvers.work import Work

TAG, OTHER_TAG = "E200A1", "E200B2"

of_both_kinds = pytest.mark.parametrize("kind", [KeyKind.MECHANICAL, KeyKind.ELECTROMECHANICAL])


async def a_home(work: Work, kind: KeyKind) -> tuple[ReservableEntity, Automat, Key]:
    home, automat = await make_entity(work), await make_automat(work)
    return home, automat, await make_key(work, home, automat=automat, kind=kind, rfid_tag=TAG)


async def fetched_by(work: Work, stay: Reservation) -> LockerContract:
    return (await lockers_of(work, stay))[0]


async def a_strange_key(work: Work, held: LockerContract, now: Work) -> Key:
    """Put a mechanical key of another home into the locker that a contract holds."""
    key = await make_key(
        work, await make_entity(work), desk=await make_desk(work), rfid_tag=OTHER_TAG
    )
    locker = await now.get(Locker, held.locker_id)
    put = {"automat_id": held.automat_id, "locker_index": locker.index, "rfid_tag": OTHER_TAG}
    await key_returned(now, **put, at=now.now)
    assert key.locker_id == held.locker_id
    return key


@of_both_kinds
async def test_the_locker_follows_a_key_that_staff_move(work: Work, kind: KeyKind) -> None:
    home, automat, key = await a_home(work, kind)
    stay, _ = await push(work, home, days=60)

    await transfer(work, name(key), automat_id=automat.id, locker_index=5)
    await look_after(work, stay, at=work.now + HOUR)

    assert (await fetched_by(work, stay)).locker_id == key.locker_id


@of_both_kinds
async def test_the_locker_follows_a_key_that_comes_back_elsewhere(
    work: Work, kind: KeyKind
) -> None:
    home, _, key = await a_home(work, kind)
    first, _ = await push(work, home)
    assert first.ends_at is not None
    out = await fetch(work, await fetched_by(work, first), at=first.starts_at + HOUR)
    second, _ = await push(out, home, starts_at=first.ends_at + HOUR)
    held = await fetched_by(work, first)

    back = await give_back(out, held, at=first.ends_at - HOUR, index=7, tag=TAG)
    for stay in (first, second):
        await look_after(back, stay, at=back.now + HOUR / 6)

    assert (await fetched_by(work, second)).locker_id == key.locker_id


@of_both_kinds
async def test_a_key_that_was_taken_to_a_desk_is_asked_for(work: Work, kind: KeyKind) -> None:
    home, automat, key = await a_home(work, kind)
    stay, _ = await push(work, home, days=60)
    desk = await make_desk(work)

    await transfer(work, name(key), manual_storage_id=desk.id)
    await look_after(work, stay, at=work.now + HOUR)

    assert key.target_automat_id == automat.id
    assert EventKind.INSERT_KEY in await trail(work, key)


@of_both_kinds
async def test_a_key_that_somebody_comes_for_is_not_taken_to_its_desk(
    work: Work, kind: KeyKind
) -> None:
    home, automat = await make_entity(work), await make_automat(work)
    key = await make_key(work, home, desk=await make_desk(work), kind=kind)
    await transfer(work, name(key), automat_id=automat.id)

    stay, _ = await push(work, home, days=60, automat_id=automat.id)

    assert (await fetched_by(work, stay)).locker_id == key.locker_id
    assert (key.target_automat_id, key.target_manual_storage_id) == (None, None)


@of_both_kinds
async def test_the_turns_of_other_keys_do_not_count(work: Work, kind: KeyKind) -> None:
    neighbour, automat = await make_entity(work), await make_automat(work)
    await make_key(work, neighbour, automat=automat)
    await push(work, neighbour, starts_at=work.now + HOUR)
    home = await make_entity(work)
    key = await make_key(work, home, desk=await make_desk(work), kind=kind)
    await transfer(work, name(key), automat_id=automat.id)

    await push(work, home, automat_id=automat.id)

    assert (key.target_automat_id, key.target_manual_storage_id) == (None, None)


@of_both_kinds
async def test_a_key_in_a_broken_locker_keeps_its_contract_there(work: Work, kind: KeyKind) -> None:
    home, _, key = await a_home(work, kind)
    stay, _ = await push(work, home, starts_at=work.now + 40 * DAY, days=60)
    held = await fetched_by(work, stay)
    assert held.state is LockerContractState.PLANNED
    (await work.get(Locker, held.locker_id)).state = LockerState.OUT_OF_ORDER
    await work.save()

    await look_after(work, stay, at=held.sync_at)

    assert held.locker_id == key.locker_id


@of_both_kinds
async def test_a_known_pin_makes_no_way_while_its_key_lies_there(work: Work, kind: KeyKind) -> None:
    home, _, key = await a_home(work, kind)
    stay, _ = await push(work, home, days=60)
    held = await fetched_by(work, stay)
    assert held.state is LockerContractState.SYNCING

    assert not await rivals.make_way(work, held, reason="A test.")

    assert held.locker_id == key.locker_id


@of_both_kinds
@pytest.mark.parametrize("is_away", [True, False])
async def test_nobody_is_sent_to_a_locker_with_the_key_of_another_home(
    work: Work, kind: KeyKind, is_away: bool
) -> None:
    home, _, key = await a_home(work, kind)
    stay, _ = await push(work, home, days=60)
    held = await fetched_by(work, stay)
    locker = await work.get(Locker, held.locker_id)
    if is_away:
        taken = {"automat_id": held.automat_id, "locker_index": locker.index}
        await key_fetched(work, **taken, at=work.now)
    else:
        await transfer(work, name(key), manual_storage_id=(await make_desk(work)).id)
    later = at(work, work.now + HOUR)
    strange = await a_strange_key(work, held, later)

    await look_after(later, stay, at=later.now + HOUR)

    assert (await fetched_by(work, stay)).locker_id != strange.locker_id


@of_both_kinds
async def test_the_key_of_another_home_is_not_theirs(work: Work, kind: KeyKind) -> None:
    home, automat, key = await a_home(work, kind)
    stay, _ = await push(work, home, days=60)
    held = await fetched_by(work, stay)
    await transfer(work, name(key), manual_storage_id=(await make_desk(work)).id)
    await a_strange_key(work, held, at(work, work.now + HOUR))
    locker = await work.get(Locker, held.locker_id)
    then = at(work, stay.starts_at + HOUR)

    heard = await key_fetched(then, automat_id=automat.id, locker_index=locker.index, at=then.now)

    assert heard.contradiction == "The locker was opened for another key."
    assert [one.live for one in await allocations(work, key)] == [True]


@of_both_kinds
async def test_it_is_told_of_each_key_that_it_was_not_fetched(work: Work, kind: KeyKind) -> None:
    home = await make_entity(work, key_rule=KeyRule.ALL)
    automat = await make_automat(work)
    keys = [await make_key(work, home, automat=automat, kind=kind) for _ in range(2)]
    stay, _ = await push(work, home, days=60)

    await look_after(work, stay, at=(await fetched_by(work, stay)).ends_at)

    told = [(await trail(work, key)).count(EventKind.KEY_NOT_FETCHED) for key in keys]
    assert told == [1, 1]


@of_both_kinds
async def test_a_stay_that_gets_an_end_has_returns_for_all_its_keys(
    work: Work, kind: KeyKind
) -> None:
    home = await make_entity(work, key_rule=KeyRule.ALL)
    automat = await make_automat(work)
    keys = [await make_key(work, home, automat=automat, kind=kind) for _ in range(2)]
    stay, _ = await push(work, home, days=None, external_id="stay")
    start = stay.starts_at
    out = await fetch(work, await fetched_by(work, stay), at=start + HOUR)

    await push(at(work, out.now + HOUR), home, starts_at=start, days=60, external_id="stay")

    back = [one for one in await lockers_of(work, stay) if one.kind is LockerContractKind.RETURN]
    assert {one.key_id for one in back} == {key.id for key in keys}


@of_both_kinds
async def test_a_key_that_nobody_knew_to_be_back_is_the_one_that_was_awaited(
    work: Work, kind: KeyKind
) -> None:
    home, automat, key = await a_home(work, kind)
    stay, _ = await push(work, home, starts_at=work.now + 2 * DAY)
    await key_fetched(work, automat_id=automat.id, locker_index=0, at=work.now)
    then = at(work, stay.starts_at + HOUR)

    heard = await key_fetched(then, automat_id=automat.id, locker_index=0, at=then.now)

    assert heard.key is key
    assert [one.fetched_at for one in await allocations(work, key)] == [then.now]
