"""What automats say of their power, and what their sensors see in lockers, against what we know."""

from typing import Any

import pytest
from inboxes import SECOND, Cabinet, Kind, make_cabinet
from reporting import MINUTE, locker

from models.automat_alarms import AlarmKind
from models.automats import LockerState
from models.events import EventKind
from models.places import Coordinates
from resolvers.automat_reports.sensors import SeenLocker
from resolvers.work import Work

Alarm = AlarmKind
LOOK = " have a look."


@pytest.fixture
async def cabinet(work: Work) -> Cabinet:
    return await make_cabinet(work)


async def test_power_and_battery_raise_alarms_that_end_when_they_are_back(
    cabinet: Cabinet,
) -> None:
    begins, found = cabinet.stay.begins, []
    said: list[dict[str, Any]] = [
        {"power": "mains", "battery": 0.9},
        {"power": "battery", "battery": 0.5},
        {"power": "battery", "battery": 0.14},
        {"power": "battery", "battery": 0.16},
        {"power": "battery", "battery": 0.14},
        {"power": "mains", "battery": 0.16},
        {"power": "mains", "battery": 0.25},
        {"power": "mains"},
    ]

    for number, health in enumerate(said):
        await cabinet.beats(begins + number * MINUTE, health=health)
        found.append(set(await cabinet.alarms_on()))

    cut, low = Alarm.DEVICE_POWER_DISCONNECTED, Alarm.DEVICE_LOW_POWER
    assert found == [set(), {cut}, {cut, low}, {cut, low}, {cut, low}, {low}, set(), set()]
    assert len(await cabinet.alarms()) == 2
    assert cabinet.link.health == {"power": "mains"}


async def test_where_a_cabinet_says_it_stands_is_kept_without_its_wavering(
    cabinet: Cabinet,
) -> None:
    begins, automat = cabinet.stay.begins, cabinet.stay.automat
    automat.accept_place("It hears nothing in there.", begins)
    north, seen = 60.2, []

    for number, latitude in enumerate([None, north, north + 0.00005, north + 0.001, None]):
        health: dict[str, Any] = {"power": "mains"}
        if latitude is not None:
            health["position"] = {"latitude": latitude, "longitude": 24.9}
        await cabinet.beats(begins + number * MINUTE, health=health)
        seen.append((automat.reported_position, automat.placement_accepted_at is not None))

    first, then = Coordinates(north, 24.9), Coordinates(north + 0.001, 24.9)
    assert seen == [(None, True), *[(first, False)] * 2, *[(then, False)] * 2]


async def notices(cabinet: Cabinet) -> list[str]:
    return [str(event.notice) for event in await cabinet.events(EventKind.LOCKER_UPDATED)]


async def test_what_sensors_see_otherwise_is_believed_and_told_once(cabinet: Cabinet) -> None:
    begins, work = cabinet.stay.begins, cabinet.stay.work
    seen = [SeenLocker(0, has_key=False), SeenLocker(1, has_key=True), SeenLocker(2, has_key=False)]

    for number in range(3):
        await cabinet.beats(begins + number * 30 * SECOND, lockers=seen)

    assert await notices(cabinet) == [
        "The automat sees of locker 0 that it is empty, but a key should be in it:" + LOOK,
        "The automat sees of locker 1 that something lies in it, but no key is known to be there:"
        + LOOK,
    ]
    states = [(await locker(work, cabinet.stay.automat, index)).state for index in range(3)]
    assert states == [LockerState.EMPTY, LockerState.WITH_KEY, LockerState.EMPTY]


async def test_an_open_door_is_no_contradiction(cabinet: Cabinet) -> None:
    seen = [SeenLocker(0, has_key=False, door_open=True)]

    await cabinet.beats(cabinet.stay.begins, lockers=seen)

    there = await locker(cabinet.stay.work, cabinet.stay.automat, 0)
    assert (there.state, await notices(cabinet)) == (LockerState.DOOR_OPEN, [])


async def test_reports_that_are_on_their_way_explain_what_sensors_see(cabinet: Cabinet) -> None:
    begins, seen = cabinet.stay.begins, [SeenLocker(0, has_key=False)]
    taken = cabinet.told(Kind.KEY_TAKEN, begins)

    await cabinet.beats(begins, number=1, lockers=seen)
    await cabinet.keep(begins, taken)
    await cabinet.beats(begins, number=1, lockers=seen)
    await cabinet.apply(begins)
    await cabinet.beats(begins, number=1, lockers=seen)

    assert await notices(cabinet) == []
