"""The same idempotency key and the same input give the same answer again, for seven days."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from documents import CANCEL, UPSERT, days_from_now, stay
from factories import make_automat, make_entity, make_key
from signing import online_station
from sqlalchemy import update
from talking import Client

from models.accounts import Role
from models.entities import ReservableEntity
from models.idempotency import IdempotentAnswer
from resolvers import accounts
from schema.scalars import to_id

HEARTBEAT = """mutation { signatureStationHeartbeat(input: {idempotencyKey: "1"}) {
  signatureStation { name } userErrors { code }
} }"""


async def furnished(client: Client) -> str:
    async with client.working() as work:
        home = await make_entity(work)
        await make_automat(work)
        await make_key(work, home)
    return to_id(ReservableEntity, home.id)


async def test_the_same_again_is_answered_as_before(client: Client) -> None:
    push = stay(entityId=await furnished(client), idempotencyKey=" once ")

    first = (await client.ask(UPSERT, input=push))["reservationUpsert"]
    other_order = dict(reversed(push.items())) | {"idempotencyKey": " once "}
    again = (await client.ask(UPSERT, input=other_order))["reservationUpsert"]
    without = {name: value for name, value in push.items() if name != "idempotencyKey"}
    plain = (await client.ask(UPSERT, input=without))["reservationUpsert"]

    assert first["outcome"] == "CREATED"
    assert again == first
    assert plain["outcome"] == "UNCHANGED"


async def test_a_key_with_another_input_is_a_conflict(client: Client) -> None:
    push = stay(entityId=await furnished(client), idempotencyKey="once")
    await client.ask(UPSERT, input=push)

    later = {**push, "endsAt": days_from_now(9)}
    payload = (await client.ask(UPSERT, input=later))["reservationUpsert"]

    assert payload["reservation"] is None
    (error,) = payload["userErrors"]
    assert (error["code"], error["path"]) == ("IDEMPOTENCY_CONFLICT", ["input", "idempotencyKey"])


async def test_a_push_that_was_refused_leaves_its_key_unused(client: Client) -> None:
    home = await furnished(client)
    push = stay(entityId=home, idempotencyKey="once")
    wrong = {**push, "contacts": []}

    refused = (await client.ask(UPSERT, input=wrong))["reservationUpsert"]
    accepted = (await client.ask(UPSERT, input=push))["reservationUpsert"]

    assert [error["code"] for error in refused["userErrors"]] == ["INVALID_INPUT"]
    assert accepted["outcome"] == "CREATED"


async def test_after_a_cancel_the_same_key_does_not_revive(client: Client) -> None:
    push = stay(entityId=await furnished(client), idempotencyKey="once")
    made = (await client.ask(UPSERT, input=push))["reservationUpsert"]["reservation"]
    await client.ask(CANCEL, input={"id": made["id"]})

    again = (await client.ask(UPSERT, input=push))["reservationUpsert"]

    assert (again["outcome"], again["reservation"]["status"]) == ("CREATED", "CANCELLED")


async def test_after_seven_days_a_key_can_be_used_anew(client: Client) -> None:
    push = stay(entityId=await furnished(client), idempotencyKey="once")
    await client.ask(UPSERT, input=push)
    async with client.working() as work:
        long_ago = work.now - timedelta(days=7, seconds=1)
        await work.session.execute(
            update(IdempotentAnswer)
            .where(IdempotentAnswer.organization_id == client.organization_id)
            .values(answered_at=long_ago)
        )

    later = {**push, "endsAt": days_from_now(9)}
    payload = (await client.ask(UPSERT, input=later))["reservationUpsert"]

    assert payload["outcome"] == "UPDATED"


async def test_the_same_push_five_times_at_once_is_made_once_and_answered_five_times(
    client: Client,
) -> None:
    async with client.working() as work:
        home = await make_entity(work)
        await make_automat(work)
        await make_key(work, home)
    push = stay(entityId=to_id(ReservableEntity, home.id), idempotencyKey="k")

    answers = await asyncio.gather(*(client.ask(UPSERT, input=push) for _ in range(5)))

    assert answers[0]["reservationUpsert"]["outcome"] == "CREATED"
    assert answers[1:] == answers[:1] * 4


FURNISHING = {
    "entityCreate": ('kind: CAR, name: "Car", address: {text: "Nowhere 1"}', "entity"),
    "automatInstall": (
        'deviceId: "7", name: "Kallio", model: LIVIONKEY_1, address: {text: "Nowhere 1"}',
        "automat",
    ),
    "manualStorageCreate": ('name: "Desk"', "manualStorage"),
    "deviceGroupCreate": ('name: "Town", automatIds: []', "deviceGroup"),
    "organizationUnitCreate": ('name: "North", settings: {timeZone: null}', "organizationUnit"),
}


@pytest.mark.parametrize("name", FURNISHING)
async def test_what_is_made_twice_with_one_key_is_made_once(client: Client, name: str) -> None:
    written, thing = FURNISHING[name]
    warned = "warnings { code message path }" if "address" in written else ""
    document = f"""mutation {{
      {name}(input: {{{written}, idempotencyKey: "k"}}) {{
        {thing} {{ id name }} {warned} userErrors {{ code }}
      }}
    }}"""

    first = await client.ask(document)
    again = await client.ask(document)

    assert first[name][thing]["id"]
    assert again == first
    if warned:
        assert [warning["code"] for warning in first[name]["warnings"]] == ["ADDRESS_NOT_FOUND"]


async def partner(client: Client, source: str) -> Client:
    """Give the same organization to a partner with numbers of its own."""
    async with client.working() as work:
        _, token = await accounts.create_token(work, role=Role.PARTNER, source=source)
    return replace(client, tokens={Role.PARTNER: token})


async def test_partners_who_count_their_calls_do_not_meet(client: Client) -> None:
    push = stay(entityId=await furnished(client), externalId="4711", idempotencyKey="1")
    pushes = [push, {**push, "startsAt": days_from_now(7), "endsAt": days_from_now(9)}]
    partners = [await partner(client, source) for source in ("pms", "rentals")]
    both = list(zip(partners, pushes, strict=True))

    first = [await one.ask(UPSERT, Role.PARTNER, input=said) for one, said in both]
    again = [await one.ask(UPSERT, Role.PARTNER, input=said) for one, said in both]

    answers = [answer["reservationUpsert"] for answer in first]
    assert [one["outcome"] for one in answers] == ["CREATED", "CREATED"]
    assert [one["reservation"]["source"] for one in answers] == ["pms", "rentals"]
    assert again == first


async def display(client: Client, name: str) -> Client:
    """Give the same organization to the display of a signature station."""
    async with client.working() as work:
        token, text = await accounts.create_token(work, role=Role.STATION)
        await online_station(work, token.id, name=name)
    return replace(client, tokens={Role.STATION: text})


async def test_displays_that_count_their_heartbeats_do_not_meet(client: Client) -> None:
    names = ["Front desk", "Kiosk"]
    displays = [await display(client, name) for name in names]

    answers = [await one.ask(HEARTBEAT, Role.STATION) for one in displays]

    heard = [answer["signatureStationHeartbeat"]["signatureStation"] for answer in answers]
    assert [one["name"] for one in heard] == names


async def test_one_key_for_two_mutations_is_a_conflict(client: Client) -> None:
    document = """mutation {
      manualStorageCreate(input: {name: "Town", idempotencyKey: "k"}) { userErrors { code } }
      organizationUnitCreate(input: {name: "Town", idempotencyKey: "k"}) { userErrors { code } }
    }"""

    answer = await client.ask(document)

    assert answer["manualStorageCreate"]["userErrors"] == []
    errors = answer["organizationUnitCreate"]["userErrors"]
    assert errors == [{"code": "IDEMPOTENCY_CONFLICT"}]
