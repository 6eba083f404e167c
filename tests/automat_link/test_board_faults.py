"""What goes wrong with automats by the keys of the board."""

from collections.abc import Iterator

import pytest
from boards import PIN, automat_of, locker, played, text, typed
from brokers import running_broker

from automat_link.simulator.fleet import Fleet
from models.automat_alarms import AlarmKind


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    with running_broker() as broker:
        yield Fleet({"00331": automat_of(broker)})


async def test_what_goes_wrong_is_an_alarm_until_the_key_is_pressed_again(fleet: Fleet) -> None:
    async with played(fleet) as (board, pilot):
        for key, kind in {
            "e": AlarmKind.DEVICE_ERROR,
            "m": AlarmKind.DEVICE_MOVED,
            "w": AlarmKind.DEVICE_WIFI_OFFLINE,
            "u": AlarmKind.DEVICE_POWER_DISCONNECTED,
            "l": AlarmKind.DEVICE_LOW_POWER,
        }.items():
            words = kind.value.replace("_", " ")
            await typed(pilot, key)
            assert text(pilot, "Reported").endswith(f"Alarm: {words}.")
            assert "! 1 alarm" in text(pilot, "#state")

            await typed(pilot, key)
            assert text(pilot, "Reported").endswith(f"All well again: {words}.")
            assert "alarm" not in text(pilot, "#state")

        assert board.cabinet.health.power == "mains"


async def test_a_lock_that_does_not_move_is_an_alarm_for_who_wants_it_open(fleet: Fleet) -> None:
    async with played(fleet) as (_, pilot):
        await pilot.press("left", "b")
        await typed(pilot, PIN + "#")

        assert text(pilot, "#display") == "The locker is out of order"
        assert locker(pilot, 29).has_class("broken", "chosen")
        assert "Alarm: device error at locker 29." in text(pilot, "Reported")

        await typed(pilot, "b")
        assert text(pilot, "Reported").endswith("All well again: device error at locker 29.")
