"""Times by the clock on the wall, also in the hours that it jumps over or shows twice (G30)."""

from typing import Any

import pytest
from documents import UPSERT, stay
from factories import make_entity, make_group, make_unit
from talking import Client

from models.automats import DeviceGroup
from models.entities import ReservableEntity
from schema.scalars import to_id

HELSINKI, NEW_YORK, LORD_HOWE = "Europe/Helsinki", "America/New_York", "Australia/Lord_Howe"

# Zone, what was said, which instant that is, and what the clock shows then.
BAD_HOURS = [
    (HELSINKI, "2031-03-30T03:30", "2031-03-30T01:00:00Z", "2031-03-30T04:00:00"),
    (HELSINKI, "2031-10-26T03:30", "2031-10-26T00:30:00Z", "2031-10-26T03:30:00"),
    (NEW_YORK, "2031-03-09T02:00", "2031-03-09T07:00:00Z", "2031-03-09T03:00:00"),
    (NEW_YORK, "2031-11-02T01:30", "2031-11-02T05:30:00Z", "2031-11-02T01:30:00"),
    (LORD_HOWE, "2031-10-05T02:15", "2031-10-04T15:30:00Z", "2031-10-05T02:30:00"),
    (LORD_HOWE, "2031-04-06T01:45", "2031-04-05T14:45:00Z", "2031-04-06T01:45:00"),
]
BEFORE, AFTER = "2031-01-15T12:00", "2031-12-15T12:00"


async def make_home(client: Client, zone: str | None = None) -> str:
    """Make an apartment, in a unit with clocks of its own where a zone is given."""
    async with client.working() as work:
        unit = await make_unit(work, time_zone=zone)
        home = await make_entity(work, unit_id=unit.id)
    return to_id(ReservableEntity, home.id)


def local(home: str, begin: str, end: str | None = AFTER, **given: Any) -> dict[str, Any]:
    """Say a stay by the clock on the wall."""
    times = {"startsAt": ..., "endsAt": ..., "startsAtLocal": begin, "endsAtLocal": end}
    return stay(entityId=home, **times, **given)


async def pushed(client: Client, row: dict[str, Any]) -> dict[str, Any]:
    payload: dict[str, Any] = (await client.ask(UPSERT, input=row))["reservationUpsert"]
    return payload


@pytest.mark.parametrize("by", ["the push", "the unit"])
@pytest.mark.parametrize(("zone", "said", "instant", "shown"), BAD_HOURS)
async def test_a_start_in_a_bad_hour(
    client: Client, zone: str, said: str, instant: str, shown: str, *, by: str
) -> None:
    home = await make_home(client, zone if by == "the unit" else None)
    row = local(home, said, **({"timeZone": zone} if by == "the push" else {}))

    first = await pushed(client, row)
    again = await pushed(client, row)

    stays = first["reservation"]
    assert (stays["startsAt"], stays["startsAtLocal"]) == (instant, shown)
    assert stays["timeZone"] == zone
    assert again["outcome"] == "UNCHANGED"
    assert again["reservation"] == stays
    shown_back = {**row, "startsAtLocal": stays["startsAtLocal"]}
    assert (await pushed(client, shown_back))["outcome"] == "UNCHANGED"


@pytest.mark.parametrize(("zone", "said", "instant", "shown"), BAD_HOURS)
async def test_an_end_in_a_bad_hour(
    client: Client, zone: str, said: str, instant: str, shown: str
) -> None:
    row = local(await make_home(client), BEFORE, said, timeZone=zone)

    first = await pushed(client, row)
    again = await pushed(client, row)

    stays = first["reservation"]
    assert (stays["endsAt"], stays["endsAtLocal"]) == (instant, shown)
    assert stays["startsAtLocal"] == f"{BEFORE}:00"
    assert again["outcome"] == "UNCHANGED"


@pytest.mark.parametrize(
    ("zone", "begin", "end"),
    [
        (HELSINKI, "2031-03-30T03:10", "2031-03-30T03:50"),
        (NEW_YORK, "2031-03-09T02:10", "2031-03-09T03:00"),
        (LORD_HOWE, "2031-10-05T02:05", "2031-10-05T02:25"),
    ],
)
async def test_a_stay_within_the_hour_that_is_jumped_over_has_no_time(
    client: Client, zone: str, begin: str, end: str
) -> None:
    home = await make_home(client)

    payload = await pushed(client, local(home, begin, end, timeZone=zone))

    (error,) = payload["userErrors"]
    assert (error["code"], error["path"]) == ("STARTS_AFTER_END", ["input", "endsAtLocal"])


