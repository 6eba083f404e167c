"""How many reservations one call may push, and how much its answer may bring."""

import json

import pytest
from counting import statements_of
from documents import MANY, days_from_now, stay
from many_rows import all_rows, counts, make_homes, pushed
from talking import Client

from schema.guards.limits import MAX_BODY_BYTES, MAX_ROWS
from schema.guards.row_limits import LARGEST


@pytest.mark.parametrize("count", [0, LARGEST + 1])
async def test_a_call_has_one_to_a_thousand_rows(client: Client, count: int) -> None:
    rows = [{"externalId": str(number), "contacts": []} for number in range(count)]

    payload = await pushed(client, *rows)

    (error,) = payload["userErrors"]
    assert (error["code"], error["path"]) == ("INVALID_INPUT", ["input", "reservations"])
    assert str(count) in error["message"]
    assert payload["rows"] == []


async def test_a_thousand_rows_are_one_call(client: Client) -> None:
    (home,) = await make_homes(client, 1)
    usual = stay(entityId=home, contacts=[{"name": "Aino Virtanen", "email": "a" * 200 + "@b"}])
    rows = [
        {
            **usual,
            "externalId": f"booking-{number:04}",
            "startsAt": days_from_now(number + 1),
            "endsAt": days_from_now(number + 2),
        }
        for number in range(LARGEST)
    ]
    body = len(json.dumps({"query": MANY, "variables": {"input": {"reservations": rows}}}))
    assert 300_000 < body < MAX_BODY_BYTES

    payload = await pushed(client, *rows)

    assert counts(payload) == {"created": LARGEST}
    assert [row["externalId"] for row in payload["rows"]] == [row["externalId"] for row in rows]
    assert {row["reservation"]["status"] for row in payload["rows"]} == {"CONFIRMED"}
    again = await pushed(client, *rows)
    assert counts(again) == {"unchanged": LARGEST}


@pytest.mark.parametrize(
    "way",
    [
        "($input: ReservationsUpsertInput!) { reservationsUpsert(input: $input)",
        "($rows: [ReservationUpsertInput!]!) { reservationsUpsert(input: {reservations: $rows})",
    ],
)
async def test_what_is_asked_about_the_rows_counts_before_anything_is_done(
    client: Client, way: str
) -> None:
    (home,) = await make_homes(client, 1)
    nested = f"mutation{way} {{ rows {{ reservation {{ entity {{ keys(first: 100) {{ edges {{ node "
    document = nested + "{ id } } } } } } } }"
    rows = [stay(entityId=home, externalId=f"{number}") for number in range(MAX_ROWS // 100)]
    before = await all_rows(client)

    code = await client.error_code(document, input={"reservations": rows}, rows=rows)

    assert code == "INVALID_INPUT"
    assert await all_rows(client) == before
    few = rows[:50]
    answer = await client.ask(document, input={"reservations": few}, rows=few)
    assert len(answer["reservationsUpsert"]["rows"]) == len(few)


async def test_rows_that_stand_in_the_document_are_counted_there(client: Client) -> None:
    (home,) = await make_homes(client, 1)
    row = f'{{externalId: "1", entityId: "{home}", contacts: [{{name: "A"}}], startsAt: '
    row += f'"{days_from_now(1)}"}}'
    rest = "{ rows { reservation { selection { candidates { rank } } } } }"
    document = f"mutation {{ reservationsUpsert(input: {{reservations: [{row}]}}) {rest} }}"

    answer = await client.ask(document)

    assert len(answer["reservationsUpsert"]["rows"]) == 1


async def test_candidates_of_a_thousand_rows_are_too_much(client: Client) -> None:
    document = """mutation($input: ReservationsUpsertInput!) { reservationsUpsert(input: $input) {
      rows { reservation { selection { candidates { rank } } } } } }"""
    rows = [stay(entityId="entity_1", externalId=f"{number}") for number in range(LARGEST)]

    answer = await client.post(document, input={"reservations": rows})

    (error,) = answer.json()["errors"]
    assert f"could bring 51000 rows; {MAX_ROWS} are allowed" in error["message"]


async def test_the_statements_of_an_answer_do_not_grow_with_the_rows(client: Client) -> None:
    homes = await make_homes(client, 12)
    rows = [stay(entityId=home) for home in homes]
    await pushed(client, *rows)
    seen = []
    for count in (2, 12):
        with statements_of(client.database) as statements:
            await pushed(client, *rows[:count])
        seen.append(len(statements))

    assert seen[1] <= seen[0]
