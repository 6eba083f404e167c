"""People are told of pushes that name a device group which is not there (R16), once for each."""

from typing import Any

import pytest
from documents import MANY, UPSERT, stay
from factories import make_entity, make_group
from outcomes import everything
from talking import Client

from models.accounts import Role
from models.automats import DeviceGroup
from models.base import new_id
from models.entities import ReservableEntity
from models.events import Event, EventKind
from schema.scalars import to_id

UNKNOWN = f"group_{new_id().hex}"
GROUP = ["input", "deviceGroupId"]


async def make_home(client: Client) -> str:
    async with client.working() as work:
        home = await make_entity(work)
    return to_id(ReservableEntity, home.id)


async def told(client: Client) -> list[Event]:
    """List what the organization's people were told of groups."""
    async with client.working() as work:
        ours = work.own(Event).where(Event.kind == EventKind.DEVICE_GROUP_NOT_FOUND)
        return list(await work.all(ours.order_by(Event.id)))


async def all_but_events(client: Client) -> dict[str, list[tuple[Any, ...]]]:
    async with client.working() as work:
        return {name: rows for name, rows in (await everything(work)).items() if name != "events"}


@pytest.mark.parametrize(
    "group", [UNKNOWN, "group_1", "the old group"], ids=["unknown", "no id", "words"]
)
async def test_a_refused_push_is_told_and_leaves_nothing_else(client: Client, group: str) -> None:
    home = await make_home(client)
    row = stay(entityId=home, externalId="booking-4711", deviceGroupId=group)
    before = await all_but_events(client)

    answer = await client.ask(UPSERT, Role.PARTNER, input=row)

    (error,) = answer["reservationUpsert"]["userErrors"]
    assert (error["code"], error["path"]) == ("NOT_FOUND", GROUP)
    (event,) = await told(client)
    assert event.subject_type == "OrganizationUnit"
    assert event.subject_id == client.organization_id
    assert event.facts["external_id"] == "booking-4711"
    assert "'booking-4711' of default" in str(event.notice)
    assert event.token_id is not None
    assert "Aino" not in f"{event.facts}{event.notice}"
    assert await all_but_events(client) == before


async def test_each_push_is_told_once(client: Client) -> None:
    home = await make_home(client)
    row = stay(entityId=home, deviceGroupId=UNKNOWN)

    for _ in range(2):
        await client.ask(UPSERT, input=row)

    assert len(await told(client)) == 2


async def test_a_group_of_somebody_else_is_not_there(client: Client, stranger: Client) -> None:
    async with stranger.working() as work:
        group = await make_group(work)
    row = stay(entityId=await make_home(client), deviceGroupId=to_id(DeviceGroup, group.id))

    await client.ask(UPSERT, input=row)

    assert len(await told(client)) == 1
    assert await told(stranger) == []


@pytest.mark.parametrize("policy", ["KEEP_GOOD", "REJECT_ALL"])
async def test_each_row_of_many_is_told_whether_the_others_are_kept_or_not(
    client: Client, policy: str
) -> None:
    home = await make_home(client)
    numbers = ["one", "two", "three"]
    rows = [stay(entityId=home, externalId=number, deviceGroupId=UNKNOWN) for number in numbers]
    rows.insert(1, stay(entityId=home, externalId="good"))

    answer = await client.ask(MANY, input={"reservations": rows, "errorPolicy": policy})

    assert answer["reservationsUpsert"]["refused"] == 3
    assert [event.facts["external_id"] for event in await told(client)] == numbers


async def test_a_dry_run_tells_nobody(client: Client) -> None:
    row = stay(entityId=await make_home(client), deviceGroupId=UNKNOWN)

    answer = await client.ask(MANY, input={"reservations": [row], "dryRun": True})

    assert answer["reservationsUpsert"]["refused"] == 1
    assert await told(client) == []


async def test_an_answer_that_is_given_again_tells_nobody_again(client: Client) -> None:
    row = stay(entityId=await make_home(client), deviceGroupId=UNKNOWN)
    call = {"reservations": [row], "idempotencyKey": "night-1"}

    first, again = [await client.ask(MANY, input=call) for _ in range(2)]

    assert again == first
    assert len(await told(client)) == 1
