"""What people do at a desk: handing over, taking back, putting elsewhere; late, early and twice."""

from typing import Any

import pytest
from factories import (
    AINO,
    DAY,
    HOUR,
    acting_as,
    make_automat,
    make_desk,
    make_entity,
    make_key,
    make_ring,
    push,
)
from lives import at, fetch, lockers_of, look_after, notices_of, trail
from outcomes import count_of, everything, locker_contract, undone

from models.accounts import Role
from models.automats import AutomatModel, Locker
from models.contracts import KeyAllocation, KeyContractStatus, LockerContractState
from models.custody import CustodyEntry, CustodyKind
from models.errors import (
    IllegalTransition,
    InvalidInput,
    KeyOut,
    KeyTaken,
    NoFreeLocker,
    NotAllowed,
    NotFound,
    StartsAfterEnd,
)
from models.events import EventKind
from models.keys import Key, KeyStatus
from models.reservations import ReservationStatus
from models.times import Window
from resolvers import contracts, keys
from resolvers.custody_chains import in_force
from resolvers.handover import lockers
from resolvers.handover.desks import hand_over, take_back
from resolvers.handover.transfers import transfer
from resolvers.key_names import KeyName
from resolvers.work import Work

State = LockerContractState


def name(key: Key) -> KeyName:
    return KeyName(code=key.code)


async def newest(work: Work, key: Key) -> CustodyEntry:
    found = await in_force(work, key.id)
    assert found is not None
    return found


async def allocations(work: Work, key: Key) -> list[KeyAllocation]:
    of_key = KeyAllocation.key_id == key.id
    return list(await work.all(work.own(KeyAllocation).where(of_key)))


async def test_a_key_is_handed_over_to_whoever_is_named(work: Work) -> None:
    key = await make_key(work)

    given = await hand_over(work, [name(key)], contacts=[AINO], due_at=work.now + DAY)

    assert (list(given.keys), list(given.contradictions)) == ([key], [])
    assert given.contract.status is KeyContractStatus.ACTIVE
    assert (given.contract.starts_at, given.contract.ends_at) == (work.now, work.now + DAY)
    assert (key.status, key.is_stored) == (KeyStatus.OUT, False)
    entry = await newest(work, key)
    assert (entry.kind, entry.key_contract_id) == (CustodyKind.HANDED_OVER, given.contract.id)


async def test_a_key_is_handed_over_to_whoever_comes_for_it(work: Work) -> None:
    apartment = await make_entity(work)
    await make_automat(work)
    key = await make_key(work, apartment)
    stay, _ = await push(work, apartment)
    (held,) = await lockers_of(work, stay)
    then = at(work, stay.starts_at + HOUR)

    given = await hand_over(then, [name(key)])

    assert given.contract.reservation_id == stay.id
    assert (held.state.is_live, held.key_id) == (True, key.id)
    (allocation,) = await allocations(work, key)
    assert allocation.fetched_at == then.now


@pytest.mark.parametrize("named", [True, False])
async def test_handing_over_twice_is_handing_over_once(work: Work, named: bool) -> None:
    key = await make_key(work)
    given = await hand_over(work, [name(key)], contacts=[AINO])
    contract_id = given.contract.id if named else None
    before = await everything(work)

    again = await hand_over(work, [name(key)], key_contract_id=contract_id)

    assert again.contract.id == given.contract.id
    assert list(again.contradictions) == [f"The key {key.code} was handed over before."]
    assert await everything(work) == before


async def test_a_key_that_somebody_has_is_taken_back_first(work: Work) -> None:
    key, other = await make_key(work), await make_key(work)
    await hand_over(work, [name(key)], contacts=[AINO])
    for_other = await hand_over(work, [name(other)], contacts=[AINO])

    for wish in ({"contacts": [AINO]}, {"key_contract_id": for_other.contract.id}):
        refusal = await undone(work, hand_over(work, [name(key)], **wish))
        assert isinstance(refusal, KeyOut)
        assert f"The key {key.code} is out: take it back first" in refusal.message

    await take_back(work, name(key))
    assert (await hand_over(work, [name(key)], contacts=[AINO])).contract.ends_at is None


