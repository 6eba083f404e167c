"""OAuth 2.0: access tokens for assertions that are believed once, and for no others."""

import asyncio
import hmac
import json
import time
from base64 import urlsafe_b64encode
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, utils
from cryptography.hazmat.primitives.hashes import SHA256
from independent_signing import HOST, private_key, public_pem
from partnering import NAMES, REVOKE, REVOKE_KEY, new_account
from sqlalchemy import update
from talking import Client, another_process

from models.base import table_of
from models.errors import Unauthenticated
from models.partners import AccessToken
from resolvers.accounts import check_still_good
from resolvers.partners import access_tokens
from resolvers.work import Reading
from schema.context import clock

AUDIENCE = f"{HOST}/oauth/token"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
CREATE_DESK = 'mutation { manualStorageCreate(input: {name: "x"}) { userErrors { code } } }'
CREATE_ENTITY = 'mutation { entityCreate(input: {kind: CAR, name: "x"}) { userErrors { code } } }'
P256, EDWARDS = ec.generate_private_key(ec.SECP256R1()), ed25519.Ed25519PrivateKey.generate()
ALGORITHMS = {"RS256": private_key(), "PS256": private_key(), "ES256": P256, "Ed25519": EDWARDS}


def encoded(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def signature(alg: str, key: Any, text: bytes) -> bytes:
    """Sign as RFC 7518 and 8037 say, without any library for tokens."""
    match alg:
        case "RS256":
            return bytes(key.sign(text, padding.PKCS1v15(), SHA256()))
        case "PS256":
            pss = padding.PSS(padding.MGF1(SHA256()), padding.PSS.DIGEST_LENGTH)
            return bytes(key.sign(text, pss, SHA256()))
        case "ES256":
            r, s = utils.decode_dss_signature(key.sign(text, ec.ECDSA(SHA256())))
            return r.to_bytes(32, "big") + s.to_bytes(32, "big")
        case "Ed25519":
            return bytes(key.sign(text))
        case "HS256":
            return hmac.digest(public_pem(key).encode(), text, "sha256")
    return b""


def assertion(client_id: str, alg: str = "RS256", key: Any = None, **claims: Any) -> str:
    said = {
        "iss": client_id,
        "sub": client_id,
        "aud": AUDIENCE,
        "exp": int(time.time()) + 60,
        "jti": encoded(str(time.perf_counter_ns()).encode()),
    } | claims
    kept = {name: value for name, value in said.items() if value is not None}
    parts = [encoded(json.dumps(one).encode()) for one in ({"alg": alg, "typ": "JWT"}, kept)]
    made = signature(alg, key or private_key(), ".".join(parts).encode())
    return ".".join([*parts, encoded(made)])


def form(jwt: str, **parameters: str | None) -> dict[str, str]:
    asked: dict[str, str | None] = {
        "grant_type": "client_credentials",
        "client_assertion_type": JWT_BEARER,
        "client_assertion": jwt,
    }
    return {name: value for name, value in (asked | parameters).items() if value is not None}


async def asked(http: httpx2.AsyncClient, jwt: str, **parameters: str | None) -> httpx2.Response:
    return await http.post("/oauth/token", data=form(jwt, **parameters))


async def given(http: httpx2.AsyncClient, jwt: str, **parameters: str) -> dict[str, Any]:
    answer = await asked(http, jwt, **parameters)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    found: dict[str, Any] = answer.json()
    return found


async def post(http: httpx2.AsyncClient, token: str, document: str = NAMES) -> httpx2.Response:
    headers = {"authorization": f"Bearer {token}"}
    return await http.post("/graphql", json={"query": document}, headers=headers)


@pytest.mark.parametrize("alg", ALGORITHMS)
async def test_an_assertion_of_each_algorithm_brings_an_access_token(
    client: Client, alg: str
) -> None:
    key = ALGORITHMS[alg]
    partner = await new_account(client, key)
    described = (await client.http.get("/.well-known/oauth-authorization-server")).json()

    access = await given(client.http, assertion(partner.account_id, alg, key))

    assert described["token_endpoint"] == AUDIENCE
    assert alg in described["token_endpoint_auth_signing_alg_values_supported"]
    assert set(access["scope"].split()) <= set(described["scopes_supported"])
    assert (access["token_type"], access["expires_in"]) == ("Bearer", 600)
    answer = await post(client.http, access["access_token"])
    assert answer.json() == {"data": {"__typename": "Query"}}


async def test_a_scope_narrows_what_the_token_may(client: Client) -> None:
    partner = await new_account(client)

    narrow = await given(client.http, assertion(partner.account_id), scope="edit_entities view")
    whole = await given(client.http, assertion(partner.account_id))

    assert narrow["scope"] == "edit_entities view"
    for access, code in ((narrow, ["NOT_ALLOWED"]), (whole, [])):
        create = f'mutation {{ reservationCancel(input: {{id: "reservation_{"0" * 32}"}}) '
        create += "{ userErrors { code } } }"
        refused = (await post(client.http, access["access_token"], create)).json()
        codes = [one["code"] for one in refused["data"]["reservationCancel"]["userErrors"]]
        assert codes == (code or ["NOT_FOUND"])
        made = (await post(client.http, access["access_token"], CREATE_ENTITY)).json()
        assert made["data"]["entityCreate"]["userErrors"] == []
    desk = (await post(client.http, whole["access_token"], CREATE_DESK)).json()
    assert desk["data"]["manualStorageCreate"]["userErrors"] == [{"code": "NOT_ALLOWED"}]


def bad_assertions(id: str) -> dict[str, str]:
    now = int(time.time())
    good = assertion(id)
    head, claims, made = good.split(".")
    changed = ("B" if made[0] == "A" else "A") + made[1:]
    return {
        "another key": assertion(id, key=private_key("another")),
        "our public key as a shared secret": assertion(id, "HS256"),
        "no signature": assertion(id, "none"),
        "one character of the signature": f"{head}.{claims}.{changed}",
        "other claims": f"{head}.{encoded(json.dumps({'iss': id, 'sub': id}).encode())}.{made}",
        "an unknown client": assertion(f"serviceaccount_{'0' * 32}"),
        "another issuer": assertion(id, iss="somebody"),
        "another audience": assertion(id, aud=f"{HOST}/graphql"),
        "several audiences": assertion(id, aud=[AUDIENCE, "https://other.example"]),
        "no audience": assertion(id, aud=None),
        "expired": assertion(id, exp=now - 90),
        "an endless life": assertion(id, exp=now + 86_400),
        "no end": assertion(id, exp=None),
        "an end that is none": assertion(id, exp="soon"),
        "an end that is absurd": assertion(id, exp=1e300),
        "of later": assertion(id, nbf=now + 300),
        "no jti": assertion(id, jti=None),
        "a long jti": assertion(id, jti="x" * 201),
        "no subject": assertion(id, sub=None),
        "a number as the subject": assertion(id, sub=1),
        "lists in lists": f"{head}.{encoded(b'[' * 9_000)}.{made}",
        "no JWT": "x",
        "nothing": "",
    }


async def test_an_assertion_that_cannot_be_believed_brings_nothing(client: Client) -> None:
    partner = await new_account(client)
    told = {}

    for name, jwt in bad_assertions(partner.account_id).items():
        answer = await asked(client.http, jwt)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), name
        assert "access_token" not in answer.json()
        told[name] = answer.json()["error_description"]

    assert told["another key"] == told["an unknown client"] == told["no signature"]
    assert AUDIENCE in told["another audience"]
    assert (await asked(client.http, assertion(partner.account_id))).status_code == 200


