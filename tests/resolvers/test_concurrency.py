"""Many at once, with real commits: nobody gets what somebody else holds."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest
from factories import DAY, HOUR, NOON, make_automat, make_desk, make_entity, make_key, push
from sqlalchemy import text

from models.accounts import Actor
from models.automats import AutomatModel
from models.database import Database
from models.errors import ErrorCode, LivionKeyError
from models.reservations import ReservationStatus, UpsertOutcome
from resolvers import organizations, reservations
from resolvers.work import Work

OVERLAPS = """
    select count(*) from {table} one join {table} other
      on {same} and one.id < other.id
    where one.organization_id = :owner and {live}
      and (one.ends_at is null or other.starts_at < one.ends_at)
      and (other.ends_at is null or one.starts_at < other.ends_at)
"""
LIVE = """
    one.state in ('planned', 'syncing', 'ready')
    and other.state in ('planned', 'syncing', 'ready')
"""
QUESTIONS = {
    "lockers": OVERLAPS.format(
        table="locker_contracts", same="one.locker_id = other.locker_id", live=LIVE
    ),
    "pins": OVERLAPS.format(
        table="locker_contracts",
        same="one.automat_id = other.automat_id and one.pin_mark = other.pin_mark",
        live=LIVE,
    ),
    "keys": OVERLAPS.format(
        table="key_allocations",
        same="one.key_id = other.key_id",
        live="one.live and other.live and one.exclusive and other.exclusive",
    ),
}


@pytest.fixture
async def founder(database: Database) -> Actor:
    """Found an organization that stays: what happens at once must be committed."""
    founder = organizations.founder()
    async with database.writing() as session:
        await organizations.found(Work(session, founder, NOON), name="Kotikatu")
    return founder


async def overlapping(database: Database, owner: Actor) -> dict[str, int]:
    """Ask the database, by other words than the constraints, what is held twice."""
    async with database.reading() as connection:
        written = owner.organization_id if not database.is_sqlite else owner.organization_id.hex
        return {
            what: (await connection.execute(text(question), {"owner": written})).scalar_one()
            for what, question in QUESTIONS.items()
        }


async def at_once(
    database: Database, owner: Actor, acts: list[Callable[[Work], Awaitable[Any]]]
) -> list[Any]:
    """Do things at the same time, each in its own transaction; refusals come back as codes."""

    async def one(act: Callable[[Work], Awaitable[Any]]) -> Any:
        try:
            async with database.writing() as session:
                return await act(Work(session, owner, NOON))
        except LivionKeyError as refusal:
            return refusal.code

    return list(await asyncio.gather(*(one(act) for act in acts)))


async def prepared(database: Database, owner: Actor, *, apartments: int, small: int = 0) -> Any:
    """Make apartments with a key each, one large automat or several small ones."""
    async with database.writing() as session:
        work = Work(session, owner, NOON)
        model = AutomatModel.LIVIONKEY_1 if small else AutomatModel.LIVIONKEY_30
        for _ in range(small or 1):
            await make_automat(work, model=model)
        desk = await make_desk(work)
        made = [await make_entity(work) for _ in range(apartments)]
        for apartment in made:
            await make_key(work, apartment, desk=desk)
    return made


async def test_sixteen_want_the_last_lockers(database: Database, founder: Actor) -> None:
    apartments = await prepared(database, founder, apartments=16, small=5)

    answers = await at_once(
        database,
        founder,
        [partial(push, entity=one) for one in apartments],
    )

    statuses = Counter(reservation.status for reservation, _ in answers)
    reasons = {one.unfulfilled_reason for one, _ in answers} - {None}
    assert statuses == {ReservationStatus.CONFIRMED: 5, ReservationStatus.UNFULFILLED: 11}
    assert reasons == {ErrorCode.NO_FREE_LOCKER}
    assert await overlapping(database, founder) == {"lockers": 0, "pins": 0, "keys": 0}


async def test_sixteen_want_a_locker_of_one_automat(database: Database, founder: Actor) -> None:
    apartments = await prepared(database, founder, apartments=16)

    answers = await at_once(
        database,
        founder,
        [partial(push, entity=one) for one in apartments],
    )

    assert {one.status for one, _ in answers} == {ReservationStatus.CONFIRMED}
    assert await overlapping(database, founder) == {"lockers": 0, "pins": 0, "keys": 0}


async def test_the_same_push_ten_times_at_once(database: Database, founder: Actor) -> None:
    (apartment,) = await prepared(database, founder, apartments=1)

    answers = await at_once(
        database, founder, [lambda work: push(work, apartment, external_id="stay")] * 10
    )

    outcomes = Counter(outcome for _, outcome in answers)
    assert outcomes == {UpsertOutcome.CREATED: 1, UpsertOutcome.UNCHANGED: 9}
    assert len({reservation.id for reservation, _ in answers}) == 1
    assert await overlapping(database, founder) == {"lockers": 0, "pins": 0, "keys": 0}


async def test_of_two_who_want_one_key_one_is_refused(database: Database, founder: Actor) -> None:
    (apartment,) = await prepared(database, founder, apartments=1)

    answers = await at_once(database, founder, [lambda work: push(work, apartment)] * 2)

    assert answers.count(ErrorCode.KEY_TAKEN) == 1
    assert await overlapping(database, founder) == {"lockers": 0, "pins": 0, "keys": 0}


async def test_changes_and_cancels_at_once(database: Database, founder: Actor) -> None:
    apartments = await prepared(database, founder, apartments=8)

    def stay(turn: int, days: int) -> Callable[[Work], Awaitable[Any]]:
        begin = NOON + DAY + turn * HOUR
        return lambda work: push(
            work, apartments[turn % 8], external_id=f"stay-{turn}", starts_at=begin, days=days
        )

    def cancel(turn: int) -> Callable[[Work], Awaitable[Any]]:
        return lambda work: reservations.cancel(work, external_id=f"stay-{turn}")

    await at_once(database, founder, [stay(turn, 2) for turn in range(8)])
    swapped = [
        lambda work, turn=turn: push(
            work, apartments[7 - turn], external_id=f"stay-{turn}", starts_at=NOON + DAY
        )
        for turn in range(8)
    ]

    answers = await at_once(
        database, founder, [*swapped, *(cancel(turn) for turn in range(0, 8, 3)), stay(1, 5)]
    )

    assert all(
        isinstance(one, tuple) or one is ErrorCode.KEY_TAKEN or hasattr(one, "status")
        for one in answers
    )
    assert await overlapping(database, founder) == {"lockers": 0, "pins": 0, "keys": 0}
