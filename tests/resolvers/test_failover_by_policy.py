"""Automats that fail are left by themselves: when a policy says so, and by each stay once."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from acknowledging import confirm, linked, linked_automat
from effects import Clock, until
from factories import DAY, HOUR, MARKET_SQUARE, make_automat, make_entity, make_key, make_unit, push
from lives import at
from outcomes import events, locker_contract
from sqlalchemy import select

from models.accounts import Actor
from models.automats import HEARTBEAT_TOLERANCE, Automat, AutomatModel, AutomatState
from models.contracts import LockerContract
from models.contracts import LockerContractState as State
from models.database import LAST_ACTS, Database
from models.dialects.deadlocks import begun_again
from models.events import EventKind
from models.jobs import Job, JobKind
from resolvers import automats, jobs, organizations
from resolvers.failover import applying, watching
from resolvers.jobs import PLAN
from resolvers.timers import HANDLERS
from resolvers.upkeep import contracts
from resolvers.work import Work
from schema.operating.working import Worker

MOVED = EventKind.LOCKER_CONTRACT_FAILED_OVER
LATER = timedelta(seconds=1)


async def now_of(work: Work, held: LockerContract) -> LockerContract:
    return await work.get(LockerContract, held.id)


async def test_silence_moves_what_is_to_come_as_soon_as_the_policy_says(work: Work) -> None:
    station = await linked_automat(work)
    market = await make_automat(work, "Market", MARKET_SQUARE)
    await linked(work, market)
    apartment = await make_entity(work)
    await make_key(work, apartment)
    station.last_seen_at = market.last_seen_at = work.now
    await work.save()
    stay, _ = await push(work, apartment, starts_at=work.now + 5 * HOUR)
    held = await locker_contract(work, stay)
    assert held.automat_id == station.id

    early = at(work, work.now + HOUR / 2)
    market.last_seen_at = work.now + 3 * HOUR
    await work.save()
    assert await watching.look_after(early, station.id) == work.now + HOUR + timedelta(seconds=1)
    assert (await now_of(work, held)).automat_id == station.id
    late = at(work, work.now + 2 * HOUR)
    assert await watching.look_after(late, station.id) == late.now + HOUR

    assert (await now_of(late, held)).automat_id == market.id
    await confirm(late, market)
    assert (await now_of(late, held)).state is State.READY
    (await work.get(Automat, station.id)).last_seen_at = late.now
    await work.save()
    assert await watching.look_after(late, station.id) is None
    assert (await now_of(late, held)).automat_id == market.id


async def test_a_policy_that_allows_silence_moves_nothing(work: Work) -> None:
    station = await make_automat(work)
    await make_automat(work, "Market", MARKET_SQUARE)
    unit = await make_unit(work, offline_automats=True)
    apartment = await make_entity(work, unit_id=unit.id)
    await make_key(work, apartment)
    station.last_seen_at = work.now
    await work.save()
    stay, _ = await push(work, apartment)

    await watching.look_after(at(work, work.now + 12 * HOUR), station.id)

    assert (await locker_contract(work, stay)).automat_id == station.id


async def test_an_automat_that_is_taken_out_of_service_is_looked_after_at_once(
    work: Work,
) -> None:
    station = await make_automat(work)
    await automats.update(work, station.id, {"state": AutomatState.OUT_OF_SERVICE})

    planned = work.session.info[LAST_ACTS][PLAN].due_at
    assert (work.actor.organization_id, JobKind.FAILOVER, station.id) in planned


@pytest.mark.parametrize(("extra", "is_moved"), [(800.0, False), (900.0, True)])
async def test_a_stay_whose_locker_is_broken_when_its_pin_goes_out_has_another_one(
    work: Work, extra: float, *, is_moved: bool
) -> None:
    station = await make_automat(work, model=AutomatModel.LIVIONKEY_1)
    market = await make_automat(work, "Market", MARKET_SQUARE)
    unit = await make_unit(work, failover_extra_metres=extra)
    apartment = await make_entity(work, unit_id=unit.id)
    await make_key(work, apartment)
    stay, _ = await push(work, apartment, starts_at=work.now + 3 * DAY)
    held = await locker_contract(work, stay)
    assert (held.automat_id, held.state) == (station.id, State.PLANNED)
    await automats.update_locker(work, held.locker_id, out_of_order=True)

    await contracts.look_after(at(work, held.sync_at), held.key_contract_id)

    held = await now_of(work, held)
    moved, stays = (market.id, State.SYNCING), (station.id, State.FAILED)
    assert (held.automat_id, held.state) == (moved if is_moved else stays)


async def house(database: Database, clock: Clock) -> tuple[Actor, UUID, UUID, list[UUID]]:
    """Commit two linked automats, and three stays to come at the first of them."""
    owner = organizations.founder()
    async with database.writing() as session:
        work = Work(session, owner, clock())
        await organizations.found(work, name="Kotikatu")
        station = await make_automat(work)
        market = await make_automat(work, "Market", MARKET_SQUARE)
        for automat in (station, market):
            await linked(work, automat)
            automat.last_seen_at = work.now
        lockers = []
        for _ in range(3):
            apartment = await make_entity(work)
            await make_key(work, apartment)
            stay, _ = await push(work, apartment, starts_at=work.now + 9 * HOUR)
            lockers.append((await locker_contract(work, stay)).id)
        missed_at = work.now + HEARTBEAT_TOLERANCE
        await jobs.schedule(work, JobKind.AUTOMAT_LINK, station.id, missed_at)
    return owner, station.id, market.id, lockers


async def places(database: Database, lockers: list[UUID]) -> set[UUID]:
    row = LockerContract
    async with database.reading() as connection:
        found = select(row.automat_id).where(row.id.in_(lockers))
        return set((await connection.execute(found)).scalars())


async def test_the_story_of_an_automat_that_goes_and_comes_back(own_database: Database) -> None:
    clock = Clock()
    owner, station, market, lockers = await house(own_database, clock)
    workers = [Worker(own_database, HANDLERS, clock) for _ in range(2)]
    clock.set(by=2 * HOUR)
    async with own_database.writing() as session:
        work = Work(session, owner, clock())
        (await work.get(Automat, market)).last_seen_at = work.now
    running = [asyncio.create_task(worker.run()) for worker in workers]

    async def all_moved() -> bool:
        return await places(own_database, lockers) == {market}

    await until(all_moved)
    async with own_database.writing() as session:
        work = Work(session, owner, clock())
        await confirm(work, await work.get(Automat, market))
        held = await work.locked(LockerContract, lockers)
        assert {one.state for one in held} == {State.READY}
        (await work.get(Automat, station)).last_seen_at = work.now
        await jobs.schedule(work, JobKind.FAILOVER, station, work.now)

    async def nothing_is_due() -> bool:
        async with own_database.reading() as connection:
            left = select(Job.id).where(Job.kind == JobKind.FAILOVER)
            return (await connection.execute(left)).first() is None

    await until(nothing_is_due)
    for worker in workers:
        worker.stop()
    await asyncio.gather(*running)
    assert await places(own_database, lockers) == {market}
    async with own_database.writing() as session:
        work = Work(session, owner, clock())
        moved = await events(work, MOVED)
        assert sorted(event.subject_id for event in moved) == sorted(lockers)
        assert all(event.notice for event in moved)


async def test_who_moves_at_once_moves_each_stay_once(own_database: Database) -> None:
    clock = Clock()
    owner, station, market, lockers = await house(own_database, clock)

    async def apply() -> int:
        async with own_database.writing() as session:
            done = await applying.apply(Work(session, owner, clock()), station)
        return sum(move.is_moved for move in done.moves)

    moved = await asyncio.gather(*(begun_again(apply) for _ in range(4)))

    assert sorted(moved) == [0, 0, 0, 3]
    assert await places(own_database, lockers) == {market}