async def test_requests_are_refused_in_the_words_of_rfc_6749(client: Client) -> None:
    partner = await new_account(client, scopes=["VIEW"])
    jwt = assertion(partner.account_id)
    refusals: dict[str, dict[str, str | None]] = {
        "unsupported_grant_type": {"grant_type": "password"},
        "invalid_request": {"grant_type": None},
        "invalid_scope": {"scope": "edit_entities"},
        "invalid_client": {"client_assertion_type": "jwt"},
    }

    for error, wrong in refusals.items():
        answer = await asked(client.http, jwt, **wrong)
        assert answer.json()["error"] == error
        assert answer.json()["error_description"]
        assert answer.status_code == (401 if error == "invalid_client" else 400)
    mixed = await asked(client.http, jwt, client_id="another")
    assert mixed.json()["error"] == "invalid_client"
    twice = urlencode([*form(jwt).items(), ("scope", "view"), ("scope", "view")])
    urlencoded = {"content-type": "application/x-www-form-urlencoded"}
    for content, headers in (
        (twice, urlencoded),
        ("scope=%ff&" * 30, urlencoded),
        ("a=" + "x" * 20_000, urlencoded),
        (json.dumps(form(jwt)), {"content-type": "application/json"}),
    ):
        answer = await client.http.post("/oauth/token", content=content, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert (await client.http.get("/oauth/token")).status_code == 405
    assert (await asked(client.http, jwt)).json()["scope"] == "view"  # nothing used it up


async def test_an_assertion_is_believed_once_by_all_processes_together(client: Client) -> None:
    partner = await new_account(client)

    async with another_process(client) as other:
        for _ in range(5):
            jwt = assertion(partner.account_id)
            sent = [asked(http, jwt) for http in (client.http, other.http) * 2]
            answers = await asyncio.gather(*sent)
            assert sorted(one.status_code for one in answers) == [200, 401, 401, 401]
            told = {one.json().get("error_description") for one in answers} - {None}
            assert len(told) == 1
            assert "used already" in told.pop()


@pytest.mark.parametrize("taken_back", ["account", "key"])
async def test_an_access_token_ends_with_its_account_and_with_its_key(
    client: Client, taken_back: str
) -> None:
    partner = await new_account(client)
    token = (await given(client.http, assertion(partner.account_id)))["access_token"]
    listed = "{ serviceAccounts { edges { node { keys { id } } } } }"
    (edge,) = (await client.ask(listed))["serviceAccounts"]["edges"]

    if taken_back == "account":
        await client.ask(REVOKE, id=partner.account_id)
    else:
        await client.ask(REVOKE_KEY, id=edge["node"]["keys"][0]["id"])

    async with another_process(client) as other:
        assert (await post(other.http, token)).status_code == 401
        refused = await asked(other.http, assertion(partner.account_id))
        assert refused.json()["error"] == "invalid_client"


async def test_an_access_token_ends_by_itself_also_for_whoever_is_here_for_long(
    client: Client,
) -> None:
    partner = await new_account(client)
    token = (await given(client.http, assertion(partner.account_id)))["access_token"]
    async with client.database.reading(client.organization_id) as connection:
        actor = await access_tokens.authenticate(connection, token, clock())
        reading = Reading(connection, actor, clock())
        assert actor.until is not None
        await check_still_good(reading, clock())
        with pytest.raises(Unauthenticated, match="expired"):
            await check_still_good(reading, actor.until)
        with pytest.raises(Unauthenticated, match="expired"):
            await access_tokens.authenticate(connection, token, actor.until)

    row = table_of(AccessToken)
    ended = update(row).where(row.c.organization_id == client.organization_id)
    async with client.database.administering() as connection:
        await connection.execute(ended.values(revoked_at=clock()))
    async with client.database.reading(client.organization_id) as connection:
        with pytest.raises(Unauthenticated, match="taken back"):
            await check_still_good(Reading(connection, actor, clock()), clock())
    async with client.database.administering() as connection:
        await connection.execute(ended.values(expires_at=clock(), revoked_at=None))
    async with another_process(client) as other:
        answer = await post(other.http, token)
        assert answer.status_code == 401
        assert "expired" in answer.text