@pytest.mark.parametrize(
    ("zone", "begin", "end", "instants"),
    [
        (
            *(HELSINKI, "2031-10-26T03:10", "2031-10-26T03:50"),
            ["2031-10-26T00:10:00Z", "2031-10-26T00:50:00Z"],
        ),
        (
            *(NEW_YORK, "2031-11-02T01:59", "2031-11-02T02:00"),
            ["2031-11-02T05:59:00Z", "2031-11-02T07:00:00Z"],
        ),
        (
            *(LORD_HOWE, "2031-04-06T01:30", "2031-04-06T02:00"),
            ["2031-04-05T14:30:00Z", "2031-04-05T15:30:00Z"],
        ),
    ],
)
async def test_a_stay_within_the_hour_that_comes_twice_means_the_first(
    client: Client, zone: str, begin: str, end: str, instants: list[str]
) -> None:
    home = await make_home(client)

    payload = await pushed(client, local(home, begin, end, timeZone=zone))

    stays = payload["reservation"]
    assert [stays["startsAt"], stays["endsAt"]] == instants
    assert [stays["startsAtLocal"], stays["endsAtLocal"]] == [f"{begin}:00", f"{end}:00"]


async def test_a_group_has_clocks_before_the_unit(client: Client) -> None:
    async with client.working() as work:
        group = await make_group(work, settings={"time_zone": "Asia/Kathmandu"})
        home = await make_entity(work)
    row = local(
        to_id(ReservableEntity, home.id),
        "2031-06-01T12:00",
        None,
        deviceGroupId=to_id(DeviceGroup, group.id),
    )

    stays = (await pushed(client, row))["reservation"]

    assert (stays["startsAt"], stays["timeZone"]) == ("2031-06-01T06:15:00Z", "Asia/Kathmandu")
    assert (stays["startsAtLocal"], stays["endsAtLocal"]) == ("2031-06-01T12:00:00", None)


async def test_a_zone_stays_until_somebody_says_another_or_means_the_units(client: Client) -> None:
    home = await make_home(client, HELSINKI)
    by_instant = stay(entityId=home, startsAt="2031-06-01T12:00:00Z", endsAt="2031-06-02T12:00:00Z")

    named = await pushed(client, {**by_instant, "timeZone": "Asia/Tokyo"})
    kept = await pushed(client, by_instant)
    other = await pushed(client, {**by_instant, "timeZone": NEW_YORK})
    in_units = local(home, "2031-06-01T15:00", "2031-06-02T15:00")
    units = await pushed(client, {**in_units, "externalId": by_instant["externalId"]})
    again = await pushed(client, {**in_units, "externalId": by_instant["externalId"]})

    assert [one["reservation"]["timeZone"] for one in (named, kept, other, units)] == [
        *("Asia/Tokyo", "Asia/Tokyo", NEW_YORK, HELSINKI)
    ]
    assert named["reservation"]["startsAtLocal"] == "2031-06-01T21:00:00"
    assert [kept["outcome"], again["outcome"]] == ["UNCHANGED", "UNCHANGED"]
    assert (other["outcome"], other["changed"]) == ("UPDATED", ["TIME_ZONE"])
    assert (units["outcome"], units["changed"]) == ("UPDATED", ["TIME_ZONE"])
    assert other["reservation"]["startsAt"] == units["reservation"]["startsAt"]


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
async def test_an_end_at_the_end_of_the_calendar_is_shown(client: Client, zone: str) -> None:
    home = await make_home(client, zone)
    row = stay(entityId=home, endsAt="9999-12-31T23:59:59Z")

    stays = (await pushed(client, row))["reservation"]

    assert stays["endsAt"] == "9999-12-31T23:59:59Z"
    east = "9999-12-31T23:59:59.999999"
    assert stays["endsAtLocal"] == (east if zone == "Asia/Tokyo" else "9999-12-31T18:59:59")


@pytest.mark.parametrize(
    ("times", "path"),
    [
        ({"startsAtLocal": "9999-12-31T23:59"}, "startsAtLocal"),
        ({"startsAtLocal": BEFORE, "endsAtLocal": "9999-12-31T23:59"}, "endsAtLocal"),
        ({"startsAtLocal": "2020-01-01T00:00"}, "startsAtLocal"),
        ({"startsAtLocal": BEFORE, "endsAtLocal": BEFORE}, "endsAtLocal"),
    ],
)
async def test_a_refused_local_time_is_named_as_it_was_said(
    client: Client, times: dict[str, str], path: str
) -> None:
    home = await make_home(client, NEW_YORK)

    payload = await pushed(client, stay(entityId=home, startsAt=..., endsAt=..., **times))

    (error,) = payload["userErrors"]
    assert error["path"] == ["input", path]
