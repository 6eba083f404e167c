"""Planning looks without locks, locks what it decided on, and looks again where it was too late."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from batches import asked, pushed, said
from counting import statements_of
from factories import DAY, NOON, make_automat, make_desk, make_entity, make_key
from overtaking import somebody_else_first
from racing import by_itself
from sqlalchemy import event, update

from geo.selection import FIRST_LOOK
from geo.snapshot import Snapshot
from models.accounts import Actor
from models.automats import Automat
from models.availability import Span
from models.database import Database
from models.places import Coordinates
from models.times import Window
from resolvers import organizations
from resolvers.pushing.requests import Request
from resolvers.work import Work

HALF = (1 << 15) - 1
SOON = Window(NOON + DAY, NOON + 3 * DAY)


async def looked_at(work: Work) -> tuple[Snapshot, Span, Span]:
    """Look at two automats; the first of them is changed afterwards."""
    changed, other = [await make_automat(work, name) for name in ("Changed", "Other")]
    snapshot = Snapshot(await work.connection(), [work.actor.organization_id])
    await snapshot.facts({changed.id: None, other.id: None}, SOON)
    narrow = update(Automat).where(Automat.id == changed.id).values(usable_lockers=HALF)
    await (await work.connection()).execute(narrow)
    return snapshot, Span(changed.id, SOON), Span(other.id, SOON)


async def test_a_second_look_tells_which_automats_are_otherwise(work: Work) -> None:
    snapshot, changed, other = await looked_at(work)

    assert await snapshot.make_sure([changed, other]) == {changed}

    assert not await snapshot.make_sure([changed, other])


async def test_a_look_without_locks_tells_of_those_that_are_not_sure(work: Work) -> None:
    snapshot, changed, other = await looked_at(work)
    begun = Span(other.automat_id, Window(SOON.starts_at, None))
    assert await snapshot.look_anew([begun]) == {begun}
    await snapshot.make_sure([changed])

    assert not await snapshot.look_anew([changed, other, begun])


async def homes_far_apart(work: Work, count: int) -> tuple[list[Request], UUID]:
    """Make homes with automats of their own; gives pushes for them, and the automat of the last."""
    await organizations.found(work, name="Kotikatu")
    desk, requests = await make_desk(work), []
    for number in range(count):
        here = Coordinates(50 + number, 20)
        automats = [await make_automat(work, f"{number} {each}", here) for each in range(12)]
        home = await make_entity(work, here)
        await make_key(work, home, desk=desk)
        requests.append(asked(home, f"stay {number}", starts_at=SOON.starts_at))
    return requests, automats[0].id


async def statements_when_overtaken(database: Database, count: int) -> int:
    """Count what a call costs in which somebody else was first."""
    owner: Actor = organizations.founder()
    requests, automat_id = await by_itself(
        database, owner, lambda work: homes_far_apart(work, count)
    )
    with somebody_else_first(database, automat_id) as changed, statements_of(database) as sent:
        done = await by_itself(database, owner, lambda work: pushed(work, *requests))

    assert said(done) == ["CREATED"] * count
    assert len(changed) == 1
    return len(sent)


async def test_a_second_look_costs_no_more_for_many_stays(own_database: Database) -> None:
    if own_database.is_sqlite:
        pytest.skip("SQLite lets one writer in at a time, so nobody else can be first there")

    few = await statements_when_overtaken(own_database, 2)

    assert await statements_when_overtaken(own_database, 8) == few


@contextmanager
def looks_of(database: Database) -> Iterator[list[int]]:
    """Count the automats of each look at what is free when."""
    looks: list[int] = []

    def count(_connection: Any, _cursor: Any, statement: str, told: Any, *_rest: Any) -> None:
        if "by_contracts" in statement:
            looks.append(len(told["ids"].split(",")))

    engine = database._writers.sync_engine
    event.listen(engine, "before_cursor_execute", count)
    yield looks
    event.remove(engine, "before_cursor_execute", count)


async def test_only_stays_whose_automats_are_otherwise_look_again(own_database: Database) -> None:
    if own_database.is_sqlite:
        pytest.skip("SQLite lets one writer in at a time, so nobody else can be first there")
    owner: Actor = organizations.founder()
    requests, automat_id = await by_itself(
        own_database, owner, lambda work: homes_far_apart(work, 4)
    )

    with somebody_else_first(own_database, automat_id), looks_of(own_database) as looks:
        await by_itself(own_database, owner, lambda work: pushed(work, *requests))

    first, under_locks, again = looks
    assert (first, under_locks) == (4 * 12, 4)
    assert again == FIRST_LOOK - 1  # its own automat is locked by now
