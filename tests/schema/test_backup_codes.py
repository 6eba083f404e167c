"""Backup codes over HTTP: who sees them, who renews them, and what that costs."""

from typing import Any

import pytest
from backing import digits_of
from counting import statements_of
from factories import make_automat, make_key
from rights import KEY_EDITORS, RESERVERS, VIEWERS
from talking import Client

from models.accounts import Role
from models.keys import Key
from schema.scalars import to_id

KEY = "query ($id: ID!) { key(id: $id) { backupCodes } }"
KEYS = "{ keys(first: 20) { edges { node { code backupCodes } } } }"
RENEW = """
mutation ($id: ID!, $again: String) {
    keyBackupCodesRenew(input: {keyId: $id, idempotencyKey: $again}) {
        key { backupCodes }
        userErrors { code path }
    }
}"""


async def key_in_automat(client: Client) -> tuple[Key, str]:
    async with client.working() as work:
        key = await make_key(work, automat=await make_automat(work))
    return key, to_id(Key, key.id)


async def known(client: Client, key: Key) -> list[str]:
    async with client.working() as work:
        return await digits_of(work, key)


async def renewed(client: Client, role: Role = Role.ADMIN, **given: Any) -> dict[str, Any]:
    answer: dict[str, Any] = (await client.ask(RENEW, role, **given))["keyBackupCodesRenew"]
    return answer


@pytest.mark.parametrize("role", sorted(VIEWERS))
async def test_backup_codes_are_shown_to_those_who_may_see_pins(client: Client, role: Role) -> None:
    key, id = await key_in_automat(client)

    answer = await client.ask(KEY, role, id=id)

    expected = await known(client, key) if role in RESERVERS else None
    assert answer["key"] == {"backupCodes": expected}


async def test_a_key_at_a_desk_shows_none(client: Client) -> None:
    async with client.working() as work:
        key = await make_key(work)

    assert (await client.ask(KEY, id=to_id(Key, key.id)))["key"] == {"backupCodes": []}


async def test_new_ones_are_made_by_hand_and_known_to_the_automat(client: Client) -> None:
    key, id = await key_in_automat(client)
    before = await known(client, key)

    answer = await renewed(client, id=id)

    assert answer["userErrors"] == []
    assert answer["key"]["backupCodes"] == await known(client, key)
    assert len(set(before) | set(answer["key"]["backupCodes"])) == 4


async def test_the_same_request_sent_again_makes_no_others(client: Client) -> None:
    _, id = await key_in_automat(client)

    first = await renewed(client, id=id, again="once")

    assert await renewed(client, id=id, again="once") == first


@pytest.mark.parametrize("role", sorted(VIEWERS - KEY_EDITORS))
async def test_others_renew_none(client: Client, role: Role) -> None:
    key, id = await key_in_automat(client)
    before = await known(client, key)

    answer = await renewed(client, role, id=id)

    assert answer == {"key": None, "userErrors": [{"code": "NOT_ALLOWED", "path": None}]}
    assert await known(client, key) == before


async def test_nobody_renews_or_sees_those_of_somebody_else(
    client: Client, stranger: Client
) -> None:
    key, id = await key_in_automat(stranger)
    before = await known(stranger, key)

    answer = await renewed(client, id=id)

    assert [error["code"] for error in answer["userErrors"]] == ["NOT_FOUND"]
    assert (await client.ask(KEY, id=id))["key"] is None
    assert await known(stranger, key) == before


async def test_codes_of_many_keys_cost_as_many_statements_as_those_of_one(client: Client) -> None:
    async def statements() -> int:
        with statements_of(client.database) as seen:
            answer = await client.ask(KEYS)
        shown = [edge["node"]["backupCodes"] for edge in answer["keys"]["edges"]]
        assert all(len(codes) == 2 for codes in shown)
        return len(seen)

    await key_in_automat(client)
    await client.ask(KEYS)
    of_one = await statements()
    for _ in range(6):
        await key_in_automat(client)

    assert await statements() == of_one
