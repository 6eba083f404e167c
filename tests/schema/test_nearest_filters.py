"""The nearest automats that pass a filter, and the same for a map."""

from typing import Any

import pytest
from counting import statements_of
from factories import (
    HOUR,
    MARKET_SQUARE,
    PASILA,
    STATION,
    make_automat,
    make_entity,
    make_key,
    push,
)
from talking import Client

from models.automats import AutomatModel
from models.places import Coordinates
from resolvers import nearby
from schema.context import clock

ASKED = """query($filter: NearestAutomatsFilter, $first: Int, $max: Float, $from: DateTime) {
  nearestAutomats(
    near: {coordinates: {latitude: 60.171873, longitude: 24.941422}}, first: $first, from: $from,
    maxDistanceMetres: $max, filter: $filter
  ) { automat { name } rank distanceMetres distanceKind freeLockers suitable }
  nearestAutomatsGeoJson(
    near: {coordinates: {latitude: 60.171873, longitude: 24.941422}}, first: $first, from: $from,
    maxDistanceMetres: $max, filter: $filter
  )
}"""
PASILA_BOX = {
    "type": "Polygon",
    "coordinates": [
        [[24.93, 60.19], [24.94, 60.19], [24.94, 60.21], [24.93, 60.21], [24.93, 60.19]]
    ],
}
SMALL = AutomatModel.LIVIONKEY_1


async def furnish(client: Client) -> None:
    """Make a small automat that is full, one that is online, and two at Pasila."""
    async with client.working() as work:
        full = await make_automat(work, "full", STATION, SMALL)
        await make_key(work, await make_entity(work), automat=full)
        online = await make_automat(work, "online", MARKET_SQUARE)
        online.last_seen_at = clock()
        silent = await make_automat(work, "silent", PASILA, SMALL)
        silent.last_seen_at = clock() - HOUR / 2
        taken = await make_automat(work, "taken", PASILA, SMALL)
        home = await make_entity(work)
        await make_key(work, home)
        await push(work, home, automat_id=taken.id)


async def names(client: Client, **variables: Any) -> list[str]:
    data = await client.ask(ASKED, **variables)
    found = [row["automat"]["name"] for row in data["nearestAutomats"]]
    features = data["nearestAutomatsGeoJson"]["features"]
    assert [feature["properties"]["name"] for feature in features] == found
    return found


@pytest.mark.parametrize(
    ("passing", "expected"),
    [
        ({}, ["full", "online", "silent", "taken"]),
        ({"models": ["LIVIONKEY_1"]}, ["full", "silent", "taken"]),
        ({"models": []}, []),
        ({"withFreeLocker": True}, ["online", "silent", "taken"]),
        ({"online": True}, ["online"]),
        ({"within": PASILA_BOX}, ["silent", "taken"]),
        ({"models": ["LIVIONKEY_30"], "within": PASILA_BOX}, []),
    ],
)
async def test_a_filter_leaves_the_others_out(
    client: Client, passing: dict[str, Any], expected: list[str]
) -> None:
    await furnish(client)

    assert await names(client, filter=passing) == expected


async def test_a_locker_has_to_be_free_over_the_whole_window(client: Client) -> None:
    await furnish(client)

    found = await names(client, filter={"withFreeLocker": True}, **{"from": clock().isoformat()})

    assert found == ["online", "silent"]


async def test_the_radius_and_a_filter_go_together(client: Client) -> None:
    await furnish(client)

    assert await names(client, filter={"models": ["LIVIONKEY_1"]}, max=1_000.0) == ["full"]
    assert await names(client, filter={"models": ["LIVIONKEY_1"]}, max=0.0) == ["full"]
    assert await client.error_code(ASKED, max=-1.0) == "INVALID_INPUT"


async def test_the_first_that_pass_are_found_behind_many_that_do_not(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nearby, "FIRST_LOOK", 2)
    async with client.working() as work:
        for number in range(9):
            near = Coordinates(60.172 + number / 1_000, 24.94)
            await make_automat(
                work, f"{number}", near, SMALL if number < 7 else AutomatModel.LIVIONKEY_30
            )

    assert await names(client, filter={"models": ["LIVIONKEY_30"]}, first=1) == ["7"]
    assert await names(client, filter={"models": ["LIVIONKEY_30"]}, first=5) == ["7", "8"]
    north = {
        "type": "Polygon",
        "coordinates": [
            [[24, 60.1775], [25, 60.1775], [25, 60.1785], [24, 60.1785], [24, 60.1775]]
        ],
    }
    assert await names(client, filter={"within": north}, first=3) == ["6"]


async def test_a_far_small_area_ends_the_search_early(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nearby, "FIRST_LOOK", 1)
    async with client.working() as work:
        for number in range(6):
            await make_automat(work, f"{number}", Coordinates(60.172 + number / 10, 24.94))
    close = {
        "type": "Polygon",
        "coordinates": [[[24.9, 60.171], [24.92, 60.171], [24.92, 60.173], [24.9, 60.171]]],
    }
    await names(client)  # the token is known from now on

    with statements_of(client.database) as few:
        assert await names(client, filter={"within": close}, first=1) == []
    with statements_of(client.database) as many:
        assert await names(client, filter={"models": []}, first=1) == []

    assert len(few) < len(many)


async def test_the_map_has_a_point_with_what_is_known_of_each(client: Client) -> None:
    await furnish(client)

    data = await client.ask(ASKED, first=2)

    rows, collection = data["nearestAutomats"], data["nearestAutomatsGeoJson"]
    assert collection["type"] == "FeatureCollection"
    feature = collection["features"][0]
    assert feature["id"].startswith("automat_")
    assert feature["geometry"] == {
        "type": "Point",
        "coordinates": [STATION.longitude, STATION.latitude],
    }
    assert feature["properties"] == {
        "name": "full",
        "model": "LIVIONKEY_1",
        "rank": rows[0]["rank"],
        "distanceMetres": rows[0]["distanceMetres"],
        "distanceKind": "STRAIGHT_LINE",
        "online": False,
        "suitable": False,
        "freeLockers": 0,
        "rejections": ["FULL_IN_WINDOW"],
        "accessInstructions": None,
        "openingHours": None,
        "open": None,
        "nextOpening": None,
    }
    assert rows[0]["distanceKind"] == "STRAIGHT_LINE"
    assert (rows[0]["rank"], rows[1]["rank"]) == (2, 1)


async def test_an_area_that_is_none_is_refused(client: Client) -> None:
    line = {"type": "LineString", "coordinates": [[24, 60], [25, 60]]}

    code = await client.error_code(ASKED, filter={"within": line})

    assert code == "INVALID_INPUT"


@pytest.mark.parametrize("depth", [3, 900])
async def test_an_area_that_is_nested_without_sense_is_refused(client: Client, depth: int) -> None:
    nested: list[Any] = []
    for _ in range(depth):
        nested = [nested]
    within = {"type": "Polygon", "coordinates": nested}

    assert await client.error_code(ASKED, filter={"within": within}) == "INVALID_INPUT"
