"""The fleet comparison over HTTP."""

from typing import Any

import pytest
from counting import statements_of
from factories import PASILA, make_automat, make_entity, make_group, make_unit
from talking import Client

from models.automats import DeviceGroup
from models.organizations import OrganizationUnit
from models.places import Coordinates
from resolvers.comparison import asking
from schema.scalars import from_id, to_id

COMPARISON = """query($groups: [ID!], $unit: ID, $first: Int, $after: String, $weeks: Int! = 4) {
  selectionComparison(
    deviceGroupIds: $groups, organizationUnitId: $unit, first: $first, after: $after, weeks: $weeks
  ) {
    edges { node {
      entity { name } groupAutomat { name } nearestAutomat { name utilisation daysToFull }
      outcome exceptions metresBefore metresAfter comingStays
    } }
    pageInfo { hasNextPage endCursor }
    totals {
      entities outcomes { outcome entities } exceptions { exception entities }
      metresBefore { mean median sum } metresAfter { mean median sum }
      capacities {
        automat { name } entitiesBefore entitiesAfter staysFrom staysTo
        freeShareBefore freeShareAfter
      }
    }
  }
}"""

AUTOMATS = "{ automats(first: 20) { edges { node { utilisation daysToFull freeLockers } } } }"


async def furnish(client: Client, homes: int, *, groups: int = 1) -> tuple[list[str], str]:
    """Make homes of a unit and of groups; give the ids of these."""
    async with client.working() as work:
        await make_automat(work, "Station")
        unit = await make_unit(work)
        ids = []
        for number in range(groups):
            group = await make_group(work, await make_automat(work, f"Pasila {number}", PASILA))
            ids.append(group.id)
        for number in range(homes):
            group_id = ids[number % groups]
            await make_entity(work, name=f"{number}", device_group_id=group_id, unit_id=unit.id)
    return [to_id(DeviceGroup, id) for id in ids], to_id(OrganizationUnit, unit.id)


def but_the_search(statements: list[str]) -> list[str]:
    """Leave out what SQLite is asked for each place: which automats are there, or in a box."""
    searches = (
        "SELECT automats.id, automats.installed_at, automats.position \n",
        "\n      select automats.id, automats.installed_at",
    )
    return [one for one in statements if not one.startswith(searches)]


async def ask(client: Client, **variables: Any) -> Any:
    return (await client.ask(COMPARISON, **variables))["selectionComparison"]


async def test_entities_come_in_pages_and_the_totals_are_of_all(client: Client) -> None:
    groups, unit = await furnish(client, 3)

    page = await ask(client, groups=groups, unit=unit, first=2)
    rest = await ask(client, groups=groups, after=page["pageInfo"]["endCursor"])

    first = page["edges"][0]["node"]
    assert first == {
        "entity": {"name": "0"},
        "groupAutomat": {"name": "Pasila 0"},
        "nearestAutomat": {"name": "Station", "utilisation": 0.0, "daysToFull": None},
        "outcome": "BETTER",
        "exceptions": [],
        "metresBefore": pytest.approx(3006, abs=5),
        "metresAfter": 0.0,
        "comingStays": 0,
    }
    assert (page["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)
    assert [edge["node"]["entity"]["name"] for edge in rest["edges"]] == ["2"]
    totals = page["totals"]
    assert totals == rest["totals"]
    assert totals["entities"] == 3
    assert {"outcome": "BETTER", "entities": 3} in totals["outcomes"]
    assert totals["exceptions"] == []
    assert totals["metresBefore"]["mean"] == pytest.approx(first["metresBefore"])
    assert [one["automat"]["name"] for one in totals["capacities"]] == ["Station", "Pasila 0"]
    assert totals["capacities"][0]["entitiesAfter"] == 3


async def test_too_many_for_a_request_have_no_totals(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    await furnish(client, 3)
    monkeypatch.setattr(asking, "MOST_TOGETHER", 2)

    found = await ask(client)

    assert found["totals"] is None
    assert len(found["edges"]) == 3


async def test_the_statements_do_not_grow_with_the_entities(client: Client) -> None:
    groups, _ = await furnish(client, 1)
    async with client.working() as work:
        for number in range(3):
            place = Coordinates(60 + number / 10, 24)
            group_id = from_id(DeviceGroup, groups[0])
            await make_entity(work, place, device_group_id=group_id)
    await ask(client, first=0)  # the token is known from now on

    with statements_of(client.database) as few:
        await ask(client, groups=groups, first=1)
    with statements_of(client.database) as many:
        found = await ask(client, groups=groups, first=4)

    assert len(found["edges"]) == 4
    assert len(but_the_search(many)) == len(but_the_search(few))


@pytest.mark.parametrize("weeks", [0, 27])
async def test_the_weeks_have_bounds(client: Client, weeks: int) -> None:
    assert await client.error_code(COMPARISON, weeks=weeks) == "INVALID_INPUT"


async def test_the_places_where_automats_are_missing_are_told(client: Client) -> None:
    _, unit = await furnish(client, 3)
    async with client.working() as work:
        for number in range(3):
            await make_entity(work, Coordinates(61 + number, 24))
    document = """query($unit: ID, $first: Int) {
      missingAutomats(organizationUnitId: $unit, maxDistanceMetres: 500, first: $first) {
        entities entitiesBeyond entitiesWithoutPlace entitiesWithoutLimit
        places { coordinates { latitude } entity { name } entitiesServed metresSaved }
      }
    }"""

    here = (await client.ask(document, unit=unit))["missingAutomats"]
    with statements_of(client.database) as few:
        await client.ask(document, first=1)
    with statements_of(client.database) as many:
        found = (await client.ask(document, first=3))["missingAutomats"]

    assert (here["entities"], here["places"]) == (3, [])
    assert (found["entities"], found["entitiesBeyond"]) == (6, 3)
    assert [place["entitiesServed"] for place in found["places"]] == [1, 1, 1]
    assert found["places"][0]["coordinates"]["latitude"] == 61
    assert found["places"][0]["metresSaved"] == pytest.approx(105_000, rel=0.02)
    assert len(many) == len(few)


async def test_the_statements_do_not_grow_with_the_automats(client: Client) -> None:
    async with client.working() as work:
        await make_automat(work)
    await client.ask(AUTOMATS)

    with statements_of(client.database) as few:
        await client.ask(AUTOMATS)
    async with client.working() as work:
        for _ in range(9):
            await make_automat(work)
    with statements_of(client.database) as many:
        await client.ask(AUTOMATS)

    assert len(many) == len(few)


async def test_however_many_groups_are_named_they_are_looked_up_at_once(client: Client) -> None:
    names, _ = await furnish(client, 4, groups=4)
    await client.ask(COMPARISON, groups=names[:1])  # the token is known from now on

    with statements_of(client.database) as few:
        await client.ask(COMPARISON, groups=names[:2])
    with statements_of(client.database) as many:
        await client.ask(COMPARISON, groups=names + names)

    assert len(but_the_search(many)) == len(but_the_search(few))
    unknown = [*names, to_id(DeviceGroup, client.organization_id)]
    assert await client.error_code(COMPARISON, groups=unknown) == "NOT_FOUND"
