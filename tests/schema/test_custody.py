"""Where a key was when, and who had it, over HTTP: one query, from a chain without gaps."""

from datetime import datetime, timedelta
from typing import Any

from documents import written
from factories import AINO, DAY, HOUR, later, make_automat, make_desk, make_key
from talking import Client

from models.accounts import Role
from models.keys import Key
from models.times import Window
from resolvers import contracts
from resolvers.handover.desks import KeyName, hand_over, take_back
from resolvers.handover.lockers import key_fetched
from resolvers.work import Work
from schema.scalars import to_id

PLACE = """{
  ... on ManualStorage { name } ... on AutomatStorage { automat { name } locker { index } }
}"""
ONE_QUERY = f"""query($code: String, $at: DateTime!) {{ key(code: $code) {{
  status storage {PLACE} holder {{ reference contacts {{ name }} }}
  custodyAt(at: $at) {{ kind happenedAt place {PLACE} keyContract {{ contacts {{ name }} }} }}
}} }}"""
CHAIN = """query($id: ID!, $first: Int, $after: String, $from: DateTime, $to: DateTime) {
  key(id: $id) { custody(first: $first, after: $after, from: $from, to: $to) {
    edges { node {
      id number kind source happenedAt recordedAt holder contradiction key { id }
      keyContract { reference }
    } }
    pageInfo { hasNextPage endCursor }
  } }
}"""


async def lived_through(client: Client) -> tuple[Key, datetime]:
    """Register a key ten days ago, hand it over for the days from 8 to 6 and from 4 on."""
    async with client.working() as work:
        began = work.now - 10 * DAY
        then = later(work, -10 * DAY)
        desk = await make_desk(then, "Reception")
        key = await make_key(then, desk=desk, code="A-12")
        name = KeyName(id=key.id)
        await hand_over(at(work, began + 2 * DAY), [name], contacts=[AINO])
        await take_back(at(work, began + 4 * DAY), name)
        await hand_over(at(work, began + 6 * DAY), [name], contacts=[AINO])
    return key, began


def at(work: Work, moment: datetime) -> Work:
    return later(work, moment - work.now)


async def links(client: Client, key: Key, **given: Any) -> list[dict[str, Any]]:
    variables = {"first": 100, "id": to_id(Key, key.id), **given}
    chain = (await client.ask(CHAIN, Role.VIEWER, **variables))["key"]["custody"]
    return [edge["node"] for edge in chain["edges"]]


async def test_one_query_says_where_a_key_is_who_has_it_and_who_had_it_on_a_day(
    client: Client,
) -> None:
    _, began = await lived_through(client)
    aino = [{"name": "Aino Virtanen"}]
    days = {}

    for day in (1, 3, 5, 7):
        moment = written(began + day * DAY)
        found = (await client.ask(ONE_QUERY, Role.VIEWER, code="A-12", at=moment))["key"]
        days[day] = found["custodyAt"]

    assert (found["status"], found["storage"]) == ("OUT", None)
    assert found["holder"]["contacts"] == aino
    reception = {"name": "Reception"}
    assert [days[day]["place"] for day in days] == [reception, None, reception, None]
    kinds = [days[day]["kind"] for day in days]
    assert kinds == ["REGISTERED", "HANDED_OVER", "TAKEN_BACK", "HANDED_OVER"]
    assert days[3]["keyContract"] == days[7]["keyContract"] == {"contacts": aino}


async def test_nobody_had_a_key_before_it_was_registered(client: Client) -> None:
    _, began = await lived_through(client)

    found = await client.ask(ONE_QUERY, code="A-12", at=written(began - HOUR))

    assert found["key"]["custodyAt"] is None


async def test_a_link_holds_from_its_moment_on(client: Client) -> None:
    _, began = await lived_through(client)
    moments = [began + 2 * DAY - timedelta(microseconds=1), began + 2 * DAY]

    found = [
        (await client.ask(ONE_QUERY, code="A-12", at=written(moment)))["key"]["custodyAt"]["kind"]
        for moment in moments
    ]

    assert found == ["REGISTERED", "HANDED_OVER"]


