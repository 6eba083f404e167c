"""The same key and the same input get the same answer again, for seven days."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from factories import DAY, NOON, later, make_stranger
from outcomes import undone

from models.accounts import Actor
from models.base import new_id
from models.database import Database
from models.errors import IdempotencyConflict, InvalidInput
from models.idempotency import IdempotentAnswer
from resolvers import idempotency, organizations
from resolvers.idempotency import claim, remember
from resolvers.work import Work

ANSWER = {"outcome": "created"}
AINO, VEIKKO = {"name": "Aino", "nights": 2}, {"name": "Veikko", "nights": 2}


async def answered(work: Work, key: str = "k", asked: dict[str, Any] = AINO) -> None:
    """Take a key that nobody used, and answer."""
    assert await claim(work, key, asked) is None
    await remember(work, key, ANSWER)


async def kept_of(work: Work, *keys: str) -> list[str]:
    """Name the keys of some whose answers are kept; there are no others."""
    kept = {one.key for one in await work.all(work.own(IdempotentAnswer))}
    names = {idempotency.named(work, key): key for key in keys}
    return sorted(names[name] for name in kept)


async def test_the_same_is_answered_again(work: Work) -> None:
    await answered(work)

    assert await claim(work, "k", AINO) == ANSWER
    assert await claim(work, "k", dict(reversed(AINO.items()))) == ANSWER
    assert await claim(work, "other", AINO) is None


async def test_another_input_is_a_conflict(work: Work) -> None:
    await answered(work)

    with pytest.raises(IdempotencyConflict):
        await claim(work, "k", AINO | {"nights": 3})


async def test_what_was_asked_cannot_be_tried_out_without_the_key_that_marks(work: Work) -> None:
    await answered(work)

    (kept,) = await work.all(work.own(IdempotentAnswer))

    assert kept.input_digest != idempotency.digest(AINO)
    kept.input_digest = idempotency.digest(AINO)  # as it was kept by former versions
    await work.save()
    assert await claim(work, "k", AINO) == ANSWER


async def test_an_answer_that_former_versions_kept_is_found(work: Work) -> None:
    await answered(work)
    (kept,) = await work.all(work.own(IdempotentAnswer))
    kept.key = "k"
    await work.save()

    assert await claim(work, "k", AINO) == ANSWER
    assert await claim(later(work, 7 * DAY), "k", AINO) is None


async def test_a_person_has_keys_of_their_own(work: Work) -> None:
    people = [replace(work.actor, person_id=new_id()) for _ in range(2)]
    aino, veikko = [Work(work.session, actor, work.now) for actor in people]
    await answered(aino)

    assert await claim(veikko, "k", AINO) is None
    assert await claim(aino, "k", AINO) == ANSWER


async def test_a_key_with_blanks_is_the_key_without(work: Work) -> None:
    await answered(work, " k ")

    assert await claim(work, "k", AINO) == ANSWER


async def test_after_seven_days_a_key_is_new(work: Work) -> None:
    await answered(work)
    week = later(work, 7 * DAY)

    assert await claim(later(work, 7 * DAY - timedelta(seconds=1)), "k", AINO) == ANSWER
    await answered(week, asked=VEIKKO)
    assert await claim(later(work, 14 * DAY - timedelta(seconds=1)), "k", VEIKKO) == ANSWER
    assert await kept_of(work, "k") == ["k"]


async def test_answers_older_than_seven_days_are_forgotten(work: Work) -> None:
    stranger = await make_stranger(work)
    await answered(stranger)
    await answered(work, "long ago")
    await answered(later(work, DAY), "lately")

    await answered(later(work, 7 * DAY), "now")

    assert await kept_of(work, "lately", "now") == ["lately", "now"]
    assert await kept_of(stranger, "k") == ["k"]


async def test_many_old_answers_are_forgotten_little_by_little(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "FORGOTTEN_AT_ONCE", 2)
    for key in ("first", "second", "third"):
        await answered(work, key)
    week = later(work, 7 * DAY)

    await answered(week, "now")
    assert await kept_of(work, "third", "now") == ["now", "third"]

    await answered(week, "then")
    assert await kept_of(work, "now", "then") == ["now", "then"]


async def test_what_was_refused_leaves_its_key_unused(work: Work) -> None:
    async def refused() -> None:
        await claim(work, "k", VEIKKO)
        raise InvalidInput

    await undone(work, refused())

    await answered(work)


async def test_another_organization_uses_the_same_key(work: Work) -> None:
    stranger = await make_stranger(work)
    await answered(work)

    assert await claim(stranger, "k", VEIKKO) is None


async def test_a_text_that_cannot_be_stored_can_be_asked_about(work: Work) -> None:
    await answered(work, asked={"name": "\ud83d\0"})

    assert await claim(work, "k", {"name": "\ud83d\0"}) == ANSWER


@pytest.mark.parametrize("key", ["", "  ", "x" * 501, "\0"])
async def test_a_key_is_not_empty_or_endless_and_can_be_stored(work: Work, key: str) -> None:
    with pytest.raises(InvalidInput):
        await claim(work, key, AINO)


class Caller:
    """Somebody who sends the same several times at once, each in a transaction of its own."""

    def __init__(self, database: Database, actor: Actor) -> None:
        self.database, self.actor = database, actor
        self.done = 0

    async def send(self, *, refused_first: bool = False) -> dict[str, Any]:
        """Answer with how often it was done."""
        async with self.database.writing() as session:
            work = Work(session, self.actor, NOON)
            known = await claim(work, "k", AINO)
            if known is not None:
                return known
            self.done += 1
            await asyncio.sleep(0.1)  # the others come meanwhile
            if refused_first and self.done == 1:
                raise InvalidInput
            await remember(work, "k", {"done": self.done})
            return {"done": self.done}


@pytest.fixture
async def caller(database: Database) -> Caller:
    """Found an organization that stays: what happens at once must be committed."""
    founder = organizations.founder()
    async with database.writing() as session:
        await organizations.found(Work(session, founder, NOON), name="Kotikatu")
    return Caller(database, founder)


async def test_of_many_at_once_one_does_it_and_all_get_its_answer(caller: Caller) -> None:
    answers = await asyncio.gather(*(caller.send() for _ in range(5)))

    assert answers == [{"done": 1}] * 5


async def test_when_the_first_of_many_is_refused_the_next_does_it(caller: Caller) -> None:
    sent = (caller.send(refused_first=True) for _ in range(5))
    answers = await asyncio.gather(*sent, return_exceptions=True)

    assert [type(one) for one in answers].count(InvalidInput) == 1
    assert [one for one in answers if isinstance(one, dict)] == [{"done": 2}] * 4


async def test_nobody_waits_until_somebody_else_has_forgotten_old_answers(caller: Caller) -> None:
    has_forgotten = asyncio.Event()
    done = []

    async def answer(key: str, *, after: timedelta) -> None:
        async with caller.database.writing() as session:
            work = Work(session, caller.actor, NOON + after)
            await answered(work, key)
            if key == "first":
                has_forgotten.set()
                await asyncio.sleep(0.5)
        done.append(key)

    async def answer_meanwhile() -> None:
        await has_forgotten.wait()
        await answer("second", after=8 * DAY)

    await answer("old", after=timedelta(0))
    await asyncio.gather(answer("first", after=8 * DAY), answer_meanwhile())

    in_line = ["first", "second"]  # SQLite has one writer at a time
    assert done[1:] == (in_line if caller.database.is_sqlite else in_line[::-1])
