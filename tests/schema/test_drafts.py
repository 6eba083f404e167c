"""Drafts, changes of keys, new PINs and lists of contracts over HTTP."""

from typing import Any

from documents import days_from_now
from factories import make_automat, make_key, make_ring
from talking import Client

from models.accounts import Role
from models.keys import Key, KeyRing
from schema.scalars import to_id

CONTRACT = """
  id reference status startsAt endsAt verification language contacts { name } keys { code }
  lockerContracts { id pin state key { code } }
  keyHistory { key { code } from removedAt fetchedAt returnedAt }
"""
CHANGE = "mutation($input: {kind}Input!) {{ {name}(input: $input) {answer} }}"
ANSWER = f"{{ keyContract {{ {CONTRACT} }} userErrors {{ code message path }} }}"
LIST = """query($when: ContractTime, $status: KeyContractStatus, $search: String, $key: ID) {
  keyContracts(when: $when, status: $status, search: $search, keyId: $key) {
    edges { node { reference status } }
  }
}"""
PEOPLE = [{"name": "Aino Virtanen"}]


async def change(client: Client, name: str, **input: Any) -> dict[str, Any]:
    document = CHANGE.format(kind=name[0].upper() + name[1:], name=name, answer=ANSWER)
    payload: dict[str, Any] = (await client.ask(document, Role.USER, input=input))[name]
    return payload


async def done(client: Client, name: str, **input: Any) -> dict[str, Any]:
    payload = await change(client, name, **input)
    assert payload["userErrors"] == []
    contract: dict[str, Any] = payload["keyContract"]
    return contract


async def keys_inside(client: Client, *codes: str) -> list[str]:
    async with client.working() as work:
        automat = await make_automat(work)
        made = [await make_key(work, automat=automat, code=code) for code in codes]
    return [to_id(Key, key.id) for key in made]


async def references(client: Client, **wanted: Any) -> list[str]:
    edges = (await client.ask(LIST, **wanted))["keyContracts"]["edges"]
    return [edge["node"]["reference"] for edge in edges]


async def test_a_draft_shows_its_wishes_until_it_holds(client: Client) -> None:
    one, two = await keys_inside(client, "A", "B")
    async with client.working() as work:
        ring = await make_ring(work, await make_key(work, code="C"))

    until = days_from_now(3)

    draft = await done(client, "keyContractCreate", draft=True, contacts=[], keyIds=[one])
    wished = await done(
        client,
        "keyContractUpdate",
        id=draft["id"],
        keyIds=[one, two],
        contacts=PEOPLE,
        reference="D/1",
        verification="SIGNATURE",
        endsAt=until,
    )
    ringed = await done(
        client, "keyContractUpdate", id=draft["id"], keyIds=[], keyRingIds=[to_id(KeyRing, ring.id)]
    )
    await done(client, "keyContractUpdate", id=draft["id"], keyIds=[one, two], verification="NONE")
    held = await done(
        client, "keyContractActivate", id=draft["id"], pins=[{"keyId": one, "pin": "194628"}]
    )

    assert (draft["status"], draft["keys"], draft["contacts"]) == ("DRAFT", [{"code": "A"}], [])
    assert (wished["status"], wished["reference"]) == ("DRAFT", "D/1")
    assert wished["keys"] == [{"code": "A"}, {"code": "B"}]
    assert (wished["lockerContracts"], wished["keyHistory"]) == ([], [])
    assert (wished["verification"], wished["endsAt"]) == ("SIGNATURE", until)
    assert ringed["keys"] == [{"code": "C"}]
    assert (held["status"], held["keys"]) == ("ACTIVE", [{"code": "A"}, {"code": "B"}])
    assert held["contacts"] == PEOPLE
    pins = {each["key"]["code"]: each["pin"] for each in held["lockerContracts"]}
    assert pins["A"] == "194628"


