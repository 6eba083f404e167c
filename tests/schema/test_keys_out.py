"""Keys that are out with a place to come back to, and keys that have to be put into lockers."""

from typing import Any

from documents import UPSERT, days_from_now, stay, written
from factories import (
    AINO,
    DAY,
    later,
    make_automat,
    make_desk,
    make_entity,
    make_key,
    push,
)
from talking import Client

from models.accounts import Role
from models.automats import Automat, AutomatModel, AutomatState
from models.entities import ReservableEntity
from resolvers.handover.desks import KeyName, hand_over
from resolvers.handover.lockers import key_fetched
from schema.scalars import to_id

OUT = """query($first: Int, $after: String) { keysOut(first: $first, after: $after) {
  edges { node {
    key { code status } since overdue holder { contacts { name } }
    returnPlace { opensAt lockerContract { kind } storage {
      ... on ManualStorage { name instructions }
      ... on AutomatStorage { automat { name } locker { index } }
    } }
  } }
  pageInfo { hasNextPage endCursor }
} }"""
TASKS = """query($automat: ID, $first: Int, $after: String) {
  insertKeyTasks(automatId: $automat, first: $first, after: $after) {
    edges { node {
      key { code storage { ... on ManualStorage { name } } } automat { name } locker { index }
      deadline lockerContract { kind } keyContract { contacts { name } }
    } }
    pageInfo { hasNextPage endCursor }
  }
}"""
SMALL = AutomatModel.LIVIONKEY_1


async def keys_out(client: Client) -> dict[str, dict[str, Any]]:
    """List the keys that are out by their codes."""
    edges = (await client.ask(OUT, Role.VIEWER))["keysOut"]["edges"]
    return {edge["node"]["key"]["code"]: edge["node"] for edge in edges}


async def tasks(client: Client, automat: str | None = None) -> list[dict[str, Any]]:
    found = await client.ask(TASKS, Role.VIEWER, automat=automat)
    return [edge["node"] for edge in found["insertKeyTasks"]["edges"]]


async def test_a_key_in_a_storage_is_not_out(client: Client) -> None:
    async with client.working() as work:
        await make_key(work)
        await make_key(work, automat=await make_automat(work))

    assert await keys_out(client) == {}


async def test_whoever_has_a_key_and_where_it_comes_back_to_is_one_query(client: Client) -> None:
    async with client.working() as work:
        desk = await make_desk(work, "Reception")
        at_desk = await make_key(work, desk=desk, code="DESK")
        home, automat = await make_entity(work), await make_automat(work, "Station")
        await make_key(work, home, automat=automat, code="HELD")
        await push(work, home, starts_at=work.now)
        await key_fetched(work, automat_id=automat.id, locker_index=0, at=work.now)
        await make_key(work, automat=automat, code="LOST")
        await key_fetched(work, automat_id=automat.id, locker_index=1, at=work.now)
        await hand_over(work, [KeyName(id=at_desk.id)], contacts=[AINO], due_at=work.now + DAY)
        now = written(work.now)

    found = await keys_out(client)

    assert set(found) == {"DESK", "HELD", "LOST"}
    assert {one["since"] for one in found.values()} == {now}
    aino = {"contacts": [{"name": "Aino Virtanen"}]}
    assert [found[code]["holder"] for code in ("DESK", "HELD", "LOST")] == [aino, aino, None]
    places = {code: one["returnPlace"] for code, one in found.items()}
    assert places["DESK"]["storage"]["name"] == "Reception"
    assert places["DESK"]["lockerContract"] is None
    assert places["HELD"]["storage"] == {"automat": {"name": "Station"}, "locker": {"index": 0}}
    assert places["HELD"]["lockerContract"] == {"kind": "DEFAULT"}
    assert places["LOST"]["storage"]["automat"] == {"name": "Station"}
    assert places["LOST"]["lockerContract"] is None


async def test_a_key_that_should_have_been_back_is_overdue_and_still_has_a_place(
    client: Client,
) -> None:
    async with client.working() as work:
        for code, days in (("LATE", 1), ("GOOD", 5)):
            key = await make_key(later(work, -3 * DAY), code=code)
            then = later(work, -3 * DAY)
            due_at = then.now + days * DAY
            await hand_over(then, [KeyName(id=key.id)], contacts=[AINO], due_at=due_at)

    found = await keys_out(client)

    assert {code: one["overdue"] for code, one in found.items()} == {"LATE": True, "GOOD": False}
    assert all(one["returnPlace"] for one in found.values())


