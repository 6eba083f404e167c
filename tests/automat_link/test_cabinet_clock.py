"""By what a cabinet sets its clock: by nothing that was said before something else."""

from datetime import timedelta
from uuid import uuid4

import pytest
from cabinets import HOUR, Time, cabinet_at
from factories import NOON

from automat_link.messages.commands import OpenLocker
from automat_link.simulator.cabinet import Cabinet
from models.automat_commands import CommandRefusal


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def cabinet(time: Time) -> Cabinet:
    return cabinet_at(time)


def test_what_the_server_said_long_ago_does_not_set_the_clock_back(
    cabinet: Cabinet, time: Time
) -> None:
    cabinet.heard(0, time.now)
    time.pass_by(HOUR)
    cabinet.heard(0, time.now)
    again = cabinet_at(time)
    again.restore(cabinet.save())
    time.pass_by(HOUR)
    until = NOON + timedelta(minutes=1)

    for said in (NOON, NOON + HOUR):
        again.heard(0, said, fresh=True)

        assert again.clock.now() == NOON + 2 * HOUR
        assert again.unheard_for() == HOUR
        command = OpenLocker(id=uuid4(), until=until, locker_index=3)
        assert again.command(command).refusal is CommandRefusal.TOO_LATE


def test_what_was_said_long_ago_still_tells_what_was_heard(cabinet: Cabinet, time: Time) -> None:
    cabinet.heard(0, NOON + HOUR)
    cabinet.restart()
    last_number = cabinet.log.last_number
    cabinet.log.sending(last_number)

    cabinet.heard(last_number, NOON)

    assert cabinet.log.oldest_number == last_number + 1


def test_a_clock_that_moved_behind_what_was_said_is_put_right_by_what_is_said_next(
    cabinet: Cabinet, time: Time
) -> None:
    cabinet.heard(0, time.now)
    cabinet.clock.move(-100 * HOUR)
    time.pass_by(HOUR)

    cabinet.heard(0, time.now)

    assert cabinet.clock.now() == time.now


def times(cabinet: Cabinet) -> list[timedelta]:
    """List when what is kept happened, counted from noon, each time once."""
    return sorted({one.at - NOON for one in cabinet.log.read()})


def times_set(cabinet: Cabinet) -> list[int]:
    return sorted({one.clock_set for one in cabinet.log.read()})


@pytest.mark.parametrize("wrong", [100 * HOUR, -100 * HOUR])
def test_what_a_wrong_clock_has_dated_is_dated_anew_when_it_is_put_right(
    cabinet: Cabinet, time: Time, wrong: timedelta
) -> None:
    cabinet.clock.move(wrong)
    cabinet.force_door(3)
    time.pass_by(HOUR)
    cabinet.close_door(3)

    cabinet.heard(0, time.now)

    assert times(cabinet) == [0 * HOUR, HOUR]
    assert times_set(cabinet) == [1]
    assert cabinet.state().clock_set == 1


def test_what_was_right_is_not_dated_anew_when_the_clock_went_wrong_since(
    cabinet: Cabinet, time: Time
) -> None:
    cabinet.force_door(3)
    time.pass_by(HOUR)
    cabinet.heard(0, time.now)
    again = cabinet_at(time)
    again.restore(cabinet.save())
    again.clock.move(50 * HOUR)
    again.close_door(3)
    time.pass_by(HOUR)

    again.heard(0, time.now)

    assert times(again) == [0 * HOUR, HOUR]
    assert times_set(again) == [0, 1]


def test_what_an_old_word_put_forward_is_put_right_by_the_next_one(
    cabinet: Cabinet, time: Time
) -> None:
    cabinet.clock.move(-100 * HOUR)
    cabinet.force_door(3)
    time.pass_by(10 * HOUR)

    cabinet.heard(0, time.now - 5 * HOUR, fresh=False)
    in_between = times(cabinet)
    cabinet.heard(0, time.now)

    assert in_between == [-5 * HOUR]
    assert times(cabinet) == [0 * HOUR]
    assert times_set(cabinet) == [2]


def test_what_is_numbered_anew_stays_as_right_as_it_was(cabinet: Cabinet, time: Time) -> None:
    cabinet.force_door(3)
    cabinet.log.sending(1)
    cabinet.heard(1, time.now)
    kept = cabinet.log.last_number - 1
    cabinet.log.begin_anew()
    cabinet.clock.move(50 * HOUR)
    cabinet.close_door(3)
    time.pass_by(HOUR)

    cabinet.heard(0, time.now)

    assert [one.number for one in cabinet.log.read()][: kept + 1] == list(range(1, kept + 2))
    assert times(cabinet) == [0 * HOUR]
    assert times_set(cabinet) == [0, 1]
