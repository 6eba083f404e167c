"""What is kept although something is missing, why, and how it is fulfilled later."""

import asyncio
from typing import Any

import pytest
from documents import CANCEL, UPSERT, stay
from factories import (
    MARKET_SQUARE,
    make_automat,
    make_desk,
    make_entity,
    make_group,
    make_key,
    make_unit,
    push,
)
from talking import Client

from models.automats import Automat, AutomatModel, DeviceGroup
from models.entities import ReservableEntity
from models.keys import Key
from schema.scalars import to_id
from schema.serving import assembled
from schema.settings import Settings

TRAIL = "query($id: ID) { events(subjectId: $id) { edges { node { kind facts } } } }"
REGISTER = """mutation($input: KeyRegisterInput!) {
  keyRegister(input: $input) { userErrors { code } }
}"""


async def waiting(client: Client, **changes: Any) -> dict[str, Any]:
    """Push what is kept waiting; gives the reservation."""
    payload = (await client.ask(UPSERT, input=stay(**changes)))["reservationUpsert"]
    assert (payload["outcome"], payload["userErrors"]) == ("CREATED", [])
    reservation: dict[str, Any] = payload["reservation"]
    assert reservation["status"] == "UNFULFILLED"
    assert reservation["unfulfilledMessage"]
    assert reservation["keyContract"] is None
    assert reservation["selection"]["automat"] is None
    return reservation


async def kinds(client: Client, id: str) -> list[str]:
    trail = await client.ask(TRAIL, id=id)
    return [edge["node"]["kind"] for edge in trail["events"]["edges"]]


async def test_without_a_key_a_reservation_waits_until_one_is_registered(client: Client) -> None:
    async with client.working() as work:
        home = await make_entity(work)
        await make_automat(work)
        desk = await make_desk(work)
    id = to_id(ReservableEntity, home.id)
    reservation = await waiting(client, entityId=id)

    from_desk = {"manualStorageId": f"desk_{desk.id.hex}"}
    await client.ask(
        REGISTER, input={"kind": "MECHANICAL", "entityIds": [id], "storage": from_desk}
    )

    assert reservation["unfulfilledReason"] == "NO_KEY_FOR_ENTITY"
    after = await client.ask(
        "query($id: ID!) { node(id: $id) { ... on Reservation {"
        " status unfulfilledReason selection { method } } } }",
        id=reservation["id"],
    )
    assert after["node"] == {
        "status": "CONFIRMED",
        "unfulfilledReason": None,
        "selection": {"method": "NEAREST"},
    }
    trail = await kinds(client, reservation["id"])
    assert trail[:2] == ["RESERVATION_CREATED", "RESERVATION_UNFULFILLED"]


async def test_without_an_automat_a_reservation_waits(client: Client) -> None:
    async with client.working() as work:
        home = await make_entity(work)
        await make_key(work, home)

    found = await waiting(client, entityId=to_id(ReservableEntity, home.id))

    assert found["unfulfilledReason"] == "NO_SUITABLE_AUTOMAT"


async def test_a_full_automat_makes_a_reservation_wait_for_a_cancellation(client: Client) -> None:
    async with client.working() as work:
        first, second = [await make_entity(work) for _ in range(2)]
        await make_automat(work, model=AutomatModel.LIVIONKEY_1)
        await make_key(work, first)
        await make_key(work, second)
        await push(work, first, external_id="holds the locker")
    given = stay(entityId=to_id(ReservableEntity, second.id))
    payload = (await client.ask(UPSERT, input=given))["reservationUpsert"]
    selection = payload["reservation"]["selection"]

    assert payload["reservation"]["unfulfilledReason"] in {"NO_FREE_LOCKER", "NO_SUITABLE_AUTOMAT"}
    codes = [one["code"] for one in selection["candidates"][0]["rejections"]]
    assert codes == ["FULL_IN_WINDOW"]
    assert payload["reservation"]["unfulfilledReason"] == "NO_FREE_LOCKER"
    await client.ask(CANCEL, input={"externalId": "holds the locker"})
    again = (await client.ask(UPSERT, input=given))["reservationUpsert"]
    assert (again["outcome"], again["reservation"]["status"]) == ("UNCHANGED", "CONFIRMED")


