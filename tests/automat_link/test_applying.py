"""In which order what automats said takes effect, and whose turn it is."""

import asyncio
from collections.abc import Callable
from uuid import UUID

import pytest
from inboxes import House, Kind, a_stay, make_house, report
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from automat_link.applying import Believing
from automat_link.messages.commands import Answer
from automat_link.messages.states import Health, LockerStateNow, State
from automat_link.said import Said
from models.automat_commands import AutomatCommand
from models.automat_links import AutomatLink
from models.automats import Automat
from models.database import Database
from models.events import Event
from resolvers.automat_commands import asking, sending
from resolvers.waking import end
from resolvers.work import Work

MANY = 200


def believing_in(house: House, heard: Callable[[UUID], None] = lambda _: None) -> Believing:
    """Make what lets take effect what is said, at a moment when the stay is over."""
    return Believing(house.database, lambda: house.later, heard, tell_again=lambda _: None)


async def believed(believing: Believing) -> None:
    """Let it work until nothing is left to do."""
    running = asyncio.create_task(believing.run())
    try:
        async with asyncio.timeout(60):
            await believing.done()
    finally:
        await end(running)


async def test_an_automat_with_much_to_say_keeps_nobody_waiting(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("automat_link.applying.WORKERS", 1)
    monkeypatch.setattr("resolvers.automat_reports.applying.to_apply", none_left)
    loud, quiet = await make_house(database), await make_house(database)
    closed = [report(one, Kind.DOOR_CLOSED, loud.begins, 0) for one in range(1, MANY + 1)]
    await loud.keep(*closed)
    await quiet.keep(*a_stay(quiet.begins, times=1))
    turns: list[UUID] = []
    believing = believing_in(loud, turns.append)
    believing.add(loud.link_id)
    believing.add(quiet.link_id)

    await believed(believing)

    assert turns[:3] == [loud.link_id, quiet.link_id, loud.link_id]
    assert [one.applied_at is not None for one in await loud.reports()] == [True] * MANY


async def none_left(_connection: AsyncConnection) -> list[UUID]:
    return []


async def test_who_says_that_a_locker_was_cleared_and_that_it_is_empty_surprises_nobody(
    database: Database,
) -> None:
    house = await make_house(database)
    command = await told_to_clear(house)
    believing, now = believing_in(house), house.later
    answer = Answer(id=command.id, at=now, done=True)
    empty = LockerStateNow(index=0, has_key=False, door_open=False)
    state = State(at=now, number=0, oldest_number=1, lockers=[empty], health=Health())
    believing.add(house.link_id, Said(house.link_id, answer, now))
    believing.add(house.link_id, Said(house.link_id, state, now))

    await believed(believing)

    assert [one for one in await notices(house) if "a key should be in it" in one] == []
    assert await is_known_as_cleared(house, command)


async def told_to_clear(house: House) -> AutomatCommand:
    async with house.database.writing() as session:
        work = Work(session, house.owner, house.later)
        link = await session.get_one(AutomatLink, house.link_id)
        automat = await session.get_one(Automat, house.automat_id)
        link.connected, automat.last_seen_at = True, house.later
        command = await asking.clear_locker(work, automat_id=house.automat_id, locker_index=0)
        await work.save()
        await sending.claim(session, house.later, limit=1_000)
    return command


async def notices(house: House) -> list[str]:
    owned = Event.organization_id == house.owner.organization_id
    async with house.database.reading() as connection:
        found = (await connection.execute(select(Event.notice).where(owned))).scalars()
        return [one for one in found if one]


async def is_known_as_cleared(house: House, command: AutomatCommand) -> bool:
    async with house.database.writing() as session:
        row = await session.get_one(AutomatCommand, command.id)
        return row.answered_at is not None
