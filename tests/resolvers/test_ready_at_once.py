"""Many who hear and change at once: a contract is READY once, and only when it may be."""

from functools import partial
from typing import Any

import pytest
from acknowledging import (
    confirm,
    latest,
    linked_automat,
    on_its_way,
)
from counting import statements_of
from factories import HOUR, NOON
from racing import at_once, by_itself
from sqlalchemy import select

from models.automat_links import AutomatLink
from models.automats import Automat
from models.contracts import LockerContract
from models.contracts import LockerContractState as State
from models.database import Database
from models.events import Event, EventKind
from models.jobs import Job
from resolvers import codes, organizations
from resolvers.automat_codes.confirming import codes_applied
from resolvers.work import Work

READY, RESYNCED = EventKind.LOCKER_CONTRACT_READY, EventKind.LOCKER_CONTRACT_RESYNCED


async def _prepared(database: Database, contracts: int) -> tuple[Any, Automat, list[Any]]:
    owner = organizations.founder()

    async def prepare(work: Work) -> tuple[Automat, list[Any]]:
        await organizations.found(work, name="Kotikatu")
        automat = await linked_automat(work)
        held = [await on_its_way(work, automat) for _ in range(contracts)]
        return automat, [one.id for one in held]

    automat, ids = await by_itself(database, owner, prepare)
    return owner, automat, ids


async def _states(database: Database, ids: list[Any]) -> list[State]:
    async with database.reading() as connection:
        row = LockerContract
        return list((await connection.execute(select(row.state).where(row.id.in_(ids)))).scalars())


async def test_two_who_hear_the_same_make_it_ready_once(database: Database) -> None:
    owner, automat, ids = await _prepared(database, 3)

    await at_once(database, owner, *[partial(confirm, automat=automat, number=5)] * 4)

    assert await _states(database, ids) == [State.READY] * 3
    async with database.reading() as connection:
        told = select(Event.id).where(Event.subject_id.in_(ids), Event.kind == READY)
        assert len((await connection.execute(told)).all()) == 3


async def test_nobody_waits_for_a_contract_that_is_being_changed(database: Database) -> None:
    owner, automat, ids = await _prepared(database, 2)
    if database.is_sqlite:
        pytest.skip("there is one writer at a time")
    async with database.writing() as session:
        busy = Work(session, owner, NOON)
        (held,) = await busy.locked(LockerContract, ids[:1])
        async with database.reading() as connection:
            before = (await connection.execute(select(Job.due_at))).all()

        await by_itself(database, owner, partial(confirm, automat=automat), at=NOON + HOUR)

        assert await _states(database, ids[1:]) == [State.READY]
        assert await _states(database, ids[:1]) == [State.SYNCING]
        async with database.reading() as connection:
            due = select(Job.due_at).where(Job.subject_id == held.key_contract_id)
            assert (await connection.execute(due)).scalar_one() <= NOON + HOUR
        assert before


async def test_changes_and_confirmations_at_once_agree_in_the_end(database: Database) -> None:
    owner, automat, ids = await _prepared(database, 4)

    async def change(work: Work, id: Any) -> None:
        (held,) = await work.locked(LockerContract, [id])
        await codes.renew(work, [held.id])

    async def heard(work: Work) -> None:
        row = AutomatLink
        (link,) = await work.locking(work.own(row).where(row.automat_id == automat.id), row)
        await codes_applied(work, link, await latest(work, automat))

    for _ in range(4):
        changes = [partial(change, id=id) for id in ids]
        await at_once(database, owner, *changes, *[heard] * 4, within=0.02)
        async with database.reading() as connection:
            wrong = await connection.exec_driver_sql(
                "select count(*) from locker_contracts c join automat_codes code"
                " on code.locker_contract_id = c.id join automat_links l"
                " on l.automat_id = c.automat_id where c.state = 'ready'"
                " and code.revision > l.applied_revision"
            )
            assert wrong.scalar_one() == 0
    await by_itself(database, owner, heard)

    assert await _states(database, ids) == [State.READY] * 4


async def test_the_number_of_statements_does_not_grow_with_contracts(database: Database) -> None:
    counted = []
    for contracts in (1, 6):
        owner, automat, ids = await _prepared(database, contracts)
        with statements_of(database) as seen:
            await by_itself(database, owner, partial(confirm, automat=automat))
        with statements_of(database) as back:
            await by_itself(database, owner, partial(confirm, automat=automat, revision=None))
        counted.append((len(seen), len(back)))
        assert await _states(database, ids) == [State.SYNCING] * contracts

    assert counted[0] == counted[1]
