"""Keys that are handed over as one hang on one ring, and on no other."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from factories import NOON, acting_as, make_desk, make_key, make_ring, make_stranger
from outcomes import events, everything, undone
from sqlalchemy.exc import IntegrityError

from models.accounts import Role
from models.base import new_id
from models.database import Database
from models.dialects.overlaps import broken_constraint
from models.errors import ErrorCode, LivionKeyError
from models.events import EventKind
from models.keys import Key, KeyRing, KeyRingKey
from resolvers import key_rings, looking, organizations
from resolvers.relations import KEYS_OF_RING, RING_OF_KEY
from resolvers.work import Work


async def on_ring(work: Work, ring: UUID) -> list[UUID]:
    (keys,) = await looking.belonging(work, KEYS_OF_RING, [ring])
    return [row.id for row in keys]


async def test_a_ring_holds_its_keys_once_each(work: Work) -> None:
    one, other, alone = [await make_key(work) for _ in range(3)]

    ring = await make_ring(work, other, one, one, name="  Cleaners ")

    assert ring.name == "Cleaners"
    assert await on_ring(work, ring.id) == [one.id, other.id]
    of_keys = await looking.belonging(work, RING_OF_KEY, [one.id, alone.id])
    assert [[row.id for row in rings] for rings in of_keys] == [[ring.id], []]
    (event,) = await events(work, EventKind.KEY_RING_CREATED)
    assert (event.subject_id, event.facts) == (ring.id, {"key_ids": [str(one.id), str(other.id)]})


async def test_what_is_not_said_of_a_ring_stays(work: Work) -> None:
    one, other = await make_key(work), await make_key(work)
    ring = await make_ring(work, one, name="Cleaners")

    await key_rings.update(work, ring.id, name="Caretakers")
    assert await on_ring(work, ring.id) == [one.id]
    await key_rings.update(work, ring.id, key_ids=[one.id, other.id])
    assert await on_ring(work, ring.id) == [one.id, other.id]
    await key_rings.update(work, ring.id, key_ids=[])

    assert (ring.name, await on_ring(work, ring.id)) == ("Caretakers", [])
    told = [event.facts for event in await events(work, EventKind.KEY_RING_UPDATED)]
    both = [str(one.id), str(other.id)]
    assert told == [{"key_ids": both[:1]}, {"key_ids": both}, {"key_ids": []}]


async def test_a_key_is_on_one_ring_at_most(work: Work) -> None:
    taken = (await make_key(work, code="K1")).id
    free = (await make_key(work, code="K2")).id
    await key_rings.create(work, name="Cleaners", key_ids=[taken])
    other = (await key_rings.create(work, name="Others", key_ids=[free])).id
    before = await everything(work)

    made = await undone(work, key_rings.create(work, name="New", key_ids=[free, taken]))
    changed = await undone(work, key_rings.update(work, other, key_ids=[free, taken]))

    assert {made.code, changed.code} == {ErrorCode.STILL_IN_USE}
    assert {made.path, changed.path} == {("key_ids",)}
    message = "The key K1 is on the key ring Cleaners; take it off there first."
    assert changed.message == message
    assert await everything(work) == before


async def test_a_key_that_was_taken_off_one_ring_goes_on_another(work: Work) -> None:
    key = await make_key(work)
    ring, other = await make_ring(work, key), await make_ring(work)

    await key_rings.update(work, ring.id, key_ids=[])
    await key_rings.update(work, other.id, key_ids=[key.id])

    assert (await on_ring(work, ring.id), await on_ring(work, other.id)) == ([], [key.id])


async def test_the_database_lets_no_key_on_two_rings(work: Work) -> None:
    key = await make_key(work)
    await make_ring(work, key)
    other = await make_ring(work)
    owner = work.actor.organization_id

    with pytest.raises(IntegrityError) as refusal:
        await work.add(KeyRingKey(organization_id=owner, key_ring_id=other.id, key_id=key.id))

    assert broken_constraint(refusal.value) == "key_ring_keys_key_id_key"


@pytest.mark.parametrize("name", ["", "  "])
async def test_a_ring_has_a_name(work: Work, name: str) -> None:
    ring = (await make_ring(work)).id

    made = await undone(work, key_rings.create(work, name=name, key_ids=[]))
    renamed = await undone(work, key_rings.update(work, ring, name=name))

    assert {(one.code, one.path) for one in (made, renamed)} == {
        (ErrorCode.INVALID_INPUT, ("name",))
    }


async def test_a_ring_has_a_name_of_its_own(work: Work) -> None:
    await make_ring(work, name="Cleaners")
    other = (await make_ring(work, name="Caretakers")).id

    made = await undone(work, make_ring(work, name="Cleaners"))
    renamed = await undone(work, key_rings.update(work, other, name="Cleaners"))

    assert {made.code, renamed.code} == {ErrorCode.EXTERNAL_ID_IN_USE}
    assert made.message == "Another key ring is called 'Cleaners'."
    await make_ring(await make_stranger(work), name="Cleaners")


@pytest.mark.parametrize("key_ids", [[None], [new_id()]])
async def test_a_key_that_is_not_there_goes_on_no_ring(work: Work, key_ids: Any) -> None:
    known = (await make_key(work)).id

    refusal = await undone(work, key_rings.create(work, name="New", key_ids=[known, *key_ids]))

    assert (refusal.code, refusal.path) == (ErrorCode.NOT_FOUND, ("key_ids",))


async def test_a_ring_that_is_not_there_is_not_changed(work: Work) -> None:
    for id in (None, new_id()):
        refusal = await undone(work, key_rings.update(work, id, name="New"))
        assert (refusal.code, refusal.path) == (ErrorCode.NOT_FOUND, ("id",))


async def test_rings_are_for_who_may_change_keys(work: Work) -> None:
    ring = (await make_ring(work)).id
    partner = acting_as(work, Role.PARTNER)

    made = await undone(work, make_ring(partner))
    changed = await undone(work, key_rings.update(partner, ring, name="Mine"))

    assert {made.code, changed.code} == {ErrorCode.NOT_ALLOWED}
    await make_ring(acting_as(work, Role.ADVANCED_USER))


async def test_of_two_rings_that_want_a_key_at_once_one_has_it(database: Database) -> None:
    founder = organizations.founder()
    async with database.writing() as session:
        work = Work(session, founder, NOON)
        await organizations.found(work, name="Kotikatu")
        desk = await make_desk(work)
        keys = [await make_key(work, desk=desk) for _ in range(2)]

    async def ring(name: str, wanted: list[Key]) -> ErrorCode | None:
        try:
            async with database.writing() as session:
                await make_ring(Work(session, founder, NOON), *wanted, name=name)
        except LivionKeyError as refusal:
            return refusal.code
        return None

    answers = await asyncio.gather(ring("One", keys), ring("Other", keys[::-1]))

    assert set(answers) == {None, ErrorCode.STILL_IN_USE}
    async with database.writing() as session:
        work = Work(session, founder, NOON)
        (kept,) = await work.all(work.own(KeyRing))
        assert await on_ring(work, kept.id) == [key.id for key in keys]