async def test_a_key_that_nobody_knows_of_is_taken_back_first(work: Work) -> None:
    automat = await make_automat(work)
    key = await make_key(work, automat=automat)
    await take_from_locker(work, automat.id)
    assert key.status is KeyStatus.OUT

    refusal = await undone(work, hand_over(work, [name(key)], contacts=[AINO]))

    assert "is nowhere that we know of: take it back first" in refusal.message


async def take_from_locker(work: Work, automat_id: Any, index: int = 0) -> None:
    from_locker = {"automat_id": automat_id, "locker_index": index}
    await lockers.key_fetched(work, **from_locker, at=work.now)


async def test_a_key_out_of_use_is_not_handed_over(work: Work) -> None:
    key = await make_key(work)
    await keys.update(work, key.id, {"status": KeyStatus.RETIRED})

    refusal = await undone(work, hand_over(work, [name(key)], contacts=[AINO]))

    assert isinstance(refusal, IllegalTransition)
    assert "RETIRED cannot become OUT" in refusal.message


async def test_a_promised_key_is_not_handed_to_somebody_else(work: Work) -> None:
    key = await make_key(work)
    begins = work.now + DAY
    await contracts.create(
        work,
        key_ids=[key.id],
        contacts=[AINO],
        window=Window(begins, begins + DAY),
        pick_up_information="Ring twice.",
    )

    refusal = await undone(work, hand_over(work, [name(key)], contacts=[AINO], due_at=begins + DAY))

    assert isinstance(refusal, KeyTaken)
    await hand_over(work, [name(key)], contacts=[AINO], due_at=begins)


async def test_a_key_is_handed_over_early_and_is_theirs_from_then_on(work: Work) -> None:
    key = await make_key(work)
    contract = await contracts.create(
        work,
        key_ids=[key.id],
        contacts=[AINO],
        window=Window(work.now + DAY, work.now + 2 * DAY),
        pick_up_information="Ring twice.",
    )

    given = await hand_over(work, [name(key)])

    assert (given.contract.id, list(given.contradictions)) == (contract.id, [])
    assert contract.status is KeyContractStatus.ACTIVE
    (allocation,) = await allocations(work, key)
    assert allocation.starts_at == work.now


async def test_a_key_that_is_somebody_elses_first_is_handed_over_with_a_warning(
    work: Work,
) -> None:
    key = await make_key(work)
    first, second = [
        await contracts.create(
            work,
            key_ids=[key.id],
            contacts=[AINO],
            window=Window(work.now + days * DAY, work.now + (days + 1) * DAY),
            pick_up_information="Ring twice.",
        )
        for days in (1, 5)
    ]

    given = await hand_over(work, [name(key)], key_contract_id=second.id)

    assert "promised to somebody else before" in given.contradictions[0]
    assert len(await notices_of(work, key)) == 1
    starts = sorted(one.starts_at for one in await allocations(work, key))
    assert starts == [first.starts_at, second.starts_at]


async def test_a_key_that_was_known_in_an_automat_is_handed_over_with_a_warning(
    work: Work,
) -> None:
    key = await make_key(work, automat=await make_automat(work))
    own = key.locker_id

    given = await hand_over(work, [name(key)], contacts=[AINO], due_at=work.now + DAY)

    assert list(given.contradictions) == ["It was known to lie in an automat."]
    assert (await newest(work, key)).left_locker_id == own
    assert (key.status, key.locker_id) == (KeyStatus.OUT, None)


async def test_all_keys_of_a_ring_are_handed_over_as_one(work: Work) -> None:
    desk = await make_desk(work)
    made = [await make_key(work, desk=desk) for _ in range(3)]
    ring = await make_ring(work, *made)

    given = await hand_over(
        work, [name(made[0]), KeyName(id=made[0].id)], key_ring_ids=[ring.id], contacts=[AINO]
    )

    assert list(given.keys) == made
    assert {key.status for key in made} == {KeyStatus.OUT}
    assert len([one for key in made for one in await allocations(work, key)]) == 3


