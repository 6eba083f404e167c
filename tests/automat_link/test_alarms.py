"""Every alarm that an automat can raise: through the broker, to who asks for `automatAlarms`."""

from collections.abc import AsyncIterator

import pytest
from brokers import Broker
from linked import eventually, linking
from linked_house import House, house, worker
from talking import Client

from automat_link.simulator.doors import LEFT_OPEN_AFTER
from automat_link.simulator.faults import FAULTS
from automat_link.simulator.fleet import Fleet
from automat_link.simulator.scenarios import faults
from models.automat_alarms import AlarmKind
from models.database import Database
from resolvers.automat_reports.facts import OURS_TO_SAY

PATIENCE = 60.0
ALARMS = """query($automat: ID) { automatAlarms(automatId: $automat, first: 50) {
  edges { node { kind state lockerIndex } }
} }"""
ANOTHER = "04FFFFFF"
AT_LOCKERS = {AlarmKind.DOOR_FORCED, AlarmKind.DOOR_LEFT_OPEN, AlarmKind.WRONG_KEY}
COUNTED_HERE = {AlarmKind.WRONG_CODES}
"""The server raises it by what was typed at the keypad."""


@pytest.fixture
async def home(own_database: Database, broker: Broker, client: Client) -> AsyncIterator[House]:
    async with (
        worker(own_database),
        linking(own_database, broker),
        house(client, broker) as made,
    ):
        yield made


async def states(home: House) -> dict[tuple[str, int | None], str]:
    """Tell of each alarm whether it is on, the newest of its kind and locker."""
    answer = await home.client.ask(ALARMS, automat=home.automat)
    nodes = [edge["node"] for edge in answer["automatAlarms"]["edges"]]
    return {(one["kind"], one["lockerIndex"]): one["state"] for one in reversed(nodes)}


async def becomes(home: House, kind: AlarmKind, index: int | None, state: str) -> None:
    async def is_so() -> bool:
        return (await states(home)).get((kind.name, index)) == state

    await eventually(is_so, PATIENCE)


async def test_what_goes_wrong_with_an_automat_is_seen_until_it_is_well_again(home: House) -> None:
    for fault in FAULTS.values():
        fault.turn(home.cabinet)
    for fault in FAULTS.values():
        await becomes(home, fault.alarm, None, "ACTIVATED")

    for fault in FAULTS.values():
        fault.turn(home.cabinet)

    for fault in FAULTS.values():
        await becomes(home, fault.alarm, None, "DEACTIVATED")
    assert len(await states(home)) == len(FAULTS)


async def test_a_script_lets_one_thing_after_the_other_go_wrong(home: House) -> None:
    await faults(Fleet({"the only one": home.firmware}), seconds=0.1)

    for fault in FAULTS.values():
        await becomes(home, fault.alarm, None, "DEACTIVATED")


async def test_a_lock_that_does_not_move_is_told_by_who_wanted_it_open(home: House) -> None:
    pin = await pin_of(home)
    home.cabinet.break_lock(0)
    home.cabinet.press(f"{pin}#")
    await becomes(home, AlarmKind.DEVICE_ERROR, 0, "ACTIVATED")

    home.cabinet.break_lock(0, broken=False)

    await becomes(home, AlarmKind.DEVICE_ERROR, 0, "DEACTIVATED")


async def test_doors_that_are_forced_and_left_open_are_told_until_they_are_shut(
    home: House,
) -> None:
    home.cabinet.force_door(6)
    await becomes(home, AlarmKind.DOOR_FORCED, 6, "ACTIVATED")
    opening = home.cabinet.lockers[6].opening
    assert opening is not None
    opening.at -= LEFT_OPEN_AFTER
    home.cabinet.look()
    await becomes(home, AlarmKind.DOOR_LEFT_OPEN, 6, "ACTIVATED")

    home.cabinet.close_door(6)

    await becomes(home, AlarmKind.DOOR_FORCED, 6, "DEACTIVATED")
    await becomes(home, AlarmKind.DOOR_LEFT_OPEN, 6, "DEACTIVATED")


async def test_another_key_than_was_taken_is_told_until_somebody_takes_it(home: House) -> None:
    pin = await pin_of(home)
    await home.fetch(pin, 0)
    await home.type(pin)
    home.cabinet.put_key(0, ANOTHER)
    home.cabinet.close_door(0)
    assert (AlarmKind.WRONG_KEY, 0) in home.cabinet.alarms.on
    await becomes(home, AlarmKind.WRONG_KEY, 0, "ACTIVATED")

    home.cabinet.force_door(0)
    home.cabinet.take_key(0)

    await becomes(home, AlarmKind.WRONG_KEY, 0, "DEACTIVATED")


async def pin_of(home: House) -> str:
    id = (await home.reserve(2))["id"]
    await eventually(lambda: home.phase_is(id, "DEFAULT", "READY"), PATIENCE)
    pin: str = (await home.phases(id))["DEFAULT"]["pin"]
    await eventually(lambda: any(one.code == pin for one in home.cabinet.codes.known), PATIENCE)
    return pin


def test_no_alarm_of_an_automat_is_left_out() -> None:
    by_itself = {fault.alarm for fault in FAULTS.values()}

    assert by_itself | AT_LOCKERS == set(AlarmKind) - OURS_TO_SAY - COUNTED_HERE
