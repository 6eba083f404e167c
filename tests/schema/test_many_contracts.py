"""Many key contracts in one call, over HTTP: an outcome for each, in order."""

from typing import Any

import pytest
from counting import statements_of
from documents import days_from_now
from factories import make_automat, make_key
from talking import Client

from models.accounts import Role
from models.keys import Key
from schema.scalars import to_id

CREATE = """mutation($input: KeyContractsCreateInput!) { keyContractsCreate(input: $input) {
  rows { index outcome keyContract { id reference keys { code } } userErrors { code path } }
  userErrors { code path }
} }"""
COUNT = "{ keyContracts(first: 100) { edges { node { reference } } } }"
PEOPLE = [{"name": "Aino Virtanen"}]


async def keys_at_desks(client: Client, count: int) -> list[str]:
    async with client.working() as work:
        return [to_id(Key, (await make_key(work)).id) for _ in range(count)]


def row(key: str, **given: Any) -> dict[str, Any]:
    return {"contacts": PEOPLE, "keyIds": [key], **given}


async def create(client: Client, *rows: dict[str, Any], **given: Any) -> dict[str, Any]:
    asked = {"contracts": list(rows), **given}
    answer: dict[str, Any] = (await client.ask(CREATE, Role.PARTNER, input=asked))[
        "keyContractsCreate"
    ]
    return answer


async def references(client: Client) -> list[str]:
    edges = (await client.ask(COUNT))["keyContracts"]["edges"]
    return [edge["node"]["reference"] for edge in edges]


async def test_good_contracts_are_kept_and_each_refusal_is_said_in_its_place(
    client: Client,
) -> None:
    keys = await keys_at_desks(client, 3)
    async with client.working() as work:
        inside = to_id(Key, (await make_key(work, automat=await make_automat(work))).id)

    done = await create(
        client,
        row(keys[0], reference="A"),
        row(keys[0], reference="B"),
        row(keys[1], reference="A"),
        row(keys[1], reference="no blanks"),
        row(keys[1], endsAt=days_from_now(-1)),
        row(inside, pins=[{"keyId": inside, "pin": "111111"}]),
        row(inside, pins=[{"keyId": inside, "pin": "194628"}] * 2),
        row(inside, pins=[{"keyId": inside, "pin": "194628"}], reference="C"),
        row(keys[2], reference="D"),
    )

    said = [(one["outcome"], [e["code"] for e in one["userErrors"]]) for one in done["rows"]]
    assert said == [
        ("CREATED", []),
        ("REFUSED", ["KEY_TAKEN"]),
        ("REFUSED", ["EXTERNAL_ID_IN_USE"]),
        ("REFUSED", ["INVALID_INPUT"]),
        ("REFUSED", ["STARTS_AFTER_END"]),
        ("REFUSED", ["INVALID_INPUT"]),
        ("REFUSED", ["INVALID_INPUT"]),
        ("CREATED", []),
        ("CREATED", []),
    ]
    assert [one["index"] for one in done["rows"]] == list(range(9))
    assert done["rows"][1]["userErrors"][0]["path"] == ["input", "contracts", "1", "keyIds"]
    assert done["userErrors"] == []
    assert await references(client) == ["A", "C", "D"]


async def test_one_refusal_rejects_all_where_that_is_asked_for(client: Client) -> None:
    keys = await keys_at_desks(client, 2)
    rows = [row(keys[0]), row(keys[0]), row(keys[1])]

    done = await create(client, *rows, errorPolicy="REJECT_ALL")

    assert [one["outcome"] for one in done["rows"]] == ["NOT_DONE", "REFUSED", "NOT_DONE"]
    assert [one["keyContract"] for one in done["rows"]] == [None] * 3
    assert [error["code"] for error in done["userErrors"]] == ["KEY_TAKEN"]
    assert await references(client) == []


async def test_a_dry_run_tells_what_would_be_and_does_nothing(client: Client) -> None:
    (key,) = await keys_at_desks(client, 1)

    rehearsed = await create(client, row(key), row(key), dryRun=True)
    done = await create(client, row(key))

    assert [one["outcome"] for one in rehearsed["rows"]] == ["CREATED", "REFUSED"]
    assert [one["keyContract"] for one in rehearsed["rows"]] == [None, None]
    assert [one["outcome"] for one in done["rows"]] == ["CREATED"]


async def test_the_same_call_again_gives_the_same_answer(client: Client) -> None:
    keys = await keys_at_desks(client, 2)
    rows = [row(keys[0]), row(keys[0]), row(keys[1])]

    first = await create(client, *rows, idempotencyKey="1")
    again = await create(client, *rows, idempotencyKey="1")

    assert first == again
    assert len(await references(client)) == 2


@pytest.mark.parametrize("count", [0, 201])
async def test_a_call_takes_one_to_two_hundred_contracts(client: Client, count: int) -> None:
    (key,) = await keys_at_desks(client, 1)

    done = await create(client, *[row(key)] * count)

    assert (done["rows"], done["userErrors"][0]["code"]) == ([], "INVALID_INPUT")
    assert done["userErrors"][0]["path"] == ["input", "contracts"]


async def test_each_contract_costs_as_much_as_the_one_before(client: Client) -> None:
    keys = await keys_at_desks(client, 9)
    costs = []
    for part in (keys[:3], keys[3:]):
        with statements_of(client.database) as seen:
            await create(client, *map(row, part))
        costs.append(len(seen))

    assert costs[1] <= 2 * costs[0]
