"""Signings that end without a signature, or whose link is not shown again, over HTTP."""

from typing import Any

from signing import (
    DRAWN,
    START,
    WITHDRAW,
    contract_of,
    refetched,
    signer_of,
    waiting,
)
from talking import Client

from models.accounts import Role
from models.contracts import KeyContract, KeyContractStatus
from models.signing import SigningProcess, SigningState
from schema.scalars import to_id

SOMETHING = {"documentDigest": "0", "name": "Aino", "picture": DRAWN, "accepted": []}


async def started(client: Client, role: Role = Role.USER, **input: Any) -> dict[str, Any]:
    """Begin a signing as staff do; gives the answer."""
    answer: dict[str, Any] = (await client.ask(START, role, input=input))["signingStart"]
    return answer


async def test_a_contact_declines_and_the_contract_waits_on(client: Client) -> None:
    signer, process = await signer_of(client)

    answer = await signer.post("/decline", {"reason": "The rent is wrong."})

    assert answer.json() == {"state": "DECLINED"}
    ended = await refetched(client, process)
    assert (ended.state, ended.reason) == (SigningState.DECLINED, "The rent is wrong.")
    assert ended.ended_at is not None
    waits = await contract_of(client, process)
    assert waits.status is KeyContractStatus.WAITING_FOR_SIGNATURE
    notices = await client.ask("{ notices { edges { node { kind notice facts } } } }")
    (told,) = [edge["node"] for edge in notices["notices"]["edges"]]
    assert told["kind"] == "SIGNING_DECLINED"
    assert "rent" not in str(told)
    assert await signer.refused("") == (404, "LINK_NOT_VALID")
    again = await started(client, keyContractId=to_id(KeyContract, waits.id), method="LINK")
    assert again["signing"]["state"] == "PREPARING"


async def test_staff_withdraw_a_signing_and_its_link_is_not_valid_any_more(client: Client) -> None:
    signer, process = await signer_of(client)
    input = {"id": to_id(SigningProcess, process.id), "reason": "A wrong key."}

    first = (await client.ask(WITHDRAW, Role.USER, input=input))["signingWithdraw"]
    second = (await client.ask(WITHDRAW, Role.USER, input=input))["signingWithdraw"]

    assert first["signing"]["state"] == "WITHDRAWN"
    assert first["signing"]["reason"] == "A wrong key."
    assert second == first
    assert await signer.refused("/sign", SOMETHING) == (404, "LINK_NOT_VALID")
    assert (await contract_of(client, process)).status is KeyContractStatus.WAITING_FOR_SIGNATURE


def await_body() -> dict[str, Any]:
    """Make a body that would sign, were there something to sign."""
    return {"documentDigest": "0", "name": "Aino", "picture": DRAWN, "accepted": []}


async def test_what_is_signed_cannot_be_withdrawn(client: Client) -> None:
    signer, process = await signer_of(client)
    await signer.sign()

    input = {"id": to_id(SigningProcess, process.id)}
    answer = (await client.ask(WITHDRAW, input=input))["signingWithdraw"]

    assert [error["code"] for error in answer["userErrors"]] == ["ALREADY_SIGNED"]


async def test_an_answer_that_is_given_again_does_not_show_the_link_again(client: Client) -> None:
    async with client.working() as work:
        id = to_id(KeyContract, (await waiting(work)).id)
    input = {"keyContractId": id, "method": "LINK", "idempotencyKey": "k"}

    first = await started(client, **input)
    second = await started(client, **input)

    assert first["url"] is not None
    assert second["url"] is None
    assert second["signing"]["id"] == first["signing"]["id"]
