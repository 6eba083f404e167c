"""The tree of an organization: units are moved and deleted, also by two at once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from factories import NOON, address, make_automat, make_entity, make_unit

from models.accounts import Role, TokenUnit
from models.database import Database
from models.entities import ReservableEntity
from models.errors import InvalidInput, NotFound
from models.organizations import OrganizationUnit, UnitKind
from resolvers import accounts, entities, organizations, unit_tree
from resolvers.reach import units_below
from resolvers.unit_tree import UnitStillInUse
from resolvers.work import Work


async def below(work: Work, unit: OrganizationUnit) -> frozenset[UUID]:
    return await units_below(await work.connection(), work.actor.organization_id, [unit.id])


async def test_a_unit_goes_with_all_below_it(work: Work) -> None:
    north, south = await make_unit(work), await make_unit(work)
    house = await make_unit(work, parent_id=north.id)
    flat = await make_unit(work, parent_id=house.id)

    await unit_tree.move(work, house.id, parent_id=south.id)

    assert await below(work, north) == {north.id}
    assert await below(work, south) == {south.id, house.id, flat.id}


async def test_no_unit_is_below_itself_and_the_organization_stays(work: Work) -> None:
    north = await make_unit(work)
    house = await make_unit(work, parent_id=north.id)

    for id, parent_id in ((north.id, house.id), (north.id, north.id)):
        with pytest.raises(InvalidInput, match="below"):
            await unit_tree.move(work, id, parent_id=parent_id)
    with pytest.raises(InvalidInput, match="organization itself"):
        await unit_tree.move(work, work.actor.organization_id, parent_id=north.id)
    with pytest.raises(InvalidInput, match="organization itself"):
        await unit_tree.delete(work, work.actor.organization_id)


async def test_a_building_has_an_address_and_customer_ids_are_unique(work: Work) -> None:
    with pytest.raises(InvalidInput) as refused:
        await make_unit(work, kind=UnitKind.BUILDING)
    house = await make_unit(work, kind=UnitKind.BUILDING, address=address(), customer_id="7")

    assert refused.value.path == ("address",)
    assert house.address == address()
    with pytest.raises(InvalidInput):
        await organizations.update_unit(work, house.id, {"address": None})
    async with work.attempt():
        await unit_tree.delete(work, house.id)
        await make_unit(work, customer_id="7")  # a deleted unit needs it no more


async def test_what_belongs_to_a_unit_blocks_its_removal_and_is_listed(work: Work) -> None:
    unit = await make_unit(work, name="North")
    for name in ("A 1", "A 2", "A 3", "A 4"):
        await make_entity(work, name=name, unit_id=unit.id)
    await make_unit(work, name="House", parent_id=unit.id)
    await accounts.create_token(work, role=Role.ADMIN, name="Key man", unit_ids=[unit.id])

    with pytest.raises(UnitStillInUse) as refused:
        await unit_tree.delete(work, unit.id)

    found = {one.kind: (one.count, one.examples) for one in refused.value.blockers}
    assert found == {
        "entities": (4, ("A 1", "A 2", "A 3")),
        "units below it": (1, ("House",)),
        "tokens that reach it": (1, ("Key man",)),
    }
    assert "entities (4: A 1, A 2, A 3 and 1 more)" in refused.value.message


async def test_another_unit_takes_over_what_belongs_to_one_that_goes(work: Work) -> None:
    north, south = await make_unit(work), await make_unit(work)
    entity = await make_entity(work, unit_id=north.id)
    automat = await make_automat(work, unit_id=north.id)
    house = await make_unit(work, parent_id=north.id)
    token, _ = await accounts.create_token(work, role=Role.ADMIN, unit_ids=[north.id])
    await accounts.revoke_token(work, token.id)

    await unit_tree.delete(work, north.id, move_contents_to=south.id)

    entity = await work.get(ReservableEntity, entity.id)
    assert {entity.unit_id, (await work.get(type(automat), automat.id)).unit_id} == {south.id}
    assert await below(work, south) == {south.id, house.id}
    assert await work.find(OrganizationUnit, north.id) is None
    assert not await work.all(work.own(TokenUnit))
    with pytest.raises(NotFound):
        await entities.update(work, entity.id, {"unit_id": north.id})


Act = Callable[[Work], Awaitable[Any]]


@pytest.fixture
async def transaction(database: Database) -> Callable[[Act], Awaitable[Any]]:
    """Give what does something in a transaction of an organization that is there to stay."""
    actor = organizations.founder()

    async def do(act: Act) -> Any:
        async with database.writing() as session:
            return await act(Work(session, actor, NOON))

    await do(lambda work: organizations.found(work, name="Many movers"))
    return do


async def refused(*both: Awaitable[Any]) -> BaseException:
    """Do two things at once, one of which is to be refused."""
    done = await asyncio.gather(*both, return_exceptions=True)
    (refusal,) = [one for one in done if isinstance(one, BaseException)]
    return refusal


async def test_two_movers_at_once_make_no_circle(transaction: Any) -> None:
    one, other = await transaction(make_unit), await transaction(make_unit)

    refusal = await refused(
        transaction(lambda work: unit_tree.move(work, one.id, parent_id=other.id)),
        transaction(lambda work: unit_tree.move(work, other.id, parent_id=one.id)),
    )

    assert isinstance(refusal, InvalidInput)


async def test_nothing_comes_into_a_unit_that_is_being_deleted(transaction: Any) -> None:
    unit = await transaction(make_unit)

    refusal = await refused(
        transaction(lambda work: make_entity(work, unit_id=unit.id)),
        transaction(lambda work: unit_tree.delete(work, unit.id)),
    )

    assert isinstance(refusal, NotFound | UnitStillInUse)
