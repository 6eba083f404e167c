"""Key contracts that staff make of certain keys, without a reservation."""

from typing import Any

import pytest
from factories import (
    AINO,
    DAY,
    HOUR,
    PASILA,
    acting_as,
    make_automat,
    make_desk,
    make_entity,
    make_key,
    make_ring,
    push,
)
from lives import at, fetch, give_back, look_after, notices_of
from outcomes import everything, free, key_contract, undone

from models.accounts import Role
from models.automats import AutomatModel
from models.contracts import (
    KeyAllocation,
    KeyContract,
    KeyContractContact,
    KeyContractStatus,
    LockerContract,
    LockerContractKind,
    LockerContractState,
)
from models.errors import (
    ExternalIdInUse,
    InvalidInput,
    KeyOut,
    KeyTaken,
    MixedStorage,
    NoFreeLocker,
    NotAllowed,
    NotFound,
    StartsAfterEnd,
    StartsInPast,
)
from models.keys import Key, KeyKind, KeyStatus
from models.organizations import Contact, ContactDetails
from models.times import Window
from resolvers import contract_changes, contracts, keys
from resolvers.handover.desks import KeyName, hand_over, take_back
from resolvers.work import Work

DEFAULT, FETCH, RETURN = LockerContractKind
State = LockerContractState


async def promised(work: Work, *made: Key, days: int | None = 2, **given: Any) -> KeyContract:
    """Make a contract of keys that begins in a day, unless something else is said."""
    begins = given.pop("starts_at", work.now + DAY)
    usual = {
        "key_ids": [key.id for key in made],
        "contacts": [AINO],
        "window": Window(begins, None if days is None else begins + days * DAY),
        "pick_up_information": "Ring twice.",
    }
    return await contracts.create(work, **(usual | given))


async def lockers_of(work: Work, contract: KeyContract) -> list[LockerContract]:
    row = LockerContract
    theirs = work.own(row).where(row.key_contract_id == contract.id).order_by(row.starts_at, row.id)
    return list(await work.all(theirs))


async def allocations(work: Work, contract: KeyContract) -> list[KeyAllocation]:
    row = KeyAllocation
    return list(await work.all(work.own(row).where(row.key_contract_id == contract.id, row.live)))


@pytest.mark.parametrize("days", [2, 90, None])
async def test_a_contract_by_staff_holds_the_locker_all_the_time(
    work: Work, days: int | None
) -> None:
    key = await make_key(work, automat=await make_automat(work))

    contract = await promised(work, key, days=days)

    (held,) = await lockers_of(work, contract)
    assert (held.kind, held.key_id, held.locker_id) == (DEFAULT, key.id, key.locker_id)
    assert (held.starts_at, held.ends_at) == (contract.starts_at, contract.ends_at)
    assert contract.status is KeyContractStatus.UPCOMING
    assert contract.reference.startswith("KC-")


async def test_a_locker_is_free_after_the_fetch_where_that_is_asked_for(work: Work) -> None:
    automat = await make_automat(work, model=AutomatModel.LIVIONKEY_1)
    key = await make_key(work, automat=automat)
    contract = await promised(work, key, days=90, free_locker_after_fetch=True)
    (held,) = await lockers_of(work, contract)
    assert (held.kind, held.ends_at) == (FETCH, contract.ends_at)

    taken = await fetch(work, held, at=contract.starts_at + 40 * DAY)

    assert (held.state, contract.free_locker_after_fetch) == (State.COMPLETED, True)
    assert await free(taken, automat, Window(taken.now, None)) == 1
    desk = await make_desk(work)
    back = at(work, taken.now + DAY)
    await take_back(back, KeyName(id=key.id), manual_storage_id=desk.id)
    assert await allocations(work, contract) == []


