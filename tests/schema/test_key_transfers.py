"""Keys that lie far from where they are needed, over HTTP."""

from typing import Any

import pytest
from counting import statements_of
from factories import MARKET_SQUARE, PASILA, STATION, make_automat, make_entity, make_key, make_unit
from talking import Client

from models.organizations import OrganizationUnit
from resolvers import key_transfers
from schema.scalars import to_id

TRANSFERS = """query($unit: ID, $first: Int, $after: String, $beyond: Float! = 1000) {
  keyTransferSuggestions(
    organizationUnitId: $unit, first: $first, after: $after, beyondMetres: $beyond
  ) {
    edges { node {
      key { code } entity { name } automat { name } metresNow toAutomat { name } metresThen
    } }
    pageInfo { hasNextPage endCursor }
  }
}"""


async def ask(client: Client, **variables: Any) -> Any:
    return (await client.ask(TRANSFERS, **variables))["keyTransferSuggestions"]


async def furnish(client: Client, far: int) -> str:
    """Register keys that lie far away, one that lies near and one at a desk; give their unit."""
    async with client.working() as work:
        unit = await make_unit(work)
        station = await make_automat(work, "Station", STATION)
        pasila = await make_automat(work, "Pasila", PASILA)
        for number in range(far):
            home = await make_entity(work, MARKET_SQUARE, name=f"Far {number}", unit_id=unit.id)
            await make_key(work, home, automat=pasila)
        near = await make_entity(work, MARKET_SQUARE, name="Near")
        await make_key(work, near, automat=station)
        await make_key(work, await make_entity(work, MARKET_SQUARE, name="At a desk"))
    return to_id(OrganizationUnit, unit.id)


async def test_a_key_should_go_to_the_automat_that_is_nearest_to_what_it_opens(
    client: Client,
) -> None:
    unit = await furnish(client, 1)

    page = await ask(client)

    (node,) = [edge["node"] for edge in page["edges"]]
    assert (node["entity"], node["automat"]) == ({"name": "Far 0"}, {"name": "Pasila"})
    assert node["toAutomat"] == {"name": "Station"}
    assert (round(node["metresNow"]), round(node["metresThen"])) == (3634, 828)
    assert (await ask(client, unit=unit))["edges"] == page["edges"]
    assert (await ask(client, beyond=3000.0))["edges"] == []


async def test_pages_go_on_where_they_ended_also_when_they_hold_nothing(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    await furnish(client, 3)
    monkeypatch.setattr(key_transfers, "BLOCK", 2)
    seen, after, more = [], None, True

    while more:
        page = await ask(client, first=1, after=after)
        seen += [edge["node"]["entity"]["name"] for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]

    assert seen == ["Far 0", "Far 1", "Far 2"]


async def test_a_distance_below_none_is_refused(client: Client) -> None:
    assert await client.error_code(TRANSFERS, beyond=-1.0) == "INVALID_INPUT"


async def test_the_number_of_statements_does_not_grow_with_the_keys(client: Client) -> None:
    await furnish(client, 2)
    with statements_of(client.database) as few:
        await ask(client)
    await furnish(client, 5)
    with statements_of(client.database) as many:
        found = await ask(client)

    assert len(found["edges"]) == 7
    assert len(many) == len(few)
