"""What is sent again with the same idempotency key is answered the same, and done once."""

import dataclasses
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import strawberry
from counting import statements_of
from errands import Counted, ErrandInput, ErrandPayload, ErrandRow, make_contacts, run
from sqlalchemy import select
from strawberry.types.base import StrawberryContainer, has_object_definition
from strawberry.types.enum import StrawberryEnumDefinition
from talking import Client

from models.errors import ErrorCode, KeyTaken
from models.idempotency import IdempotentAnswer
from models.organizations import Contact as ContactRow
from models.organizations import UnitKind
from resolvers.work import Work
from schema.api import schema
from schema.contacts import Contact
from schema.errors import UserError
from schema.nodes import Node
from schema.repeating import SHOWN_ONCE, fields_of, references_of, shown_once
from schema.scalars import LocalDateTime

LATER = datetime(2031, 6, 1, 12, 30, 0, 500_000, tzinfo=UTC)
SECRET = "lk_shown_once"  # of this test alone  # noqa: S105 - opens nothing
KEPT = {str, int, float, bool, datetime, strawberry.ID}
SECRETIVE = r"(?:token|secret|password|pin|code|credential)s?$"
MUTATIONS: Any = schema._schema.mutation_type.fields  # type: ignore[union-attr]  # there are some


async def test_an_answer_is_given_again_with_all_that_was_in_it(client: Client) -> None:
    (aino,) = await make_contacts(client, 1)
    taken = UserError.of(KeyTaken(path=("rows", "1"), free_from=LATER))
    rows = [
        ErrandRow(contact=Contact.of(aino), at=LATER, kinds=[UnitKind.AREA, UnitKind.OTHER]),
        ErrandRow(contact=None, at=LATER, kinds=[], share=2.5, is_last=True, refused=taken),
    ]
    errand = Counted()

    async def once(work: Work, input: ErrandInput) -> ErrandPayload:
        counted = await errand(work, input)
        return ErrandPayload(
            rows=rows, main=Contact.of(aino), number=counted.number, user_errors=[taken]
        )

    first = await run(client, once, idempotencyKey="k")
    again = await run(client, once, idempotencyKey="k")

    assert first["rows"][0]["contact"]["name"] == "Aino 0"
    assert first["rows"][1]["refused"]["freeFrom"] == "2031-06-01T12:30:00.500000Z"
    assert again == first
    assert errand.times == 1


async def test_things_in_an_answer_are_shown_as_they_are_now(client: Client) -> None:
    aino, gone = await make_contacts(client, 2)

    async def meet(work: Work, input: ErrandInput) -> ErrandPayload:
        row = ErrandRow(contact=Contact.of(gone), at=LATER, kinds=[])
        return ErrandPayload(main=Contact.of(aino), rows=[row])

    await run(client, meet, idempotencyKey="k")
    async with client.working() as work:
        (await work.get(ContactRow, aino.id)).name = "Veikko"
        await work.session.delete(await work.get(ContactRow, gone.id))

    again = await run(client, meet, idempotencyKey="k")

    assert again["main"] == {"name": "Veikko"}
    assert again["rows"][0]["contact"] is None


async def test_a_secret_is_shown_once_and_never_kept(client: Client) -> None:
    async def tell(work: Work, input: ErrandInput) -> ErrandPayload:
        return ErrandPayload(number=1, token=SECRET)

    first = await run(client, tell, idempotencyKey="k")
    again = await run(client, tell, idempotencyKey="k")

    assert (first["token"], again["token"], again["number"]) == (SECRET, None, 1)
    async with client.working() as work:
        kept = await work.rows(select(*IdempotentAnswer.__table__.columns))
    assert SECRET not in repr([tuple(row) for row in kept])


