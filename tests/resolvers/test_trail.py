"""The trail as evidence: what was sealed cannot be changed, removed or slipped in unseen (G26)."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from trails import a_trail, meddle, not_sealed, problems, rename, sealed, the_contact

from models.base import table_of
from models.database import Database
from models.errors import InvalidInput
from models.events import Event, EventKind
from models.migrating import migrate
from models.seals import EventSeal, each_leaf
from resolvers.erasing.contacts import erase_on_request
from resolvers.trail import files, removing, sealing
from resolvers.trail.chains import Chain
from resolvers.work import Work, system
from schema.context import clock

EVENT, SEAL = table_of(Event).c, table_of(EventSeal).c


async def events_of(database: Database, organization_id: UUID) -> Sequence[Any]:
    async with database.reading() as connection:
        mine = select(table_of(Event)).where(EVENT.organization_id == organization_id)
        return (await connection.execute(mine.order_by(EVENT.transaction_number, EVENT.id))).all()


async def seals_of(database: Database, organization_id: UUID) -> Sequence[Any]:
    async with database.reading() as connection:
        mine = select(table_of(EventSeal)).where(SEAL.organization_id == organization_id)
        return (await connection.execute(mine.order_by(SEAL.number))).all()


CHANGED = "event {id} (seal 2): it was changed after it was sealed"
ANOTHER = "seal 2: it was changed: it hashes to something else"
COPIED = ", ".join(column.name for column in EVENT if column.name != "id")
MEDDLING = [
    ("update events set facts = '{}' where id = :id", CHANGED),
    ("update events set request_id = 'x' where id = :id", CHANGED),
    ("update events set kind = 'nothing' where id = :id", CHANGED),
    (
        "update events set personal = null where id = :id",
        "event {id} (seal 2): what it says of a contact is gone, and the contact was not erased",
    ),
    (
        "update events set personal = '[]' where id = :id",
        "event {id} (seal 2): what it says of a contact was changed",
    ),
    ("delete from events where id = :id", "event {id} (seal 2): it is missing"),
    (
        "insert into events (id, COPIED) select :new, COPIED from events where id = :id",
        "event {new} (seal 2): it was slipped in after the seal",
    ),
    ("update event_seals set count = 7 where id = :seal", ANOTHER),
    ("update event_seals set leaves = :leaves where id = :seal", ANOTHER),
    (
        "delete from event_seals where id = :seal",
        "seal 3: it follows seal 1; what is between is gone",
    ),
    (
        "update event_seals set removed_at = sealed_at where id = :seal",
        "seal 2: its events are gone, and no event says that they were removed",
    ),
    (
        "delete from event_seals where id = :last",
        "the trail: no seal has the digest that was noted: the trail was cut off, or made anew",
    ),
]
"""What somebody does, and the line that says so."""


async def test_whatever_is_meddled_with_is_named(database: Database) -> None:
    """Each on a trail of its own."""
    trails = [await not_sealed(database) for _ in MEDDLING]
    for whose, (statement, line) in zip(trails, MEDDLING, strict=True):
        await sealed(database, whose)
        (event, *_), (_, seal, last) = (
            [one for one in await events_of(database, whose) if one.personal],
            await seals_of(database, whose),
        )
        assert await problems(database, whose, noted=last.digest) == []
        new = UUID(int=event.id.int - 1)
        told = {"id": event.id, "new": new, "seal": seal.id, "last": last.id}
        told["leaves"] = seal.leaves[::-1]
        used = {name: value for name, value in told.items() if f":{name}" in statement}

        await meddle(database, statement.replace("COPIED", COPIED), **used)

        found = await problems(database, whose, noted=last.digest)
        assert line.format(id=event.id.hex, new=new.hex) in found, statement
        assert len(found) <= 3, found


async def test_the_database_refuses_to_change_what_happened(database: Database) -> None:
    whose = await a_trail(database)
    events, seals = await events_of(database, whose), await seals_of(database, whose)
    refused = (
        ("events", "update events set notice = 'x' where id = :id"),
        ("events", "update events set personal = '{}' where id = :id"),
        ("events", "delete from events where id = :id"),
        ("event_seals", "update event_seals set digest = 'x' where id = :id"),
        ("event_seals", "delete from event_seals where id = :id"),
    )

    for table, statement in refused:
        id = (events if table == "events" else seals)[0].id
        with pytest.raises(IntegrityError, match=f"{table}_append_only"):
            async with database.administering() as connection:
                given = {"id": id.hex if database.is_sqlite else id}
                await connection.execute(text(statement), given)


async def test_writers_do_not_wait_and_each_event_is_sealed_once(database: Database) -> None:
    """Transactions overlap and end in any order while two sealers work all the time."""
    whose = await a_trail(database, pieces=1)
    unit = await the_contact(database, whose)
    chance = random.Random(7)
    written, over = 0, asyncio.Event()

    async def write() -> None:
        nonlocal written
        for _ in range(12):
            async with database.writing() as session:
                work = Work(session, system(whose), clock())
                for _ in range(chance.randint(1, 4)):
                    work.record(EventKind.CONTACT_UPDATED, unit)
                    await work.connection()
                    await asyncio.sleep(0 if database.is_sqlite else chance.random() / 50)
                    written += 1

    async def keep_sealing() -> None:
        while not over.is_set():
            await sealing.seal(database, whose, clock())
            await asyncio.sleep(0.001)

    async with asyncio.timeout(60):
        sealers = [asyncio.create_task(keep_sealing()) for _ in range(2)]
        await asyncio.gather(*(write() for _ in range(4)))
        over.set()
        await asyncio.gather(*sealers)
    await sealing.seal(database, whose, clock())

    async with asyncio.timeout(60):
        while len(await all_sealed(database, whose)) < written + 1:
            await sealing.seal(database, whose, clock())
            await asyncio.sleep(0.02)
    ids = await all_sealed(database, whose)
    assert sorted(ids) == sorted(one.id for one in await events_of(database, whose))
    assert await problems(database, whose) == []


async def all_sealed(database: Database, whose: UUID) -> list[UUID]:
    return [id for seal in await seals_of(database, whose) for id, _ in each_leaf(seal.leaves)]


async def test_what_is_kept_late_is_not_passed_by(database: Database) -> None:
    """A transaction that began first ends last: nothing behind it is sealed before."""
    if database.is_sqlite:
        return  # it has one writer at a time
    whose = await a_trail(database, pieces=1)
    contact = await the_contact(database, whose)

    async with AsyncExitStack() as slow:
        session = await slow.enter_async_context(database.writing())
        work = Work(session, system(whose), clock())
        work.record(EventKind.CONTACT_UPDATED, contact, who="slow")
        await work.connection()
        await rename(database, whose, contact.id, "Quick")

        assert await sealing.seal(database, whose, clock()) == 0

    await sealed(database, whose)
    assert len(await all_sealed(database, whose)) == 3
    assert await problems(database, whose) == []


async def test_an_erased_contact_leaves_a_trail_that_is_whole(database: Database) -> None:
    whose = await a_trail(database)
    contact = await the_contact(database, whose)
    before = [one.personal for one in await events_of(database, whose) if one.personal]
    assert [one["after"]["name"] for one in before] == ["Aino 1", "Aino 2"]

    async with database.writing() as session:
        work = Work(session, system(whose), clock())
        _, receipt = await erase_on_request(work, contact.id, reason=None)

    assert receipt is not None
    assert {"what": "former values", "count": 2} in receipt.removed
    rows = await events_of(database, whose)
    assert not any("Aino" in repr(tuple(one)) for one in rows)
    assert await problems(database, whose) == []
    await sealed(database, whose)
    assert await problems(database, whose) == []


async def test_the_oldest_part_goes_and_its_seals_prove_what_it_was(database: Database) -> None:
    whose, now = await a_trail(database), clock()
    noted = (await seals_of(database, whose))[1].digest
    soon, later = now + timedelta(days=3600), now + timedelta(days=3651)

    assert await removing.remove_old(database, system(whose), soon) == 0
    assert await removing.remove_old(database, system(whose), later) == 3
    assert await removing.remove_old(database, system(whose), later) == 0

    (left,) = await events_of(database, whose)
    assert (left.kind, left.facts["up_to_seal"], left.facts["count"]) == ("events_removed", 3, 3)
    assert await problems(database, whose, noted=noted) == []
    await sealed(database, whose)
    await rename(database, whose, (await the_contact(database, whose)).id, "Aino again")
    await sealed(database, whose)
    assert await problems(database, whose, noted=noted) == []
    lines = [line async for line in files.lines(database, whose, now)]
    assert list(files.check(lines, Chain())) == []
    await meddle(database, "delete from events where id = :id", id=left.id)
    gone = "seal 3: its events are gone, and no event says that they were removed"
    assert gone in await problems(database, whose)


async def test_a_file_can_be_checked_elsewhere(database: Database) -> None:
    """Whatever character of it is another one, it is found; also when a line is gone."""
    whose = await a_trail(database)
    await rename(database, whose, (await the_contact(database, whose)).id, "Not sealed")
    lines = [line async for line in files.lines(database, whose, clock())]
    chain = Chain()

    assert list(files.check(lines, chain)) == []

    assert (chain.number, chain.sealed, chain.loose) == (3, 3, 1)
    of_another = lines[0].replace(whose.hex.encode(), UUID(int=7).hex.encode())
    (problem, *_) = files.check([of_another, *lines[1:]], Chain())
    assert str(problem) == "seal 1: it is of another organization"
    chance = random.Random(11)
    for number in range(1, len(lines) - 2):
        assert list(files.check(lines[:number] + lines[number + 1 :], Chain())), lines[number]
    for _ in range(300):
        number = chance.randrange(1, len(lines) - 2)
        line = bytearray(lines[number])
        line[chance.randrange(len(line) - 1)] ^= 1
        found: list[object] = []
        with suppress(InvalidInput):
            found += files.check([*lines[:number], bytes(line), *lines[number + 1 :]], Chain())
            assert found, (lines[number], bytes(line))


async def test_nobody_elses_trail_is_looked_at(database: Database) -> None:
    mine, theirs = await a_trail(database), await a_trail(database)

    changed = "update events set request_id = 'x' where organization_id = :whose"
    await meddle(database, changed, whose=theirs)

    assert await problems(database, mine) == []
    assert len(await problems(database, theirs)) == 3


async def test_a_database_that_was_moved_goes_on_counting(own_database: Database) -> None:
    """Its numbers are higher than those of transactions where it is now, until it is migrated."""
    if own_database.is_sqlite:
        return  # it counts by its own rows
    whose = await a_trail(own_database, pieces=2)
    contact = await the_contact(own_database, whose)
    ahead = "update event_seals set last_transaction = last_transaction + 1000000"
    moved = "update events set transaction_number = transaction_number + 1000000"
    await meddle(own_database, moved, ahead)
    with pytest.raises(sealing.NumbersRunBehind):
        await sealing.seal(own_database, whose, clock())

    await migrate(own_database)

    await rename(own_database, whose, contact.id, "Aino elsewhere")
    await sealed(own_database, whose)
    assert len(await all_sealed(own_database, whose)) == 3