async def test_keys_that_wait_for_several_contracts_are_handed_over_one_by_one(work: Work) -> None:
    desk = await make_desk(work)
    made = [await make_key(work, desk=desk) for _ in range(2)]
    window = Window(work.now, work.now + DAY)
    for key in made:
        await contracts.create(work, key_ids=[key.id], contacts=[AINO], window=window)

    refusal = await undone(work, hand_over(work, [name(key) for key in made]))

    assert isinstance(refusal, InvalidInput)
    assert refusal.message.count("KC-") == 2
    assert {key.status for key in made} == {KeyStatus.IN_STORAGE}


async def test_a_contract_gets_only_keys_that_it_waits_for(work: Work) -> None:
    key, wrong = await make_key(work), await make_key(work)
    contract = await contracts.create(
        work, key_ids=[key.id], contacts=[AINO], window=Window(work.now, None)
    )

    refusal = await undone(work, hand_over(work, [name(wrong)], key_contract_id=contract.id))

    assert (type(refusal), refusal.path) == (NotFound, ("key_contract_id",))
    assert wrong.code in refusal.message


@pytest.mark.parametrize(
    ("wish", "path"),
    [
        ({}, ("contacts",)),
        ({"names": []}, ("keys",)),
        ({"due_at": DAY}, ("due_at",)),
        ({"names": [KeyName()]}, ("keys",)),
        ({"names": [KeyName(code="A", rfid_tag="B")]}, ("keys",)),
    ],
)
async def test_it_is_said_what_is_missing_for_a_handover(
    work: Work, wish: dict[str, Any], path: tuple[str, ...]
) -> None:
    key = await make_key(work)
    said = {"names": [name(key)], **wish}
    if "due_at" in said:
        said["due_at"] += work.now

    refusal = await undone(work, hand_over(work, **said))

    assert (type(refusal), refusal.path) == (InvalidInput, path)


async def test_a_handover_is_for_a_contract_or_for_somebody_new(work: Work) -> None:
    key = await make_key(work)
    window = Window(work.now, None)
    contract = await contracts.create(work, key_ids=[key.id], contacts=[AINO], window=window)

    both = hand_over(work, [name(key)], key_contract_id=contract.id, contacts=[AINO])
    assert isinstance(await undone(work, both), InvalidInput)
    late = hand_over(work, [name(key)], contacts=[AINO], due_at=work.now)
    refusal = await undone(work, late)
    assert (type(refusal), refusal.path) == (StartsAfterEnd, ("due_at",))


async def test_a_key_is_named_by_what_is_on_its_tag(work: Work) -> None:
    key = await make_key(work, rfid_tag="A1")
    for one in (KeyName(id=key.id), KeyName(code=key.code), KeyName(rfid_tag="A1")):
        given = await hand_over(work, [one], contacts=[AINO])
        assert list(given.keys) == [key]
        await take_back(work, one)

    await make_key(work, rfid_tag="A1")
    refusal = await undone(work, take_back(work, KeyName(rfid_tag="A1")))
    assert "Several keys have that tag" in refusal.message
    refusal = await undone(work, take_back(work, KeyName(rfid_tag="ZZ")))
    assert isinstance(refusal, NotFound)


async def test_a_key_comes_back_to_the_desk_where_it_lives(work: Work) -> None:
    key = await make_key(work)
    given = await hand_over(work, [name(key)], contacts=[AINO], due_at=work.now + DAY)
    late = at(work, work.now + 3 * DAY)

    heard = await take_back(late, name(key))

    assert (heard.key, heard.contradiction, heard.is_news) == (key, None, True)
    assert heard.key_contract_id == given.contract.id
    assert (key.status, key.manual_storage_id) == (
        KeyStatus.IN_STORAGE,
        key.selected_manual_storage_id,
    )
    assert (await newest(work, key)).kind is CustodyKind.TAKEN_BACK
    await look_after(late, given.contract, at=late.now)
    assert given.contract.status is KeyContractStatus.ENDED


