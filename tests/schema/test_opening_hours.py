"""When and how people get to automats over HTTP: said, shown, refused, told of and filtered by."""

from typing import Any

import pytest
from counting import statements_of
from factories import MARKET_SQUARE, PASILA, STATION, make_automat
from talking import Client

from models.accounts import Role
from models.automats import Automat
from models.opening_hours import AT_ALL_TIMES
from resolvers import nearby
from schema.scalars import to_id

MONDAY = "2027-06-07T09:00:00Z"
SUNDAY = "2027-06-06T09:00:00Z"
EVERY_DAY = [1, 2, 3, 4, 5, 6, 7]
OFFICE = {"windows": [{"weekdays": [1, 2, 3, 4, 5], "from": "08:00", "to": "17:00"}]}
HOW = "Through the shop, behind the till."
HOURS = f"""openingHours {{
  alwaysOpen timeZone windows {{ weekdays from to }}
  monday: open(at: "{MONDAY}") sunday: open(at: "{SUNDAY}")
  nextOpenings(first: 2, from: "{SUNDAY}") {{ startsAt endsAt }}
}} accessInstructions"""
INSTALL = f"""mutation($input: AutomatInstallInput!) {{ automatInstall(input: $input) {{
  automat {{ id {HOURS} }} userErrors {{ code path message }}
}} }}"""
UPDATE = f"""mutation($input: AutomatUpdateInput!) {{ automatUpdate(input: $input) {{
  automat {{ id {HOURS} }} userErrors {{ code path message }}
}} }}"""
EVENTS = """query($id: ID) { events(subjectId: $id) {
  edges { node { kind before after facts } }
} }"""
NEAR = """query($filter: NearestAutomatsFilter, $from: DateTime) {
  nearestAutomats(
    near: {coordinates: {latitude: 60.171873, longitude: 24.941422}}, first: 100, from: $from,
    filter: $filter
  ) { distanceKind suitable automat { name accessInstructions openingHours { open } } }
  nearestAutomatsGeoJson(
    near: {coordinates: {latitude: 60.171873, longitude: 24.941422}}, first: 100, from: $from,
    filter: $filter
  )
}"""
ALL = f"{{ automats(first: 100) {{ edges {{ node {{ id {HOURS} }} }} }} }}"
SHOWN = {
    "alwaysOpen": False,
    "timeZone": "Europe/Helsinki",
    **OFFICE,
    "monday": True,
    "sunday": False,
    "nextOpenings": [
        {"startsAt": "2027-06-07T05:00:00Z", "endsAt": "2027-06-07T14:00:00Z"},
        {"startsAt": "2027-06-08T05:00:00Z", "endsAt": "2027-06-08T14:00:00Z"},
    ],
}


async def an_automat(client: Client) -> str:
    async with client.working() as work:
        return to_id(Automat, (await make_automat(work)).id)


async def change(client: Client, role: Role = Role.ADMIN, **input: Any) -> dict[str, Any]:
    payload: dict[str, Any] = (await client.ask(UPDATE, role, input=input))["automatUpdate"]
    return payload


async def test_an_automat_is_installed_with_its_hours(client: Client) -> None:
    cabinet = {
        "deviceId": "000123",
        "name": "Kiosk",
        "model": "LIVIONKEY_1",
        "address": {"text": "Rautatientori 1, Helsinki"},
        "openingHours": OFFICE,
        "accessInstructions": f"  {HOW}\n",
    }

    payload = (await client.ask(INSTALL, input=cabinet))["automatInstall"]

    assert payload["userErrors"] == []
    assert payload["automat"]["openingHours"] == SHOWN
    assert payload["automat"]["accessInstructions"] == HOW


