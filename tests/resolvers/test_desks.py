"""What people do at a desk: handing keys over, to whom, early, twice, and when not."""

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
from handing import allocations, name, newest, take_from_locker
from lives import at, lockers_of, notices_of
from outcomes import everything, undone

from models.accounts import Role
from models.contracts import KeyContractStatus
from models.custody import CustodyKind
from models.errors import (
    IllegalTransition,
    InvalidInput,
    KeyOut,
    KeyTaken,
    NotAllowed,
    NotFound,
    StartsAfterEnd,
)
from models.keys import KeyStatus
from models.times import Window
from resolvers import contracts, keys
from resolvers.handover.desks import hand_over, take_back
from resolvers.handover.transfers import transfer
from resolvers.key_names import KeyName
from resolvers.work import Work


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
