"""Each mutation is one transaction: it asks for its permission, and is begun again if need be."""

import asyncio
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from documents import UPSERT, stay
from errands import Counted, ErrandInput, ErrandPayload, make_contacts, run
from factories import make_automat, make_entity, make_key
from talking import Client

from models.accounts import Role
from models.automats import Automat
from models.entities import ReservableEntity
from models.errors import KeyTaken
from models.organizations import Contact as ContactRow
from models.reservations import Reservation
from resolvers import automats
from resolvers.work import Work
from schema.api import schema
from schema.scalars import NOBODY, from_id, to_id

LATER = datetime(2031, 6, 1, 12, 30, 0, 500_000, tzinfo=UTC)
MUTATIONS: Any = schema._schema.mutation_type.fields  # type: ignore[union-attr]  # there are some


@pytest.mark.parametrize("name", MUTATIONS)
def test_every_mutation_takes_an_idempotency_key(name: str) -> None:
    key = MUTATIONS[name].args["input"].type.of_type.fields["idempotencyKey"]

    assert str(key.type) == "String"
    assert key.description.endswith("every mutation has it.")


async def test_a_permission_is_asked_for_before_anything_is_done(client: Client) -> None:
    errand = Counted()

    answer = await run(client, errand, role=Role.USER, idempotencyKey=" ")

    assert [error["code"] for error in answer["userErrors"]] == ["NOT_ALLOWED"]
    assert errand.times == 0


async def test_what_comes_before_is_done_while_no_transaction_is_open(client: Client) -> None:
    async def look_up() -> int:
        async with asyncio.timeout(30), client.working() as work:
            return len(await work.all(work.own(ContactRow)))

    await make_contacts(client, 3)

    answer = await run(client, Counted(), before=look_up)

    assert answer["number"] == 3


async def test_a_refusal_says_from_when_on_it_would_work(client: Client) -> None:
    async def taken(_work: Work, _input: ErrandInput) -> ErrandPayload:
        raise KeyTaken(path=("starts_at",), free_from=LATER)

    (error,) = (await run(client, taken))["userErrors"]

    assert error == {
        "code": "KEY_TAKEN",
        "message": "Somebody else holds the key for part of that time.",
        "path": ["input", "startsAt"],
        "freeFrom": "2031-06-01T12:30:00.500000Z",
    }


class Crosswise:
    """An errand that two run at once, each of whom has locked what the other wants next."""

    def __init__(self, patience_seconds: float) -> None:
        self.meeting = asyncio.Barrier(2)
        self.patience_seconds = patience_seconds
        self.tries: Counter[str] = Counter()

    async def __call__(self, work: Work, input: ErrandInput) -> ErrandPayload:
        name = input.name or ""
        self.tries[name] += 1
        here, there = [from_id(ContactRow, id) or NOBODY for id in input.ids]
        (await work.locked(ContactRow, [here]))[0].email = f"{name}@example.com"
        if self.tries[name] == 1:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.meeting.wait(), self.patience_seconds)
        (await work.locked(ContactRow, [there]))[0].phone = name
        return ErrandPayload(number=self.tries[name])


async def test_of_two_that_wait_for_each_other_both_are_done_in_the_end(client: Client) -> None:
    contacts = await make_contacts(client, 2)
    ids = [to_id(ContactRow, one.id) for one in contacts]
    on_sqlite = client.database.is_sqlite  # where one comes after the other
    errand = Crosswise(patience_seconds=0.1 if on_sqlite else 10)

    answers = await asyncio.gather(
        run(client, errand, name="aino", ids=ids, idempotencyKey="1"),
        run(client, errand, name="veikko", ids=ids[::-1], idempotencyKey="2"),
    )

    assert sorted(answer["number"] for answer in answers) == ([1, 1] if on_sqlite else [1, 2])
    async with client.working() as work:
        first, second = [await work.get(ContactRow, one.id) for one in contacts]
    assert (first.email, first.phone) == ("aino@example.com", "veikko")
    assert (second.email, second.phone) == ("veikko@example.com", "aino")


async def waiting_for_a_change(client: Client) -> tuple[Automat, Reservation]:
    """Make a reservation that could be fulfilled now, if somebody tried."""
    async with client.working() as work:
        home = await make_entity(work)
        await make_key(work, home)
    push = stay(entityId=to_id(ReservableEntity, home.id), externalId="waits")
    await client.ask(UPSERT, input=push)
    async with client.working() as work:
        automat = await make_automat(work)
        (reservation,) = await work.all(work.own(Reservation))
    return automat, reservation


@pytest.mark.parametrize("kept", [True, False])
async def test_what_waits_is_tried_again_only_after_a_change_that_was_kept(
    client: Client, *, kept: bool
) -> None:
    automat, reservation = await waiting_for_a_change(client)

    async def rename(work: Work, _input: ErrandInput) -> ErrandPayload:
        if not kept:
            work.undo()
        await automats.update(work, automat.id, {"name": "Central"})
        return ErrandPayload()

    await run(client, rename)

    async with client.working() as work:
        status = (await work.get(Reservation, reservation.id)).status
    assert status.name == ("CONFIRMED" if kept else "UNFULFILLED")


async def test_what_was_loaded_before_a_mutation_is_loaded_anew_after_it(client: Client) -> None:
    zone = """organizationUnitUpdate(input: {id: $id, settings: {timeZone: "%s"}}) {
      organizationUnit { timeZone }
    }"""
    root = f"unit_{client.organization_id.hex}"
    document = f"""mutation($id: ID!) {{
      first: {zone % "Europe/Paris"} second: {zone % "Europe/Oslo"}
    }}"""

    answer = await client.ask(document, id=root)

    assert [answer[one]["organizationUnit"]["timeZone"] for one in ("first", "second")] == [
        "Europe/Paris",
        "Europe/Oslo",
    ]