async def test_taking_back_twice_is_taking_back_once(work: Work) -> None:
    key = await make_key(work)
    await hand_over(work, [name(key)], contacts=[AINO])
    await take_back(work, name(key))
    before = await everything(work)

    again = await take_back(work, name(key))

    assert (again.is_news, again.contradiction) == (False, "It lies at that desk already.")
    assert await everything(work) == before


async def test_an_overdue_key_is_taken_back_and_its_stay_ends(work: Work) -> None:
    apartment = await make_entity(work)
    automat = await make_automat(work)
    key = await make_key(work, apartment, automat=automat)
    stay, _ = await push(work, apartment)
    held = await locker_contract(work, stay)
    taken = await fetch(work, held, at=stay.starts_at)
    late = await look_after(taken, stay, at=stay.ends_at)
    desk = await make_desk(work)
    assert key.status is KeyStatus.OVERDUE

    await take_back(late, name(key), manual_storage_id=desk.id)
    await look_after(late, stay, at=late.now)

    assert key.status is KeyStatus.IN_STORAGE
    assert (held.state, stay.status) == (State.COMPLETED, ReservationStatus.ENDED)
    assert (key.target_automat_id, key.target_manual_storage_id) == (automat.id, None)


async def test_a_key_that_was_known_elsewhere_is_found(work: Work) -> None:
    automat, desk = await make_automat(work), await make_desk(work)
    key = await make_key(work, automat=automat)

    heard = await take_back(work, name(key), manual_storage_id=desk.id)

    assert heard.contradiction == "It was known to lie elsewhere."
    assert (await newest(work, key)).kind is CustodyKind.FOUND
    assert EventKind.KEY_FOUND in await trail(work, key)
    assert len(await notices_of(work, key)) == 1


async def test_a_key_that_nobody_had_is_taken_back_with_a_warning(work: Work) -> None:
    automat = await make_automat(work)
    key = await make_key(work, automat=automat)
    await take_from_locker(work, automat.id)
    desk = await make_desk(work)

    heard = await take_back(work, name(key), manual_storage_id=desk.id)

    assert heard.contradiction == "Nobody was known to have it."
    assert key.manual_storage_id == desk.id


async def test_the_key_of_another_contract_is_taken_back_with_a_warning(work: Work) -> None:
    key, other = await make_key(work), await make_key(work)
    given = await hand_over(work, [name(key)], contacts=[AINO])
    theirs = await hand_over(work, [name(other)], contacts=[AINO])

    heard = await take_back(work, name(other), key_contract_id=given.contract.id)

    assert "another contract than the one that was named" in str(heard.contradiction)
    assert heard.key_contract_id == theirs.contract.id
    assert (key.status, other.status) == (KeyStatus.OUT, KeyStatus.IN_STORAGE)
    again = await take_back(work, name(key), key_contract_id=given.contract.id)
    assert again.contradiction is None


async def test_it_is_said_at_which_desk_only_where_there_are_several(work: Work) -> None:
    automat = await make_automat(work)
    key = await make_key(work, automat=automat)
    await take_from_locker(work, automat.id)
    assert isinstance(await undone(work, take_back(work, name(key))), InvalidInput)
    only = await make_desk(work)

    await take_back(work, name(key))

    assert key.manual_storage_id == only.id
    await transfer(work, name(key), automat_id=automat.id)
    await make_desk(work)
    refusal = await undone(work, take_back(work, name(key)))
    assert refusal.path == ("manual_storage_id",)


