"""Key contracts that staff make of certain keys, without a reservation."""

import pytest
from counting import statements_of
from factories import AINO, DAY, PASILA, make_automat, make_desk, make_key, make_ring
from lives import at, fetch, notices_of
from outcomes import free, undone
from promising import allocations, lockers_of, promised

from models.automats import AutomatModel
from models.contracts import (
    KeyContractContact,
    KeyContractStatus,
    LockerContractKind,
    LockerContractState,
)
from models.database import Database
from models.errors import InvalidInput
from models.keys import KeyKind
from models.organizations import Contact, ContactDetails
from models.times import Window
from resolvers import contract_changes
from resolvers.handover.desks import KeyName, take_back
from resolvers.key_names import named_keys
from resolvers.work import Work

DEFAULT, FETCH, RETURN = LockerContractKind
State = LockerContractState


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


async def test_a_key_that_is_named_many_times_is_looked_up_once(
    database: Database, work: Work
) -> None:
    key = await make_key(work)
    await work.connection()  # what was recorded so far is written

    with statements_of(database) as seen:
        found = await named_keys(work, [KeyName(id=key.id)] * 100)

    assert found == [key]
    assert len(seen) == 1
