"""How far somebody reaches, in SQL: those who reach all ask as if there were no units."""

import asyncio
from dataclasses import replace
from functools import partial
from typing import Any

from batches import asked, pushed, said
from factories import DAY, NOON, make_automat, make_entity, make_key, make_unit
from racing import by_itself

from models.database import Database
from models.entities import ReservableEntity
from models.organizations import OrganizationUnit
from models.reach import RULES
from resolvers import organizations
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


async def test_a_number_that_two_units_use_at_the_same_moment_is_that_of_the_first(
    database: Database,
) -> None:
    founder = organizations.founder()

    async def stage(work: Work) -> list[ReservableEntity]:
        await organizations.found(work, name="Kotikatu")
        await make_automat(work)
        homes = [await make_entity(work, unit_id=(await make_unit(work)).id) for _ in range(2)]
        for home in homes:
            await make_key(work, home)
        return homes

    homes = await by_itself(database, founder, stage)
    here, beside = [replace(founder, units=frozenset({home.unit_id})) for home in homes]
    is_pushed = asyncio.Event()

    async def push(work: Work, home: ReservableEntity) -> Any:
        found = await pushed(work, asked(home, "1", starts_at=NOON + DAY))
        is_pushed.set()
        await asyncio.sleep(0.3)  # meanwhile the other one waits for the number
        return found

    first = asyncio.create_task(by_itself(database, here, partial(push, home=homes[0])))
    await is_pushed.wait()
    second = await by_itself(database, beside, partial(push, home=homes[1]))

    assert said(await first) == ["CREATED"]
    assert said(second) == ["EXTERNAL_ID_IN_USE"]
