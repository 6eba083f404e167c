"""What somebody saw happen at a locker, over HTTP: believed, flagged, never dropped."""

from typing import Any

from documents import written
from factories import DAY, make_automat, make_entity, make_key, push
from talking import Client

from models.accounts import Role
from models.automats import Automat
from models.contracts import KeyContract
from models.keys import Key
from schema.context import clock
from schema.scalars import to_id

REPORT = """mutation($input: LockerReportInput!) { lockerReport(input: $input) {
  locker { index state key { code } } key { code status holder { id } } keyContract { id }
  isNews warnings { code message } userErrors { code message path }
} }"""
BLIND_REPORT = """mutation($input: LockerReportInput!) { lockerReport(input: $input) {
  locker { index state } key { code } keyContract { id } isNews userErrors { code }
} }"""
NOW_KNOWN = """query($id: ID!) { key(id: $id) {
  status holder { id } storage { __typename }
  custody { edges { node { number kind source happenedAt contradiction keyContract { id } } } }
} }"""


async def running_stay(client: Client) -> dict[str, str]:
    """Push a stay that begins now for a key in locker 0; gives the ids."""
    async with client.working() as work:
        home, automat = await make_entity(work), await make_automat(work)
        key = await make_key(work, home, automat=automat, code="K-1", rfid_tag="04a2")
        await make_key(work, automat=automat, code="K-2", rfid_tag="04a3")
        await push(work, home, starts_at=work.now, ends_at=work.now + 2 * DAY)
        contract = await work.first(work.own(KeyContract))
        assert contract is not None
        return {
            "automat": to_id(Automat, automat.id),
            "key": to_id(Key, key.id),
            "contract": to_id(KeyContract, contract.id),
        }


async def report(
    client: Client, stay: dict[str, str], fact: str, index: int = 0, **input: Any
) -> dict[str, Any]:
    sent = {"automatId": stay["automat"], "lockerIndex": index, "fact": fact, **input}
    payload: dict[str, Any] = (await client.ask(REPORT, input=sent))["lockerReport"]
    return payload


async def chain(client: Client, stay: dict[str, str]) -> list[dict[str, Any]]:
    found = (await client.ask(NOW_KNOWN, id=stay["key"]))["key"]["custody"]["edges"]
    return [edge["node"] for edge in found]


async def test_a_fetch_and_a_return_say_who_has_the_key(client: Client) -> None:
    stay = await running_stay(client)

    out = await report(client, stay, "KEY_FETCHED")
    back = await report(client, stay, "KEY_RETURNED", rfidTag="04a2")

    holder = {"id": stay["contract"]}
    assert out["locker"] == {"index": 0, "state": "EMPTY", "key": None}
    assert out["key"] == {"code": "K-1", "status": "OUT", "holder": holder}
    assert (out["keyContract"], out["isNews"], out["warnings"]) == (holder, True, [])
    assert back["locker"] == {"index": 0, "state": "WITH_KEY", "key": {"code": "K-1"}}
    assert back["key"] == {"code": "K-1", "status": "IN_STORAGE", "holder": None}
    assert [(one["number"], one["kind"], one["source"]) for one in await chain(client, stay)] == [
        (1, "REGISTERED", "STAFF"),
        (2, "FETCHED", "STAFF"),
        (3, "RETURNED", "STAFF"),
    ]


async def test_what_is_reported_twice_is_no_news(client: Client) -> None:
    stay = await running_stay(client)
    at = written(clock())

    first = await report(client, stay, "KEY_FETCHED", at=at)
    again = await report(client, stay, "KEY_FETCHED", at=at)
    same = [
        await report(client, stay, "KEY_RETURNED", idempotencyKey="once", rfidTag="04a2")
        for _ in range(2)
    ]

    assert (first["isNews"], again["isNews"]) == (True, False)
    assert same[0] == same[1]
    assert [one["kind"] for one in await chain(client, stay)] == [
        "REGISTERED",
        "FETCHED",
        "RETURNED",
    ]


async def test_another_key_than_the_promised_one_is_believed_and_flagged(client: Client) -> None:
    stay = await running_stay(client)

    out = await report(client, stay, "KEY_FETCHED", rfidTag="04a3")

    (warning,) = out["warnings"]
    assert warning["code"] == "CONTRADICTION"
    assert out["key"]["code"] == "K-2"
    assert out["userErrors"] == []


async def test_what_nobody_can_explain_is_kept_as_something_to_look_after(client: Client) -> None:
    stay = await running_stay(client)

    came = await report(client, stay, "KEY_RETURNED", index=7, rfidTag="ffff")

    assert (came["key"], came["locker"]["state"], came["isNews"]) == (None, "WITH_KEY", True)
    assert "nobody knows which key" in came["warnings"][0]["message"]
    notices = await client.ask("{ notices(first: 1) { edges { node { kind notice } } } }")
    (told,) = [edge["node"] for edge in notices["notices"]["edges"]]
    assert (told["kind"], told["notice"]) == ("LOCKER_UPDATED", came["warnings"][0]["message"])


async def test_a_report_that_comes_late_takes_its_place_in_the_chain(client: Client) -> None:
    stay = await running_stay(client)
    fetched_at, returned_at = written(clock()), written(clock())

    back = await report(client, stay, "KEY_RETURNED", at=returned_at, rfidTag="04a2")
    out = await report(client, stay, "KEY_FETCHED", at=fetched_at)

    assert (back["userErrors"], out["userErrors"], out["isNews"]) == ([], [], True)
    assert "reported after something that happened later" in out["warnings"][0]["message"]
    assert out["key"]["status"] == "IN_STORAGE"
    found = await chain(client, stay)
    assert [(one["number"], one["happenedAt"]) for one in found[1:]] == [
        (3, fetched_at),
        (2, returned_at),
    ]


async def test_a_report_names_an_automat_and_a_locker_that_there_are(client: Client) -> None:
    stay = await running_stay(client)

    wrong = await report(client, stay, "KEY_FETCHED", index=99)
    unknown = await report(client, {**stay, "automat": "automat_1"}, "KEY_FETCHED")

    (error,) = wrong["userErrors"]
    assert (error["code"], error["path"]) == ("INVALID_INPUT", ["input", "lockerIndex"])
    assert "it has 0 to 29" in error["message"]
    assert (wrong["locker"], wrong["isNews"]) == (None, None)
    assert [one["code"] for one in unknown["userErrors"]] == ["NOT_FOUND"]


async def test_an_installer_reports_without_seeing_whose_key_it_was(client: Client) -> None:
    stay = await running_stay(client)
    sent = {"automatId": stay["automat"], "lockerIndex": 0, "fact": "KEY_FETCHED"}

    told = (await client.ask(BLIND_REPORT, Role.INSTALLER, input=sent))["lockerReport"]

    assert (told["key"], told["keyContract"], told["userErrors"]) == (None, None, [])
    assert (told["isNews"], told["locker"]["state"]) == (True, "EMPTY")
