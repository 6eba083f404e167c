"""Bearer tokens as partners get them: with a checksum, scopes, units, an end, and a successor."""

import asyncio
import secrets
from datetime import timedelta
from typing import Any

import pytest
from counting import statements_of
from factories import make_unit
from partnering import NAMES, new_account
from sqlalchemy import select, update
from talking import Client, another_process

from models.accounts import Role, Token, checksum, is_token, mark_of, new_token, token_digest
from models.base import table_of
from models.events import EventKind
from models.organizations import OrganizationUnit
from resolvers.partners.uses import Uses
from schema.context import clock
from schema.scalars import to_id

CREATE = """mutation($input: TokenCreateInput!) { tokenCreate(input: $input) {
  text token { id name role scopes source mark expiresAt organizationUnits { id } }
  userErrors { code message path } } }"""
ROTATE = """mutation($input: TokenRotateInput!) { tokenRotate(input: $input) {
  text token { id name role scopes source replaces { id } expiresAt organizationUnits { id } }
  userErrors { code message } } }"""
REVOKE = "mutation($id: ID!) { tokenRevoke(input: {id: $id}) { userErrors { code } } }"
LIST = """query($ended: Boolean!) { tokens(first: 100, withEnded: $ended) {
  edges { node { id name mark expiresAt lastUsedAt revokedAt } } } }"""


async def created(client: Client, **asked: Any) -> dict[str, Any]:
    wanted = {"name": "PMS", "role": "PARTNER", "source": "pms"} | asked
    made: dict[str, Any] = (await client.ask(CREATE, input=wanted))["tokenCreate"]
    return made


async def rotated(client: Client, id: str, **asked: Any) -> dict[str, Any]:
    made: dict[str, Any] = (await client.ask(ROTATE, input={"id": id} | asked))["tokenRotate"]
    return made


async def status_of(client: Client, text: str, document: str = NAMES) -> int:
    """Come with a token to a process that remembers nobody."""
    async with another_process(client) as other:
        headers = {"authorization": f"Bearer {text}"}
        answer = await other.http.post("/graphql", json={"query": document}, headers=headers)
        return int(answer.status_code)


async def listed(client: Client, *, ended: bool = False) -> dict[str, dict[str, Any]]:
    edges = (await client.ask(LIST, ended=ended))["tokens"]["edges"]
    return {edge["node"]["id"]: edge["node"] for edge in edges}


def test_one_wrong_character_of_a_token_is_known_by_its_checksum() -> None:
    text = new_token()

    wrong = [f"{text[:at]}{'x' if text[at] != 'x' else 'y'}{text[at + 1 :]}" for at in range(3, 63)]

    assert is_token(text)
    assert not any(map(is_token, [*wrong, text[:-1], f"{text}0", text.upper(), f"{text}\n"]))
    assert mark_of(text) == text[:13]
    assert checksum("lk_") != checksum("lk-")
    assert is_token(f"lk_{secrets.token_urlsafe(32)}")  # of the former form


async def test_a_token_that_is_not_whole_is_refused_without_a_look_at_the_database(
    client: Client,
) -> None:
    text = (await created(client))["text"]
    headers = {"authorization": f"Bearer {text[:-1]}{'x' if text[-1] != 'x' else 'y'}"}

    with statements_of(client.database, with_tokens=True) as seen:
        answer = await client.http.post("/graphql", json={"query": NAMES}, headers=headers)

    assert answer.status_code == 401
    assert "checksum" in answer.text
    assert seen == []


async def test_a_token_of_the_former_form_goes_on_opening_the_door(client: Client) -> None:
    text = f"lk_{secrets.token_urlsafe(32)}"
    made = await created(client)
    row = table_of(Token)
    async with client.database.administering() as connection:
        former = update(row).where(row.c.digest == token_digest(made["text"]))
        await connection.execute(former.values(digest=token_digest(text), mark=None))

    assert await status_of(client, text) == 200
    assert await status_of(client, made["text"]) == 401
    assert (await listed(client))[made["token"]["id"]]["mark"] is None


async def test_a_token_is_shown_once_and_narrowed_to_its_scopes_and_units(client: Client) -> None:
    async with client.working() as work:
        unit = to_id(OrganizationUnit, (await make_unit(work)).id)
    asked = {
        "scopes": ["VIEW", "EDIT_ENTITIES"],
        "organizationUnitIds": [unit],
        "idempotencyKey": "once",
    }

    made = await created(client, **asked)
    again = await created(client, **asked)

    token = made["token"]
    assert made["userErrors"] == []
    assert token["scopes"] == ["EDIT_ENTITIES", "VIEW"]
    assert token["organizationUnits"] == [{"id": unit}]
    assert made["text"].startswith(f"{token['mark']}_")
    assert again["text"] is None
    assert again["token"]["id"] == token["id"]
    assert made["text"] not in str(await listed(client))
    create = 'mutation { entityCreate(input: {kind: CAR, name: "x", organizationUnitId: "%s"}) '
    create += "{ userErrors { code } } }"
    cancel = f'mutation {{ reservationCancel(input: {{id: "reservation_{"0" * 32}"}}) '
    cancel += "{ userErrors { code } } }"
    headers = {"authorization": f"Bearer {made['text']}"}
    for document, name, codes in (
        (create % unit, "entityCreate", []),
        (create % to_id(OrganizationUnit, client.organization_id), "entityCreate", ["NOT_FOUND"]),
        (cancel, "reservationCancel", ["NOT_ALLOWED"]),
    ):
        answer = await client.http.post("/graphql", json={"query": document}, headers=headers)
        refused = [one["code"] for one in answer.json()["data"][name]["userErrors"]]
        assert refused == codes, answer.text


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"scopes": []}, "INVALID_INPUT"),
        ({"scopes": ["EDIT_KEYS"]}, "INVALID_INPUT"),
        ({"role": "STATION"}, "INVALID_INPUT"),
        ({"expiresAt": "2020-01-01T00:00Z"}, "INVALID_INPUT"),
        ({"organizationUnitIds": [f"unit_{'0' * 32}"]}, "NOT_FOUND"),
        ({"organizationUnitIds": []}, "INVALID_INPUT"),
        ({"name": " "}, "INVALID_INPUT"),
    ],
)
async def test_a_token_that_makes_no_sense_is_refused(
    client: Client, wrong: dict[str, Any], code: str
) -> None:
    made = await created(client, **wrong)

    assert made["token"] is made["text"] is None
    assert [error["code"] for error in made["userErrors"]] == [code]


