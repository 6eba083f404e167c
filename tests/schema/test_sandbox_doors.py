"""Who comes to a sandbox by which door: what goes by its clock, and what by the server's."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import samples
from counting import statements_of
from factories import DAY
from linking import CREATE, make_stay, shown
from sandboxing import become_sandbox, look
from talking import Client
from uploading import announced, looked_at, sent

from models.accounts import Role
from models.contracts import KeyContract
from schema.context import clock
from schema.scalars import to_id

MINUTE = timedelta(minutes=1)
STAYS = "{ keyContracts(first: 10) { edges { node { status } } } }"


async def a_link(client: Client) -> str:
    """Make a stay that begins tomorrow, and a link for its contact; gives its secret."""
    async with client.working() as work:
        contract = await make_stay(work)
    input = {"keyContractId": to_id(KeyContract, contract.id)}
    answer = (await client.ask(CREATE, Role.USER, input=input))["contractLinkCreate"]
    secret: str = answer["url"].partition("#")[2]
    return secret


async def test_files_come_and_go_however_far_a_clock_is_ahead(client: Client) -> None:
    await become_sandbox(client, 100 * DAY)
    payload = await announced(client)

    assert (await sent(client, payload["uploadSecret"], samples.PDF)).status_code == 201

    found = await looked_at(client, payload["attachment"]["id"])
    expires = int(parse_qs(urlsplit(found["downloadUrl"]).query)["expires"][0])
    assert expires < (clock() + 20 * MINUTE).timestamp()  # as for everybody else
    assert (await client.http.get(found["downloadUrl"])).content == samples.PDF


async def test_an_upload_is_awaited_by_the_clock_of_the_sandbox(client: Client) -> None:
    await become_sandbox(client)
    payload = await announced(client)

    await become_sandbox(client, 2 * DAY)

    assert (await sent(client, payload["uploadSecret"], samples.PDF)).status_code == 404


async def test_a_contacts_link_ends_by_the_clock_of_the_sandbox(
    client: Client, stranger: Client
) -> None:
    await become_sandbox(client)
    secret, theirs = await a_link(client), await a_link(stranger)
    assert (await shown(client, secret)).json()["status"] == "UPCOMING"

    await become_sandbox(client, 2 * DAY)
    assert (await shown(client, secret)).json()["status"] == "ACTIVE"

    await become_sandbox(client, 300 * DAY)
    assert (await shown(client, secret)).status_code == 404
    assert (await shown(stranger, theirs)).json()["status"] == "UPCOMING"


async def test_a_clock_that_another_process_moved_is_seen_by_the_next_request(
    client: Client,
) -> None:
    await become_sandbox(client)
    async with client.working() as work:
        await make_stay(work)
    before = await client.ask(STAYS)

    await become_sandbox(client, 2 * DAY)

    statuses = [(await client.ask(STAYS))["keyContracts"]["edges"][0]["node"]["status"]]
    statuses.insert(0, before["keyContracts"]["edges"][0]["node"]["status"])
    assert statuses == ["UPCOMING", "ACTIVE"]
    assert (await look(client))["aheadSeconds"] == 2 * 86_400


@pytest.mark.parametrize(("is_sandbox", "expected"), [(False, 0), (True, 1)])
async def test_only_a_sandbox_pays_for_its_clock(
    client: Client, *, is_sandbox: bool, expected: int
) -> None:
    if is_sandbox:
        await become_sandbox(client)
    await client.ask("{ __typename }")

    with statements_of(client.database, with_tokens=True) as seen:
        await client.ask("{ __typename }")

    assert len(seen) == expected