async def test_hours_are_unknown_until_somebody_says_them_and_again_when_they_take_it_back(
    client: Client,
) -> None:
    id = await an_automat(client)
    unknown = {"id": id, "openingHours": None, "accessInstructions": None}
    assert (await change(client, id=id, name="Kiosk"))["automat"] == unknown

    said = await change(client, id=id, openingHours=OFFICE, accessInstructions=HOW)
    kept = await change(client, id=id, name="Shop")
    gone = await change(client, id=id, openingHours=None, accessInstructions=" ")

    assert said["automat"] == kept["automat"]
    assert said["automat"] == {"id": id, "openingHours": SHOWN, "accessInstructions": HOW}
    assert gone["automat"] == unknown


async def test_an_automat_that_never_closes_is_open_at_any_moment(client: Client) -> None:
    id = await an_automat(client)

    shown = (await change(client, id=id, openingHours={"alwaysOpen": True}))["automat"]

    assert shown["openingHours"] == {
        "alwaysOpen": True,
        "timeZone": "Europe/Helsinki",
        "windows": [{"weekdays": EVERY_DAY, "from": "00:00", "to": "24:00"}],
        "monday": True,
        "sunday": True,
        "nextOpenings": [{"startsAt": SUNDAY, "endsAt": None}],
    }