async def test_keys_change_and_the_history_stays(client: Client) -> None:
    one, two, three = await keys_inside(client, "A", "B", "C")
    made = await done(client, "keyContractCreate", contacts=PEOPLE, keyIds=[one])
    (before,) = made["lockerContracts"]

    more = await done(client, "keyContractKeysChange", id=made["id"], addKeyIds=[two])
    swap = {"keyId": three, "forKeyId": two}
    swapped = await done(client, "keyContractKeysChange", id=made["id"], swaps=[swap])
    fewer = await done(client, "keyContractKeysChange", id=made["id"], removeKeyIds=[three])

    assert more["keys"] == [{"code": "A"}, {"code": "B"}]
    assert swapped["keys"] == [{"code": "A"}, {"code": "C"}]
    assert (fewer["keys"], fewer["lockerContracts"]) == ([{"code": "A"}], [before])
    past = [(each["key"]["code"], each["removedAt"] is None) for each in fewer["keyHistory"]]
    assert past == [("A", True), ("B", False), ("C", False)]
    refused = await change(client, "keyContractKeysChange", id=made["id"], removeKeyIds=[one])
    assert [error["code"] for error in refused["userErrors"]] == ["INVALID_INPUT"]


async def test_a_pin_is_made_anew(client: Client) -> None:
    (one,) = await keys_inside(client, "A")
    made = await done(client, "keyContractCreate", contacts=PEOPLE, keyIds=[one])
    (before,) = made["lockerContracts"]

    renewed = await done(
        client, "keyContractPinRenew", id=made["id"], lockerContractId=before["id"]
    )

    (after,) = renewed["lockerContracts"]
    assert (after["id"], after["state"]) == (before["id"], "SYNCING")
    assert after["pin"] != before["pin"]


async def test_lists_know_the_time_the_status_the_words_and_the_key(client: Client) -> None:
    one, two, three = await keys_inside(client, "A", "B", "C")
    await done(client, "keyContractCreate", contacts=PEOPLE, keyIds=[one], reference="now")
    later = {"startsAt": days_from_now(3), "endsAt": days_from_now(4)}
    await done(
        client, "keyContractCreate", contacts=PEOPLE, keyIds=[two], reference="later", **later
    )
    eve = [{"name": "Eve"}]
    await done(
        client, "keyContractCreate", draft=True, contacts=eve, keyIds=[three], reference="draft"
    )

    assert await references(client, when="ONGOING") == ["now"]
    assert await references(client, when="FUTURE") == ["later"]
    assert await references(client, when="OVERDUE") == []
    assert await references(client, when="ENDED") == []
    assert await references(client, status="DRAFT") == ["draft"]
    assert await references(client, search="eve") == ["draft"]
    assert await references(client, search="aino", key=two) == ["later"]


async def test_a_key_cannot_have_two_pins(client: Client) -> None:
    (one,) = await keys_inside(client, "A")
    pins = [{"keyId": one, "pin": pin} for pin in ("194628", "826491")]

    refused = await change(client, "keyContractCreate", contacts=PEOPLE, keyIds=[one], pins=pins)

    (error,) = refused["userErrors"]
    assert (error["code"], error["path"]) == ("INVALID_INPUT", ["input", "pins"])


async def test_a_blank_reference_is_made_and_a_wrong_sign_is_named(client: Client) -> None:
    one, two = await keys_inside(client, "A", "B")

    made = await done(client, "keyContractCreate", contacts=PEOPLE, keyIds=[one], reference=" ")
    refused = await change(
        client, "keyContractCreate", contacts=PEOPLE, keyIds=[two], reference="Ä/1#2"
    )

    assert made["reference"].startswith("KC-")
    (error,) = refused["userErrors"]
    assert error["code"] == "INVALID_INPUT"
    assert "'#'" in error["message"]


async def test_what_must_not_be_null_is_refused_by_name(client: Client) -> None:
    (one,) = await keys_inside(client, "A")
    draft = await done(client, "keyContractCreate", draft=True, contacts=PEOPLE, keyIds=[one])

    for name in ("contacts", "startsAt", "verification", "keyIds", "keyRingIds"):
        refused = await change(client, "keyContractUpdate", id=draft["id"], **{name: None})
        (error,) = refused["userErrors"]
        assert (error["code"], error["path"]) == ("INVALID_INPUT", ["input", name])


async def test_a_pin_that_is_in_use_is_refused_without_being_repeated(client: Client) -> None:
    one, two = await keys_inside(client, "A", "B")
    pin = {"pin": "194628"}
    await done(
        client, "keyContractCreate", contacts=PEOPLE, keyIds=[one], pins=[{"keyId": one, **pin}]
    )

    refused = await change(
        client, "keyContractCreate", contacts=PEOPLE, keyIds=[two], pins=[{"keyId": two, **pin}]
    )

    (error,) = refused["userErrors"]
    assert (error["code"], error["path"]) == ("PIN_IN_USE", ["input", "pins"])
    assert "194628" not in error["message"]
