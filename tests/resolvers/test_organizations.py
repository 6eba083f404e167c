"""The tree of units, and what each of them says for those below."""

from datetime import timedelta
from typing import Any

import pytest
from factories import AINO, acting_as, make_stranger, make_unit
from outcomes import undone

from models.accounts import Role
from models.errors import ErrorCode, InvalidInput
from models.organizations import ContactDetails, UnitKind
from models.settings import UnitSettings
from resolvers import organizations
from resolvers.work import Work


async def test_a_new_organization_has_the_settings_of_the_house(work: Work) -> None:
    assert await organizations.settings(work, work.actor.organization_id) == UnitSettings()


async def test_a_unit_takes_what_it_does_not_say_from_above(work: Work) -> None:
    root = work.actor.organization_id
    town = await make_unit(work, language="sv")
    house = await make_unit(work, parent_id=town.id, time_zone="Europe/Oslo")
    await organizations.update_unit(work, root, {"language": "fi", "uses_automats": False})

    settings = await organizations.settings(work, house.id)
    assert (settings.language, settings.time_zone) == ("sv", "Europe/Oslo")
    assert settings.uses_automats is False
    await organizations.update_unit(work, town.id, {"language": None})

    assert (await organizations.settings(work, house.id)).language == "fi"


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": None},
        {"time_zone": "Europe/Nowhere"},
        {"country_code": "fi"},
        {"country_code": "FIN"},
        {"language": "fi-FI"},
        {"language": ""},
        {"largest_distance_metres": 0.0},
        {"largest_distance_metres": -1.0},
        {"largest_distance_metres": float("nan")},
        {"default_sync_time": timedelta(seconds=-1)},
        {"silence_tolerance": timedelta(seconds=-1)},
    ],
)
async def test_settings_that_make_no_sense_are_refused(work: Work, wrong: dict[str, Any]) -> None:
    unit = await make_unit(work)

    made = await undone(work, make_unit(work, **wrong))
    changed = await undone(work, _changed(work, unit.id, wrong))

    assert (made.code, changed.code) == (ErrorCode.INVALID_INPUT, ErrorCode.INVALID_INPUT)


async def _changed(work: Work, id: Any, changes: Any) -> None:
    await organizations.update_unit(work, id, changes)


async def test_a_customer_id_is_given_once_in_an_organization(work: Work) -> None:
    await make_unit(work, customer_id="17")

    refusal = await undone(work, make_unit(work, customer_id="17"))

    assert refusal.code is ErrorCode.EXTERNAL_ID_IN_USE
    await make_unit(await make_stranger(work), customer_id="17")


async def test_only_a_root_is_an_organization(work: Work) -> None:
    with pytest.raises(InvalidInput):
        await make_unit(work, kind=UnitKind.ORGANIZATION)


@pytest.mark.parametrize("changes", [{"name": " "}, {"email": "aino"}])
async def test_a_contact_keeps_a_name_and_an_address_that_is_one(
    work: Work, changes: dict[str, Any]
) -> None:
    (contact,) = await organizations.add_contacts(work, [AINO], language="fi")

    refusal = await undone(work, organizations.update_contact(work, contact.id, changes))

    assert refusal.code is ErrorCode.INVALID_INPUT


async def test_a_contacts_name_has_no_blanks_around_it(work: Work) -> None:
    (contact,) = await organizations.add_contacts(
        work, [ContactDetails("  Aino Virtanen ")], language="fi"
    )

    assert contact.name == "Aino Virtanen"


async def test_a_user_does_not_change_the_organization(work: Work) -> None:
    refusal = await undone(work, make_unit(acting_as(work, Role.ADVANCED_USER)))

    assert refusal.code is ErrorCode.NOT_ALLOWED
