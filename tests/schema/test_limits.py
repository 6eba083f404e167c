"""What a request may cost is bounded, whatever it is made of, and checking it is cheap."""

import time
from typing import ClassVar

import pytest
import strawberry
from graphql import parse
from small_api import ask, client_of, small_app

from schema.guards.guarded import GuardedSchema, Prepared
from schema.guards.limits import (
    MAX_ALIASES,
    MAX_BODY_BYTES,
    MAX_DEPTH,
    MAX_DOCUMENT_BYTES,
    MAX_FIELDS,
    MAX_ROWS,
    MAX_TOKENS,
    costs_of,
)


def nested(levels: int) -> str:
    """Make a query with as many levels of fields."""
    return "{ node(id: 1) " + "{ near " * (levels - 2) + "{ id }" + " }" * (levels - 2) + " }"


TOO_MUCH = [
    (nested(MAX_DEPTH + 1), "levels of fields"),
    (
        "{ ...A } fragment A on Query { node(id: 1) { near { ...B } } } fragment B on Automat { "
        + ("near { " * (MAX_DEPTH - 2) + "id" + " }" * (MAX_DEPTH - 2) + " }"),
        "levels of fields",
    ),
    ("{ " + " ".join(f"a{n}: me" for n in range(MAX_ALIASES + 1)) + " }", "aliases"),
    ("{ " + "me " * (MAX_FIELDS + 1) + "}", "fields"),
    ("{ " + "... { me } " * (MAX_TOKENS // 4) + "}", "tokens"),
    ("{ me " + "# comment\n me " * MAX_TOKENS + "}", "tokens"),
    ("{ node(id: 1) { " + "near { id } " * 300 + "} }", "tokens"),
    ('{ whose(pin: "' + '" pin: "' * MAX_TOKENS + '") }', "tokens"),
    ("{ me } #" + "x" * MAX_DOCUMENT_BYTES, "bytes"),
    ('{ whose(pin: "' + "ä" * (MAX_DOCUMENT_BYTES // 2) + '") }', "bytes"),
    (
        (
            "{ automats(first: 200) { edges { node { ...N } } } } "
            "fragment N on Automat { neighbours(first: 60) { edges { node { id } } } }"
        ),
        "rows",
    ),
    (
        (
            "{ automats(first: 100) { ...E } } fragment E on Connection { edges { node { "
            "neighbours { edges { node { neighbours { edges { node { id } } } } } } } } }"
        ),
        "rows",
    ),
]


@pytest.mark.parametrize(("query", "what"), TOO_MUCH, ids=[what for _, what in TOO_MUCH])
async def test_a_document_that_asks_for_too_much_is_refused(query: str, what: str) -> None:
    async with client_of(small_app()) as client:
        answer = await ask(client, query)

    assert set(answer) == {"errors"}
    assert all(error["extensions"]["code"] == "INVALID_INPUT" for error in answer["errors"])
    assert what in answer["errors"][0]["message"]


async def test_what_is_within_the_limits_is_answered() -> None:
    async with client_of(small_app()) as client:
        deep = await ask(client, nested(MAX_DEPTH))
        wide = await ask(client, "{ " + " ".join(f"a{n}: me" for n in range(MAX_ALIASES)) + " }")

    assert "errors" not in deep
    assert "errors" not in wide


async def test_values_in_variables_may_be_longer_than_a_document() -> None:
    query = "query($pin: Pin!) { whose(pin: $pin) }"
    async with client_of(small_app()) as client:
        answer = await ask(client, query, pin="1" * (MAX_BODY_BYTES - 1_000))

    assert "PIN has six digits" in answer["errors"][0]["message"]


async def test_a_document_that_is_too_long_is_not_remembered() -> None:
    schema = Counting(Query)
    too_long = "{ name } #" + "x" * MAX_DOCUMENT_BYTES
    before = len(schema.looked_at)

    result = await schema.execute(too_long, root_value=Query())

    assert result.errors
    assert schema.looked_at[before:] == []


@pytest.mark.parametrize(("first", "refused"), [(100, True), (10, False), (-5, False)])
async def test_the_rows_of_nested_pages_are_counted_with_the_variables(
    first: int,
    refused: bool,
) -> None:
    query = (
        "query($n: Int!) { automats(first: $n) { edges { node { neighbours(first: $n) { edges "
        "{ node { neighbours(first: $n) { edges { node { id } } } } } } } } } }"
    )
    async with client_of(small_app()) as client:
        answer = await ask(client, query, n=first)

    assert ("errors" in answer) is refused
    if refused:
        assert f"{MAX_ROWS} are allowed" in answer["errors"][0]["message"]


def doubling(levels: int) -> str:
    """Make fragments each of which spreads the next one twice: two to the power of levels."""
    fragments = [
        f"fragment F{n} on Automat {{ near {{ ...F{n + 1} }} a: near {{ ...F{n + 1} }} }}"
        for n in range(levels)
    ]
    last = f"fragment F{levels} on Automat {{ id }}"
    return " ".join(["{ node(id: 1) { ...F0 } }", *fragments, last])


@pytest.mark.parametrize(
    "query",
    [
        doubling(40),
        "{ " + "me " * 900 + "}",
        "{ " + "node(id: 1) { id } " * 110 + "}",
        "{ node(id: 1) { ...A } } fragment A on Automat { near { ...A ...A } }",
        " ".join(["{ ...F0 }", *(f"fragment F{n} on Query {{ ...F{n + 1} }}" for n in range(120))]),
        "query(" + " ".join(f"$v{n}: Int" for n in range(240)) + ") { me }",
    ],
)
async def test_refusing_what_is_meant_to_be_dear_is_cheap(query: str) -> None:
    async with client_of(small_app()) as client:
        before = time.process_time()

        answer = await ask(client, query)

    assert time.process_time() - before < 2
    assert "errors" in answer or answer["data"]


def test_a_fragment_is_measured_wherever_it_is_spread() -> None:
    (cost,) = costs_of(parse(doubling(3)))

    assert (cost.depth, cost.aliases) == (5, 7)


@strawberry.type
class Query:
    name: str = "small"


class Counting(GuardedSchema):
    """A schema that tells which documents it looked at."""

    looked_at: ClassVar[list[str]] = []

    def prepare(self, text: str) -> Prepared:
        self.looked_at.append(text)
        return super().prepare(text)


async def test_a_document_is_parsed_and_checked_once() -> None:
    schema = Counting(Query)

    for _ in range(3):
        await schema.execute("{ name }", root_value=Query())
        await schema.execute("{ unknown }")

    assert schema.looked_at == ["{ name }", "{ unknown }"]


async def test_a_remembered_error_is_the_same_for_everybody() -> None:
    schema = Counting(Query)

    first, second = [await schema.execute("{ unknown }") for _ in range(2)]

    assert first.errors == second.errors
    assert first.errors is not second.errors
