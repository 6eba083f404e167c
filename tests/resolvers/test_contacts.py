"""What is changed of a contact, and what that means for what was signed or is insisted on."""

from typing import Any

import pytest
from factories import AINO, make_automat, make_entity, make_key, make_unit, push
from outcomes import undone
from promising import asked, made
from signable import make_process, signed_stay, unsigned_stay
from templating import Value, key_in, template

from models.contracts import KeyContract, KeyContractStatus, Verification
from models.errors import Enforced
from models.organizations import Contact, ContactDetails
from models.signing import SigningState
from resolvers import contacts, relations, reservations
from resolvers.looking import belonging
from resolvers.signed import effects
from resolvers.staff_contracts import drafts
from resolvers.work import Work

Status = KeyContractStatus
VEIKKO = ContactDetails("Veikko", "veikko@example.com", "+358501")


async def contact_of(work: Work, contract: KeyContract, place: int = 0) -> Contact:
    (found,) = await belonging(work, relations.CONTACTS_OF_KEY_CONTRACT, [contract.id])
    return await work.get(Contact, found[place].id)


async def test_another_name_of_a_contact_has_to_be_signed_anew(work: Work) -> None:
    _, contract = await signed_stay(work)
    process = await make_process(work, contract)

    await contacts.update(work, (await contact_of(work, contract)).id, {"name": "Aino Salmi"})

    assert (contract.status, contract.revision) == (Status.WAITING_FOR_SIGNATURE, 2)
    assert process.state is SigningState.WITHDRAWN


async def test_another_name_is_another_content_of_a_contract_by_staff_too(work: Work) -> None:
    key = await make_key(work)
    contract = await made(work, key, contacts=[AINO, VEIKKO], verification=Verification.SIGNATURE)
    await effects.signed(work, contract)

    await contacts.update(work, (await contact_of(work, contract, 1)).id, {"name": "Veikko Oja"})

    assert (contract.status, contract.revision) == (Status.WAITING_FOR_SIGNATURE, 2)


@pytest.mark.parametrize(
    "changes",
    [{"name": AINO.name}, {"name": f" {AINO.name} "}, {"phone": "+3585"}, {"email": None}],
)
async def test_what_is_not_signed_of_a_contact_changes_no_revision(
    work: Work, changes: dict[str, Any]
) -> None:
    _, contract = await unsigned_stay(work)
    process = await make_process(work, contract)

    await contacts.update(work, (await contact_of(work, contract)).id, changes)

    assert (contract.revision, process.state) == (1, SigningState.OFFERED)


async def test_a_name_changes_nothing_of_contracts_that_nobody_signs_or_that_are_given_up(
    work: Work,
) -> None:
    home = await make_entity(work)
    await make_key(work, home, automat=await make_automat(work))
    stay, _ = await push(work, home)
    (plain,) = await work.all(work.own(KeyContract))
    given_up, contract = await signed_stay(work)
    await reservations.cancel(work, id=given_up.id)
    revision = contract.revision
    draft = await drafts.create(work, asked(work, await make_key(work)))

    for one in (plain, contract, draft):
        await contacts.update(work, (await contact_of(work, one)).id, {"name": "Other"})

    assert plain.reservation_id == stay.id
    assert [plain.revision, contract.revision, draft.revision] == [1, revision, 1]


async def test_what_was_offered_of_a_contract_that_has_ended_is_withdrawn(work: Work) -> None:
    _, contract = await signed_stay(work)
    contract.status = Status.ENDED
    await work.save()
    process = await make_process(work, contract)

    await contacts.update(work, (await contact_of(work, contract)).id, {"name": "Other"})

    assert (contract.revision, process.state) == (1, SigningState.WITHDRAWN)


@pytest.mark.parametrize(
    ("changes", "path"), [({"email": None}, "email"), ({"phone": "+46 1"}, "phone")]
)
async def test_a_contact_is_not_changed_against_a_template(
    work: Work, changes: dict[str, Any], path: str
) -> None:
    unit = await make_unit(work)
    names = (Value.MAIN_CONTACT_EMAIL_REQUIRED, Value.PHONE_PREFIX)
    values = {"main_contact_email_required": True, "phone_prefix": "+358"}
    await template(work, unit, *names, **values)
    contract = await made(work, await key_in(work, unit), contacts=[AINO, VEIKKO])
    main, other = [await contact_of(work, contract, place) for place in (0, 1)]

    refusal = await undone(work, contacts.update(work, main.id, changes))

    assert (type(refusal), refusal.path) == (Enforced, (path,))
    await contacts.update(work, other.id, {"email": None})
    await contacts.update(work, other.id, {"phone": "050 2"})
    assert (other.email, other.phone) == (None, "+35850 2")


async def test_a_template_that_came_later_does_not_hinder_another_name(work: Work) -> None:
    unit = await make_unit(work)
    contract = await made(
        work, await key_in(work, unit), contacts=[ContactDetails("Eve", phone="+46 1")]
    )
    names = (Value.MAIN_CONTACT_EMAIL_REQUIRED, Value.PHONE_PREFIX)
    values = {"main_contact_email_required": True, "phone_prefix": "+358"}
    await template(work, unit, *names, **values)

    changed = await contacts.update(work, (await contact_of(work, contract)).id, {"name": "Eva"})

    assert changed.name == "Eva"
