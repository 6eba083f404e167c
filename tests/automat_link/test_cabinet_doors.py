"""Doors, lockers and power of a cabinet: what people may do with them, and which alarms come."""

from datetime import timedelta
from uuid import uuid4

import pytest
from cabinets import PIN, Time, cabinet_at, code, kinds, last, table, told_of
from factories import NOON

from automat_link.simulator.cabinet import Cabinet
from automat_link.simulator.lockers import Impossible
from models.automat_alarms import AlarmKind


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def cabinet(time: Time) -> Cabinet:
    """Give a cabinet with a key in locker 3, whose PIN it knows; nothing is reported."""
    cabinet = cabinet_at(time)
    cabinet.fill(3)
    cabinet.apply(table(1, code()))
    cabinet.log.sending(1)
    cabinet.heard(1, NOON)
    return cabinet


def test_nothing_is_taken_from_or_put_into_a_shut_locker(cabinet: Cabinet) -> None:
    with pytest.raises(Impossible):
        cabinet.take_key(3)
    with pytest.raises(Impossible):
        cabinet.put_key(4)
    with pytest.raises(Impossible):
        cabinet.close_door(4)
    with pytest.raises(Impossible):
        cabinet.close_door(30)


def test_a_locker_holds_one_key(cabinet: Cabinet) -> None:
    cabinet.press(f"{PIN}#")

    with pytest.raises(Impossible):
        cabinet.put_key(3)
    cabinet.take_key(3)
    with pytest.raises(Impossible):
        cabinet.take_key(3)


def test_a_door_that_is_left_open_is_an_alarm_until_it_is_shut(
    cabinet: Cabinet, time: Time
) -> None:
    cabinet.press(f"{PIN}#")
    time.pass_by(timedelta(minutes=3))
    cabinet.look()
    cabinet.look()
    cabinet.close_door(3)

    assert kinds(cabinet)[2:] == ["alarm_raised", "door_closed", "alarm_cleared"]
    assert last(cabinet)["alarm"] is AlarmKind.DOOR_LEFT_OPEN
    assert last(cabinet)["locker_index"] == 3


def test_a_door_that_is_broken_open_is_an_alarm(cabinet: Cabinet) -> None:
    cabinet.force_door(5)
    cabinet.close_door(5)

    assert kinds(cabinet) == ["door_opened", "alarm_raised", "door_closed", "alarm_cleared"]
    assert told_of(cabinet)[0]["cause"] == "forced"


def test_power_and_battery_are_alarms(cabinet: Cabinet) -> None:
    cabinet.set_power(mains=False, battery=0.9)
    cabinet.set_power(mains=False, battery=0.1)
    cabinet.set_power(mains=True)

    told = [(one["kind"], one["alarm"]) for one in told_of(cabinet)]
    assert told == [
        ("alarm_raised", AlarmKind.DEVICE_POWER_DISCONNECTED),
        ("alarm_raised", AlarmKind.DEVICE_LOW_POWER),
        ("alarm_cleared", AlarmKind.DEVICE_POWER_DISCONNECTED),
        ("alarm_cleared", AlarmKind.DEVICE_LOW_POWER),
    ]
    assert cabinet.state().health.power == "mains"


def test_everybody_who_listens_is_told_of_each_change(cabinet: Cabinet) -> None:
    told = []
    cabinet.changed = lambda: told.append(uuid4())

    cabinet.press(f"{PIN}#")
    cabinet.take_key(3)
    cabinet.close_door(3)
    cabinet.look()

    assert len(told) == 3


def test_a_tag_is_hexadecimal(cabinet: Cabinet) -> None:
    cabinet.force_door(4)

    with pytest.raises(Impossible):
        cabinet.put_key(4, "no tag")