async def test_keys_in_several_automats_are_each_fetched_where_they_lie(work: Work) -> None:
    near, far = await make_automat(work), await make_automat(work, "Far", PASILA)
    kinds = (KeyKind.MECHANICAL, KeyKind.ELECTROMECHANICAL)
    made = [
        await make_key(work, automat=automat, kind=kind)
        for automat, kind in zip((near, far), kinds, strict=True)
    ]

    contract = await promised(work, *made)

    held = await lockers_of(work, contract)
    assert {one.locker_id for one in held} == {key.locker_id for key in made}
    assert len({one.pin for one in held}) == 2


async def test_the_keys_of_a_ring_are_promised_as_one(work: Work) -> None:
    desk = await make_desk(work)
    made = [await make_key(work, desk=desk) for _ in range(3)]
    ring = await make_ring(work, *made[1:])

    contract = await promised(work, made[0], made[1], key_ring_ids=[ring.id])

    assert {one.key_id for one in await allocations(work, contract)} == {key.id for key in made}
    assert await lockers_of(work, contract) == []


async def test_several_contacts_come_in_their_order(work: Work) -> None:
    key = await make_key(work)
    people = [AINO, ContactDetails("Veikko"), ContactDetails("Kaarina", language="sv")]

    contract = await promised(work, key, contacts=people)

    link = KeyContractContact
    of_contract = link.key_contract_id == contract.id
    joined = work.own(Contact).join(link, link.contact_id == Contact.id).where(of_contract)
    found = await work.all(joined.order_by(link.place))
    assert [one.name for one in found] == ["Aino Virtanen", "Veikko", "Kaarina"]


async def test_keys_in_automats_and_at_desks_are_not_promised_together(work: Work) -> None:
    both = await make_key(work, automat=await make_automat(work)), await make_key(work)
    before = await everything(work)

    refusal = await undone(work, promised(work, *both))

    assert isinstance(refusal, MixedStorage)
    assert await everything(work) == before


async def test_whoever_fetches_at_a_desk_later_is_told_how(work: Work) -> None:
    key = await make_key(work)

    refusal = await undone(work, promised(work, key, pick_up_information=None))
    assert (type(refusal), refusal.path) == (InvalidInput, ("pick_up_information",))
    now = await promised(work, key, pick_up_information=None, starts_at=work.now)
    later = await promised(work, key, starts_at=work.now + 5 * DAY)

    assert (now.pick_up_information, later.pick_up_information) == (None, "Ring twice.")


async def test_a_key_at_a_desk_is_brought_to_the_automat_that_is_named(work: Work) -> None:
    automat, key = await make_automat(work), await make_key(work)

    contract = await promised(work, key, automat_id=automat.id, pick_up_information=None)

    (held,) = await lockers_of(work, contract)
    assert (held.automat_id, key.target_automat_id) == (automat.id, automat.id)
    (notice,) = await notices_of(work, key)
    assert f"Put the key {key.code} into locker 0 of {automat.name}" in notice
    longer = contract.starts_at + 9 * DAY
    await contract_changes.change_end(work, contract.id, ends_at=longer)
    (again,) = await lockers_of(work, contract)
    assert (again.id, again.ends_at, again.pin) == (held.id, longer, held.pin)
    assert len(await notices_of(work, key)) == 1


@pytest.mark.parametrize(
    ("reference", "is_good"),
    [("Päärakennus/12_a.3-b", True), ("A 1", False), ("", False), ("A#1", False), ("A\n", True)],
)
async def test_a_reference_has_letters_digits_and_four_signs(
    work: Work, reference: str, *, is_good: bool
) -> None:
    key = await make_key(work)
    wish = promised(work, key, reference=reference)

    if is_good:
        assert (await wish).reference == reference.strip()
        return
    refusal = await undone(work, wish)
    assert (type(refusal), refusal.path) == (InvalidInput, ("reference",))


async def test_a_reference_means_one_contract(work: Work) -> None:
    key, other = await make_key(work), await make_key(work)
    await promised(work, key, reference="A-1")

    refusal = await undone(work, promised(work, other, reference="A-1"))

    assert (type(refusal), refusal.path) == (ExternalIdInUse, ("reference",))