async def test_a_key_whose_automat_is_gone_comes_back_to_a_desk(client: Client) -> None:
    async with client.working() as work:
        automat = await make_automat(work, model=SMALL)
        await make_key(work, automat=automat, code="LOST")
        await key_fetched(work, automat_id=automat.id, locker_index=0, at=work.now)
        automat.state = AutomatState.UNINSTALLED
    assert (await keys_out(client))["LOST"]["returnPlace"] is None

    async with client.working() as work:
        await make_desk(work, "Reception")

    place = (await keys_out(client))["LOST"]["returnPlace"]
    assert place["storage"] == {"name": "Reception", "instructions": None}


async def test_keys_that_are_out_come_in_pages(client: Client) -> None:
    async with client.working() as work:
        for number in range(3):
            key = await make_key(work, code=f"K{number}")
            await hand_over(work, [KeyName(id=key.id)], contacts=[AINO])

    first = (await client.ask(OUT, first=2))["keysOut"]
    last = (await client.ask(OUT, first=2, after=first["pageInfo"]["endCursor"]))["keysOut"]

    codes = [[edge["node"]["key"]["code"] for edge in page["edges"]] for page in (first, last)]
    assert codes == [["K0", "K1"], ["K2"]]


async def home_at_desk(client: Client, code: str) -> str:
    async with client.working() as work:
        home = await make_entity(work)
        await make_key(work, home, code=code, desk=await make_desk(work, f"Desk {code}"))
    return to_id(ReservableEntity, home.id)


async def test_people_see_which_keys_to_put_where_the_most_urgent_first(client: Client) -> None:
    async with client.working() as work:
        automat = await make_automat(work, "Station")
        other = await make_automat(work, "Other", position=None)
    later_home, sooner_home = (
        await home_at_desk(client, "LATER"),
        await home_at_desk(client, "SOON"),
    )
    times = {"startsAt": days_from_now(2), "endsAt": days_from_now(4)}
    await client.ask(UPSERT, input=stay(entityId=later_home, **times))
    await client.ask(UPSERT, input=stay(entityId=sooner_home))

    found = await tasks(client)

    assert [one["key"]["code"] for one in found] == ["SOON", "LATER"]
    soon, late = found
    assert soon["key"]["storage"] == {"name": "Desk SOON"}
    assert (soon["automat"], soon["locker"]) == ({"name": "Station"}, {"index": 1})
    assert late["locker"] == {"index": 0}
    assert late["deadline"] == times["startsAt"]
    assert soon["lockerContract"] == {"kind": "DEFAULT"}
    assert soon["keyContract"]["contacts"] == [{"name": "Aino Virtanen"}]
    assert await tasks(client, to_id(Automat, automat.id)) == found
    assert await tasks(client, to_id(Automat, other.id)) == []


async def test_tasks_come_in_pages(client: Client) -> None:
    async with client.working() as work:
        await make_automat(work)
    for code in ("A", "B", "C"):
        await client.ask(UPSERT, input=stay(entityId=await home_at_desk(client, code)))

    first = (await client.ask(TASKS, first=2))["insertKeyTasks"]
    cursor = first["pageInfo"]["endCursor"]
    last = (await client.ask(TASKS, first=2, after=cursor))["insertKeyTasks"]

    assert [len(page["edges"]) for page in (first, last)] == [2, 1]
    pages = [first, last]
    codes = {edge["node"]["key"]["code"] for page in pages for edge in page["edges"]}
    assert codes == {"A", "B", "C"}


async def test_a_task_is_done_when_the_key_is_there(client: Client) -> None:
    async with client.working() as work:
        automat = to_id(Automat, (await make_automat(work)).id)
    home = await home_at_desk(client, "A")
    await client.ask(UPSERT, input=stay(entityId=home))
    assert len(await tasks(client)) == 1
    transfer = f'{{key: {{code: "A"}}, storage: {{automatId: "{automat}"}}}}'

    done = await client.ask(
        f"mutation {{ keyTransfer(input: {transfer}) "
        "{ key { storage { ... on AutomatStorage { locker { index } } } } } }"
    )

    assert done["keyTransfer"]["key"]["storage"] == {"locker": {"index": 0}}
    assert await tasks(client) == []
