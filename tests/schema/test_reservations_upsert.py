"""Pushing many reservations in one call: an outcome for each, and all or those that are good."""

import json
from typing import Any

import pytest
from counting import statements_of
from documents import MANY, days_from_now, stay
from factories import MARKET_SQUARE, make_automat, make_entity, make_key, push
from outcomes import everything
from talking import Client

from models.accounts import Role
from models.automats import Automat
from models.entities import ReservableEntity
from models.reservations import Reservation
from schema.limits import MAX_BODY_BYTES, MAX_ROWS
from schema.row_limits import LARGEST
from schema.scalars import to_id


async def make_homes(client: Client, count: int) -> list[str]:
    """Make apartments with a key each and an automat near them; gives the ids of the apartments."""
    async with client.working() as work:
        await make_automat(work)
        homes = [await make_entity(work, MARKET_SQUARE) for _ in range(count)]
        for home in homes:
            await make_key(work, home)
    return [to_id(ReservableEntity, home.id) for home in homes]


async def pushed(
    client: Client, *rows: dict[str, Any], role: Role = Role.PARTNER, **given: Any
) -> dict[str, Any]:
    """Push rows in one call, and give the answer."""
    answer = await client.ask(MANY, role, input={"reservations": list(rows), **given})
    payload: dict[str, Any] = answer["reservationsUpsert"]
    return payload


def outcomes(payload: dict[str, Any]) -> list[str]:
    """Name what became of each row."""
    return [row["outcome"] for row in payload["rows"]]


def counts(payload: dict[str, Any]) -> dict[str, int]:
    """Give the counts that are not 0."""
    names = ("created", "updated", "unchanged", "refused", "notDone")
    return {name: payload[name] for name in names if payload[name]}


async def all_rows(client: Client) -> dict[str, list[tuple[Any, ...]]]:
    """Read all that an organization has."""
    async with client.working() as work:
        return await everything(work)


async def a_mixed_call(client: Client) -> list[dict[str, Any]]:
    """Prepare rows of every kind: new, refused, changed, the same again."""
    first, second, third = await make_homes(client, 3)
    known = stay(entityId=first, externalId="known")
    same = stay(entityId=second, externalId="same")
    await pushed(client, known, same)
    return [
        stay(entityId=third, externalId="new"),
        stay(entityId=first, externalId="taken", startsAt=days_from_now(2)),
        {**known, "endsAt": days_from_now(4)},
        same,
    ]


async def test_every_row_has_its_outcome_in_the_order_of_the_input(client: Client) -> None:
    rows = await a_mixed_call(client)

    payload = await pushed(client, *rows)

    assert outcomes(payload) == ["CREATED", "REFUSED", "UPDATED", "UNCHANGED"]
    assert counts(payload) == {"created": 1, "refused": 1, "updated": 1, "unchanged": 1}
    assert [row["index"] for row in payload["rows"]] == [0, 1, 2, 3]
    assert [row["externalId"] for row in payload["rows"]] == ["new", "taken", "known", "same"]
    assert [row["changed"] for row in payload["rows"]] == [[], [], ["ENDS_AT"], []]
    assert payload["userErrors"] == []
    (error,) = payload["rows"][1]["userErrors"]
    assert (error["code"], error["path"]) == ("KEY_TAKEN", ["input", "reservations", "1"])
    assert error["freeFrom"] is not None
    shown = [row["reservation"] and row["reservation"]["status"] for row in payload["rows"]]
    assert shown == ["CONFIRMED", None, "CONFIRMED", "CONFIRMED"]
    (held,) = payload["rows"][0]["reservation"]["keyContract"]["lockerContracts"]
    assert held["pin"]
    assert held["automat"]["id"] == payload["rows"][0]["automat"]["id"]
    assert payload["rows"][0]["selectionMethod"] == "NEAREST"
    assert payload["rows"][3]["automat"] is None


async def test_good_rows_are_kept_unless_somebody_says_otherwise(client: Client) -> None:
    rows = await a_mixed_call(client)

    silent = await pushed(client, *rows, errorPolicy=None, dryRun=None)

    assert outcomes(silent) == ["CREATED", "REFUSED", "UPDATED", "UNCHANGED"]


async def test_one_refused_row_rejects_all_where_that_is_asked_for(client: Client) -> None:
    rows = await a_mixed_call(client)
    before = await all_rows(client)

    payload = await pushed(client, *rows, errorPolicy="REJECT_ALL")

    assert outcomes(payload) == ["NOT_DONE", "REFUSED", "NOT_DONE", "NOT_DONE"]
    assert counts(payload) == {"refused": 1, "notDone": 3}
    assert payload["userErrors"] == payload["rows"][1]["userErrors"] != []
    assert {row["reservation"] for row in payload["rows"]} == {None}
    assert [row["changed"] for row in payload["rows"]] == [[]] * 4
    assert await all_rows(client) == before
    good = [row for row in rows if row["externalId"] != "taken"]
    done = await pushed(client, *good, errorPolicy="REJECT_ALL")
    assert outcomes(done) == ["CREATED", "UPDATED", "UNCHANGED"]
    assert done["userErrors"] == []


