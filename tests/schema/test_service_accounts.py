"""Service accounts: their keys, how these are turned, and help for those who sign with them."""

import pytest
from independent_signing import PartnersClient, private_key, public_pem
from partnering import CREATE, NAMES, REVOKE_KEY, ROTATE, is_in, new_account, refusal
from sqlalchemy import update
from talking import Client, another_process

from models.accounts import Role
from models.base import table_of
from models.partners import ServiceAccountKey
from schema.context import clock

CHECK = """query($account: ID, $method: String!, $url: String!, $body: String!, $at: String!,
                 $signature: String) {
  signatureCheck(serviceAccountId: $account, method: $method, url: $url, body: $body,
                 timestamp: $at, signature: $signature) {
    digest signedText secondsOff fits problems } }"""
SHORT = """-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCwxIWJ/r2rMikSpy7fmCbyG3CV
hSDQhj7CnP6MZ3kqLcVCa+W80B61XEIYBnP5FtrDRSamlNHNTxJCLbb+e2dCGcEQ
JHoW0Oe5KuF0CB+TUsIj5R5aTlTo4J+McqBIWDApHmEBwkZBDrSQ82qHVzoAOfOT
ASU6jo9rZevn0Nt5EQIDAQAB
-----END PUBLIC KEY-----
"""
P384 = """-----BEGIN PUBLIC KEY-----
MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEiZraejo1vEFYocj7W7p1SKgwa12LaIQJ
Nx+e3W7PgLDHkyQQXVIjq74daXALVJbdwiyMC4h2GsgukUjf9/Eqr9JvNalaVc92
O+vUMKNpwJblepIk7lOoW3RkgzLfmjFs
-----END PUBLIC KEY-----
"""


async def test_both_keys_are_good_until_the_overlap_ends(client: Client) -> None:
    former = await new_account(client)
    second = private_key("second")
    asked = {"id": former.account_id, "publicKey": public_pem(second), "overlapSeconds": 3600}

    rotated = (await client.ask(ROTATE, input=asked))["serviceAccountKeyRotate"]
    again = await client.ask(ROTATE, input=asked | {"publicKey": public_pem(private_key("third"))})

    latter = PartnersClient.of(former.account_id, second)
    assert rotated["userErrors"] == []
    first_key, second_key = rotated["serviceAccount"]["keys"]
    assert first_key["expiresAt"]
    assert not second_key["expiresAt"]
    assert again["serviceAccountKeyRotate"]["userErrors"][0]["code"] == "ILLEGAL_TRANSITION"
    assert is_in(await former.ask(NAMES).send(client.http))
    row = table_of(ServiceAccountKey)
    async with client.database.administering() as connection:
        ended = update(row).where(row.c.expires_at.is_not(None)).values(expires_at=clock())
        await connection.execute(ended.where(row.c.organization_id == client.organization_id))
    async with another_process(client) as other:
        assert "not that of a good key" in refusal(await former.ask(NAMES).send(other.http))
        assert is_in(await latter.ask(NAMES).send(other.http))
    await client.ask(REVOKE_KEY, id=second_key["id"])
    async with another_process(client) as other:
        assert "not that of a good key" in refusal(await latter.ask(NAMES).send(other.http))


@pytest.mark.parametrize("wrong", ["private", "short", "curve", "text"])
async def test_only_public_keys_of_some_strength_are_taken(client: Client, wrong: str) -> None:
    from_keys = {
        "private": PartnersClient.of("", private_key()).private_pem,
        "short": SHORT,
        "curve": P384,
        "text": "ssh-rsa AAAA",
    }

    asked = {"name": "PMS", "publicKey": from_keys[wrong]}
    made = (await client.ask(CREATE, input=asked))["serviceAccountCreate"]

    assert made["serviceAccount"] is None
    assert made["userErrors"][0]["code"] == "INVALID_INPUT"
    assert from_keys[wrong] not in str(made)


async def test_the_check_tells_what_is_hashed_and_nothing_of_other_accounts(
    client: Client, stranger: Client
) -> None:
    partner, theirs = await new_account(client), await new_account(stranger)
    other = await new_account(client, source="another")
    call = partner.ask(NAMES)
    at, signature = call.headers["x-timestamp"], call.headers["x-signature"]
    asked = {"method": "POST", "url": call.url, "body": call.body, "at": at}
    fits = asked | {"account": partner.account_id, "signature": signature}

    by_admin = (await client.ask(CHECK, **fits))["signatureCheck"]
    itself = (await partner.ask(CHECK, **asked, signature=signature).send(client.http)).json()

    text = partner.text("POST", call.url, call.body, at)
    assert by_admin["signedText"] == text
    assert by_admin["digest"] == text[-64:]
    assert by_admin["fits"]
    assert by_admin["problems"] == []
    assert abs(by_admin["secondsOff"]) < 60
    assert itself["data"]["signatureCheck"]["fits"]
    wrong = fits | {"url": "http://elsewhere/graphql", "at": "1764123456"}
    told = (await client.ask(CHECK, **wrong))["signatureCheck"]
    assert told["fits"] is False
    assert len(told["problems"]) == 3
    assert await client.error_code(CHECK, **fits | {"account": theirs.account_id}) == "NOT_FOUND"
    assert await client.error_code(CHECK, Role.PARTNER, **fits) == "NOT_FOUND"
    of_other = await partner.ask(CHECK, **fits | {"account": other.account_id}).send(client.http)
    assert of_other.json()["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    assert is_in(await call.send(client.http))  # looking used nothing up
