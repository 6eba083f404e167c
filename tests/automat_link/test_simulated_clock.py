"""The clock of a simulated automat: wrong, put right, and moved."""

from datetime import timedelta

import pytest
from cabinets import HOUR, Time
from factories import NOON

from automat_link.simulator.clock import Clock

DAY = timedelta(days=1)


@pytest.fixture
def time() -> Time:
    return Time()


def test_a_clock_goes_with_real_time(time: Time) -> None:
    clock = Clock(skew=2 * DAY, real=time)
    time.pass_by(HOUR)

    assert clock.now() == NOON + HOUR + 2 * DAY


@pytest.mark.parametrize("skew", [2 * DAY, -2 * DAY])
def test_a_wrong_clock_is_put_right_by_what_is_said_now(time: Time, skew: timedelta) -> None:
    clock = Clock(skew=skew, real=time)

    moved = clock.correct(NOON, fresh=True)

    assert moved == -skew
    assert clock.now() == NOON


def test_a_small_difference_is_left_alone(time: Time) -> None:
    clock = Clock(skew=timedelta(seconds=1), real=time)

    assert clock.correct(NOON, fresh=True) == timedelta(0)


def test_what_was_said_once_only_puts_a_clock_forward(time: Time) -> None:
    ahead, behind = Clock(skew=HOUR, real=time), Clock(skew=-DAY, real=time)

    ahead.correct(NOON, fresh=False)
    behind.correct(NOON, fresh=False)

    assert ahead.now() == NOON + HOUR
    assert behind.now() == NOON


def test_a_stubborn_clock_stays_wrong(time: Time) -> None:
    clock = Clock(skew=2 * DAY, stubborn=True, real=time)

    assert clock.correct(NOON, fresh=True) == timedelta(0)
    assert clock.now() == NOON + 2 * DAY


def test_the_clock_of_a_sandbox_is_moved_far_ahead_and_back(time: Time) -> None:
    clock = Clock(real=time)

    clock.correct(NOON + 30 * DAY, fresh=True)
    assert clock.now() == NOON + 30 * DAY

    clock.move(-10 * DAY)
    assert clock.now() == NOON + 20 * DAY
