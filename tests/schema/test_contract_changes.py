"""Contracts that staff make, change and give up, over HTTP."""

from typing import Any

from documents import UPSERT, days_from_now, stay
from factories import make_automat, make_entity, make_key, make_ring
from talking import Client

from models.accounts import Role
from models.automats import Automat
from models.entities import ReservableEntity
from models.keys import Key, KeyRing
from schema.scalars import to_id

CONTRACT = """
  id reference status startsAt endsAt overdueAt freeLockerAfterFetch pickUpInformation
  contacts { name } keys { code } reservation { id }
  lockerContracts { kind state startsAt endsAt returnOnly automat { id } key { code } }
"""
ANSWER = f"{{ keyContract {{ {CONTRACT} }} userErrors {{ code message path }} }}"
CHANGE = "mutation($input: {kind}Input!) {{ {name}(input: $input) {answer} }}"
HAND_OVER = """mutation($input: KeyHandOverInput!) {
  keyHandOver(input: $input) { keys { id } userErrors { code } }
}"""
PEOPLE = [{"name": "Aino Virtanen"}, {"name": "Veikko"}]


async def change(client: Client, name: str, **input: Any) -> dict[str, Any]:
    document = CHANGE.format(kind=name[0].upper() + name[1:], name=name, answer=ANSWER)
    payload: dict[str, Any] = (await client.ask(document, Role.USER, input=input))[name]
    return payload


async def create(client: Client, **input: Any) -> dict[str, Any]:
    return await change(client, "keyContractCreate", **{"contacts": PEOPLE, **input})


def error(payload: dict[str, Any]) -> tuple[str, Any]:
    """Give the one error of an answer that holds nothing else."""
    assert payload["keyContract"] is None
    (said,) = payload["userErrors"]
    return said["code"], said["path"]


async def key_at_desk(client: Client, code: str = "A-12") -> str:
    async with client.working() as work:
        return to_id(Key, (await make_key(work, code=code)).id)


async def key_in_automat(client: Client) -> tuple[str, str]:
    async with client.working() as work:
        automat = await make_automat(work)
        key = await make_key(work, automat=automat, code="I-1")
    return to_id(Key, key.id), to_id(Automat, automat.id)


async def test_a_contract_of_a_key_in_an_automat_holds_its_locker_all_the_time(
    client: Client,
) -> None:
    key, automat = await key_in_automat(client)
    times = {"startsAt": days_from_now(1), "endsAt": days_from_now(90)}

    made = (await create(client, keyIds=[key], reference="Työ_1", **times))["keyContract"]

    assert (made["reference"], made["status"], made["reservation"]) == ("Työ_1", "UPCOMING", None)
    assert (made["startsAt"], made["endsAt"]) == tuple(times.values())
    assert made["overdueAt"] == made["endsAt"]
    assert [one["name"] for one in made["contacts"]] == ["Aino Virtanen", "Veikko"]
    (held,) = made["lockerContracts"]
    assert (held["kind"], held["automat"]["id"]) == ("DEFAULT", automat)
    assert (held["startsAt"], held["endsAt"]) == tuple(times.values())
    assert (held["key"], held["returnOnly"]) == ({"code": "I-1"}, False)


async def test_its_locker_is_free_after_the_fetch_where_that_is_asked_for(client: Client) -> None:
    key, _ = await key_in_automat(client)

    made = (await create(client, keyIds=[key], freeLockerAfterFetch=True))["keyContract"]

    assert (made["freeLockerAfterFetch"], made["endsAt"], made["overdueAt"]) == (True, None, None)
    assert [held["kind"] for held in made["lockerContracts"]] == ["FETCH"]


async def test_a_contract_of_desk_keys_that_lies_ahead_says_how_they_are_got(
    client: Client,
) -> None:
    key = await key_at_desk(client)
    ahead = {"keyIds": [key], "startsAt": days_from_now(1), "endsAt": days_from_now(2)}

    refused = await create(client, **ahead)
    made = await create(client, **ahead, pickUpInformation="Ring at the counter.")

    assert error(refused) == ("INVALID_INPUT", ["input", "pickUpInformation"])
    assert made["keyContract"]["pickUpInformation"] == "Ring at the counter."
    assert made["keyContract"]["lockerContracts"] == []


async def test_desk_keys_are_brought_to_the_automat_that_is_named(client: Client) -> None:
    key = await key_at_desk(client)
    async with client.working() as work:
        automat = to_id(Automat, (await make_automat(work)).id)

    made = (await create(client, keyIds=[key], automatId=automat))["keyContract"]

    assert [held["automat"]["id"] for held in made["lockerContracts"]] == [automat]


async def test_the_keys_of_a_ring_are_promised_as_one(client: Client) -> None:
    async with client.working() as work:
        ring = await make_ring(work, *[await make_key(work, code=f"R-{n}") for n in range(2)])

    made = (await create(client, keyRingIds=[to_id(KeyRing, ring.id)]))["keyContract"]

    assert sorted(key["code"] for key in made["keys"]) == ["R-0", "R-1"]


async def test_a_contract_gets_another_end_or_none_and_other_words(client: Client) -> None:
    made = (await create(client, keyIds=[await key_at_desk(client)]))["keyContract"]
    until = days_from_now(5)

    ends = await change(client, "keyContractUpdate", id=made["id"], endsAt=until)
    says = await change(client, "keyContractUpdate", id=made["id"], pickUpInformation="Knock.")
    never = await change(client, "keyContractUpdate", id=made["id"], endsAt=None)

    assert (ends["keyContract"]["endsAt"], ends["keyContract"]["pickUpInformation"]) == (
        until,
        None,
    )
    assert says["keyContract"]["endsAt"] == until
    assert says["keyContract"]["pickUpInformation"] == "Knock."
    assert never["keyContract"] == says["keyContract"] | {"endsAt": None, "overdueAt": None}


