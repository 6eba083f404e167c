"""Requests that partners sign: who is let in, and what those are told who are not."""

import asyncio
import base64
import string
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

from independent_signing import HOST, Call, PartnersClient, private_key
from partnering import CREATE, NAMES, REVOKE, is_in, new_account, refusal
from sqlalchemy import func, select
from talking import Client, another_process

from models.base import table_of
from models.partners import UsedProof
from resolvers.partners import proofs
from schema.context import clock

PUSH = (
    "mutation($name: String!) { entityCreate(input: {kind: OTHER, name: $name}) { entity { id } } }"
)


async def test_whoever_signs_as_published_is_let_in(client: Client, tmp_path: Path) -> None:
    made = (await client.ask(CREATE, input={"name": "PMS", "source": "pms"}))[
        "serviceAccountCreate"
    ]
    account = made["serviceAccount"]
    partner = PartnersClient(account["id"], made["privateKey"])
    by_get = f"{HOST}/graphql?query={quote(NAMES)}"

    posted = await partner.ask(PUSH, name="Töölö 1, 京").send(client.http)
    got = await partner.call("GET", by_get).send(client.http)
    call = partner.ask(NAMES)
    text = partner.text("POST", call.url, call.body, call.headers["x-timestamp"])
    signature = partner.signature_by_openssl(text, tmp_path)
    by_openssl = await call.with_header("x-signature", signature).send(client.http)

    assert is_in(posted)
    assert is_in(got)
    assert is_in(by_openssl)
    assert account["access"]["role"] == "PARTNER"
    assert [key["kind"] for key in account["keys"]] == ["RSA"]
    listed = (
        "{ serviceAccounts { edges { node { id name keys { thumbprint } access { name } } } } }"
    )
    shown = (await client.ask(listed))["serviceAccounts"]["edges"][0]["node"]
    assert shown["id"] == account["id"]
    assert "PRIVATE" not in str(shown)


def swapped(text: str, place: int = -1) -> str:
    """Change one character of a text into another one of its kind."""
    other = {"a": "b", "0": "1"}.get(text[place], "a" if text[place] in string.hexdigits else "A")
    place %= len(text)
    return text[:place] + other + text[place + 1 :]


def wrong_by_one(call: Call) -> dict[str, Call]:
    """Change one character of each part of a request, or leave one out."""
    account, at, signature = (
        call.headers[f"x-{name}"] for name in ("service-account-id", "timestamp", "signature")
    )
    return {
        "account": call.with_header("x-service-account-id", swapped(account)),
        "kind of account": call.with_header("x-service-account-id", f"x{account}"),
        "empty account": call.with_header("x-service-account-id", ""),
        "timestamp": call.with_header("x-timestamp", f"{at[:-1]}{(int(at[-1]) + 1) % 10}"),
        "host": call.but(url=call.url.replace("//test", "//text")),
        "scheme": call.but(url=call.url.replace("http:", "https:")),
        "query": call.but(url=swapped(call.url)),
        "one character more of the query": call.but(url=f"{call.url}x"),
        "no query": call.but(url=call.url.partition("?")[0]),
        "method": call.but(method="GET"),
        "body": call.but(body=call.body.replace("typename", "Typename")),
        "a blank behind the body": call.but(body=f"{call.body} "),
        "no body": call.but(body=""),
        "signature": call.with_header("x-signature", swapped(signature, 5)),
        "end of the signature": call.with_header("x-signature", signature[:-4]),
        "empty signature": call.with_header("x-signature", ""),
        "other base64": call.with_header(
            "x-signature", base64.urlsafe_b64encode(b"\xfb" * 256).decode()
        ),
        "a blank in the signature": call.with_header(
            "x-signature", f"{signature[:4]} {signature[4:]}"
        ),
    }


async def test_wrong_by_one_character_in_any_part_is_refused_and_uses_nothing_up(
    client: Client,
) -> None:
    partner = await new_account(client)
    body = '{"query": "{ __typename }"}'
    call = partner.call("POST", f"{HOST}/graphql?a=1", body)
    # whoever sent it to another host meets ours with the headers that they signed for the other
    elsewhere = {"host", "scheme"}

    for part, wrong in wrong_by_one(call).items():
        sent = wrong
        if part in elsewhere:
            signed = partner.call("POST", wrong.url, body)
            sent = signed.but(url=call.url)
        told = refusal(await sent.send(client.http))
        assert told.startswith("x-signature is not that of a good key"), part
        assert "__typename" not in told
        assert wrong.headers["x-signature"] not in told or not wrong.headers["x-signature"]
    assert is_in(await call.send(client.http))


async def test_nothing_tells_an_account_that_is_not_there_from_a_wrong_signature(
    client: Client, stranger: Client
) -> None:
    partner, theirs = await new_account(client), await new_account(stranger)
    nobody = PartnersClient(f"serviceaccount_{'0' * 32}", partner.private_pem)
    revoked = await new_account(client)
    await client.ask(REVOKE, id=revoked.account_id)
    forged = PartnersClient(theirs.account_id, PartnersClient.of("", private_key("x")).private_pem)

    told = {
        refusal(await one.ask(NAMES).send(client.http)) for one in (nobody, revoked, forged)
    } | {refusal(await swapped_signature(partner).send(client.http))}

    assert len(told) == 1


