"""The tree of units, and the contacts of an organization."""

from typing import Any

import pytest
from factories import AINO, acting_as, make_stranger, make_unit
from outcomes import undone

from models.accounts import Role
from models.errors import ErrorCode, InvalidInput
from models.organizations import ContactDetails, UnitKind
from resolvers import contacts, organizations
from resolvers.work import Work


@pytest.mark.parametrize("name", ["", None])
async def test_a_unit_has_a_name(work: Work, name: Any) -> None:
    unit = await make_unit(work)

    made = await undone(work, make_unit(work, name=name))
    changed = await undone(work, organizations.update_unit(work, unit.id, {"name": name}))

    assert {made.code, changed.code} == {ErrorCode.INVALID_INPUT}
    assert {made.path, changed.path} == {("name",)}


async def test_a_customer_id_is_given_once_in_an_organization(work: Work) -> None:
    await make_unit(work, customer_id="17")

    refusal = await undone(work, make_unit(work, customer_id="17"))

    assert refusal.code is ErrorCode.EXTERNAL_ID_IN_USE
    await make_unit(await make_stranger(work), customer_id="17")


async def test_a_customer_id_has_an_end(work: Work) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await make_unit(work, customer_id="x" * 501)

    assert refusal.value.path == ("customer_id",)


async def test_only_a_root_is_an_organization(work: Work) -> None:
    with pytest.raises(InvalidInput):
        await make_unit(work, kind=UnitKind.ORGANIZATION)


@pytest.mark.parametrize("changes", [{"name": " "}, {"email": "aino"}])
async def test_a_contact_keeps_a_name_and_an_address_that_is_one(
    work: Work, changes: dict[str, Any]
) -> None:
    (contact,) = await organizations.add_contacts(work, [AINO], language="fi")

    refusal = await undone(work, contacts.update(work, contact.id, changes))

    assert refusal.code is ErrorCode.INVALID_INPUT


async def test_a_contacts_name_has_no_blanks_around_it(work: Work) -> None:
    (contact,) = await organizations.add_contacts(
        work, [ContactDetails("  Aino Virtanen ")], language="fi"
    )

    assert contact.name == "Aino Virtanen"


async def test_a_user_does_not_change_the_organization(work: Work) -> None:
    refusal = await undone(work, make_unit(acting_as(work, Role.ADVANCED_USER)))

    assert refusal.code is ErrorCode.NOT_ALLOWED
