"""Pushing reservations over HTTP: what comes back, what is refused, and what is kept waiting."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from counting import statements_of
from documents import CANCEL, FIND_RESERVATION, UPSERT, days_from_now, stay
from factories import (
    MARKET_SQUARE,
    PASILA,
    STATION,
    make_automat,
    make_desk,
    make_entity,
    make_key,
)
from talking import Client

from models.accounts import Role
from models.automats import Automat
from models.entities import ReservableEntity
from models.keys import Key
from schema.scalars import to_id

TRAIL = "query($id: ID!) { events(subjectId: $id) { edges { node { kind } } } }"


class House:
    """An apartment with a key at a desk, an automat nearby and one further away."""

    def __init__(self, apartment: str, near: str, far: str, key: str) -> None:
        self.apartment, self.near, self.far, self.key = apartment, near, far, key


@pytest.fixture
async def house(client: Client) -> House:
    """Give the usual case."""
    async with client.working() as work:
        apartment = await make_entity(work, MARKET_SQUARE, external_id="A 15")
        far = await make_automat(work, "Pasila", PASILA)
        near = await make_automat(work, "Station", STATION)
        key = await make_key(work, apartment)
    return House(
        to_id(ReservableEntity, apartment.id),
        to_id(Automat, near.id),
        to_id(Automat, far.id),
        to_id(Key, key.id),
    )


async def pushed(client: Client, role: Role = Role.PARTNER, **changes: Any) -> dict[str, Any]:
    answer = await client.ask(UPSERT, role, input=stay(**changes))
    payload: dict[str, Any] = answer["reservationUpsert"]
    return payload


async def refusal(client: Client, **changes: Any) -> tuple[str, list[str] | None]:
    """Push what is refused, and give the code and the path of the one reason."""
    payload = await pushed(client, **changes)
    assert payload["reservation"] is None
    assert payload["outcome"] is None
    (error,) = payload["userErrors"]
    assert error["message"]
    return error["code"], error["path"]


async def test_a_push_is_answered_with_the_automat_the_reasons_the_locker_and_the_pin(
    client: Client, house: House
) -> None:
    payload = await pushed(client, entityId=house.apartment)

    reservation = payload["reservation"]
    assert payload["outcome"] == "CREATED"
    assert payload["userErrors"] == []
    assert (reservation["status"], reservation["unfulfilledReason"]) == ("CONFIRMED", None)
    selection = reservation["selection"]
    assert (selection["method"], selection["automat"]["id"]) == ("NEAREST", house.near)
    assert [one["automat"]["id"] for one in selection["candidates"]] == [house.near, house.far]
    assert [one["rank"] for one in selection["candidates"]] == [1, 2]
    assert selection["candidates"][0]["distanceMetres"] == pytest.approx(827.96, abs=0.01)
    assert (selection["examined"], selection["candidates"][0]["freeLockers"]) == (2, 30)
    contract = reservation["keyContract"]
    assert [key["id"] for key in contract["keys"]] == [house.key]
    assert contract["status"] == "UPCOMING"
    (held,) = contract["lockerContracts"]
    assert (held["kind"], held["automat"]["id"]) == ("DEFAULT", house.near)
    assert (held["startsAt"], held["endsAt"]) == (reservation["startsAt"], reservation["endsAt"])
    assert held["locker"]["index"] == 0
    assert len(held["pin"]) == 6
    assert held["pin"].isdecimal()
    assert held["syncedAt"] is None


async def test_all_that_happened_in_a_push_is_written_in_one_statement(
    client: Client, house: House
) -> None:
    with statements_of(client.database) as seen:
        payload = await pushed(client, entityId=house.apartment)

    assert payload["outcome"] == "CREATED"
    assert len([one for one in seen if one.startswith("INSERT INTO events")]) == 1
    (trail,) = (await client.ask(TRAIL, id=payload["reservation"]["id"])).values()
    assert [edge["node"]["kind"] for edge in trail["edges"]] == ["RESERVATION_CREATED"]


async def test_instants_come_out_in_utc_whatever_offset_they_came_in_with(
    client: Client, house: House
) -> None:
    payload = await pushed(
        client,
        entityId=house.apartment,
        startsAt="2031-06-01T15:00:00+03:00",
        endsAt="2031-06-05T09:30:00.5-02:00",
    )

    assert payload["reservation"]["startsAt"] == "2031-06-01T12:00:00Z"
    assert payload["reservation"]["endsAt"] == "2031-06-05T11:30:00.500000Z"
    selection = payload["reservation"]["selection"]
    assert selection["decidedAt"].endswith("Z")


async def test_the_same_push_again_is_unchanged_and_keeps_its_pin(
    client: Client, house: House
) -> None:
    push = stay(entityId=house.apartment)
    first = (await client.ask(UPSERT, input=push))["reservationUpsert"]
    by_number = {**push, "entityExternalId": "A 15"}
    del by_number["entityId"]

    again = (await client.ask(UPSERT, input=by_number))["reservationUpsert"]

    assert again["outcome"] == "UNCHANGED"
    assert again["reservation"] == first["reservation"]


async def test_a_changed_push_is_updated_and_keeps_the_pin(client: Client, house: House) -> None:
    push = stay(entityId=house.apartment)
    first = (await client.ask(UPSERT, input=push))["reservationUpsert"]["reservation"]

    later = await pushed(client, **{**push, "endsAt": days_from_now(5)})

    assert later["outcome"] == "UPDATED"
    assert later["reservation"]["id"] == first["id"]
    (before,) = first["keyContract"]["lockerContracts"]
    (after,) = later["reservation"]["keyContract"]["lockerContracts"]
    assert after["pin"] == before["pin"]
    assert after["endsAt"] == later["reservation"]["endsAt"]


async def test_a_permanent_reservation_has_no_end(client: Client, house: House) -> None:
    payload = await pushed(client, entityId=house.apartment, endsAt=None)

    reservation = payload["reservation"]
    assert reservation["endsAt"] is None
    assert reservation["keyContract"]["endsAt"] is None
    (fetch,) = reservation["keyContract"]["lockerContracts"]
    held = datetime.fromisoformat(fetch["endsAt"]) - datetime.fromisoformat(fetch["startsAt"])
    assert (fetch["kind"], held) == ("FETCH", timedelta(days=3))


async def test_local_times_are_those_of_the_zone_else_of_the_unit(
    client: Client, house: House
) -> None:
    local: dict[str, Any] = {"startsAt": ..., "endsAt": ..., "startsAtLocal": "2031-06-01T15:00"}
    helsinki = await pushed(client, entityId=house.apartment, **local, endsAtLocal="2031-06-02T11")
    tokyo = await pushed(
        client,
        entityId=house.apartment,
        **local | {"startsAtLocal": "2031-07-01T15:00", "timeZone": "Asia/Tokyo"},
        endsAtLocal="2031-07-02T11:00:00",
    )

    assert helsinki["reservation"]["startsAt"] == "2031-06-01T12:00:00Z"
    assert helsinki["reservation"]["endsAt"] == "2031-06-02T08:00:00Z"
    assert tokyo["reservation"]["startsAt"] == "2031-07-01T06:00:00Z"


async def test_a_start_of_a_few_minutes_ago_is_a_handover_at_a_desk(
    client: Client, house: House
) -> None:
    payload = await pushed(client, entityId=house.apartment, startsAt=days_from_now(-0.007))

    assert payload["userErrors"] == []
    assert payload["reservation"]["status"] == "ACTIVE"


async def test_a_key_that_somebody_else_was_promised_is_taken(client: Client, house: House) -> None:
    await pushed(client, entityId=house.apartment)

    code, _ = await refusal(client, entityId=house.apartment, startsAt=days_from_now(2))
    after = await pushed(
        client, entityId=house.apartment, startsAt=days_from_now(3), endsAt=days_from_now(4)
    )

    assert code == "KEY_TAKEN"
    assert after["reservation"]["startsAt"] >= days_from_now(2.9)


async def test_keys_from_automats_and_from_desks_do_not_go_together(client: Client) -> None:
    async with client.working() as work:
        apartment = await make_entity(work)
        inside = await make_key(work, apartment, automat=await make_automat(work))
        outside = await make_key(work, apartment, desk=await make_desk(work))
    wanted = [to_id(Key, inside.id), to_id(Key, outside.id)]

    code, _ = await refusal(client, entityId=to_id(ReservableEntity, apartment.id), keyIds=wanted)

    assert code == "MIXED_STORAGE"


async def test_a_reservation_is_found_by_its_id_and_by_the_partners_number(
    client: Client, house: House
) -> None:
    made = (await pushed(client, entityId=house.apartment))["reservation"]

    for names in ({"id": made["id"]}, {"externalId": made["externalId"]}):
        assert (await client.ask(FIND_RESERVATION, **names))["reservation"] == made
    elsewhere = {"externalId": made["externalId"], "source": "another"}
    assert (await client.ask(FIND_RESERVATION, **elsewhere))["reservation"] is None


@pytest.mark.parametrize("names", [{}, {"id": "reservation_1", "externalId": "stay"}])
async def test_a_reservation_is_named_in_exactly_one_way(
    client: Client, names: dict[str, Any]
) -> None:
    assert await client.error_code(FIND_RESERVATION, **names) == "INVALID_INPUT"


async def test_cancelling_frees_the_locker_and_shows_no_pin_any_more(
    client: Client, house: House
) -> None:
    made = (await pushed(client, entityId=house.apartment))["reservation"]

    first = (await client.ask(CANCEL, input={"id": made["id"]}))["reservationCancel"]
    again = await client.ask(CANCEL, input={"externalId": made["externalId"]})

    assert first["userErrors"] == []
    assert first["reservation"]["status"] == "CANCELLED"
    assert first["reservation"]["keyContract"]["status"] == "CANCELLED"
    (held,) = first["reservation"]["keyContract"]["lockerContracts"]
    assert (held["state"], held["pin"]) == ("CANCELLED", None)
    assert again["reservationCancel"]["reservation"] == first["reservation"]


async def test_a_push_after_a_cancel_revives_the_reservation(client: Client, house: House) -> None:
    push = stay(entityId=house.apartment)
    made = (await client.ask(UPSERT, input=push))["reservationUpsert"]["reservation"]
    await client.ask(CANCEL, input={"id": made["id"]})

    revived = (await client.ask(UPSERT, input=push))["reservationUpsert"]

    assert revived["outcome"] == "UPDATED"
    assert revived["reservation"]["id"] == made["id"]
    assert revived["reservation"]["status"] == "CONFIRMED"
    assert revived["reservation"]["keyContract"]["status"] == "UPCOMING"
