"""What an operation costs is known before it is done; it is paid for, and told to who asks."""

from typing import Any

import pytest
from bounding import bounded, send
from factories import make_entity
from graphql import parse
from talking import Client

from models.accounts import Role
from resolvers.points import Size
from schema.api import schema
from schema.guards.limits import costs_of
from schema.guards.points import (
    DEAR,
    MOST_ITEMS,
    MOST_POINTS,
    MUTATION,
    REQUEST,
    dear_fields,
    items_beyond,
    lists_of,
    objects_in,
)

LIST = """query($n: Int!) { entities(first: $n) { edges { node { id organizationUnit { id } } }
  pageInfo { hasNextPage } } }"""
TELL = {"cost": True}


def points(document: str, **variables: Any) -> int:
    """Work out what a document costs beside the request itself."""
    (cost,) = costs_of(parse(document), dear_fields(schema._schema))
    return cost.points(variables)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("{ __typename }", 0),
        ('{ entity(id: "1") { id } }', 1),
        ('{ entity(id: "1") { id organizationUnit { id name } } }', 2),
        ("{ entities(first: 10) { edges { node { id } } } }", 2 + 10 * 2),
        ("{ entities { edges { node { id organizationUnit { id } } } } }", 2 + 20 * 3),
        ('{ nearestAutomats(near: {entityId: "1"}, first: 5) { rank automat { id } } }', 62),
        ('mutation { reservationCancel(input: {id: "1"}) { reservation { id } } }', MUTATION + 2),
        ("{ ...A ...A } fragment A on Query { entities(first: 3) { edges { cursor } } }", 10),
    ],
)
def test_each_object_that_an_answer_can_bring_costs_a_point(document: str, expected: int) -> None:
    assert points(document) == expected


def test_pages_and_lists_cost_what_the_variables_say() -> None:
    pushed = """mutation($input: ReservationsUpsertInput!) { reservationsUpsert(input: $input) {
      rows { reservation { id } userErrors { code } } } }"""
    (operation,) = parse(pushed).definitions
    rows: list[dict[str, Any]] = [{}] * 200

    assert points(LIST, n=7) == 2 + 7 * 3
    assert points(LIST, n=-7) == 2
    assert points(pushed, input={"reservations": rows}) == MUTATION + 2 + 200 * 3
    assert ("input", "reservations") in lists_of(operation, schema._schema)  # type: ignore[arg-type]  # its own


def test_lists_in_the_items_of_a_list_cost_what_is_beyond_the_usual() -> None:
    contact = {"name": "Aino"}
    usual: list[Any] = [{"contacts": [contact] * 4, "window": {"keys": ["1"] * 2}}] * 100

    assert items_beyond(usual) == 0
    assert items_beyond([*usual, {"contacts": [contact] * 70_000}]) == 70_000 + 600 - 1_010
    assert items_beyond(["1", None, [contact]]) == 0
    deep: Any = {}
    for _ in range(3_000):
        deep = {"a": deep}
    assert items_beyond([deep]) == 0


def test_what_is_dear_is_there() -> None:
    roots: Any = schema._schema
    assert DEAR.keys() <= roots.query_type.fields.keys()
    assert MOST_POINTS.keys() == set(Role)


def test_the_objects_of_an_answer_are_counted() -> None:
    assert objects_in({"a": [{"b": {}}, {"b": None}], "c": 1}) == 4
    assert objects_in(None) == 0


async def test_the_cost_is_told_to_those_who_ask_for_it(client: Client) -> None:
    async with client.working() as work:
        await make_entity(work)
    async with bounded(client) as here:
        first, second, other = [
            (await send(here, query=LIST, variables={"n": 4}, extensions=extensions)).json()
            for extensions in (TELL, TELL, {"cost": False})
        ]

    assert first["extensions"]["cost"] == {
        "requested": REQUEST + 2 + 4 * 3,
        "actual": REQUEST + 2 + 3,
        "left": 100_000 - REQUEST - 14,
    }
    assert second["extensions"]["cost"]["left"] == 100_000 - 2 * (REQUEST + 14)
    assert "extensions" not in other


async def test_what_did_not_come_is_given_back(client: Client) -> None:
    keys = "keys(first: 50) { edges { node { id } } }"
    dear = f"{{ entities(first: 100) {{ edges {{ node {{ id {keys} }} }} }} }}"
    async with bounded(client) as here:
        cost = (await send(here, query=dear, extensions=TELL)).json()["extensions"]["cost"]

    assert cost["requested"] > 10_000
    assert cost["left"] == 100_000 - cost["actual"]


async def test_a_field_that_fails_makes_nothing_cheaper(client: Client) -> None:
    """It takes the whole answer with it, which was looked up nevertheless."""
    failing = 'entities(after: "nowhere") { edges { cursor } }'
    keys = "keys(first: 20) { edges { node { id } } }"
    dear = f"{{ entities(first: 100) {{ edges {{ node {{ {keys} }} }} }} failing: {failing} }}"
    async with bounded(client) as here:
        answer = (await send(here, query=dear, extensions=TELL)).json()

    cost = answer["extensions"]["cost"]
    assert answer["errors"][0]["path"] == ["failing"]
    assert cost["actual"] == cost["requested"] > 2_000
    assert cost["left"] == 100_000 - cost["requested"]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.PARTNER, Role.ADMIN])
async def test_no_operation_costs_more_than_its_role_may_spend(client: Client, role: Role) -> None:
    dear = "missingAutomats { entities }"
    query = "{ " + " ".join(f"a{n}: {dear}" for n in range(30)) + " }"
    async with bounded(client) as here:
        answer = (await send(here, role, query=query)).json()

    over = MOST_POINTS[role] < 30 * DEAR["missingAutomats"]
    assert over is (role is not Role.ADMIN)
    assert ("errors" in answer) is over
    if over:
        (error,) = answer["errors"]
        assert "could cost" in error["message"]
        assert error["extensions"]["cost"]["most"] == MOST_POINTS[role]


async def test_whoever_has_spent_all_waits_whichever_process_it_comes_to(client: Client) -> None:
    size = Size(most=100_000, per_second=1, purse=5_000)
    spending = "{ " + " ".join(f"a{n}: missingAutomats {{ entities }}" for n in range(24)) + " }"
    async with bounded(client, size) as here, bounded(client, size) as there:
        await send(here, query=spending)
        await send(there, query=spending)
        refused = [await send(process, query=spending) for process in (here, there)]
        other = await send(here, Role.USER, query="{ __typename }")

    for answer in refused:
        (error,) = answer.json()["errors"]
        wait = error["extensions"]["retryAfterSeconds"]
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == str(wait)
        assert 35_000 < wait < 50_000
        assert error["extensions"]["code"] == "TOO_MANY_REQUESTS"
        assert error["extensions"]["cost"]["requested"] == 24 * 2_001 + REQUEST
    assert other.json() == {"data": {"__typename": "Query"}}


async def test_a_list_of_too_many_items_is_refused_before_anything_is_done(client: Client) -> None:
    query = "query($ids: [ID!]) { contractDefaults(keyIds: $ids) { value } }"
    async with bounded(client) as here:
        answer = await send(here, query=query, variables={"ids": ["1"] * (MOST_ITEMS + 1)})

    assert answer.status_code == 400
    assert "`ids` has 5001 items" in answer.json()["errors"][0]["message"]
