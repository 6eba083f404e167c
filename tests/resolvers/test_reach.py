"""How far somebody reaches, in SQL: those who reach all ask as if there were no units."""

from dataclasses import replace

from factories import make_entity, make_unit

from models.entities import ReservableEntity
from models.organizations import OrganizationUnit
from models.reach import RULES
from resolvers.reach import units_below
from resolvers.work import Work


async def test_who_reaches_the_organization_asks_as_if_there_were_no_units(work: Work) -> None:
    for model in RULES:
        if hasattr(model, "organization_id"):
            assert str(work.seen(model)) == str(work.own(model))


async def test_every_kind_can_be_asked_for_by_who_reaches_some_units(work: Work) -> None:
    north, south = await make_unit(work), await make_unit(work)
    here, _ = [await make_entity(work, unit_id=unit.id) for unit in (north, south)]
    work.actor = replace(work.actor, units=frozenset({north.id}))

    found = {model: await work.all(work.seen(model)) for model in RULES}

    assert [row.id for row in found[ReservableEntity]] == [here.id]
    assert [row.id for row in found[OrganizationUnit]] == [north.id]


async def test_units_of_others_are_not_reached(work: Work) -> None:
    north = await make_unit(work)
    connection = await work.connection()

    assert await units_below(connection, work.actor.organization_id, [north.id]) == {north.id}
    assert await units_below(connection, north.id, [north.id]) == frozenset()
