"""Cabinets that are replaced, credentials that are rotated at once by many, and those that end."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from acknowledging import confirm, is_ready, link_of, linked, linked_automat, on_its_way
from factories import NOON, later, make_automat, make_key
from outsides import BROKER, SECRET
from sqlalchemy import select

from models.accounts import Actor, Role
from models.automat_alarms import AlarmKind, AutomatAlarm
from models.automat_links import AutomatLink
from models.codes import AutomatCode
from models.database import Database
from models.dialects.deadlocks import begun_again
from models.errors import IllegalTransition, InvalidInput
from models.keys import Key
from resolvers import organizations
from resolvers.automat_links import expiring, revoking
from resolvers.automat_links.credentials import MOST_A_DAY
from resolvers.automat_links.expiring import WARNED
from resolvers.automat_links.installing import Installed
from resolvers.automat_links.replacing import replace_hardware
from resolvers.automat_links.rotating import rotate
from resolvers.automat_links.uninstalling import uninstall
from resolvers.work import Work

DAY = timedelta(days=1)


async def replaced(work: Work, automat_id: UUID) -> Installed:
    return await replace_hardware(work, automat_id, SECRET, BROKER, hardware_id="HW-2")


async def test_a_new_cabinet_knows_no_pin_until_it_says_so(work: Work) -> None:
    automat = await linked_automat(work)
    held = await on_its_way(work, automat)
    await confirm(work, automat)
    assert await is_ready(work, held)

    made = await replaced(work, automat.id)

    assert not await is_ready(work, held)
    assert made.credentials is not None
    new = await work.get(AutomatLink, made.credentials.link_id)
    new.activated_at = work.now
    await work.save()
    await confirm(work, automat)
    assert await is_ready(work, held)


async def test_keys_lockers_and_codes_stay_when_the_cabinet_is_replaced(work: Work) -> None:
    automat = await linked_automat(work)
    held = await on_its_way(work, automat)
    key = await make_key(work, automat=automat)
    before = await work.rows(select(AutomatCode.code_mark, AutomatCode.locker_id))

    await replaced(work, automat.id)

    assert await work.rows(select(AutomatCode.code_mark, AutomatCode.locker_id)) == before
    assert (await work.get(Key, key.id)).automat_id == automat.id
    assert (await work.get(type(held), held.id)).locker_id == held.locker_id


async def test_the_cabinet_of_an_uninstalled_automat_is_not_replaced(work: Work) -> None:
    automat = await make_automat(work)
    await uninstall(work, automat.id)

    with pytest.raises(IllegalTransition):
        await replaced(work, automat.id)


async def test_many_who_rotate_at_once_leave_one_that_waits(own_database: Database) -> None:
    owner = organizations.founder()
    async with own_database.writing() as session:
        work = Work(session, owner, NOON)
        await organizations.found(work, name="Somebody")
        automat = await linked_automat(work)

    async def once() -> None:
        async with own_database.writing() as session:
            await rotate(Work(session, owner, NOON), automat.id, SECRET, BROKER)

    await asyncio.gather(*(begun_again(once) for _ in range(6)))

    async with own_database.writing() as session:
        good = await revoking.good(Work(session, owner, NOON), automat.id)
    assert sorted(link.activated_at is None for link in good) == [False, True]


async def test_an_automat_is_issued_so_many_credentials_a_day_and_no_more(work: Work) -> None:
    automat, other = await make_automat(work), await make_automat(work, "Other")
    for _ in range(MOST_A_DAY):
        await rotate(work, automat.id, SECRET, BROKER)
    (waiting,) = await revoking.good(work, automat.id)

    with pytest.raises(InvalidInput, match="20 sets of credentials within a day"):
        await rotate(work, automat.id, SECRET, BROKER)

    assert await revoking.good(work, automat.id) == [waiting]
    with pytest.raises(InvalidInput, match="20 sets"):
        await replaced(work, automat.id)
    await rotate(work, other.id, SECRET, BROKER)
    await rotate(later(work, DAY), automat.id, SECRET, BROKER)


async def test_people_are_warned_once_before_credentials_end(own_database: Database) -> None:
    owner = Actor(organizations.founder().organization_id, Role.ADMIN)
    async with own_database.writing() as session:
        work = Work(session, owner, NOON)
        await organizations.found(work, name="Somebody")
        for lives in (WARNED - DAY, WARNED + DAY):
            await linked(work, await make_automat(work), expires_at=NOON + lives)
        ending = await make_automat(work)
        await linked(work, ending, expires_at=NOON - DAY)

    assert await expiring.warn(own_database, NOON) == 2
    assert await expiring.warn(own_database, NOON) == 2

    async with own_database.writing() as session:
        work = Work(session, owner, NOON)
        alarms = await work.all(work.own(AutomatAlarm))
        assert {alarm.kind for alarm in alarms} == {AlarmKind.CREDENTIALS_EXPIRE}
        assert len(alarms) == 2
        await revoking.take_back(work, [await link_of(work, ending)])
        on = await work.all(work.own(AutomatAlarm).where(AutomatAlarm.ended_at.is_(None)))
        assert len(on) == 1
