"""A contact's link over HTTP: made by staff, shown once, opened by its secret, taken back."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from counting import statements_of
from factories import HOUR
from linking import CREATE, REVOKE, make_link, make_stay, shown
from signing import waiting
from talking import Client

from models.accounts import Role
from models.contracts import KeyContract, LockerContract
from models.events import Event
from schema.scalars import to_id
from schema.web.contract_page_routes import WRONG_SECRETS_A_MINUTE

LINKS = """query { keyContracts(first: 100) { edges { node { id links {
  id openedAt revokedAt expiresAt contact { name } keyContract { id }
} } } } }"""


async def made(client: Client, **given: Any) -> tuple[dict[str, Any], str]:
    """Make a stay and a link for its contact; gives the link and its secret."""
    async with client.working() as work:
        contract = await make_stay(work, **given)
    input = {"keyContractId": to_id(KeyContract, contract.id)}
    answer = (await client.ask(CREATE, Role.USER, input=input))["contractLinkCreate"]
    assert answer["userErrors"] == []
    address, _, secret = answer["url"].partition("#")
    assert address == "http://test/contract"
    return answer["contractLink"], secret


async def test_staff_make_a_link_that_is_shown_once(client: Client) -> None:
    async with client.working() as work:
        contract = await make_stay(work)
    id = to_id(KeyContract, contract.id)
    input = {"keyContractId": id, "idempotencyKey": "one"}

    first = (await client.ask(CREATE, input=input))["contractLinkCreate"]
    again = (await client.ask(CREATE, input=input))["contractLinkCreate"]

    assert first["url"].startswith("http://test/contract#")
    assert again["url"] is None
    link = first["contractLink"]
    assert link["id"] == again["contractLink"]["id"]
    assert link["keyContract"]["id"] == id
    assert link["contact"]["name"] == "Aino Virtanen"
    assert (link["openedAt"], link["revokedAt"]) == (None, None)
    assert contract.ends_at is not None
    until = contract.ends_at + timedelta(days=7)
    assert datetime.fromisoformat(link["expiresAt"]) == until


async def test_a_contact_sees_their_contract_with_the_pin(client: Client) -> None:
    _, secret = await made(client)

    answer = await shown(client, secret)

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    contract = answer.json()
    assert contract["organization"] == "Kotikatu Isännöinti"
    assert contract["status"] == "UPCOMING"
    assert contract["language"] == "en"
    assert contract["timeZone"] == "Europe/Helsinki"
    assert (contract["signing"], contract["nextOpenings"]) == (None, None)
    (key,) = contract["keys"]
    assert key["entities"] == ["A 15"]
    (locker,) = contract["lockers"]
    async with client.working() as work:
        (held,) = await work.all(work.own(LockerContract))
    assert locker["pin"] == held.pin
    assert locker["automat"] == "Station"
    assert locker["address"] == "Station"
    assert (locker["latitude"], locker["longitude"]) == pytest.approx((60.171873, 24.941422))
    assert locker["locker"] == 0
    assert locker["kind"] == "DEFAULT"
    assert locker["from"] == contract["startsAt"].replace("+00:00", "Z")
    assert "Aino" not in answer.text


async def test_a_link_is_opened_first_once(client: Client) -> None:
    link, secret = await made(client)
    await shown(client, secret)
    await shown(client, secret)

    edges = (await client.ask(LINKS))["keyContracts"]["edges"]

    (found,) = [one for edge in edges for one in edge["node"]["links"]]
    assert found["id"] == link["id"]
    assert found["openedAt"] is not None


async def test_a_link_that_was_taken_back_is_not_valid(client: Client) -> None:
    link, secret = await made(client)

    for _ in range(2):
        revoked = (await client.ask(REVOKE, input={"id": link["id"]}))["contractLinkRevoke"]
        assert revoked["userErrors"] == []
        assert revoked["contractLink"]["revokedAt"] is not None

    for act in ("", "/sign"):
        answer = await shown(client, secret, act)
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "LINK_NOT_VALID"


async def test_a_contact_begins_to_sign_from_their_page(client: Client) -> None:
    async with client.working() as work:
        _, secret = await make_link(work, await waiting(work))
    assert (await shown(client, secret)).json()["signing"] == {"state": None}

    begun = (await shown(client, secret, "/sign")).json()["secret"]

    headers = {"authorization": f"Bearer {begun}"}
    offer = (await client.http.post("/public/signing", headers=headers)).json()
    assert (offer["state"], offer["contact"]) == ("PREPARING", {"name": "Aino Virtanen"})
    assert (await shown(client, secret)).json()["signing"] == {"state": "PREPARING"}


async def test_a_contract_that_is_not_to_be_signed_says_so(client: Client) -> None:
    _, secret = await made(client)

    answer = await shown(client, secret, "/sign")

    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "INVALID_INPUT"


@pytest.mark.parametrize(
    "headers", [{"origin": "https://elsewhere.example"}, {"sec-fetch-site": "cross-site"}]
)
async def test_a_page_of_another_site_is_shown_nothing(
    client: Client, headers: dict[str, str]
) -> None:
    _, secret = await made(client)
    given = {"authorization": f"Bearer {secret}", **headers}

    answer = await client.http.post("/public/contract", json={}, headers=given)

    assert answer.status_code == 403


async def test_nothing_is_shown_or_done_by_get(client: Client) -> None:
    _, secret = await made(client)
    for path in ("/public/contract", "/public/contract/sign"):
        answer = await client.http.get(path, headers={"authorization": f"Bearer {secret}"})
        assert answer.status_code == 405


async def test_whoever_tries_many_secrets_has_to_wait_and_whoever_has_a_right_one_never(
    client: Client,
) -> None:
    _, secret = await made(client)
    for _ in range(WRONG_SECRETS_A_MINUTE):
        assert (await shown(client, "wrong")).status_code == 404

    answer = await shown(client, "wrong")

    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert (await shown(client, secret)).status_code == 200


async def test_the_secret_stands_in_no_event(client: Client) -> None:
    _, secret = await made(client)

    async with client.working() as work:
        events = await work.all(work.own(Event))

    assert secret not in str([event.facts for event in events])


async def test_links_are_read_with_few_statements_however_many_contracts(client: Client) -> None:
    async def count() -> int:
        with statements_of(client.database) as seen:
            await client.ask(LINKS)
        return len(seen)

    async with client.working() as work:
        await make_link(work)
    few = await count()
    async with client.working() as work:
        for number in range(4):
            contract = await make_stay(work, starts_at=work.now + (number + 1) * HOUR)
            await make_link(work, contract)
            await make_link(work, contract)

    assert await count() == few