async def test_the_body_of_whoever_cannot_have_signed_it_is_not_read(client: Client) -> None:
    partner, revoked = await new_account(client), await new_account(client)
    await client.ask(REVOKE, id=revoked.account_id)
    nobody = PartnersClient(f"serviceaccount_{'0' * 32}", partner.private_pem)
    read: list[str] = []

    async def sent(call: Call, name: str) -> int:
        async def body() -> AsyncIterator[bytes]:
            read.append(name)
            yield call.body.encode()

        answer = await client.http.post("/graphql", headers=call.headers, content=body())
        assert "is not that of a good key" in refusal(answer)
        return answer.status_code

    asked = partner.ask(NAMES)
    calls = {
        "nobody": nobody.ask(NAMES),
        "revoked": revoked.ask(NAMES),
        "no id": asked.with_header("x-service-account-id", "x"),
        "no base64": asked.with_header("x-signature", "?"),
        "too long": asked.with_header("x-signature", "A" * 2_000),
        "known": swapped_signature(partner),
    }
    statuses = {await sent(call, name) for name, call in calls.items()}

    assert statuses == {401}
    assert read == ["known"]


async def test_a_large_request_that_is_refused_unread_ends_its_connection(client: Client) -> None:
    partner = await new_account(client)
    nobody = PartnersClient(f"serviceaccount_{'0' * 32}", partner.private_pem)
    headers = nobody.ask(NAMES).headers

    large = await client.http.post("/graphql", headers=headers, content=b"x" * 900_000)
    small = await client.http.post("/graphql", headers=headers, content=b"x")

    assert refusal(large) == refusal(small)
    assert large.headers["connection"] == "close"
    assert "connection" not in small.headers


def swapped_signature(partner: PartnersClient) -> Call:
    call = partner.ask(NAMES)
    return call.with_header("x-signature", swapped(call.headers["x-signature"], 7))


async def test_a_clock_may_be_five_minutes_off_and_no_more(client: Client) -> None:
    partner = await new_account(client)

    for seconds in (-295, 295):
        assert is_in(await partner.ask(NAMES, seconds_off=seconds).send(client.http))
    late = refusal(await partner.ask(NAMES, seconds_off=-420).send(client.http))
    early = refusal(await partner.ask(NAMES, seconds_off=420).send(client.http))

    assert "is 420 seconds behind our clock" in late
    assert "seconds ahead of our clock" in early
    for odd in (str(int(time.time())), "now", "١٧٦٤١٢٣٤٥٦٧٨٩", f"+{int(time.time() * 1000)}"[:13]):
        call = partner.ask(NAMES)
        headers = [(name.encode(), value.encode()) for name, value in call.headers.items()]
        sent = [
            (name, odd.encode() if name == b"x-timestamp" else value) for name, value in headers
        ]
        answer = await client.http.post("/graphql", headers=sent, content=call.body)
        assert "time in milliseconds" in refusal(answer)


async def test_each_header_has_to_be_there_once(client: Client) -> None:
    partner = await new_account(client)
    for name in ("x-service-account-id", "x-timestamp", "x-signature"):
        call = partner.ask(NAMES)
        less = {key: value for key, value in call.headers.items() if key != name}
        assert name in refusal(await call.but(headers=less).send(client.http))
        twice = [*call.headers.items(), (name, call.headers[name])]
        answer = await client.http.post("/graphql", headers=twice, content=call.body)
        assert name in refusal(answer)


async def test_the_same_request_is_let_in_once_by_all_processes_together(client: Client) -> None:
    partner = await new_account(client)

    async with another_process(client) as other:
        for number in range(5):
            call = partner.ask(PUSH, name=f"Raced {number}")
            sent = [call.send(http) for http in (client.http, other.http) * 2]
            answers = await asyncio.gather(*sent)
            assert sum(map(is_in, answers)) == 1
            told = {refusal(one) for one in answers if not is_in(one)}
            assert len(told) == 1
            assert "let in already" in told.pop()
            assert "let in already" in refusal(await call.send(other.http))
    names = (await client.ask("{ entities(first: 100) { edges { node { name } } } }"))["entities"]
    assert sorted(edge["node"]["name"] for edge in names["edges"]) == [
        f"Raced {n}" for n in range(5)
    ]


async def test_used_signatures_are_forgotten_when_their_time_would_not_let_them_in(
    client: Client,
) -> None:
    partner = await new_account(client)
    assert is_in(await partner.ask(NAMES).send(client.http))

    async def kept() -> int:
        row = table_of(UsedProof)
        mine = select(func.count()).where(row.c.organization_id == client.organization_id)
        async with client.database.reading() as connection:
            return int((await connection.execute(mine)).scalar_one())

    await proofs.forget(client.database, clock() + timedelta(minutes=5))
    assert await kept() == 1
    await proofs.forget(client.database, clock() + timedelta(minutes=6, seconds=1))
    assert await kept() == 0