@pytest.mark.parametrize(
    ("input", "path"),
    [
        ({"openingHours": {"alwaysOpen": False}}, ["openingHours", "alwaysOpen"]),
        ({"openingHours": {"windows": []}}, ["openingHours", "windows"]),
        (
            {"openingHours": {"windows": [*OFFICE["windows"], OFFICE["windows"][0] | {"to": "x"}]}},
            ["openingHours", "windows", "1", "to"],
        ),
        ({"accessInstructions": "x" * 501}, ["accessInstructions"]),
        ({"accessInstructions": "a\0b"}, ["accessInstructions"]),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_what_makes_no_sense_is_refused_and_changes_nothing(
    client: Client, input: dict[str, Any], path: list[str]
) -> None:
    id = await an_automat(client)

    payload = await change(client, id=id, **input)

    (error,) = payload["userErrors"]
    assert (error["code"], error["path"]) == ("INVALID_INPUT", ["input", *path])
    async with client.working() as work:
        (automat,) = await work.all(work.own(Automat))
    assert (automat.opening_hours, automat.access_instructions) == (None, None)


async def test_a_viewer_sees_hours_and_does_not_change_them(client: Client) -> None:
    id = await an_automat(client)

    input = {"id": id, "openingHours": OFFICE}
    refused = await change(client, Role.VIEWER, **input)
    assert [one["code"] for one in refused["userErrors"]] == ["NOT_ALLOWED"]
    await change(client, id=id, openingHours=OFFICE)
    found = (await client.ask(NEAR, Role.VIEWER))["nearestAutomats"]
    assert found[0]["automat"]["openingHours"] is not None


async def test_the_trail_says_what_the_hours_were_and_are(client: Client) -> None:
    id = await an_automat(client)
    await change(client, id=id, openingHours=OFFICE)

    await change(client, id=id, openingHours={"alwaysOpen": True}, accessInstructions=HOW)

    edges = (await client.ask(EVENTS, id=id))["events"]["edges"]
    first, second = (edge["node"] for edge in edges[-2:])
    assert [first["kind"], second["kind"]] == ["AUTOMAT_UPDATED"] * 2
    assert (first["before"], first["after"]) == ({"opening_hours": None}, {"opening_hours": OFFICE})
    assert second["before"] == {"access_instructions": None, "opening_hours": OFFICE}
    assert second["after"] == {"access_instructions": HOW, "opening_hours": AT_ALL_TIMES}
    assert second["facts"]["changed"] == ["access_instructions", "opening_hours"]


async def furnish(client: Client) -> None:
    """Make an automat in an office, one that never closes, and one of which nobody has said."""
    async with client.working() as work:
        office = {"opening_hours": OFFICE, "access_instructions": HOW}
        await make_automat(work, "office", STATION, **office)
        await make_automat(work, "always", MARKET_SQUARE, opening_hours=AT_ALL_TIMES)
        await make_automat(work, "unknown", PASILA)


async def near(client: Client, **variables: Any) -> dict[str, bool | None]:
    """Ask which automats are near, and whether they are open by the map; both lists are alike."""
    data = await client.ask(NEAR, **variables)
    shown = [one["properties"] for one in data["nearestAutomatsGeoJson"]["features"]]
    assert [one["name"] for one in shown] == [
        row["automat"]["name"] for row in data["nearestAutomats"]
    ]
    assert all(row["suitable"] for row in data["nearestAutomats"])  # no choice follows the hours
    return {one["name"]: one["open"] for one in shown}


async def test_a_filter_leaves_out_what_is_shut_then_and_not_what_is_unknown(
    client: Client,
) -> None:
    await furnish(client)

    assert await near(client, filter={"openAt": MONDAY}) == {
        "office": True,
        "always": True,
        "unknown": None,
    }
    assert await near(client, filter={"openAt": SUNDAY}) == {"always": True, "unknown": None}
    sure = {"openAt": SUNDAY, "withUnknownHours": False}
    assert await near(client, filter=sure) == {"always": True}
    assert len(await near(client, filter={"withUnknownHours": False})) == 3


async def test_the_map_says_whether_it_is_open_when_the_window_begins(client: Client) -> None:
    await furnish(client)

    assert await near(client, **{"from": "2099-06-07T09:00:00Z"}) == {
        "office": False,  # a Sunday
        "always": True,
        "unknown": None,
    }
    assert await near(client, **{"from": "2099-06-08T09:00:00Z"}) == {
        "office": True,
        "always": True,
        "unknown": None,
    }


async def test_the_map_says_when_and_how_people_get_there(client: Client) -> None:
    await furnish(client)

    data = await client.ask(NEAR, filter={"openAt": MONDAY})

    office, always, unknown = (
        one["properties"] for one in data["nearestAutomatsGeoJson"]["features"]
    )
    assert office["openingHours"] == {
        "alwaysOpen": False,
        "timeZone": "Europe/Helsinki",
        **OFFICE,
    }
    assert office["nextOpening"] == {"startsAt": MONDAY, "endsAt": "2027-06-07T14:00:00Z"}
    assert office["accessInstructions"] == HOW
    assert always["nextOpening"] == {"startsAt": MONDAY, "endsAt": None}
    assert (unknown["openingHours"], unknown["nextOpening"]) == (None, None)
    assert unknown["accessInstructions"] is None


async def test_the_open_ones_are_found_behind_many_that_are_shut(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nearby, "FIRST_LOOK", 2)
    async with client.working() as work:
        for number in range(7):
            await make_automat(work, f"{number}", STATION, opening_hours=OFFICE)
        await make_automat(work, "open", PASILA, opening_hours=AT_ALL_TIMES)

    assert await near(client, filter={"openAt": SUNDAY}) == {"open": True}


async def test_openings_without_number_or_too_many_are_refused(client: Client) -> None:
    id = await an_automat(client)
    await change(client, id=id, openingHours=OFFICE)

    for first in (-1, 101):
        asked = f'{{ automat(id: "{id}") {{ openingHours {{ nextOpenings(first: {first}) '
        assert await client.error_code(f"{asked} {{ startsAt }} }} }} }}") == "INVALID_INPUT"


async def test_statements_do_not_grow_with_the_automats_whose_hours_are_asked(
    client: Client,
) -> None:
    async def count_with(more: int) -> int:
        async with client.working() as work:
            for _ in range(more):
                await make_automat(work, opening_hours=OFFICE)
        with statements_of(client.database) as seen:
            shown = await client.ask(ALL)
            await client.ask(NEAR, filter={"openAt": MONDAY})
        nodes = [edge["node"] for edge in shown["automats"]["edges"]]
        assert all(node["openingHours"] == SHOWN for node in nodes)
        return len(seen)

    await count_with(1)  # who asks is known from now on
    before = await count_with(2)

    assert await count_with(9) <= before
