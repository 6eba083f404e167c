"""Contract templates: what they fill in, which of several counts, and how they are changed."""

from datetime import timedelta
from typing import Any

import pytest
from agreeing import make_agreement
from factories import HOUR, acting_as, make_automat, make_key, make_unit
from outcomes import events, undone
from promising import made
from templating import Value, key_in, template

from models.accounts import Role
from models.agreements import ContractAgreement
from models.contracts import KeyContractStatus, Verification
from models.errors import (
    ExternalIdInUse,
    InvalidInput,
    NotAllowed,
    NotFound,
)
from models.events import EventKind
from models.organizations import ContactDetails
from resolvers.staff_contracts import creating, drafts
from resolvers.staff_contracts.asked import Asked
from resolvers.staff_contracts.contacts import contacts_of
from resolvers.templates import editing
from resolvers.templates.asking import defaults_at
from resolvers.work import Work


async def test_a_template_fills_in_what_a_contract_leaves_out(work: Work) -> None:
    rules = await make_agreement(work)
    await template(
        work,
        verification="signature",
        language="fi",
        duration_seconds=7_200,
        free_locker_after_fetch=True,
        pick_up_information="Ring twice.",
        agreement_ids=[rules.id],
        phone_prefix="+358",
    )
    people = [ContactDetails("Aino", phone="040 123"), ContactDetails("Eve", phone="+46 70")]
    key = await make_key(work)

    contract = await creating.create(work, Asked(contacts=people, key_ids=[key.id]))

    assert contract.status is KeyContractStatus.WAITING_FOR_SIGNATURE
    assert (contract.verification, contract.language) == (Verification.SIGNATURE, "fi")
    assert contract.ends_at == contract.starts_at + timedelta(hours=2)
    assert (contract.free_locker_after_fetch, contract.pick_up_information) == (True, "Ring twice.")
    carried = await work.all(work.own(ContractAgreement))
    assert [one.agreement_id for one in carried] == [rules.id]
    assert [one.phone for one in await contacts_of(work, contract)] == ["+35840 123", "+46 70"]


async def test_what_a_contract_says_itself_counts(work: Work) -> None:
    await template(
        work,
        verification="signature",
        language="fi",
        duration_seconds=7_200,
        free_locker_after_fetch=True,
        pick_up_information="Ring twice.",
    )
    key = await make_key(work, automat=await make_automat(work))

    contract = await made(
        work,
        key,
        days=None,
        verification=Verification.NONE,
        language="sv",
        free_locker_after_fetch=False,
        pick_up_information="Knock.",
    )

    assert (contract.verification, contract.language) == (Verification.NONE, "sv")
    assert (contract.ends_at, contract.free_locker_after_fetch) == (None, False)
    assert contract.pick_up_information == "Knock."


async def test_for_each_value_the_nearest_unit_that_says_it_counts(work: Work) -> None:
    north = await make_unit(work, name="North")
    house = await make_unit(work, name="House", parent_id=north.id)
    await template(work, language="fi", phone_prefix="+358", duration_seconds=60)
    await template(work, north, language="sv", duration_seconds=120)
    await template(work, house, language="en")

    found = await defaults_at(work, unit_id=house.id, key_ids=[])

    said = {name: (one.value, one.unit.name) for name, one in found.items()}
    assert said == {
        Value.LANGUAGE: ("en", "House"),
        Value.DURATION: (120, "North"),
        Value.PHONE_PREFIX: ("+358", "Kotikatu Isännöinti"),
    }
    assert not any(one.enforced for one in found.values())


async def test_a_template_that_is_named_comes_before_the_standard_one(work: Work) -> None:
    unit = await make_unit(work)
    await template(work, unit, language="fi", phone_prefix="+358")
    changes = editing.TemplateChanges(name="Guests", defaults={Value.LANGUAGE: "sv"})
    guests = await editing.create(work, organization_unit_id=unit.id, changes=changes)
    elsewhere = await make_unit(work)
    key, other = await key_in(work, unit), await key_in(work, elsewhere)

    named = await made(work, key, template_id=guests.id, contacts=[ContactDetails("A", phone="01")])
    refusal = await undone(work, made(work, other, template_id=guests.id))

    assert named.language == "sv"
    assert (await contacts_of(work, named))[0].phone == "+3581"
    assert (type(refusal), refusal.path) == (InvalidInput, ("template_id",))