async def test_what_cannot_be_promised_is_refused_by_name(work: Work) -> None:
    key, retired = await make_key(work), await make_key(work)
    await keys.update(work, retired.id, {"status": KeyStatus.RETIRED})
    await promised(work, key)
    old = work.now - HOUR

    for wish, wrong in (
        (promised(work, key), KeyTaken),
        (promised(work, retired), InvalidInput),
        (promised(work), InvalidInput),
        (promised(work, await make_key(work), contacts=[]), InvalidInput),
        (promised(work, await make_key(work), starts_at=old), StartsInPast),
        (promised(work, await make_key(work), key_ids=[work.actor.organization_id]), NotFound),
    ):
        assert isinstance(await undone(work, wish), wrong)


async def test_a_contract_at_a_full_automat_is_refused(work: Work) -> None:
    automat = await make_automat(work, model=AutomatModel.LIVIONKEY_1)
    await make_key(work, automat=automat)

    refusal = await undone(work, promised(work, await make_key(work), automat_id=automat.id))

    assert isinstance(refusal, NoFreeLocker)


@pytest.mark.parametrize("days", [1, 5, None])
async def test_the_end_moves_before_the_key_is_out(work: Work, days: int | None) -> None:
    key = await make_key(work, automat=await make_automat(work))
    contract = await promised(work, key)
    (held,) = await lockers_of(work, contract)
    pin, ends_at = held.pin, None if days is None else contract.starts_at + days * DAY

    await contract_changes.change_end(work, contract.id, ends_at=ends_at)

    (held,) = await lockers_of(work, contract)
    (allocation,) = await allocations(work, contract)
    assert (held.ends_at, allocation.ends_at, contract.ends_at) == (ends_at, ends_at, ends_at)
    assert (held.pin, held.locker_id, held.state.is_live) == (pin, key.locker_id, True)
    assert contract.overdue_at == ends_at


@pytest.mark.parametrize("days", [1, 5, None])
async def test_the_end_moves_while_the_key_is_out(work: Work, days: int | None) -> None:
    key = await make_key(work, automat=await make_automat(work))
    contract = await promised(work, key)
    (held,) = await lockers_of(work, contract)
    taken = await fetch(work, held, at=contract.starts_at)
    ends_at = None if days is None else contract.starts_at + days * DAY

    await contract_changes.change_end(taken, contract.id, ends_at=ends_at)

    (held,) = await lockers_of(work, contract)
    assert (held.ends_at, held.locker_id) == (ends_at, key.selected_locker_id)
    assert key.status is KeyStatus.OUT


async def test_an_overdue_key_may_be_kept_longer(work: Work) -> None:
    key = await make_key(work)
    given = await hand_over(work, [KeyName(id=key.id)], contacts=[AINO], due_at=work.now + DAY)
    late = await look_after(work, given.contract, at=work.now + DAY)
    assert key.status is KeyStatus.OVERDUE

    await contract_changes.change_end(late, given.contract.id, ends_at=late.now + DAY)

    assert (key.status, given.contract.status) == (KeyStatus.OUT, KeyContractStatus.ACTIVE)


async def test_a_key_is_not_kept_into_the_time_of_somebody_else(work: Work) -> None:
    key = await make_key(work, automat=await make_automat(work))
    contract = await promised(work, key)
    following = await promised(work, key, starts_at=contract.ends_at)
    (held,) = await lockers_of(work, contract)
    before = await everything(work)
    longer = contract_changes.change_end(work, contract.id, ends_at=following.ends_at)

    assert isinstance(await undone(work, longer), KeyTaken)
    assert await everything(work) == before
    taken = await fetch(work, held, at=contract.starts_at)
    longer = contract_changes.change_end(taken, contract.id, ends_at=following.ends_at)
    refusal = await undone(taken, longer)
    assert isinstance(refusal, KeyTaken)
    assert f"until {following.starts_at.isoformat()}" in refusal.message


