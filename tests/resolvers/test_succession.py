"""What an automat says by new credentials, and what had come by the former ones."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from factories import HOUR
from inboxes import House, a_stay, make_house, make_link
from reporting import MINUTE

from models.automat_links import AutomatLink
from models.automats import Automat
from models.database import Database
from resolvers.automat_reports import links, turns
from resolvers.automat_reports.keeping import SAID_BY_FORMER, Told
from resolvers.work import Work


async def renewed(house: House, after: timedelta) -> House:
    """Give the automat new credentials, which are in use an hour later."""
    async with house.database.writing() as session:
        work = Work(session, house.owner, house.begins + after)
        automat = await session.get_one(Automat, house.automat_id)
        link = await make_link(work, automat, waits=True)
        found = await links.locked(session, link.id, work.now + HOUR)
        assert found
        await links.heard_from(*found)
        former = await session.get_one(AutomatLink, house.link_id, populate_existing=True)
        assert former.revoked_at is not None
    return replace(house, link_id=link.id)


def again(told: list[Told]) -> list[Told]:
    """Number reports anew, from 1 on."""
    return [replace(one, number=number) for number, one in enumerate(told, start=1)]


async def test_what_the_server_had_counts_once_and_what_it_had_not_is_not_lost(
    database: Database,
) -> None:
    house = await make_house(database)
    told = a_stay(house.begins, times=2)
    await house.keep(*told[:7])
    await house.apply()
    new = await renewed(house, HOUR)

    for _ in range(2):
        await new.keep(*again(told[4:]))
        heard = await new.apply()

    assert heard == 8
    assert [one[1].value for one in await house.chain()] == [
        "registered",
        *("fetched", "returned") * 2,
    ]
    places = await new.reports()
    assert [one.problem == SAID_BY_FORMER for one in places] == [True] * 3 + [False] * 5
    assert all(one.applied_at is not None for one in places)


async def test_what_came_by_former_credentials_takes_effect_first(database: Database) -> None:
    house = await make_house(database)
    told = a_stay(house.begins, times=1)
    await house.keep(*told[:3])
    new = await renewed(house, HOUR)
    await new.keep(*again(told[3:]))

    assert await new.apply() == 3

    assert [one[1].value for one in await house.chain()] == ["registered", "fetched", "returned"]
    assert not any(one[4] for one in await house.chain()), "nothing contradicts itself"
    assert all(one.applied_at is not None for one in await house.reports())


async def test_many_at_once_apply_both_each_once(database: Database) -> None:
    house = await make_house(database)
    told = a_stay(house.begins, times=3)
    await house.keep(*told[:9])
    new = await renewed(house, HOUR)

    async def say_and_apply() -> None:
        await new.keep(*again(told[6:]))
        await turns.apply(database, new.link_id, lambda: house.later)

    await asyncio.gather(*(say_and_apply() for _ in range(3)), house.apply())
    await new.apply()

    kinds = [one[1].value for one in await house.chain()]
    assert kinds == ["registered", *("fetched", "returned") * 3]


async def test_what_happened_before_the_new_credentials_is_dated_as_it_happened(
    database: Database,
) -> None:
    house = await make_house(database)
    told = a_stay(house.begins, times=1)
    new = await renewed(house, HOUR)

    await new.keep(*again(told))
    await new.apply()

    assert [one.moment for one in await new.reports()] == [one.happened_at for one in told]


async def test_a_cabinet_that_replaced_another_one_had_nothing_to_say_before(
    database: Database,
) -> None:
    house = await make_house(database)
    async with database.writing() as session:
        former = await session.get_one(AutomatLink, house.link_id)
        former.revoked_at = house.begins + HOUR
        work = Work(session, house.owner, house.begins + HOUR)
        link = await make_link(work, await session.get_one(Automat, house.automat_id))
    new = replace(house, link_id=link.id)
    told = replace(a_stay(house.begins)[0], happened_at=house.begins + MINUTE)

    await new.keep(told)
    await new.apply()

    assert [one.moment for one in await new.reports()] == [house.begins + HOUR]
