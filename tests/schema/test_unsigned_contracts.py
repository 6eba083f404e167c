"""Contracts that wait for a signature, over HTTP: no PIN is shown, and no key handed over."""

import json
from typing import Any

import pytest
from counting import statements_of
from factories import make_automat, make_key
from signable import make_signature, unsigned
from talking import Client

from models.accounts import Role
from models.contracts import KeyContract, LockerContract
from models.keys import Key
from models.signing import SigningPurpose
from resolvers.signed import effects
from resolvers.work import Work
from schema.scalars import to_id

SIGNED = """id status verification language waitsSince signedAt signatureCoversContent returnSigned
  lockerContracts { id state pin }"""
ONE = f"query($id: ID!) {{ node(id: $id) {{ ... on KeyContract {{ {SIGNED} }} }} }}"
EVERYTHING = f"""{{
  keyContracts(first: 100) {{ edges {{ node {{ {SIGNED} }} }} }}
  lockerContracts(first: 100) {{ edges {{ node {{ id pin reason }} }} }}
  events(first: 100) {{ edges {{ node {{ kind facts }} }} }}
  notices(first: 100) {{ edges {{ node {{ notice }} }} }}
  keys(first: 100) {{ edges {{ node {{ code custody {{ edges {{ node {{ holder contradiction
    keyContract {{ lockerContracts {{ pin }} }} }} }} }} }} }} }}
}}"""
HAND_OVER = """mutation($input: KeyHandOverInput!) { keyHandOver(input: $input) {
  keys { id } userErrors { code message path }
} }"""


async def make_unsigned(work: Work) -> tuple[KeyContract, Key]:
    key = await make_key(work, automat=await make_automat(work))
    return await unsigned(work, key), key


async def pins_of(client: Client) -> list[str]:
    async with client.working() as work:
        return [one.pin for one in await work.all(work.own(LockerContract)) if one.pin]


async def contract(client: Client, id: str, role: Role = Role.ADMIN) -> dict[str, Any]:
    found: dict[str, Any] = (await client.ask(ONE, role, id=id))["node"]
    return found


async def test_a_contract_that_waits_says_so(client: Client) -> None:
    async with client.working() as work:
        made, _ = await make_unsigned(work)

    found = await contract(client, to_id(KeyContract, made.id))

    assert (found["status"], found["verification"]) == ("WAITING_FOR_SIGNATURE", "SIGNATURE")
    assert found["waitsSince"] is not None
    assert (found["signedAt"], found["language"]) == (None, None)
    assert (found["signatureCoversContent"], found["returnSigned"]) == (False, False)


async def test_nobody_sees_a_pin_anywhere_before_the_signature(client: Client) -> None:
    async with client.working() as work:
        made, _ = await make_unsigned(work)
    (pin,) = await pins_of(client)

    seen = json.dumps([await client.ask(EVERYTHING)])

    assert pin not in seen
    for role in (Role.ADMIN, Role.USER, Role.PARTNER):
        (held,) = (await contract(client, to_id(KeyContract, made.id), role))["lockerContracts"]
        assert (held["state"], held["pin"]) == ("PLANNED", None)


async def test_the_pin_is_shown_once_it_is_signed(client: Client) -> None:
    async with client.working() as work:
        made, _ = await make_unsigned(work)
        await make_signature(work, made)
    (pin,) = await pins_of(client)

    found = await contract(client, to_id(KeyContract, made.id))

    assert [one["pin"] for one in found["lockerContracts"]] == [pin]
    assert (found["status"], found["waitsSince"]) == ("UPCOMING", None)
    assert found["signedAt"] is not None
    assert (found["signatureCoversContent"], found["returnSigned"]) == (True, False)


async def test_a_signature_does_not_cover_what_was_changed_since(client: Client) -> None:
    async with client.working() as work:
        made, _ = await make_unsigned(work)
        await make_signature(work, made)
        await effects.changed(work, made)

    found = await contract(client, to_id(KeyContract, made.id))

    assert (found["status"], found["signatureCoversContent"]) == ("WAITING_FOR_SIGNATURE", False)
    assert found["signedAt"] is not None
    assert [one["pin"] for one in found["lockerContracts"]] == [None]


async def test_a_signed_return_is_shown(client: Client) -> None:
    async with client.working() as work:
        made, _ = await make_unsigned(work)
        await make_signature(work, made)
        await make_signature(work, made, SigningPurpose.RETURN)

    assert (await contract(client, to_id(KeyContract, made.id)))["returnSigned"] is True


async def test_a_desk_is_told_what_to_do_before_the_signature(client: Client) -> None:
    async with client.working() as work:
        made, key = await make_unsigned(work)
    input = {"keys": [{"id": to_id(Key, key.id)}], "keyContractId": to_id(KeyContract, made.id)}

    payload = (await client.ask(HAND_OVER, Role.USER, input=input))["keyHandOver"]

    (error,) = payload["userErrors"]
    assert (error["code"], error["path"]) == ("WAITING_FOR_SIGNATURE", ["input", "keyContractId"])
    assert "have it signed, then hand the key" in error["message"]
    assert payload["keys"] is None


@pytest.mark.parametrize("few", [2])
async def test_statements_do_not_grow_with_the_contracts_that_were_signed(
    client: Client, few: int
) -> None:
    async def count_with(more: int) -> int:
        async with client.working() as work:
            for _ in range(more):
                made, _ = await make_unsigned(work)
                await make_signature(work, made)
        with statements_of(client.database) as seen:
            await client.ask(EVERYTHING)
        notes = [one for one in seen if one.startswith(("BEGIN", "INSERT INTO events"))]
        assert len(notes) <= 2 * EVERYTHING.count(
            "pin "
        )  # each place that shows PINs notes its own
        return len(seen) - len(notes)

    before = await count_with(few)

    assert await count_with(5 * few) <= before
