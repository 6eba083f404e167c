import asyncio
from datetime import timedelta
from typing import Any

import pytest
import samples
from due_jobs import do_what_is_due
from talking import Client
from things import one_of_everything
from uploading import (
    REMOVE,
    REQUEST,
    announced,
    attached,
    in_store,
    looked_at,
    sent,
    unit_id,
)

from models.accounts import Role
from resolvers.attachments import storing
from schema.context import clock

NOTHING = "0" * 32
SHOWN_AS = {
    "entity": "ReservableEntity",
    "key": "Key",
    "key_contract": "KeyContract",
    "unit": "OrganizationUnit",
}


async def removed(client: Client, id: str) -> dict[str, Any]:
    payload: dict[str, Any] = (await client.ask(REMOVE, input={"id": id}))["attachmentRemove"]
    return payload


@pytest.mark.parametrize("kind", ["entity", "key", "key_contract", "unit"])
async def test_a_thing_lists_the_files_on_it(client: Client, kind: str) -> None:
    ids = await one_of_everything(client)
    name = {"unit": "organizationUnitId", "key_contract": "keyContractId"}.get(kind, f"{kind}Id")
    id, _ = await attached(client, samples.PDF, "One.pdf", **{name: ids[kind]})
    await announced(client, "Two.pdf", **{name: ids[kind]})

    data = await client.ask(
        f"query($id: ID!) {{ node(id: $id) {{ ... on {SHOWN_AS[kind]} {{ "
        "attachments { edges { node { id name state sha256 } } pageInfo { hasNextPage } } } } }",
        id=ids[kind],
    )

    *_, first, second = [edge["node"] for edge in data["node"]["attachments"]["edges"]]
    assert (first["id"], first["name"], first["state"]) == (id, "One.pdf", "STORED")
    assert (second["name"], second["state"], second["sha256"]) == ("Two.pdf", "AWAITED", None)


@pytest.mark.parametrize(
    ("things", "code"),
    [
        ([], "INVALID_INPUT"),
        (["unit", "key"], "INVALID_INPUT"),
        (["stranger"], "NOT_FOUND"),
    ],
    ids=["none", "two", "unknown"],
)
async def test_an_attachment_is_on_exactly_one_thing(
    client: Client, things: list[str], code: str
) -> None:
    named = {
        "unit": ("organizationUnitId", await unit_id(client)),
        "key": ("keyId", f"key_{NOTHING}"),
        "stranger": ("entityId", f"entity_{NOTHING}"),
    }
    input = {"name": "a.pdf"} | dict(named[thing] for thing in things)

    answer = (await client.ask(REQUEST, input=input))["attachmentRequest"]

    assert [error["code"] for error in answer["userErrors"]] == [code]
    assert (answer["uploadUrl"], answer["uploadSecret"]) == (None, None)


@pytest.mark.parametrize("name", ["", "a/..", "\u202e"])
async def test_a_name_with_nothing_in_it_is_refused(client: Client, name: str) -> None:
    input = {"name": name, "organizationUnitId": await unit_id(client)}

    answer = (await client.ask(REQUEST, input=input))["attachmentRequest"]

    assert [error["path"] for error in answer["userErrors"]] == [["input", "name"]]


async def test_a_request_that_is_repeated_does_not_show_the_secret_again(client: Client) -> None:
    input = {"name": "a", "organizationUnitId": await unit_id(client), "idempotencyKey": "k"}
    first = (await client.ask(REQUEST, input=input))["attachmentRequest"]

    again = (await client.ask(REQUEST, input=input))["attachmentRequest"]

    assert first["uploadSecret"]
    assert again == first | {"uploadSecret": None}


async def test_a_viewer_fetches_but_does_not_attach(client: Client) -> None:
    id, _ = await attached(client, samples.PDF)
    data = await client.ask(
        "query($id: ID!) { node(id: $id) { ... on Attachment { downloadUrl } } }",
        Role.VIEWER,
        id=id,
    )
    assert (await client.http.get(data["node"]["downloadUrl"])).status_code == 200

    answer = await client.ask(REMOVE, Role.VIEWER, input={"id": id})

    assert [e["code"] for e in answer["attachmentRemove"]["userErrors"]] == ["NOT_ALLOWED"]


async def test_a_file_is_offered_with_the_ending_of_what_it_is(client: Client) -> None:
    id, _ = await attached(client, samples.PDF, "Photo.png")

    answer = await client.http.get((await looked_at(client, id))["downloadUrl"])

    assert 'filename="Photo.png.pdf"' in answer.headers["content-disposition"]


async def test_an_attachment_is_removed_with_its_bytes(client: Client) -> None:
    id, _ = await attached(client, samples.PDF)
    url = (await looked_at(client, id))["downloadUrl"]

    payload = await removed(client, id)
    await do_what_is_due(client, clock())

    assert payload["userErrors"] == []
    assert (payload["attachment"]["state"], payload["attachment"]["downloadUrl"]) == (
        "REMOVED",
        None,
    )
    assert await in_store(client) == []
    assert (await client.http.get(url)).status_code == 404
    assert await removed(client, id) == payload


async def test_bytes_stay_as_long_as_another_attachment_has_them(client: Client) -> None:
    first, _ = await attached(client, samples.PDF, "One.pdf")
    second, _ = await attached(client, samples.PDF, "Two.pdf")
    await removed(client, first)
    await do_what_is_due(client, clock())

    found = await looked_at(client, second)

    assert (await client.http.get(found["downloadUrl"])).content == samples.PDF
    await removed(client, second)
    await do_what_is_due(client, clock())
    assert await in_store(client) == []


async def test_an_attachment_that_is_awaited_is_taken_back_with_its_link(client: Client) -> None:
    payload = await announced(client)
    await removed(client, payload["attachment"]["id"])

    assert (await sent(client, payload["uploadSecret"], samples.PDF)).status_code == 404


async def test_the_same_bytes_may_come_while_others_are_removed(client: Client) -> None:
    """Whoever is first: no attachment that is stored is without its bytes."""
    for _ in range(10):
        id, _ = await attached(client, samples.PDF)
        payload = await announced(client)

        await asyncio.gather(
            removed(client, id), sent(client, payload["uploadSecret"], samples.PDF)
        )
        await do_what_is_due(client, clock())

        found = await looked_at(client, payload["attachment"]["id"])
        assert (await client.http.get(found["downloadUrl"])).content == samples.PDF
        assert len(await in_store(client)) == 1
        await removed(client, payload["attachment"]["id"])
        await do_what_is_due(client, clock())


async def test_bytes_that_no_row_refers_to_stay_where_a_row_keeps_them(client: Client) -> None:
    owner = client.organization_id
    stored = await storing.put(client.outside.files, owner, b"evidence", "application/pdf")
    async with client.working() as work:
        await storing.keep(work, stored)

    await do_what_is_due(client, clock() + timedelta(days=4000))

    assert await in_store(client) == [stored.path]


async def test_no_event_holds_the_name_of_a_file(client: Client) -> None:
    id, _ = await attached(client, samples.PDF, "Aino Virtanen.pdf")
    await removed(client, id)
    await attached(client, samples.HTML, "Aino Virtanen.pdf")

    data = await client.ask("{ events(first: 100) { edges { node { kind facts notice } } } }")

    kinds = {edge["node"]["kind"] for edge in data["events"]["edges"]}
    assert {
        "ATTACHMENT_REQUESTED",
        "ATTACHMENT_STORED",
        "ATTACHMENT_REFUSED",
        "ATTACHMENT_REMOVED",
    } <= kinds
    assert "Aino" not in str(data)
