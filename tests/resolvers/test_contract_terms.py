"""How a contract by staff is confirmed, in which language, and which agreements it carries."""

import pytest
from agreeing import make_agreement
from factories import make_automat, make_desk, make_key, make_unit
from outcomes import undone
from promising import made

from models.agreements import ContractAgreement
from models.contracts import KeyContractStatus, Verification
from models.errors import InvalidInput, NotFound
from models.keys import Key
from models.organizations import Contact
from resolvers import desks
from resolvers.agreements import editing
from resolvers.staff_contracts.contacts import contacts_of
from resolvers.work import Work


@pytest.mark.parametrize("days_ahead", [0, 1])
async def test_a_contract_that_is_verified_waits_for_its_signature(
    work: Work, days_ahead: int
) -> None:
    key = await make_key(work, automat=await make_automat(work))
    starts_at = {} if days_ahead else {"starts_at": work.now}

    contract = await made(
        work, key, verification=Verification.SIGNATURE, language="sv", **starts_at
    )

    assert contract.status is KeyContractStatus.WAITING_FOR_SIGNATURE
    assert (contract.verification, contract.language) == (Verification.SIGNATURE, "sv")


async def test_a_contract_that_is_not_verified_holds_at_once(work: Work) -> None:
    contract = await made(work, await make_key(work), verification=Verification.NONE)

    assert (contract.status, contract.language) == (KeyContractStatus.UPCOMING, None)


async def test_strong_authentication_is_asked_for_only_where_the_unit_lets_it(work: Work) -> None:
    careful = await make_unit(work, name="Harbour", strong_authentication=True)
    lax = await make_unit(work, name="Hill")
    keys = [
        await make_key(work, desk=await desks.create(work, name=unit.name, unit_id=unit.id))
        for unit in (careful, lax)
    ]

    contract = await made(work, keys[0], verification=Verification.STRONG)
    refusal = await undone(work, made(work, keys[1], verification=Verification.STRONG))

    assert contract.verification is Verification.STRONG
    assert (type(refusal), refusal.path) == (InvalidInput, ("verification",))
    assert "Hill" in refusal.message


@pytest.mark.parametrize("language", ["", "FI", "finnish", "f", "fi-FI"])
async def test_a_language_is_a_primary_tag(work: Work, language: str) -> None:
    key = await make_key(work)

    refusal = await undone(work, made(work, key, language=language))

    assert (type(refusal), refusal.path) == (InvalidInput, ("language",))


async def test_contacts_who_say_no_language_speak_that_of_the_contract(work: Work) -> None:
    contract = await made(work, await make_key(work), language="sv")

    (contact,) = await contacts_of(work, contract)
    assert isinstance(contact, Contact)
    assert contact.language == "sv"


async def test_a_contract_carries_the_agreements_that_were_chosen_in_their_order(
    work: Work,
) -> None:
    unit = await make_unit(work)
    key = await make_key(work, desk=await desks.create(work, name="Desk", unit_id=unit.id))
    own = await make_agreement(work, unit, inherited=False)
    above = await make_agreement(work)

    contract = await made(work, key, agreement_ids=[above.id, own.id])

    link = ContractAgreement
    found = work.own(link).where(link.key_contract_id == contract.id).order_by(link.place)
    assert [one.agreement_id for one in await work.all(found)] == [above.id, own.id]


async def test_agreements_that_do_not_hold_for_the_keys_are_refused(work: Work) -> None:
    key, elsewhere = await make_key(work, desk=await make_desk(work)), await make_unit(work)
    of_another = await make_agreement(work, elsewhere)
    retired = await make_agreement(work)
    await editing.retire(work, retired.id)
    below = await make_unit(work)
    inside = await make_key(work, desk=await desks.create(work, name="B", unit_id=below.id))
    for_itself = await make_agreement(work, inherited=False)

    tried = [
        (key.id, of_another.id),
        (key.id, retired.id),
        (inside.id, for_itself.id),
        (key.id, key.id),
    ]

    refusals = []
    for key_id, agreement_id in tried:
        one = await work.get(Key, key_id)  # what was undone left nothing of the one before
        refusals.append(await undone(work, made(work, one, agreement_ids=[agreement_id])))

    assert [type(one) for one in refusals] == [InvalidInput] * 3 + [NotFound]
    assert {one.path for one in refusals} == {("agreement_ids",)}


async def test_a_schedule_is_taken_only_where_the_unit_lets_contracts_have_one(work: Work) -> None:
    unit = await make_unit(work, access_schedules=True)
    there = await make_key(work, desk=await desks.create(work, name="Desk", unit_id=unit.id))
    window = {"weekdays": [1, 5], "from": "08:00", "to": "17:00"}
    schedule = {"windows": [window], "dailyReturn": True}

    contract = await made(work, there, access_schedule=schedule)
    elsewhere = await undone(work, made(work, await make_key(work), access_schedule=schedule))
    senseless = [
        await undone(work, made(work, there, access_schedule={"windows": [window | wrong]}))
        for wrong in ({"weekdays": [0]}, {"weekdays": []}, {"from": "8"}, {"to": "24:01"})
    ]

    assert contract.access_schedule == schedule
    assert (type(elsewhere), elsewhere.path) == (InvalidInput, ("access_schedule",))
    for refusal in senseless:
        assert (type(refusal), refusal.path[:1]) == (InvalidInput, ("access_schedule",))
