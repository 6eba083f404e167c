import asyncio
from datetime import timedelta
from typing import Any

import pytest
import samples
from documents import written
from due_jobs import do_what_is_due
from factories import AINO, HOUR, make_entity, make_key, make_unit
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
from models.contracts import KeyContract
from models.organizations import OrganizationUnit
from models.times import Window
from resolvers import contracts, organizations
from resolvers.attachments import storing
from schema.context import clock
from schema.scalars import from_id, to_id

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

    first, second = [edge["node"] for edge in data["node"]["attachments"]["edges"]]
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


async def contract_of(client: Client, *, retention: timedelta = timedelta(days=30)) -> str:
    """Make a contract of an hour in an organization that keeps attachments for so long."""
    async with client.working() as work:
        changes: Any = {"attachment_retention": retention}
        await organizations.update_unit(work, client.organization_id, changes)
        key = await make_key(work)
        window = Window(work.now, work.now + HOUR)
        contract = await contracts.create(work, key_ids=[key.id], contacts=[AINO], window=window)
    return to_id(KeyContract, contract.id)


async def cancel(client: Client, contract_id: str) -> None:
    async with client.working() as work:
        await contracts.cancel(work, from_id(KeyContract, contract_id))


async def test_attachments_of_a_contract_go_when_its_end_is_long_enough_ago(
    client: Client,
) -> None:
    contract_id = await contract_of(client)
    id, _ = await attached(client, samples.PDF, keyContractId=contract_id)
    await do_what_is_due(client, clock())
    assert (await looked_at(client, id))["removeAt"] is None
    over_at = clock() + HOUR

    await do_what_is_due(client, over_at)

    remove_at = over_at + timedelta(days=30)
    found = await looked_at(client, id)
    assert (found["state"], found["removeAt"]) == ("STORED", written(remove_at))
    await do_what_is_due(client, remove_at - timedelta(seconds=1))
    assert (await looked_at(client, id))["state"] == "STORED"
    await do_what_is_due(client, remove_at)
    found = await looked_at(client, id)
    assert (found["state"], found["removedAt"]) == ("REMOVED", written(remove_at))
    await do_what_is_due(client, remove_at + timedelta(seconds=1))
    assert await in_store(client) == []


async def test_attachments_of_a_cancelled_contract_go_after_the_cancel(client: Client) -> None:
    contract_id = await contract_of(client)
    id, _ = await attached(client, samples.PDF, keyContractId=contract_id)
    before = clock()
    await cancel(client, contract_id)

    await do_what_is_due(client, clock())

    remove_at = (await looked_at(client, id))["removeAt"]
    days = timedelta(days=30)
    assert written(before + days) <= remove_at <= written(clock() + days)


async def test_an_attachment_that_comes_after_the_end_goes_as_the_others_do(
    client: Client,
) -> None:
    contract_id = await contract_of(client)
    await cancel(client, contract_id)
    id, _ = await attached(client, samples.PDF, keyContractId=contract_id)

    await do_what_is_due(client, clock())

    assert (await looked_at(client, id))["removeAt"] is not None


async def test_a_longer_retention_also_holds_for_contracts_that_are_over(client: Client) -> None:
    contract_id = await contract_of(client)
    id, _ = await attached(client, samples.PDF, keyContractId=contract_id)
    await cancel(client, contract_id)
    await do_what_is_due(client, clock())
    async with client.working() as work:
        changes: Any = {"attachment_retention": timedelta(days=60)}
        await organizations.update_unit(work, client.organization_id, changes)

    await do_what_is_due(client, clock() + timedelta(days=31))

    assert (await looked_at(client, id))["state"] == "STORED"
    await do_what_is_due(client, clock() + timedelta(days=61))
    assert (await looked_at(client, id))["state"] == "REMOVED"


async def test_files_on_other_things_stay(client: Client) -> None:
    async with client.working() as work:
        unit = await make_unit(work)
        await make_entity(work, unit_id=unit.id)
    id, _ = await attached(client, samples.PDF, organizationUnitId=to_id(OrganizationUnit, unit.id))

    await do_what_is_due(client, clock() + timedelta(days=4000))

    assert (await looked_at(client, id))["state"] == "STORED"


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
