"""What can be reserved, by its id or by the partner's own number of it."""

from typing import Any

import pytest
from factories import (
    PASILA,
    STATION,
    make_automat,
    make_entity,
    make_group,
    make_stranger,
    placed,
)
from outcomes import events, undone
from sqlalchemy.exc import IntegrityError

from models.addressed import PlacementProblem
from models.dialects.overlaps import broken_constraint
from models.entities import KeyRule
from models.errors import ErrorCode, InvalidInput, NotFound
from models.events import EventKind
from models.places import PostalAddress
from resolvers import entities
from resolvers.work import Work


async def test_an_entity_is_found_by_either_of_its_ids(work: Work) -> None:
    apartment = await make_entity(work, external_id="A-15")

    by_id = await entities.named(work, id=apartment.id, external_id=None)
    by_number = await entities.named(work, id=None, external_id="A-15")

    assert by_id.id == by_number.id == apartment.id


async def test_an_external_id_is_given_once_in_an_organization(work: Work) -> None:
    stranger = await make_stranger(work)
    apartment = await make_entity(work, external_id="A-15")
    other = await make_entity(work)

    made = await undone(work, make_entity(work, external_id="A-15"))
    changed = await undone(work, entities.update(work, other.id, {"external_id": "A-15"}))

    assert {made.code, changed.code} == {ErrorCode.EXTERNAL_ID_IN_USE}
    assert "'A-15'" in made.message
    theirs = await make_entity(stranger, external_id="A-15")
    found = await entities.named(stranger, id=None, external_id="A-15")
    assert found.id == theirs.id != apartment.id


async def test_an_external_id_has_an_end(work: Work) -> None:
    apartment, long = await make_entity(work), "x" * 501

    made = await undone(work, make_entity(work, external_id=long))
    changed = await undone(work, entities.update(work, apartment.id, {"external_id": long}))

    assert {made.code, changed.code} == {ErrorCode.INVALID_INPUT}
    assert {made.path, changed.path} == {("external_id",)}


async def test_several_entities_may_have_no_number(work: Work) -> None:
    assert (await make_entity(work)).id != (await make_entity(work)).id
    with pytest.raises(NotFound):
        await entities.named(work, id=None, external_id="")


async def test_an_entity_is_stored_without_a_place(work: Work) -> None:
    problem = PlacementProblem(ErrorCode.ADDRESS_NOT_FOUND, "No such street.")

    apartment = await make_entity(work, found=problem, address=PostalAddress("Nowhere 1"))

    assert apartment.placement is None
    assert apartment.placement_problem == problem
    (event,) = await events(work, EventKind.ADDRESS_NOT_PLACED)
    assert event.facts == {"code": "address_not_found"}


async def test_a_new_place_takes_the_problem_away(work: Work) -> None:
    problem = PlacementProblem(ErrorCode.ADDRESS_NOT_FOUND, "No such street.")
    apartment = await make_entity(work, found=problem, address=PostalAddress("Nowhere 1"))

    await entities.move(work, apartment.id, address=PostalAddress("Katu 1"), found=placed(PASILA))

    assert apartment.position == PASILA
    assert apartment.placement_problem is None
    assert apartment.address == PostalAddress("Katu 1")


async def test_what_is_not_said_is_not_changed(work: Work) -> None:
    group = await make_group(work, await make_automat(work))
    apartment = await make_entity(work, external_id="A-15", device_group_id=group.id)

    await entities.update(work, apartment.id, {"name": "B 16"})

    assert (apartment.name, apartment.external_id) == ("B 16", "A-15")
    assert (apartment.device_group_id, apartment.position) == (group.id, STATION)
    await entities.update(work, apartment.id, {"device_group_id": None, "external_id": None})
    assert (apartment.device_group_id, apartment.external_id) == (None, None)


@pytest.mark.parametrize("name", ["", "   ", "x" * 501])
async def test_an_entity_has_a_name(work: Work, name: str) -> None:
    with pytest.raises(InvalidInput):
        await make_entity(work, name=name)
    apartment = await make_entity(work)
    with pytest.raises(InvalidInput):
        await entities.update(work, apartment.id, {"name": name})


async def test_one_key_goes_with_a_reservation_unless_something_else_is_said(work: Work) -> None:
    usual = await make_entity(work)
    some = await make_entity(work, key_rule=KeyRule.SOME, key_count=2)

    assert (usual.key_rule, usual.key_count) == (KeyRule.ONE, None)
    assert (some.key_rule, some.key_count) == (KeyRule.SOME, 2)


@pytest.mark.parametrize(
    ("changes", "rule", "count"),
    [
        ({"name": "B 16"}, KeyRule.SOME, 2),
        ({"key_count": 3}, KeyRule.SOME, 3),
        ({"key_rule": KeyRule.SOME}, KeyRule.SOME, 2),
        ({"key_rule": KeyRule.ALL}, KeyRule.ALL, None),
        ({"key_rule": KeyRule.ONE, "key_count": None}, KeyRule.ONE, None),
    ],
)
async def test_the_number_of_keys_goes_with_the_rule_that_it_belonged_to(
    work: Work, changes: Any, rule: KeyRule, count: int | None
) -> None:
    apartment = await make_entity(work, key_rule=KeyRule.SOME, key_count=2)

    await entities.update(work, apartment.id, changes)

    assert (apartment.key_rule, apartment.key_count) == (rule, count)
    await entities.update(work, apartment.id, {"key_rule": KeyRule.SOME, "key_count": 4})
    assert (apartment.key_rule, apartment.key_count) == (KeyRule.SOME, 4)


@pytest.mark.parametrize(
    ("rule", "count", "changes"),
    [
        (KeyRule.ONE, None, {"key_count": 2}),
        (KeyRule.ONE, None, {"key_rule": KeyRule.SOME}),
        (KeyRule.ONE, None, {"key_rule": KeyRule.ALL, "key_count": 2}),
        (KeyRule.SOME, 2, {"key_rule": KeyRule.ALL, "key_count": 2}),
        (KeyRule.SOME, 2, {"key_count": None}),
        (KeyRule.SOME, 2, {"key_count": 0}),
    ],
)
async def test_a_number_that_does_not_fit_the_rule_is_refused(
    work: Work, rule: KeyRule, count: int | None, changes: Any
) -> None:
    apartment = await make_entity(work, key_rule=rule, key_count=count)

    refusal = await undone(work, entities.update(work, apartment.id, changes))

    assert (refusal.code, refusal.path) == (ErrorCode.INVALID_INPUT, ("key_count",))


@pytest.mark.parametrize(("rule", "count"), [(KeyRule.ALL, 2), (KeyRule.SOME, None)])
async def test_the_database_knows_when_a_number_of_keys_makes_sense(
    work: Work, rule: KeyRule, count: int | None
) -> None:
    apartment = await make_entity(work)
    apartment.key_rule, apartment.key_count = rule, count

    with pytest.raises(IntegrityError) as refusal:
        await work.save()

    assert broken_constraint(refusal.value) == "reservable_entities_key_count"
