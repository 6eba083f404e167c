"""Changes of a contract by staff that holds: contacts, times, language, words, verification."""

from typing import Any

import pytest
from factories import AINO, DAY, HOUR, make_automat, make_entity, make_key, push
from lives import fetch, give_back
from outcomes import everything, key_contract, undone
from promising import allocations, lockers_of, made

from models.contracts import KeyContractStatus, Verification
from models.errors import (
    AlreadySigned,
    InvalidInput,
    KeyOut,
    KeyTaken,
    LivionKeyError,
    StartsAfterEnd,
    StartsInPast,
)
from models.organizations import ContactDetails
from resolvers import contracts
from resolvers.staff_contracts.changing import change
from resolvers.staff_contracts.contacts import contacts_of
from resolvers.work import Work


async def test_contacts_are_replaced_as_a_whole_also_while_a_key_is_out(work: Work) -> None:
    key = await make_key(work, automat=await make_automat(work))
    contract = await made(work, key, starts_at=work.now, contacts=[AINO, ContactDetails("Eve")])
    (held,) = await lockers_of(work, contract)
    taken = await fetch(work, held, at=work.now)

    await change(taken, contract.id, {"contacts": [ContactDetails("Veikko"), AINO]})

    assert [one.name for one in await contacts_of(taken, contract)] == ["Veikko", AINO.name]


async def test_start_and_end_move_with_what_is_held(work: Work) -> None:
    key = await make_key(work, automat=await make_automat(work))
    contract = await made(work, key)
    (held,) = await lockers_of(work, contract)
    pin, begins = held.pin, contract.starts_at + 3 * DAY

    await change(
        work, contract.id, {"starts_at": begins, "ends_at": begins + DAY, "says_end": True}
    )

    (again,) = await lockers_of(work, contract)
    assert (again.id, again.pin) == (held.id, pin)
    assert (again.starts_at, again.ends_at) == (begins, begins + DAY)
    (allocation,) = await allocations(work, contract)
    assert (allocation.starts_at, allocation.ends_at) == (begins, begins + DAY)


async def test_a_contract_that_begins_now_and_is_moved_to_later_lies_ahead(work: Work) -> None:
    contract = await made(work, await make_key(work), starts_at=work.now)
    assert contract.status is KeyContractStatus.ACTIVE

    await change(work, contract.id, {"starts_at": work.now + HOUR})

    assert contract.status is KeyContractStatus.UPCOMING


async def test_the_start_stays_once_a_key_was_fetched_even_if_it_is_back(work: Work) -> None:
    automat = await make_automat(work)
    keys = [await make_key(work, automat=automat) for _ in range(2)]
    contract = await made(work, *keys, starts_at=work.now)
    held = (await lockers_of(work, contract))[0]
    taken = await fetch(work, held, at=work.now)
    later = {"starts_at": work.now + HOUR}

    while_out = await undone(taken, change(taken, contract.id, later))
    back = await give_back(work, held, at=work.now + HOUR)
    afterwards = await undone(back, change(back, contract.id, {"starts_at": back.now + HOUR}))

    for refusal in (while_out, afterwards):
        assert (type(refusal), refusal.path) == (KeyOut, ("starts_at",))


async def test_language_and_words_change(work: Work) -> None:
    contract = await made(work, await make_key(work), language="sv")
    revision = contract.revision

    await change(work, contract.id, {"language": "fi", "pick_up_information": "Knock."})
    assert (contract.language, contract.pick_up_information) == ("fi", "Knock.")
    assert contract.revision == revision + 1
    await change(work, contract.id, {"language": None})

    assert contract.language is None


async def test_a_contract_begins_to_wait_when_it_has_to_be_verified(work: Work) -> None:
    contract = await made(work, await make_key(work, automat=await make_automat(work)))

    await change(work, contract.id, {"verification": Verification.SIGNATURE})
    assert contract.status is KeyContractStatus.WAITING_FOR_SIGNATURE
    await change(work, contract.id, {"verification": Verification.NONE})

    assert contract.status is KeyContractStatus.UPCOMING


async def test_a_contract_that_waits_still_waits_when_its_end_moves(work: Work) -> None:
    key = await make_key(work, automat=await make_automat(work))
    contract = await made(work, key, verification=Verification.SIGNATURE)

    await change(work, contract.id, {"ends_at": None, "says_end": True})

    assert contract.status is KeyContractStatus.WAITING_FOR_SIGNATURE
    assert contract.ends_at is None


async def test_the_verification_stays_once_it_is_signed_or_a_key_was_fetched(work: Work) -> None:
    automat = await make_automat(work)
    signed = await made(work, await make_key(work), verification=Verification.SIGNATURE)
    signed.signed_revision = signed.revision
    await work.save()
    out = await made(work, await make_key(work, automat=automat), starts_at=work.now)
    (held,) = await lockers_of(work, out)
    taken = await fetch(work, held, at=work.now)

    after = await undone(taken, change(taken, signed.id, {"verification": Verification.NONE}))
    fetched = await undone(taken, change(taken, out.id, {"verification": Verification.SIGNATURE}))

    assert (type(after), after.path) == (AlreadySigned, ("verification",))
    assert (type(fetched), fetched.path) == (KeyOut, ("verification",))


async def test_what_cannot_be_changed_is_refused_by_name_and_changes_nothing(work: Work) -> None:
    key = await make_key(work)
    contract, cancelled = await made(work, key), await made(work, await make_key(work))
    following = await made(work, key, starts_at=work.now + 9 * DAY)
    await contracts.cancel(work, cancelled.id)
    home = await make_entity(work)
    await make_key(work, home, automat=await make_automat(work))
    reserved = await key_contract(work, (await push(work, home))[0])
    before = await everything(work)
    cases: list[tuple[Any, dict[str, Any], type[LivionKeyError]]] = [
        (contract, {"starts_at": work.now - HOUR}, StartsInPast),
        (contract, {"starts_at": contract.ends_at}, StartsAfterEnd),
        (contract, {"ends_at": following.ends_at, "says_end": True}, KeyTaken),
        (contract, {"contacts": []}, InvalidInput),
        (contract, {"contacts": [ContactDetails(" ")]}, InvalidInput),
        (contract, {"language": "FI"}, InvalidInput),
        (contract, {"pick_up_information": None}, InvalidInput),
        (contract, {"pick_up_information": "x" * 501}, InvalidInput),
        (contract, {"verification": Verification.STRONG}, InvalidInput),
        (contract, {"key_ids": [key.id]}, InvalidInput),
        (contract, {"reference": "B"}, InvalidInput),
        (contract, {"free_locker_after_fetch": True}, InvalidInput),
        (cancelled, {"language": "fi"}, InvalidInput),
        (reserved, {"language": "fi"}, InvalidInput),
    ]
    ids = [(one.id, changes, wrong) for one, changes, wrong in cases]

    for id, changes, wrong in ids:
        assert type(await undone(work, change(work, id, changes))) is wrong, changes
    assert await everything(work) == before


@pytest.mark.parametrize("days", [9, None])
async def test_desk_keys_that_are_moved_to_later_need_pick_up_information(
    work: Work, days: int | None
) -> None:
    key = await make_key(work)
    contract = await made(work, key, starts_at=work.now, pick_up_information=None, days=days)

    refusal = await undone(work, change(work, contract.id, {"starts_at": work.now + HOUR}))

    assert (type(refusal), refusal.path) == (InvalidInput, ("pick_up_information",))
