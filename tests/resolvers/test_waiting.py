"""Reservations that wait are fulfilled when what they wait for comes."""

from collections.abc import Awaitable, Callable

import pytest
from factories import (
    DAY,
    HOUR,
    NOON,
    STATION,
    make_automat,
    make_desk,
    make_entity,
    make_key,
    placed,
    push,
)
from lives import fetch, give_back, look_after
from outcomes import locker_contract

from models.accounts import Actor
from models.automats import Automat, AutomatModel, AutomatState
from models.contracts import LockerContract, LockerContractState
from models.database import Database
from models.entities import ReservableEntity
from models.errors import ErrorCode
from models.reservations import Reservation, ReservationStatus
from resolvers import automats, entities, organizations, reservations, waiting
from resolvers.handover.desks import KeyName, transfer
from resolvers.work import Work

Act = Callable[[Work, ReservableEntity], Awaitable[object]]


@pytest.fixture
async def founder(database: Database) -> Actor:
    """Found an organization that stays: what waits is looked at after a commit."""
    founder = organizations.founder()
    async with database.writing() as session:
        await organizations.found(Work(session, founder, NOON), name="Kotikatu")
    return founder


async def nothing(work: Work, entity: ReservableEntity) -> None:
    return None


async def key(work: Work, entity: ReservableEntity) -> object:
    return await make_key(work, entity)


async def automat(work: Work, entity: ReservableEntity) -> object:
    return await make_automat(work)


async def key_and_automat(work: Work, entity: ReservableEntity) -> object:
    return await key(work, entity), await automat(work, entity)


async def silent_automat(work: Work, entity: ReservableEntity) -> object:
    await key(work, entity)
    return await automats.update(
        work, (await make_automat(work)).id, {"state": AutomatState.OUT_OF_SERVICE}
    )


async def back_in_service(work: Work, entity: ReservableEntity) -> object:
    (one,) = await work.all(work.own(Automat))
    return await automats.update(work, one.id, {"state": AutomatState.IN_SERVICE})


async def full_automat(work: Work, entity: ReservableEntity) -> object:
    await key(work, entity)
    await make_automat(work, model=AutomatModel.LIVIONKEY_1)
    other = await make_entity(work)
    await make_key(work, other)
    return await push(work, other, external_id="other")


async def cancelled(work: Work, entity: ReservableEntity) -> object:
    return await reservations.cancel(work, external_id="other")


async def address(work: Work, entity: ReservableEntity) -> object:
    return await entities.move(work, entity.id, address=None, found=placed(STATION))


async def status(database: Database, reservation: Reservation) -> ReservationStatus:
    async with database.writing() as session:
        return (await session.get_one(Reservation, reservation.id)).status


async def state_of(database: Database, contract: LockerContract) -> LockerContractState:
    async with database.writing() as session:
        return (await session.get_one(LockerContract, contract.id)).state


@pytest.mark.parametrize(
    ("before", "reason", "help_"),
    [
        (automat, ErrorCode.NO_KEY_FOR_ENTITY, key),
        (key, ErrorCode.NO_SUITABLE_AUTOMAT, automat),
        (silent_automat, ErrorCode.NO_SUITABLE_AUTOMAT, back_in_service),
        (full_automat, ErrorCode.NO_FREE_LOCKER, cancelled),
    ],
)
async def test_what_was_missing_fulfils(
    database: Database, founder: Actor, before: Act, reason: ErrorCode, help_: Act
) -> None:
    async with database.writing() as session:
        work = Work(session, founder, NOON)
        apartment = await make_entity(work)
        await before(work, apartment)
        reservation, _ = await push(work, apartment)
    assert reservation.unfulfilled_reason is reason
    assert await waiting.fulfil(database, founder, NOON) == 0
    async with database.writing() as session:
        await help_(Work(session, founder, NOON), apartment)

    assert await waiting.fulfil(database, founder, NOON) == 1

    assert await status(database, reservation) is ReservationStatus.CONFIRMED
    assert await waiting.fulfil(database, founder, NOON) == 0


async def test_a_place_fulfils(database: Database, founder: Actor) -> None:
    async with database.writing() as session:
        work = Work(session, founder, NOON)
        apartment = await make_entity(work, None)
        await key_and_automat(work, apartment)
        reservation, _ = await push(work, apartment)
        assert reservation.unfulfilled_reason is ErrorCode.NO_SUITABLE_AUTOMAT
    async with database.writing() as session:
        await address(Work(session, founder, NOON), apartment)

    assert await waiting.fulfil(database, founder, NOON) == 1


async def test_of_two_that_wait_for_one_locker_the_soonest_gets_it(
    database: Database, founder: Actor
) -> None:
    async with database.writing() as session:
        work = Work(session, founder, NOON)
        stays = []
        for days in (2, 1):
            apartment = await make_entity(work)
            await make_key(work, apartment)
            stays.append((await push(work, apartment, starts_at=NOON + days * DAY))[0])
    async with database.writing() as session:
        await make_automat(Work(session, founder, NOON), model=AutomatModel.LIVIONKEY_1)

    assert await waiting.fulfil(database, founder, NOON) == 1

    assert [await status(database, stay) for stay in stays] == [
        ReservationStatus.UNFULFILLED,
        ReservationStatus.CONFIRMED,
    ]


async def test_what_is_over_waits_for_nothing(database: Database, founder: Actor) -> None:
    async with database.writing() as session:
        work = Work(session, founder, NOON)
        apartment = await make_entity(work)
        await make_automat(work)
        reservation, _ = await push(work, apartment)
        await make_key(work, apartment)

    assert await waiting.fulfil(database, founder, NOON + 9 * DAY) == 0
    assert await status(database, reservation) is ReservationStatus.UNFULFILLED


async def test_a_guest_without_a_locker_gets_the_one_that_comes_free(
    database: Database, founder: Actor
) -> None:
    async with database.writing() as session:
        work = Work(session, founder, NOON)
        apartment, other = await make_entity(work), await make_entity(work)
        await make_automat(work, model=AutomatModel.LIVIONKEY_1)
        desk = await make_desk(work)
        late_key = await make_key(work, apartment, desk=desk)
        await make_key(work, other)
        stay, _ = await push(work, apartment, days=2)
        following, _ = await push(work, other, starts_at=stay.ends_at, days=2)
        held, theirs = await locker_contract(work, stay), await locker_contract(work, following)
        taken = await fetch(work, held, at=stay.starts_at)
        late = await look_after(taken, stay, at=stay.ends_at)
    assert theirs.state is LockerContractState.FAILED
    async with database.writing() as session:
        back = await give_back(Work(session, founder, late.now), held, at=late.now + HOUR)
    await waiting.follow_up(database, back)
    assert await state_of(database, theirs) is LockerContractState.FAILED  # the key lies in it
    async with database.writing() as session:
        emptied = Work(session, founder, back.now)
        await transfer(emptied, KeyName(code=late_key.code), manual_storage_id=desk.id)

    await waiting.follow_up(database, emptied)

    assert await state_of(database, theirs) is LockerContractState.SYNCING