async def test_a_key_is_put_into_the_locker_that_is_held_for_it(work: Work) -> None:
    apartment = await make_entity(work)
    automat = await make_automat(work)
    await make_key(work, automat=automat)
    key = await make_key(work, apartment)
    stay, _ = await push(work, apartment)
    held = await locker_contract(work, stay)

    heard = await transfer(work, name(key), automat_id=automat.id)

    assert (heard.contradiction, key.locker_id) == (None, held.locker_id)
    assert key.target_automat_id is None
    assert (await newest(work, key)).kind is CustodyKind.TRANSFERRED


async def test_a_key_is_put_into_a_locker_that_is_free(work: Work) -> None:
    apartment = await make_entity(work)
    automat = await make_automat(work)
    await make_key(work, apartment)
    stay, _ = await push(work, apartment, starts_at=work.now)
    held = await locker_contract(work, stay)
    key = await make_key(work)

    refusal = await undone(work, transfer(work, name(key), automat_id=automat.id, locker_index=0))
    assert isinstance(refusal, NoFreeLocker)
    assert "Locker 0" in refusal.message
    await transfer(work, name(key), automat_id=automat.id)

    assert key.locker_id != held.locker_id
    with_index = await transfer(work, name(key), automat_id=automat.id, locker_index=5)
    assert with_index.is_news
    locker = await work.get(Locker, key.locker_id)
    assert locker.index == 5


async def test_a_full_automat_takes_no_more_keys(work: Work) -> None:
    automat = await make_automat(work, model=AutomatModel.LIVIONKEY_1)
    await make_key(work, automat=automat)
    key = await make_key(work)

    refusal = await undone(work, transfer(work, name(key), automat_id=automat.id))

    assert isinstance(refusal, NoFreeLocker)


async def test_putting_a_key_where_it_lies_changes_nothing(work: Work) -> None:
    automat = await make_automat(work)
    key = await make_key(work, automat=automat)
    before = await count_of(work, CustodyEntry)

    heard = await transfer(work, name(key), automat_id=automat.id)

    assert (heard.is_news, heard.contradiction) == (False, "It lies there already.")
    assert await count_of(work, CustodyEntry) == before


async def test_a_key_that_is_out_is_not_put_elsewhere(work: Work) -> None:
    key, desk = await make_key(work), await make_desk(work)
    await hand_over(work, [name(key)], contacts=[AINO])

    refusal = await undone(work, transfer(work, name(key), manual_storage_id=desk.id))

    assert isinstance(refusal, KeyOut)


async def test_a_key_is_put_into_one_place(work: Work) -> None:
    key, desk, automat = await make_key(work), await make_desk(work), await make_automat(work)

    for wrong in (
        {},
        {"manual_storage_id": desk.id, "automat_id": automat.id},
        {"manual_storage_id": desk.id, "locker_index": 0},
        {"automat_id": automat.id, "locker_index": 30},
    ):
        refusal = await undone(work, transfer(work, name(key), **wrong))
        assert isinstance(refusal, InvalidInput)


async def test_people_are_asked_to_bring_a_key_to_whoever_comes_next(work: Work) -> None:
    apartment = await make_entity(work)
    automat = await make_automat(work)
    key = await make_key(work, apartment, automat=automat)
    await push(work, apartment)
    desk = await make_desk(work)

    await transfer(work, name(key), manual_storage_id=desk.id)

    assert key.target_automat_id == automat.id
    (notice,) = await notices_of(work, key)
    assert f"Put the key {key.code} into locker 0 of {automat.name} before" in notice
    await transfer(work, name(key), automat_id=automat.id)
    assert key.target_automat_id is None


@pytest.mark.parametrize("role", [Role.VIEWER, Role.PARTNER, Role.INSTALLER])
async def test_not_everybody_works_at_a_desk(work: Work, role: Role) -> None:
    key, desk = await make_key(work), await make_desk(work)
    clerk = acting_as(work, role)

    for action in (
        hand_over(clerk, [name(key)], contacts=[AINO]),
        take_back(clerk, name(key)),
        transfer(clerk, name(key), manual_storage_id=desk.id),
    ):
        assert isinstance(await undone(clerk, action), NotAllowed)
