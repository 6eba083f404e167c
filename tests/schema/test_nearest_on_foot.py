"""The nearest automats on foot, where the policy asks for it: the river is in the way."""

from collections.abc import Iterator
from typing import Any

import pytest
from counting import statements_of
from factories import make_automat, make_entity, make_unit
from talking import Client
from walked import SIDE, corner, town

from geo.position import distance_metres
from geo.walking import loaded
from geo.walking.network import Network
from models.automats import AutomatModel
from models.entities import ReservableEntity
from models.organizations import OrganizationUnit
from models.places import Coordinates
from resolvers import nearby
from schema.scalars import to_id

HOME, OTHER_BANK, SAME_BANK = corner(4, 5), corner(4, 6), corner(4, 3)
FAR_BANK = corner(SIDE - 2, 6)
NEAR = """query(
  $near: NearInput!, $unit: ID, $max: Float, $filter: NearestAutomatsFilter, $first: Int
) {
  nearestAutomats(
    near: $near, organizationUnitId: $unit, maxDistanceMetres: $max, filter: $filter, first: $first
  ) {
    automat { name } distanceMetres distanceKind rank suitable
    rejections { code }
  }
  nearestAutomatsGeoJson(
    near: $near, organizationUnitId: $unit, maxDistanceMetres: $max, filter: $filter, first: $first
  )
}"""
LINE, WAY, GUESS = "STRAIGHT_LINE", "WALK_NETWORK", "WALK_ESTIMATE"


@pytest.fixture
def _network() -> Iterator[None]:
    loaded.use(Network(town()))
    yield
    loaded.use(None)


def at(place: Coordinates) -> dict[str, Any]:
    return {"coordinates": {"latitude": place.latitude, "longitude": place.longitude}}


async def units(client: Client) -> tuple[str, str]:
    """Make two automats, and a unit whose people walk and one whose policy draws lines."""
    async with client.working() as work:
        await make_automat(work, "Other bank", OTHER_BANK)
        await make_automat(work, "Same bank", SAME_BANK)
        walks = await make_unit(work, walking_distance=True)
        flies = await make_unit(work, walking_distance=False)
    return to_id(OrganizationUnit, walks.id), to_id(OrganizationUnit, flies.id)


async def near(client: Client, **variables: Any) -> list[tuple[str, str]]:
    """Ask what is near, and how that was measured; the map says the same."""
    data = await client.ask(NEAR, **variables)
    rows = data["nearestAutomats"]
    shown = [one["properties"] for one in data["nearestAutomatsGeoJson"]["features"]]
    for one, row in zip(shown, rows, strict=True):
        assert one["name"] == row["automat"]["name"]
        assert one["distanceKind"] == row["distanceKind"]
        assert one["distanceMetres"] == row["distanceMetres"]
    return [(row["automat"]["name"], row["distanceKind"]) for row in rows]


@pytest.mark.usefixtures("_network")
async def test_a_unit_is_asked_about_by_its_own_policy(client: Client) -> None:
    walks, flies = await units(client)

    on_foot = await near(client, near=at(HOME), unit=walks)
    straight = await near(client, near=at(HOME), unit=flies)

    assert on_foot == [("Same bank", WAY), ("Other bank", GUESS)]
    assert straight == [("Other bank", LINE), ("Same bank", LINE)]
    assert await near(client, near=at(HOME)) == straight


@pytest.mark.usefixtures("_network")
async def test_an_entity_is_asked_about_by_the_policy_of_its_unit(client: Client) -> None:
    walks, flies = await units(client)
    async with client.working() as work:
        (unit,) = await work.all(
            work.own(OrganizationUnit).where(OrganizationUnit.walking_distance)
        )
        home = await make_entity(work, HOME, unit_id=unit.id)
    entity = {"entityId": to_id(ReservableEntity, home.id)}

    assert await near(client, near=entity) == [("Same bank", WAY), ("Other bank", GUESS)]
    assert (await near(client, near=entity, unit=flies))[0] == ("Other bank", LINE)
    assert (await near(client, near=entity, unit=walks))[0] == ("Same bank", WAY)


async def test_without_a_network_lines_are_straight_and_say_so(client: Client) -> None:
    walks, _ = await units(client)

    found = await near(client, near=at(HOME), unit=walks)

    assert found == [("Other bank", LINE), ("Same bank", LINE)]


@pytest.mark.usefixtures("_network")
async def test_the_largest_distance_is_one_on_foot_too(client: Client) -> None:
    walks, flies = await units(client)
    metres = distance_metres(HOME, SAME_BANK) + 1

    assert await near(client, near=at(HOME), unit=walks, max=metres) == [("Same bank", WAY)]
    assert len(await near(client, near=at(HOME), unit=flies, max=metres)) == 2


@pytest.mark.usefixtures("_network")
async def test_what_stands_in_an_area_is_found_however_far_round_the_way_is(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nearby, "FIRST_LOOK", 1)
    walks, _ = await units(client)
    async with client.working() as work:
        await make_automat(work, "Far bank", FAR_BANK)
    east, north = OTHER_BANK.longitude, OTHER_BANK.latitude
    small = [[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]]
    ring = [[east + x / 10_000, north + y / 10_000] for x, y in small]
    area = {"type": "Polygon", "coordinates": [ring]}

    found = await near(client, near=at(HOME), unit=walks, filter={"within": area})

    assert found == [("Other bank", GUESS)]


@pytest.mark.usefixtures("_network")
async def test_the_policy_also_judges_what_is_suitable(client: Client) -> None:
    async with client.working() as work:
        await make_automat(work, "Small", SAME_BANK, AutomatModel.LIVIONKEY_1)
        await make_automat(work, "Large", OTHER_BANK)
        unit = await make_unit(work, excluded_models=(AutomatModel.LIVIONKEY_1,))
    id = to_id(OrganizationUnit, unit.id)

    theirs = (await client.ask(NEAR, near=at(SAME_BANK), unit=id))["nearestAutomats"]
    ours = (await client.ask(NEAR, near=at(SAME_BANK)))["nearestAutomats"]

    assert [one["code"] for one in theirs[0]["rejections"]] == ["WRONG_MODEL"]
    assert [(one["rank"], one["suitable"]) for one in theirs] == [(2, False), (1, True)]
    assert ours[0]["rejections"] == []


@pytest.mark.usefixtures("_network")
async def test_statements_do_not_grow_with_the_automats_that_are_measured(client: Client) -> None:
    walks, _ = await units(client)

    async def count_with(more: int) -> int:
        async with client.working() as work:
            for number in range(more):
                await make_automat(work, "More", corner(number, 2))
        with statements_of(client.database) as seen:
            await near(client, near=at(HOME), unit=walks, first=100)
        return len(seen)

    await count_with(1)  # who asks is known from now on
    before = await count_with(1)

    assert await count_with(9) <= before


async def test_a_unit_that_is_none_is_refused(client: Client) -> None:
    answer = (await client.post(NEAR, near=at(HOME), unit="unit_1")).json()

    assert {error["extensions"]["code"] for error in answer["errors"]} == {"NOT_FOUND"}
