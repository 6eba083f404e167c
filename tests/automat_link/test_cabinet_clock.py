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