async def test_an_end_lies_after_the_start_and_after_now(work: Work) -> None:
    contract = await promised(work, await make_key(work))
    then = at(work, contract.starts_at + HOUR)

    for ends_at, wrong in ((contract.starts_at, StartsAfterEnd), (then.now, InvalidInput)):
        refusal = await undone(
            then, contract_changes.change_end(then, contract.id, ends_at=ends_at)
        )
        assert (type(refusal), refusal.path) == (wrong, ("ends_at",))


async def test_a_contract_whose_keys_are_back_has_no_other_end(work: Work) -> None:
    key = await make_key(work)
    given = await hand_over(work, [KeyName(id=key.id)], contacts=[AINO], due_at=work.now + DAY)
    await take_back(work, KeyName(id=key.id))
    cancelled = await promised(work, key)
    await contracts.cancel(work, cancelled.id)

    for contract in (given.contract, cancelled):
        longer = contract_changes.change_end(work, contract.id, ends_at=None)
        refusal = await undone(work, longer)
        assert isinstance(refusal, InvalidInput)
        assert "holds no key any more" in refusal.message


async def test_how_keys_are_picked_up_is_said_anew(work: Work) -> None:
    contract = await promised(work, await make_key(work))

    await contract_changes.describe_pick_up(work, contract.id, "Knock.")

    assert contract.pick_up_information == "Knock."
    refusal = await undone(work, contract_changes.describe_pick_up(work, contract.id, None))
    assert refusal.path == ("pick_up_information",)
    of_automat = await promised(work, await make_key(work, automat=await make_automat(work)))
    await contract_changes.describe_pick_up(work, of_automat.id, "")
    assert of_automat.pick_up_information is None


async def test_a_contract_is_given_up_once(work: Work) -> None:
    automat = await make_automat(work)
    key = await make_key(work, automat=automat)
    contract = await promised(work, key)

    await contracts.cancel(work, contract.id)
    before = await everything(work)
    await contracts.cancel(work, contract.id)

    (held,) = await lockers_of(work, contract)
    assert (contract.status, held.state) == (KeyContractStatus.CANCELLED, State.CANCELLED)
    assert await allocations(work, contract) == []
    assert await everything(work) == before
    await promised(work, key)


async def test_a_contract_with_a_key_out_is_not_given_up(work: Work) -> None:
    automat = await make_automat(work)
    made = [await make_key(work, automat=automat) for _ in range(2)]
    contract = await promised(work, *made)
    first, _ = await lockers_of(work, contract)
    taken = await fetch(work, first, at=contract.starts_at)

    refusal = await undone(taken, contracts.cancel(taken, contract.id))

    assert isinstance(refusal, KeyOut)
    back = await give_back(taken, first, at=taken.now + HOUR)
    await contracts.cancel(back, contract.id)
    assert contract.status is KeyContractStatus.CANCELLED
    states = [one.state for one in await lockers_of(work, contract)]
    assert states == [State.COMPLETED, State.CANCELLED]


async def test_the_contract_of_a_reservation_is_left_to_it(work: Work) -> None:
    apartment = await make_entity(work)
    await make_key(work, apartment, automat=await make_automat(work))
    stay, _ = await push(work, apartment)
    contract = await key_contract(work, stay)

    for change in (
        contracts.cancel(work, contract.id),
        contract_changes.change_end(work, contract.id, ends_at=None),
        contract_changes.describe_pick_up(work, contract.id, "Knock."),
    ):
        refusal = await undone(work, change)
        assert (type(refusal), refusal.path) == (InvalidInput, ("id",))


@pytest.mark.parametrize("role", [Role.VIEWER, Role.INSTALLER])
async def test_not_everybody_makes_contracts(work: Work, role: Role) -> None:
    key = await make_key(work)
    contract = await promised(work, key)
    clerk = acting_as(work, role)

    for action in (
        promised(clerk, key, starts_at=work.now + 9 * DAY),
        contracts.cancel(clerk, contract.id),
        contract_changes.change_end(clerk, contract.id, ends_at=None),
        contract_changes.describe_pick_up(clerk, contract.id, None),
    ):
        assert isinstance(await undone(clerk, action), NotAllowed)