async def test_a_thousand_rows_are_given_again_with_no_more_statements_than_two(
    client: Client,
) -> None:
    contacts = await make_contacts(client, 1000)
    counts = []
    for few in (2, 1000):

        async def list_them(_work: Work, _input: ErrandInput, few: int = few) -> ErrandPayload:
            return ErrandPayload(
                rows=[
                    ErrandRow(contact=Contact.of(one), at=LATER, kinds=[UnitKind.AREA])
                    for one in contacts[:few]
                ]
            )

        first = await run(client, list_them, idempotencyKey=f"{few}")
        with statements_of(client.database) as seen:
            assert await run(client, list_them, idempotencyKey=f"{few}") == first
        assert len(first["rows"]) == few
        counts.append(len(seen))

    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Veikko"},
        {"name": None},
        {"ids": ["unit_1"]},
        {"at": "2031-06-01T12:00:00Z"},
        {"mutation": "walk"},
    ],
)
async def test_a_key_with_anything_else_is_a_conflict(
    client: Client, change: dict[str, Any]
) -> None:
    errand = Counted()
    await run(client, errand, idempotencyKey="k")

    answer = await run(client, errand, **{"idempotencyKey": "k", **change})

    (error,) = answer["userErrors"]
    assert (error["code"], error["path"]) == ("IDEMPOTENCY_CONFLICT", ["input", "idempotencyKey"])
    assert (answer["number"], errand.times) == (None, 1)


async def test_a_key_of_another_source_is_another_key(client: Client) -> None:
    errand = Counted()

    sources = ["default", "another-system", "default"]
    numbers = [
        (await run(client, errand, idempotencyKey="k", source=source))["number"]
        for source in sources
    ]

    assert numbers == [1, 2, 1]


async def test_an_instant_is_the_same_however_it_is_written(client: Client) -> None:
    errand = Counted()

    await run(client, errand, idempotencyKey="k", at="2031-06-01T15:00:00+03:00")
    again = await run(client, errand, idempotencyKey="k", at="2031-06-01T12:00:00Z")

    assert again["number"] == 1


async def test_without_a_key_everything_is_done_each_time(client: Client) -> None:
    errand = Counted()

    numbers = [(await run(client, errand, idempotencyKey=key))["number"] for key in (None, None)]

    assert numbers == [1, 2]


async def undone(work: Work, _input: ErrandInput) -> ErrandPayload:
    """Make a contact, and let nothing be kept of it."""
    work.undo()
    await work.add(
        ContactRow(organization_id=work.actor.organization_id, name="Aino", language="fi")
    )
    return ErrandPayload(number=len(await work.all(work.own(ContactRow))))


async def test_an_answer_of_which_nothing_was_kept_is_not_remembered(client: Client) -> None:
    tried = await run(client, undone, idempotencyKey="k", name="a rehearsal")
    done = await run(client, Counted(), idempotencyKey="k", name="the real thing")

    assert (tried["number"], done["number"]) == (1, 1)
    async with client.working() as work:
        assert not await work.all(work.own(ContactRow))


def not_kept(payload: Any) -> Iterator[str]:
    """Name what of a payload would be lost when it is kept, and what must not be kept."""
    shown = fields_of(payload)
    held = {one.python_name for one in shown}.union(references_of(payload))
    for needed in dataclasses.fields(payload):
        optional = {needed.default, needed.default_factory} != {dataclasses.MISSING}
        if needed.init and not optional and needed.name not in held:
            yield f"{payload.__name__}.{needed.name}"
    for field in shown:
        yield from (f"{payload.__name__}.{name}" for name in not_kept_of(field))


def not_kept_of(field: Any) -> Iterator[str]:
    inner = field.type
    while isinstance(inner, StrawberryContainer):
        inner = inner.of_type
    if has_object_definition(inner):
        if not issubclass(inner, Node):
            yield from not_kept(inner)
    elif not isinstance(inner, StrawberryEnumDefinition):
        is_secret = inner is str and re.search(SECRETIVE, field.python_name)
        if SHOWN_ONCE not in field.metadata and (is_secret or inner not in KEPT):
            yield field.python_name


@strawberry.type
class Careless:
    row: strawberry.Private[Any]
    aside: strawberry.Private[int] = 0
    local: LocalDateTime | None = None
    pin: str | None = None
    zip_code: ErrorCode | None = None
    token: str | None = shown_once(description="Shown once.")
    contact: Contact | None = None


@strawberry.type
class CarelessPayload:
    rows: list[Careless] | None = None


@pytest.mark.parametrize("name", MUTATIONS)
def test_every_payload_can_be_kept_and_holds_no_secret(name: str) -> None:
    payload = MUTATIONS[name].type.of_type.extensions["strawberry-definition"].origin

    assert not list(not_kept(payload))


def test_a_payload_that_cannot_be_kept_would_be_found() -> None:
    assert set(not_kept(CarelessPayload)) == {
        "CarelessPayload.Careless.row",
        "CarelessPayload.Careless.local",
        "CarelessPayload.Careless.pin",
    }
    assert not list(not_kept(ErrandPayload))
