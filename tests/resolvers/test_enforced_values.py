"""What templates insist on: no contract of the unit or of one below it may differ."""

from typing import Any

import pytest
from factories import AINO, DAY, make_automat, make_key, make_unit
from outcomes import undone
from promising import asked, made
from templating import Value, key_in, template

from models.agreements import Agreement
from models.contracts import Verification
from models.errors import Enforced
from models.organizations import ContactDetails
from models.templates import ContractValue
from resolvers.handover.desks import KeyName, hand_over
from resolvers.staff_contracts import creating, drafts
from resolvers.staff_contracts.asked import Asked
from resolvers.staff_contracts.changing import change
from resolvers.staff_contracts.keys import change_keys
from resolvers.templates import editing
from resolvers.templates.asking import defaults_at
from resolvers.work import Work

OTHERWISE: list[tuple[ContractValue, Any, dict[str, Any]]] = [
    (Value.VERIFICATION, "signature", {"verification": Verification.NONE}),
    (Value.LANGUAGE, "fi", {"language": "sv"}),
    (Value.DURATION, 86_400, {"days": 2}),
    (Value.DURATION, 86_400, {"days": None}),
    (Value.FREE_LOCKER_AFTER_FETCH, True, {"free_locker_after_fetch": False}),
    (Value.PICK_UP_INFORMATION, "Ring.", {"pick_up_information": "Knock."}),
    (Value.AGREEMENTS, [], {"agreement_ids": None}),
    (Value.MAIN_CONTACT_EMAIL_REQUIRED, True, {"contacts": [ContactDetails("Eve")]}),
    (Value.PHONE_PREFIX, "+358", {"contacts": [ContactDetails("Eve", "e@x", "+46 1")]}),
]


@pytest.mark.parametrize(("name", "value", "otherwise"), OTHERWISE)
async def test_a_contract_that_differs_is_refused_with_value_template_and_unit(
    work: Work, name: ContractValue, value: Any, otherwise: dict[str, Any]
) -> None:
    if name is Value.AGREEMENTS:
        owner = work.actor.organization_id
        extra = Agreement(organization_id=owner, organization_unit_id=owner, name="Extra")
        await work.add(extra)
        otherwise = {"agreement_ids": [extra.id]}
    north = await make_unit(work, name="North")
    house = await make_unit(work, name="House", parent_id=north.id)
    await template(work, north, name, **{name.value: value})

    refusal = await undone(work, made(work, await key_in(work, house), **otherwise))

    assert isinstance(refusal, Enforced)
    assert all(
        part in refusal.message for part in ("'Standard'", "North", name.value.replace("_", " "))
    )
    assert refusal.path


async def test_a_contract_that_leaves_them_out_gets_the_values_that_are_insisted_on(
    work: Work,
) -> None:
    names = (Value.VERIFICATION, Value.LANGUAGE, Value.DURATION, Value.PICK_UP_INFORMATION)
    await template(
        work,
        None,
        *names,
        verification="signature",
        language="fi",
        duration_seconds=86_400,
        pick_up_information="Ring.",
    )
    key = await make_key(work)

    contract = await creating.create(work, Asked(contacts=[AINO], key_ids=[key.id]))

    assert (contract.verification, contract.language) == (Verification.SIGNATURE, "fi")
    assert contract.ends_at == contract.starts_at + DAY


async def test_what_a_unit_above_insists_on_counts_more_than_what_one_below_fills_in(
    work: Work,
) -> None:
    house = await make_unit(work, name="House")
    await template(work, None, Value.LANGUAGE, language="fi")
    await template(work, house, language="sv")

    found = await defaults_at(work, unit_id=house.id, key_ids=[])
    contract = await made(work, await key_in(work, house))

    assert (found[Value.LANGUAGE].value, found[Value.LANGUAGE].enforced) == ("fi", True)
    assert contract.language == "fi"


async def test_a_template_cannot_insist_on_other_than_a_unit_above(work: Work) -> None:
    house = await make_unit(work)
    await template(work, None, Value.LANGUAGE, language="fi")

    other = await undone(work, template(work, house, Value.LANGUAGE, language="sv"))
    same = await template(work, house, Value.LANGUAGE, language="fi")
    changed = await undone(
        work, editing.update(work, same.id, {"defaults": {Value.LANGUAGE: "sv"}})
    )

    for refusal in (other, changed):
        assert (type(refusal), refusal.path) == (Enforced, ("enforced",))


async def test_any_key_brings_what_its_unit_insists_on(work: Work) -> None:
    lax, strict = await make_unit(work, name="Lax"), await make_unit(work, name="Strict")
    await template(work, strict, Value.VERIFICATION, verification="signature")
    keys = [await key_in(work, unit) for unit in (lax, strict)]

    refusal = await undone(work, made(work, *keys, verification=Verification.NONE))
    contract = await made(work, *keys)

    assert isinstance(refusal, Enforced)
    assert contract.verification is Verification.SIGNATURE


async def test_a_contract_cannot_be_changed_to_differ(work: Work) -> None:
    unit, strict = await make_unit(work), await make_unit(work, name="Strict")
    names = (Value.LANGUAGE, Value.DURATION, Value.VERIFICATION, Value.PICK_UP_INFORMATION)
    names = (*names, Value.PHONE_PREFIX)
    await template(
        work,
        unit,
        *names,
        language="fi",
        duration_seconds=2 * 86_400,
        verification="none",
        pick_up_information="Ring twice.",
        phone_prefix="+358",
    )
    await template(work, strict, Value.VERIFICATION, verification="signature")
    key, there = await key_in(work, unit), await key_in(work, strict)
    contract = await made(work, key)

    for action in (
        change(work, contract.id, {"language": "sv"}),
        change(work, contract.id, {"ends_at": None, "says_end": True}),
        change(work, contract.id, {"starts_at": contract.starts_at + DAY}),
        change(work, contract.id, {"verification": Verification.SIGNATURE}),
        change(work, contract.id, {"pick_up_information": "Knock."}),
        change(work, contract.id, {"contacts": [ContactDetails("Eve", phone="+46 1")]}),
        change_keys(work, contract.id, add=[there.id]),
    ):
        assert isinstance(await undone(work, action), Enforced)


async def test_a_draft_that_differs_is_refused_when_it_is_to_hold(work: Work) -> None:
    await template(work, None, Value.LANGUAGE, language="fi")
    draft = await drafts.create(work, asked(work, await make_key(work), language="sv"))

    assert isinstance(await undone(work, drafts.activate(work, draft.id, pins={})), Enforced)


async def test_nothing_is_handed_over_at_a_desk_past_a_signature_that_is_insisted_on(
    work: Work,
) -> None:
    key = await make_key(work, automat=await make_automat(work))
    await template(work, None, Value.VERIFICATION, verification="signature")

    refusal = await undone(work, hand_over(work, [KeyName(id=key.id)], contacts=[AINO]))

    assert isinstance(refusal, Enforced)