async def test_a_draft_is_filled_in_when_it_is_made_to_hold(work: Work) -> None:
    key = await make_key(work)
    people = [ContactDetails("Aino", phone="040")]
    draft = await drafts.create(work, Asked(contacts=people, key_ids=[key.id]))
    await template(work, duration_seconds=3_600, phone_prefix="+358", language="fi")

    held = await drafts.activate(work, draft.id, pins={})

    assert (held.ends_at, held.language) == (held.starts_at + HOUR, "fi")
    assert (await contacts_of(work, held))[0].phone == "+35840"


@pytest.mark.parametrize(
    ("number", "completed"),
    [("050 1", "+35850 1"), ("0044 1", "+44 1"), ("+46 1", "+46 1"), ("", ""), (None, None)],
)
async def test_a_prefix_completes_numbers_without_a_plus(
    work: Work, number: str | None, completed: str | None
) -> None:
    await template(work, phone_prefix="+358")

    contract = await made(work, await make_key(work), contacts=[ContactDetails("A", phone=number)])

    assert (await contacts_of(work, contract))[0].phone == completed


@pytest.mark.parametrize(
    ("defaults", "path"),
    [
        ({"language": "FI"}, ("defaults", "language")),
        ({"duration_seconds": 0}, ("defaults", "duration_seconds")),
        ({"duration_seconds": 10**10}, ("defaults", "duration_seconds")),
        ({"phone_prefix": "358"}, ("defaults", "phone_prefix")),
        ({"pick_up_information": "x" * 501}, ("defaults", "pick_up_information")),
        ({"access_schedule": {"windows": []}}, ("defaults", "access_schedule", "windows")),
    ],
)
async def test_values_of_a_template_make_sense(
    work: Work, defaults: dict[str, Any], path: tuple[str, ...]
) -> None:
    refusal = await undone(work, template(work, **defaults))

    assert (type(refusal), refusal.path) == (InvalidInput, path)


async def test_a_template_insists_only_on_what_it_fills_in(work: Work) -> None:
    refusal = await undone(work, template(work, None, Value.LANGUAGE))

    assert (type(refusal), refusal.path) == (InvalidInput, ("enforced",))


async def test_a_unit_has_one_standard_template_and_one_of_a_name(work: Work) -> None:
    first = (await template(work)).id
    other = editing.TemplateChanges(name="Other", standard=True)
    same = editing.TemplateChanges(name="Standard")
    third_row = await editing.create(work, organization_unit_id=None, changes={"name": "Third"})
    third = third_row.id

    for action, path in (
        (editing.create(work, organization_unit_id=None, changes=other), ("standard",)),
        (editing.create(work, organization_unit_id=None, changes=same), ("name",)),
        (editing.update(work, third, {"standard": True}), ("standard",)),
        (editing.update(work, third, {"name": "Standard"}), ("name",)),
    ):
        refusal = await undone(work, action)
        assert (type(refusal), refusal.path) == (ExternalIdInUse, path)
    await editing.update(work, first, {"standard": False})
    assert (await editing.update(work, third, {"standard": True})).standard


async def test_a_template_changes_value_by_value_and_is_deleted(work: Work) -> None:
    id = (await template(work, None, Value.LANGUAGE, language="fi", duration_seconds=60)).id

    changed = await editing.update(work, id, {"defaults": {Value.DURATION: None}})
    assert changed.defaults == {"language": "fi"}
    silent = await undone(work, editing.update(work, id, {"defaults": {Value.LANGUAGE: None}}))
    await editing.delete(work, id)

    assert (type(silent), silent.path) == (InvalidInput, ("enforced",))
    assert await defaults_at(work, unit_id=None, key_ids=[]) == {}
    kinds = {event.kind for event in await events(work)}
    assert {
        EventKind.CONTRACT_TEMPLATE_CREATED,
        EventKind.CONTRACT_TEMPLATE_UPDATED,
        EventKind.CONTRACT_TEMPLATE_DELETED,
    } <= kinds
    assert isinstance(await undone(work, editing.delete(work, id)), NotFound)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMIN}))
async def test_only_administrators_change_templates(work: Work, role: Role) -> None:
    one = await template(work)
    clerk = acting_as(work, role)

    for action in (
        editing.create(clerk, organization_unit_id=None, changes={"name": "x"}),
        editing.update(clerk, one.id, {"name": "x"}),
        editing.delete(clerk, one.id),
    ):
        assert isinstance(await undone(clerk, action), NotAllowed)
