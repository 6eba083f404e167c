"""Commands at the same moment, with real commits: one is under way, each is sent and done once."""

import asyncio
from functools import partial
from typing import Any

import pytest
from commanding import SECOND, make_linked
from factories import NOON
from racing import at_once, by_itself
from sqlalchemy import func, select

from models.accounts import Actor
from models.automat_commands import AutomatCommand, CommandState
from models.automat_links import AutomatLink
from models.automats import Automat
from models.database import Database
from models.errors import AutomatBusy
from models.events import Event, EventKind
from resolvers import organizations
from resolvers.automat_commands import answering, asking, expiring, sending
from resolvers.work import Work

ROUNDS = 5


@pytest.fixture
async def founder(database: Database) -> Actor:
    """Found an organization that stays."""
    founder = organizations.founder()
    async with database.writing() as session:
        await organizations.found(Work(session, founder, NOON), name="Kotikatu")
    return founder


async def linked(database: Database, owner: Actor, count: int = 1) -> list[Automat]:
    async with database.writing() as session:
        work = Work(session, owner, NOON)
        return [await make_linked(work, f"Station {number}") for number in range(count)]


async def restarted(automat: Automat, work: Work) -> AutomatCommand:
    return await asking.restart(work, automat_id=automat.id)


async def test_of_many_who_ask_at_once_one_is_served_and_the_others_are_told(
    database: Database, founder: Actor
) -> None:
    for automat in await linked(database, founder, ROUNDS):
        answers = await at_once(database, founder, *[partial(restarted, automat)] * 8)

        done = [one for one in answers if isinstance(one, AutomatCommand)]
        assert len(done) == 1
        assert sum(isinstance(one, AutomatBusy) for one in answers) == 7


async def test_those_who_ask_after_a_deadline_at_once_end_it_once(
    database: Database, founder: Actor
) -> None:
    for automat in await linked(database, founder, ROUNDS):
        first = await by_itself(database, founder, partial(restarted, automat))
        later = NOON + 40 * SECOND

        answers = await at_once(database, founder, *[partial(restarted, automat)] * 4, at=later)

        assert sum(isinstance(one, AutomatCommand) for one in answers) == 1
        assert await events(database, first, EventKind.AUTOMAT_COMMAND_EXPIRED) == 1


async def test_two_links_never_claim_the_same_command(database: Database, founder: Actor) -> None:
    automats = await linked(database, founder, 20)
    asked = [
        await by_itself(database, founder, partial(restarted, automat)) for automat in automats
    ]

    async def claim() -> list[Any]:
        async with database.writing() as session:
            return await sending.claim(session, NOON, limit=7)

    claimed = [one for many in await asyncio.gather(*(claim() for _ in range(8))) for one in many]
    for _ in range(8):
        claimed += await claim()

    ours = [one.command_id for one in claimed if one.organization_id == founder.organization_id]
    assert sorted(ours) == sorted(one.id for one in asked)


async def test_an_answer_that_comes_many_times_at_once_counts_once(
    database: Database, founder: Actor
) -> None:
    for automat in await linked(database, founder, ROUNDS):
        command = await by_itself(database, founder, partial(restarted, automat))
        async with database.writing() as session:
            await sending.claim(session, NOON, limit=1_000)

        async def hear(work: Work, id: Any = command.id) -> Any:
            row = await work.get(AutomatCommand, id)
            link = await work.get(AutomatLink, row.link_id)
            return await answering.answered(work, link, id, done=True, at=NOON)

        async def expire(work: Work, id: Any = command.id) -> Any:
            return await expiring.look_after(work, id)

        later = NOON + 40 * SECOND
        answers = await at_once(database, founder, hear, expire, hear, hear, at=later)

        assert sum(isinstance(one, AutomatCommand) for one in answers) == 1
        assert await events(database, command, EventKind.AUTOMAT_COMMAND_ANSWERED) == 1
        async with database.reading() as connection:
            state = select(AutomatCommand.state).where(AutomatCommand.id == command.id)
            assert (await connection.execute(state)).scalar() is CommandState.DONE


async def events(database: Database, command: AutomatCommand, kind: EventKind) -> int:
    async with database.reading() as connection:
        about = Event.subject_id == command.automat_id
        counted = select(func.count()).where(about, Event.kind == kind)
        return (await connection.execute(counted)).scalar_one()