async def test_the_chain_is_numbered_without_a_gap_and_says_who_says_so(client: Client) -> None:
    key, began = await lived_through(client)

    found = await links(client, key)

    assert [one["number"] for one in found] == [1, 2, 3, 4]
    assert {one["source"] for one in found} == {"STAFF"}
    assert [one["happenedAt"] for one in found] == [
        written(began + days * DAY) for days in (0, 2, 4, 6)
    ]
    assert found[0]["key"] == {"id": to_id(Key, key.id)}
    assert [bool(one["keyContract"]) for one in found] == [False, True, True, True]
    assert {(one["holder"], one["contradiction"]) for one in found} == {(None, None)}
    shown = {"node": {"__typename": "CustodyEntry", "id": found[1]["id"]}}
    asked = "query($id: ID!) { node(id: $id) { __typename id } }"
    assert await client.ask(asked, Role.VIEWER, id=found[1]["id"]) == shown


async def test_a_stretch_of_the_chain_begins_with_the_link_that_holds_then(client: Client) -> None:
    key, began = await lived_through(client)
    third, seventh = written(began + 3 * DAY), written(began + 7 * DAY)

    assert [one["number"] for one in await links(client, key, **{"from": third})] == [2, 3, 4]
    assert [one["number"] for one in await links(client, key, **{"from": seventh})] == [4]
    assert [one["number"] for one in await links(client, key, to=third)] == [1, 2]
    stretch = {"from": third, "to": written(began + 6 * DAY)}
    assert [one["number"] for one in await links(client, key, **stretch)] == [2, 3]


async def test_pages_lead_through_the_chain(client: Client) -> None:
    key, _ = await lived_through(client)
    id = to_id(Key, key.id)

    first = (await client.ask(CHAIN, id=id, first=3))["key"]["custody"]
    cursor = first["pageInfo"]["endCursor"]
    last = (await client.ask(CHAIN, id=id, first=3, after=cursor))["key"]["custody"]

    numbers = [[edge["node"]["number"] for edge in page["edges"]] for page in (first, last)]
    assert numbers == [[1, 2, 3], [4]]
    assert [page["pageInfo"]["hasNextPage"] for page in (first, last)] == [True, False]
    for wrong in ({"first": 101}, {"after": "x"}):
        assert await client.error_code(CHAIN, id=id, **wrong) == "INVALID_INPUT"


async def test_what_is_told_late_is_put_where_it_happened(client: Client) -> None:
    async with client.working() as work:
        automat = await make_automat(later(work, -9 * DAY))
        key = await make_key(later(work, -9 * DAY), automat=automat)
        window = Window(work.now - 8 * DAY, work.now + DAY)
        await contracts.create(
            later(work, -8 * DAY), key_ids=[key.id], contacts=[AINO], window=window
        )
        desk = await make_desk(work)
        name = KeyName(id=key.id)
        await take_back(later(work, -2 * DAY), name, manual_storage_id=desk.id)
        fetched_at = work.now - 5 * DAY
        await key_fetched(work, automat_id=automat.id, locker_index=0, at=fetched_at)

    found = await links(client, key)

    assert [(one["number"], one["kind"]) for one in found] == [
        (1, "REGISTERED"),
        (3, "FETCHED"),
        (2, "FOUND"),
    ]
    assert found[1]["happenedAt"] < found[2]["happenedAt"] < found[1]["recordedAt"]
    assert "reported after something that happened later" in found[1]["contradiction"]


async def test_installers_do_not_see_who_had_a_key(client: Client) -> None:
    key, _ = await lived_through(client)

    asked = "query($id: ID!) { key(id: $id) { id } }"

    assert await client.error_code(asked, Role.INSTALLER, id=to_id(Key, key.id)) == "NOT_ALLOWED"


async def test_a_key_is_found_by_its_id_its_code_or_its_tag(client: Client) -> None:
    async with client.working() as work:
        key = await make_key(work, code="A-12", rfid_tag="04a2")
    id = to_id(Key, key.id)

    for name in (f'id: "{id}"', 'code: "A-12"', 'rfidTag: "04a2"'):
        assert await client.ask(f"{{ key({name}) {{ id }} }}") == {"key": {"id": id}}
    for name in ('id: "key_1"', 'code: "?"', 'rfidTag: "00"'):
        assert await client.ask(f"{{ key({name}) {{ id }} }}") == {"key": None}
    for wrong in ("", '(code: "A-12", rfidTag: "04a2")'):
        assert await client.error_code(f"{{ key{wrong} {{ id }} }}") == "INVALID_INPUT"