async def test_the_end_moves_while_a_key_is_out(client: Client) -> None:
    key = await key_at_desk(client)
    made = (await create(client, keyIds=[key], endsAt=days_from_now(1)))["keyContract"]
    given = {"keys": [{"id": key}], "keyContractId": made["id"]}
    assert (await client.ask(HAND_OVER, input=given))["keyHandOver"]["userErrors"] == []

    until = days_from_now(3)

    moved = await change(client, "keyContractUpdate", id=made["id"], endsAt=until)
    refused = await change(client, "keyContractCancel", id=made["id"])

    assert moved["keyContract"]["endsAt"] == until
    assert moved["keyContract"]["status"] == "ACTIVE"
    assert error(refused)[0] == "KEY_OUT"


async def test_a_contract_is_given_up_once_and_its_key_is_free(client: Client) -> None:
    key = await key_at_desk(client)
    made = (await create(client, keyIds=[key]))["keyContract"]
    assert error(await create(client, keyIds=[key]))[0] == "KEY_TAKEN"

    done = [await change(client, "keyContractCancel", id=made["id"]) for _ in range(2)]

    assert [one["keyContract"]["status"] for one in done] == ["CANCELLED", "CANCELLED"]
    assert (await create(client, keyIds=[key]))["userErrors"] == []


async def test_an_idempotency_key_makes_changes_and_gives_up_once(client: Client) -> None:
    key = await key_at_desk(client)

    made = [await create(client, keyIds=[key], idempotencyKey="1") for _ in range(2)]
    id = made[0]["keyContract"]["id"]
    ends = {"id": id, "endsAt": days_from_now(5), "idempotencyKey": "2"}
    moved = [await change(client, "keyContractUpdate", **ends) for _ in range(2)]
    gone = [await change(client, "keyContractCancel", id=id, idempotencyKey="3") for _ in range(2)]

    for first, again in (made, moved, gone):
        assert first["userErrors"] == []
        assert first == again


async def test_what_staff_cannot_promise_is_refused_by_name(client: Client) -> None:
    desk_key, (inside, _) = await key_at_desk(client), await key_in_automat(client)
    made = (await create(client, keyIds=[desk_key], reference="KC.1"))["keyContract"]
    other = await key_at_desk(client, "B-7")
    past = {"startsAt": days_from_now(-2), "endsAt": days_from_now(-1)}
    turned = {"startsAt": days_from_now(2), "endsAt": days_from_now(1)}

    refused = [
        await create(client, keyIds=[]),
        await create(client, keyIds=[other], contacts=[]),
        await create(client, keyIds=[other, inside]),
        await create(client, keyIds=[other], reference="KC.1"),
        await create(client, keyIds=[other], reference="no spaces"),
        await create(client, keyIds=[other], **past),
        await create(client, keyIds=[other], **turned),
        await change(client, "keyContractUpdate", id=made["id"]),
        await change(client, "keyContractUpdate", id=made["id"], endsAt=days_from_now(-1)),
    ]

    assert [error(one)[0] for one in refused] == [
        "INVALID_INPUT",
        "INVALID_INPUT",
        "MIXED_STORAGE",
        "EXTERNAL_ID_IN_USE",
        "INVALID_INPUT",
        "STARTS_IN_PAST",
        "STARTS_AFTER_END",
        "INVALID_INPUT",
        "STARTS_AFTER_END",
    ]


async def test_the_contract_of_a_reservation_is_left_to_it(client: Client) -> None:
    async with client.working() as work:
        home = await make_entity(work)
        await make_key(work, home, automat=await make_automat(work))
    push = stay(entityId=to_id(ReservableEntity, home.id))
    made = (await client.ask(UPSERT, input=push))["reservationUpsert"]["reservation"]
    id = made["keyContract"]["id"]

    refused = [
        await change(client, "keyContractUpdate", id=id, endsAt=None),
        await change(client, "keyContractCancel", id=id),
    ]

    assert [error(one) for one in refused] == [("INVALID_INPUT", ["input", "id"])] * 2


async def test_a_refusal_points_to_where_it_was_said(client: Client) -> None:
    taken, free = await key_at_desk(client), await key_at_desk(client, "B-7")
    await create(client, keyIds=[taken])
    other = (await create(client, keyIds=[free], endsAt=days_from_now(2)))["keyContract"]["id"]
    swap = {"keyId": taken, "forKeyId": free}
    unknown = {"keyId": free, "forKeyId": taken}
    hand_over = HAND_OVER.replace("{ code }", "{ code path }")
    handed = {"keys": [{"id": taken}], "contacts": PEOPLE, "dueAt": days_from_now(1)}

    refused = [
        await change(client, "keyContractKeysChange", id=other, addKeyIds=[taken]),
        await change(client, "keyContractKeysChange", id=other, swaps=[swap]),
        await change(client, "keyContractKeysChange", id=other, swaps=[unknown]),
        await change(client, "keyContractUpdate", id=other, startsAt=days_from_now(3)),
        (await client.ask(hand_over, input=handed))["keyHandOver"] | {"keyContract": None},
    ]

    assert [error(one) for one in refused] == [
        ("KEY_TAKEN", ["input", "addKeyIds"]),
        ("KEY_TAKEN", ["input", "swaps"]),
        ("NOT_FOUND", ["input", "swaps"]),
        ("STARTS_AFTER_END", ["input", "startsAt"]),
        ("KEY_TAKEN", ["input", "keys"]),
    ]