@pytest.mark.parametrize("policy", ["REJECT_ALL", "KEEP_GOOD"])
async def test_a_dry_run_tells_what_would_be_and_does_nothing(client: Client, policy: str) -> None:
    rows = await a_mixed_call(client)
    before = await all_rows(client)

    tried = await pushed(client, *rows, dryRun=True, errorPolicy=policy)

    assert await all_rows(client) == before
    assert {row["reservation"] for row in tried["rows"]} == {None}
    done = await pushed(client, *rows, errorPolicy=policy)
    assert outcomes(tried) == outcomes(done)
    for one in (*tried["rows"], *done["rows"]):
        del one["reservation"]
    assert tried == done
    assert (tried["rows"][0]["automat"] is not None) == (policy == "KEEP_GOOD")


async def test_a_dry_run_says_what_would_be_missing(client: Client) -> None:
    async with client.working() as work:
        home = await make_entity(work)
    row = stay(entityId=to_id(ReservableEntity, home.id))

    payload = await pushed(client, row, dryRun=True)

    (tried,) = payload["rows"]
    assert (tried["outcome"], tried["automat"]) == ("CREATED", None)
    assert tried["unfulfilledReason"] == "NO_KEY_FOR_ENTITY"
    assert "No key" in tried["unfulfilledMessage"]


async def test_what_waits_is_no_refusal(client: Client) -> None:
    async with client.working() as work:
        home = await make_entity(work)
    row = stay(entityId=to_id(ReservableEntity, home.id))

    payload = await pushed(client, row, errorPolicy="REJECT_ALL")

    assert counts(payload) == {"created": 1}
    assert payload["rows"][0]["reservation"]["status"] == "UNFULFILLED"
    assert payload["rows"][0]["unfulfilledReason"] == "NO_KEY_FOR_ENTITY"


async def test_two_rows_of_one_reservation_are_done_one_after_the_other(client: Client) -> None:
    (home,) = await make_homes(client, 1)
    first = stay(entityId=home)
    longer = {**first, "endsAt": days_from_now(5)}

    payload = await pushed(client, first, longer, longer)

    assert outcomes(payload) == ["CREATED", "UPDATED", "UNCHANGED"]
    shown = [row["reservation"] for row in payload["rows"]]
    assert shown[0] == shown[1] == shown[2]
    assert shown[0]["endsAt"] == longer["endsAt"]


async def test_a_call_that_comes_again_with_its_key_gets_the_same_answer(client: Client) -> None:
    rows = await a_mixed_call(client)

    first = await pushed(client, *rows, idempotencyKey="night-1")
    again = await pushed(client, *rows, idempotencyKey="night-1")
    other = await pushed(client, *rows[1:], idempotencyKey="night-1")

    assert again == first
    assert outcomes(again) == ["CREATED", "REFUSED", "UPDATED", "UNCHANGED"]
    assert [error["code"] for error in other["userErrors"]] == ["IDEMPOTENCY_CONFLICT"]
    assert (other["rows"], counts(other)) == ([], {})


async def test_a_dry_run_leaves_its_key_to_the_real_call(client: Client) -> None:
    (home,) = await make_homes(client, 1)
    row = stay(entityId=home)

    tried = await pushed(client, row, dryRun=True, idempotencyKey="night-2")
    done = await pushed(client, row, idempotencyKey="night-2")

    assert outcomes(tried) == outcomes(done) == ["CREATED"]
    assert done["rows"][0]["reservation"] is not None


async def test_a_row_has_no_key_of_its_own(client: Client) -> None:
    first, second = await make_homes(client, 2)
    rows = [stay(entityId=first, idempotencyKey="mine"), stay(entityId=second)]

    payload = await pushed(client, *rows)

    assert outcomes(payload) == ["REFUSED", "CREATED"]
    (error,) = payload["rows"][0]["userErrors"]
    assert error["code"] == "INVALID_INPUT"
    assert error["path"] == ["input", "reservations", "0", "idempotencyKey"]


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


async def test_a_value_that_does_not_fit_says_in_which_row(client: Client) -> None:
    rows = [stay(entityId="entity_1"), stay(entityId="entity_1", startsAt="yesterday")]

    answer = await client.post(MANY, Role.PARTNER, input={"reservations": rows})

    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "INVALID_INPUT"
    assert "'$input' at .reservations[1].startsAt" in error["message"]


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


async def test_those_who_may_not_push_are_told_once(client: Client) -> None:
    payload = await pushed(client, stay(entityId="entity_1"), role=Role.VIEWER)

    assert [error["code"] for error in payload["userErrors"]] == ["NOT_ALLOWED"]
    assert payload["rows"] == []


async def test_rows_of_others_are_not_seen(client: Client, stranger: Client) -> None:
    (theirs,) = await make_homes(stranger, 1)
    async with stranger.working() as work:
        (automat,) = await work.all(work.own(Automat))
        home = await make_entity(work, external_id="theirs")
        await push(work, home, external_id="stay")
    (ours,) = await make_homes(client, 1)

    payload = await pushed(
        client,
        stay(entityId=theirs),
        stay(entityId=ours, automatId=to_id(Automat, automat.id)),
        stay(entityId=..., entityExternalId="theirs"),
        stay(entityId=ours, externalId="stay"),
    )

    paths = [row["userErrors"] and row["userErrors"][0]["path"][-1] for row in payload["rows"]]
    assert paths == ["entityId", "automatId", "entityExternalId", []]
    async with stranger.working() as work:
        assert len(await work.all(work.own(Reservation))) == 1
