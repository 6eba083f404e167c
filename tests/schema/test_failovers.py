"""Failovers over HTTP: what is shown is what is done."""

from typing import Any

from counting import statements_of
from factories import MARKET_SQUARE, make_automat, make_entity, make_key, push
from talking import Client

from models.accounts import Role
from models.automats import Automat
from schema.scalars import to_id

FIELDS = """
    lockerContract { id automat { name } } keyContract { reference } kind startsAt
    fromAutomat { name } toAutomat { name } lockerIndex metresBefore metresAfter samePin reason
"""
PLAN = f"query($automat: ID!) {{ failoverPlan(automatId: $automat) {{ {FIELDS} }} }}"
SIMPLE = "query($automat: ID!) { failoverPlan(automatId: $automat) { toAutomat { name } } }"
APPLY = f"""mutation($automat: ID!, $once: String) {{
    failoverApply(input: {{automatId: $automat, idempotencyKey: $once}}) {{
        moves {{ {FIELDS} }} userErrors {{ code }}
    }}
}}"""

OUT_OF_SERVICE = """mutation($id: ID!) {
    automatUpdate(input: {id: $id, state: OUT_OF_SERVICE}) { userErrors { code } }
}"""
NOTICES = """{ notices(first: 100, kind: KEY_CONTRACT_NOT_FAILED_OVER) {
    edges { node { notice facts } }
} }"""
CONTRACTS = """{ keyContracts(first: 100) { edges { node {
    lockerContracts { staysBecause automat { name } }
} } } }"""


async def furnish(client: Client) -> str:
    """Make a stay whose key is at a desk, and one whose key lies in the automat of both."""
    async with client.working() as work:
        station = await make_automat(work)
        await make_automat(work, "Market", MARKET_SQUARE)
        for automat in (None, station):
            home = await make_entity(work)
            await make_key(work, home, automat=automat)
            await push(work, home)
    return to_id(Automat, station.id)


async def plan(client: Client, automat: str) -> Any:
    return (await client.ask(PLAN, automat=automat))["failoverPlan"]


async def test_what_is_shown_is_what_is_done_and_it_is_done_once(client: Client) -> None:
    station = await furnish(client)

    shown = await plan(client, station)
    assert await plan(client, station) == shown
    done = (await client.ask(APPLY, automat=station))["failoverApply"]["moves"]

    places = [one.pop("lockerContract")["automat"]["name"] for one in shown]
    assert places == ["Station", "Station"]
    places = [one.pop("lockerContract")["automat"]["name"] for one in done]
    assert sorted(places) == ["Market", "Station"]
    assert done == shown
    assert sorted(str(one["toAutomat"]) for one in done) == ["None", "{'name': 'Market'}"]
    (left,) = await plan(client, station)
    assert left["reason"].endswith("lies in Station.")


async def test_what_was_done_is_told_again_to_the_same_idempotency_key(client: Client) -> None:
    station = await furnish(client)

    done = await client.ask(APPLY, automat=station, once="by phone")

    assert await client.ask(APPLY, automat=station, once="by phone") == done


async def test_an_installer_moves_contracts_and_does_not_see_them(client: Client) -> None:
    station = await furnish(client)

    answer = (await client.post(PLAN, Role.INSTALLER, automat=station)).json()

    codes = {error["extensions"]["code"] for error in answer["errors"]}
    assert codes == {"NOT_ALLOWED"}
    simple = (await client.post(SIMPLE, Role.INSTALLER, automat=station)).json()
    assert "errors" not in simple


async def test_the_number_of_statements_for_their_fields_does_not_grow(client: Client) -> None:
    station = await furnish(client)
    with statements_of(client.database) as simple:
        await client.ask(SIMPLE, automat=station)
    with statements_of(client.database) as whole:
        await client.ask(PLAN, automat=station)

    assert len(whole) - len(simple) <= 3


async def test_staff_are_told_once_why_something_stays_and_a_partner_sees_it(
    client: Client,
) -> None:
    station = await furnish(client)
    await client.ask(OUT_OF_SERVICE, id=station)
    await plan(client, station)
    assert (await client.ask(NOTICES))["notices"]["edges"] == []

    for _ in range(2):
        await client.ask(APPLY, automat=station)

    (edge,) = (await client.ask(NOTICES, Role.ADVANCED_USER))["notices"]["edges"]
    reason = edge["node"]["facts"]["reason"]
    assert "stays at Station" in edge["node"]["notice"]
    assert edge["node"]["notice"].endswith(f"though Station is out of service. {reason}")
    assert reason.endswith("lies in Station.")
    contracts = (await client.ask(CONTRACTS, Role.PARTNER))["keyContracts"]["edges"]
    shown = [one["node"]["lockerContracts"][0] for one in contracts]
    assert {one["automat"]["name"]: one["staysBecause"] for one in shown} == {
        "Station": reason,
        "Market": None,
    }
