"""Automats of a sandbox live by its clock, over a real broker; and a backup code works once."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from brokers import Broker
from documents import written
from factories import DAY, HOUR
from linked import clock, eventually, linking
from linked_house import House, house, worker
from sandboxing import advance, become_sandbox, time_of
from talking import Client

from models.database import Database

PATIENCE = 60.0
CODES = "query($id: ID!) { key(id: $id) { backupCodes } }"
ALARMS = "{ automatAlarms(first: 50) { edges { node { kind } } } }"


@pytest.fixture
async def home(own_database: Database, broker: Broker, client: Client) -> AsyncIterator[House]:
    await become_sandbox(client)
    async with (
        worker(own_database),
        linking(own_database, broker),
        house(client, broker) as made,
    ):
        yield made


async def codes_of(home: House) -> list[str]:
    found: list[str] = (await home.client.ask(CODES, id=home.key))["key"]["backupCodes"]
    return found


async def how_far_off(home: House) -> timedelta:
    return abs(await time_of(home.client) - home.cabinet.clock.now())


async def test_a_stay_weeks_ahead_is_lived_through_in_a_minute(home: House) -> None:
    begins = (clock() + 20 * DAY).replace(microsecond=0)
    times = {"startsAt": written(begins), "endsAt": written(begins + 2 * DAY)}
    id = (await home.reserve(2, **times))["id"]

    await advance(home.client, to=written(begins + HOUR))

    phase = (await home.phases(id))["DEFAULT"]
    assert phase["state"] == "READY"
    synced = datetime.fromisoformat(phase["syncedAt"])
    assert timedelta() <= synced - (begins - DAY) < timedelta(minutes=1)

    async def is_right() -> bool:
        return await how_far_off(home) < timedelta(seconds=5)

    await eventually(is_right, PATIENCE)
    await home.fetch(phase["pin"], 0)
    await eventually(lambda: home.key_is("OUT"), PATIENCE)
    await advance(home.client, seconds=86_400)
    await eventually(is_right, PATIENCE)
    await home.bring_back(phase["pin"], 0)
    await eventually(lambda: home.key_is("IN_STORAGE"), PATIENCE)
    assert await home.chain() == ["REGISTERED", "FETCHED", "RETURNED"]
    alarms = (await home.client.ask(ALARMS))["automatAlarms"]["edges"]
    assert [edge["node"]["kind"] for edge in alarms] == []


async def test_a_backup_code_opens_the_keys_own_locker_once(home: House) -> None:
    first, second = await codes_of(home)

    await home.fetch(first, 0)

    await eventually(lambda: home.key_is("OUT"), PATIENCE)

    async def is_used_up() -> bool:
        return await codes_of(home) == [second]

    await eventually(is_used_up, PATIENCE)
    home.cabinet.press(f"{first}#")
    assert not home.cabinet.lockers[0].door_open
    await home.bring_back(second, 0)
    await eventually(lambda: home.key_is("IN_STORAGE"), PATIENCE)
    assert await codes_of(home) == []