async def test_a_named_automat_that_cannot_serve_is_not_replaced_by_another(
    client: Client,
) -> None:
    async with client.working() as work:
        home = await make_entity(work)
        await make_automat(work)
        lies_in = await make_automat(work, position=MARKET_SQUARE)
        named = await make_automat(work, "Named")
        await make_key(work, home, automat=lies_in)
    wanted = {"automatId": to_id(Automat, named.id)}

    found = await waiting(client, entityId=to_id(ReservableEntity, home.id), **wanted)

    assert found["unfulfilledReason"] == "NO_SUITABLE_AUTOMAT"
    (candidate,) = [one for one in found["selection"]["candidates"] if one["rejections"]]
    assert [reason["code"] for reason in candidate["rejections"]] == ["KEY_ELSEWHERE"]
    assert found["selection"]["method"] == "NAMED_AUTOMAT"


async def test_a_group_that_does_not_hold_the_keys_automat_cannot_serve(client: Client) -> None:
    async with client.working() as work:
        home = await make_entity(work)
        await make_key(work, home, automat=await make_automat(work))
        group = await make_group(work, await make_automat(work))
    wanted = {"deviceGroupId": to_id(DeviceGroup, group.id)}

    found = await waiting(client, entityId=to_id(ReservableEntity, home.id), **wanted)

    (candidate, *_) = found["selection"]["candidates"]
    assert [reason["code"] for reason in candidate["rejections"]] == ["NOT_IN_GROUP"]


async def test_an_address_that_is_not_found_makes_a_reservation_wait(client: Client) -> None:
    made = await client.ask(
        """mutation { entityCreate(input: {kind: CAR, name: "Car", address: {text: "Nowhere 1"}}) {
          entity { id } } }"""
    )
    id = made["entityCreate"]["entity"]["id"]
    async with client.working() as work:
        await make_automat(work)
    key = {"kind": "MECHANICAL", "entityIds": [id]}
    async with client.working() as work:
        desk = await make_desk(work)
    storage = {"manualStorageId": f"desk_{desk.id.hex}"}
    await client.ask(REGISTER, input={**key, "storage": storage})

    found = await waiting(client, entityId=id)

    assert found["unfulfilledReason"] == "ADDRESS_NOT_FOUND"
    assert any("Nowhere 1" in note or "address" in note for note in found["selection"]["notes"])


async def test_a_unit_that_hands_keys_over_at_desks_needs_no_automat(client: Client) -> None:
    async with client.working() as work:
        unit = await make_unit(work, uses_automats=False)
        home = await make_entity(work, unit_id=unit.id)
        key = await make_key(work, home)
        await make_automat(work)

    given = stay(entityId=to_id(ReservableEntity, home.id))
    found = (await client.ask(UPSERT, input=given))["reservationUpsert"]["reservation"]

    assert (found["status"], found["selection"]["automat"]) == ("CONFIRMED", None)
    assert found["keyContract"]["lockerContracts"] == []
    assert found["keyContract"]["keys"] == [{"id": to_id(Key, key.id)}]


@pytest.mark.parametrize("beside", ["a key", "an automat"])
async def test_a_server_fulfils_what_another_process_made_possible(
    client: Client, beside: str
) -> None:
    async with client.working() as work:
        home = await make_entity(work)
        if beside == "a key":
            await make_automat(work)
        else:
            await make_key(work, home)
    reservation = await waiting(client, entityId=to_id(ReservableEntity, home.id))
    url = client.database.url.render_as_string(hide_password=False).replace("+aiosqlite", "")
    other = type(client.database)(url.replace("+psycopg", ""))
    app = assembled(other, Settings(database_url=url))

    async with app.router.lifespan_context(app):
        async with client.working() as work:
            await (make_key(work, home) if beside == "a key" else make_automat(work))
        for _ in range(300):  # half a minute, on a busy machine
            asked = "query($id: ID!) { node(id: $id) { ... on Reservation { status } } }"
            found = (await client.ask(asked, id=reservation["id"]))["node"]["status"]
            if found == "CONFIRMED":
                break
            await asyncio.sleep(0.1)

    assert found == "CONFIRMED"