async def test_nobody_gives_more_than_they_have(client: Client) -> None:
    narrow = await created(
        client, role="ADMIN", scopes=["EDIT_ORGANIZATION", "VIEW", "VIEW_PLACES"]
    )
    strong = await created(client, role="ADMIN")
    client.tokens[Role.VIEWER] = narrow["text"]

    async def refusal(document: str, what: str, **asked: Any) -> list[str]:
        answer = (await client.ask(document, Role.VIEWER, input=asked))[what]
        return [one["code"] for one in answer["userErrors"]]

    wanted = {"name": "x", "role": "ADMIN"}
    assert await refusal(CREATE, "tokenCreate", **wanted) == ["NOT_ALLOWED"]
    assert await refusal(CREATE, "tokenCreate", **wanted, scopes=["SEE_PINS"]) == ["NOT_ALLOWED"]
    assert await refusal(CREATE, "tokenCreate", **wanted, scopes=["VIEW"]) == []
    assert await refusal(ROTATE, "tokenRotate", id=strong["token"]["id"]) == ["NOT_ALLOWED"]
    assert await refusal(ROTATE, "tokenRotate", id=narrow["token"]["id"]) == []


async def test_both_tokens_are_good_until_the_overlap_ends(client: Client) -> None:
    until = (clock() + timedelta(days=30)).isoformat()
    former = await created(client, scopes=["VIEW"], expiresAt=until)
    id = former["token"]["id"]

    made = await rotated(client, id, overlapSeconds=3600)

    latter = made["token"]
    same = ("name", "role", "scopes", "source", "organizationUnits")
    assert [latter[name] for name in same] == [former["token"][name] for name in same]
    assert latter["replaces"] == {"id": id}
    assert latter["expiresAt"] > former["token"]["expiresAt"]
    assert await status_of(client, former["text"]) == 200
    assert await status_of(client, made["text"]) == 200
    again = await rotated(client, id)
    assert [one["code"] for one in again["userErrors"]] == ["ILLEGAL_TRANSITION"]
    at_once = await rotated(client, latter["id"], overlapSeconds=0)
    assert await status_of(client, made["text"]) == 401
    assert await status_of(client, at_once["text"]) == 200
    await client.ask(REVOKE, id=at_once["token"]["id"])
    assert await status_of(client, at_once["text"]) == 401
    assert latter["id"] not in await listed(client)
    assert (await listed(client, ended=True))[at_once["token"]["id"]]["revokedAt"]
    async with client.working() as work:
        kinds = [EventKind.TOKEN_ROTATED, EventKind.TOKEN_REVOKED]
        trail = "{ events(first: 100) { edges { node { kind facts } } } }"
        told = str(await client.ask(trail))
        assert all(kind.name in told for kind in kinds)
        assert not any(one in told for one in (former["text"], made["text"], at_once["text"]))
        assert work.now


async def test_a_token_is_rotated_once_however_many_ask_at_once(client: Client) -> None:
    id = (await created(client))["token"]["id"]

    made = await asyncio.gather(*(rotated(client, id) for _ in range(4)))

    assert sum(one["text"] is not None for one in made) == 1
    codes = [error["code"] for one in made for error in one["userErrors"]]
    assert codes == ["ILLEGAL_TRANSITION"] * 3


async def test_the_access_of_service_accounts_and_displays_is_not_rotated(client: Client) -> None:
    await new_account(client, source="accounts")
    row = table_of(Token).c
    async with client.database.reading() as connection:
        own = select(row.id).where(row.organization_id == client.organization_id)
        (access,) = (await connection.execute(own.where(row.source == "accounts"))).scalars()
        (display,) = (await connection.execute(own.where(row.role == Role.STATION))).scalars()

    assert to_id(Token, access) not in await listed(client)
    for id in (access, display):
        made = await rotated(client, to_id(Token, id))
        assert [one["code"] for one in made["userErrors"]] == ["ILLEGAL_TRANSITION"]


async def test_when_a_token_was_used_last_is_written_once_a_minute_at_most(client: Client) -> None:
    made = await created(client)
    id = made["token"]["id"]
    uses, now = Uses(client.database), clock()
    async with client.working() as work:
        (token,) = await work.all(work.own(Token).where(Token.source == "pms"))

    async def last(after: float) -> str:
        uses.note(token.id, now + timedelta(seconds=after))
        await uses.write()
        return str((await listed(client))[id]["lastUsedAt"])

    first = await last(0)
    assert first != "None"
    assert await last(59) == first
    assert await last(60) > first
    with statements_of(client.database, with_tokens=True) as seen:
        await uses.write()
    assert seen == []
