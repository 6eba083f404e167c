"""Commands to a cabinet, the numbers of its reports, and what it keeps in its flash."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from cabinets import HOUR, PIN, Time, cabinet_at, code, kinds, last, reports, table, told_of
from factories import NOON

from automat_link.messages.commands import (
    AnyCommand,
    ClearLocker,
    OpenLocker,
    ProgramKey,
    Replay,
    Restart,
    Resync,
)
from automat_link.simulator.cabinet import Cabinet
from automat_link.simulator.commands import REMEMBERED
from models.automat_commands import CommandRefusal


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def cabinet(time: Time) -> Cabinet:
    """Give a cabinet with a key in locker 3."""
    cabinet = cabinet_at(time)
    cabinet.fill(3)
    return cabinet


def told(make: type[AnyCommand], **facts: Any) -> AnyCommand:
    return make(id=uuid4(), until=NOON + timedelta(seconds=30), **facts)


def heard(cabinet: Cabinet, number: int | None = None) -> None:
    """Let all that was reported be sent and heard."""
    cabinet.log.sending(cabinet.log.last_number)
    cabinet.heard(cabinet.log.last_number if number is None else number, NOON)


def test_a_command_opens_a_locker(cabinet: Cabinet) -> None:
    command = told(OpenLocker, locker_index=3)

    answer = cabinet.command(command)

    assert (answer.id, answer.done, answer.again) == (command.id, True, False)
    assert last(cabinet)["command_id"] == command.id
    assert last(cabinet)["cause"] == "command"


def test_a_command_that_comes_again_is_answered_again_and_not_done(cabinet: Cabinet) -> None:
    command = told(OpenLocker, locker_index=3)
    cabinet.command(command)
    cabinet.close_door(3)

    answer = cabinet.command(command)

    assert (answer.done, answer.again) == (True, True)
    assert not cabinet.lockers[3].door_open


def test_commands_stay_done_over_a_power_cut(cabinet: Cabinet, time: Time) -> None:
    command = told(OpenLocker, locker_index=3)
    cabinet.command(command)
    cabinet.close_door(3)
    again = cabinet_at(time)
    again.restore(cabinet.save())

    assert again.command(command).again
    assert not again.lockers[3].door_open


def test_the_last_500_commands_are_remembered(cabinet: Cabinet) -> None:
    commands = [told(Resync) for _ in range(REMEMBERED + 1)]
    for command in commands:
        cabinet.command(command)

    assert not cabinet.command(commands[0]).again
    assert cabinet.command(commands[-1]).again


def test_a_command_comes_too_late(cabinet: Cabinet, time: Time) -> None:
    command = told(OpenLocker, locker_index=3)
    time.pass_by(timedelta(seconds=30))

    assert cabinet.command(command).refusal is CommandRefusal.TOO_LATE
    assert not cabinet.lockers[3].door_open


@pytest.mark.parametrize(
    ("make", "facts"),
    [
        (OpenLocker, {"locker_index": 4}),
        (ClearLocker, {"locker_index": 4}),
        (ProgramKey, {"locker_index": 3, "access_rights": []}),
        (Restart, {}),
    ],
)
def test_a_cabinet_does_one_thing_at_a_time(
    cabinet: Cabinet, make: type[AnyCommand], facts: dict[str, Any]
) -> None:
    cabinet.command(told(OpenLocker, locker_index=3))

    assert cabinet.command(told(make, **facts)).refusal is CommandRefusal.BUSY


def test_telling_is_possible_while_somebody_is_served(cabinet: Cabinet) -> None:
    cabinet.command(told(OpenLocker, locker_index=3))

    assert cabinet.command(told(Resync)).done
    assert cabinet.command(told(Replay, from_number=1)).done


def test_a_door_that_was_left_open_keeps_nobody_busy(cabinet: Cabinet, time: Time) -> None:
    cabinet.command(told(OpenLocker, locker_index=3))
    time.pass_by(timedelta(minutes=2))
    later = OpenLocker(id=uuid4(), until=NOON + HOUR, locker_index=4)

    assert cabinet.command(later).done


def test_a_locker_that_is_not_there_or_broken_is_refused(time: Time) -> None:
    cabinet = cabinet_at(time, lockers=1)
    cabinet.break_lock(0)

    missing = cabinet.command(told(OpenLocker, locker_index=1))
    broken = cabinet.command(told(OpenLocker, locker_index=0))

    assert missing.refusal is CommandRefusal.NO_SUCH_LOCKER
    assert broken.refusal is CommandRefusal.LOCKER_BROKEN


def test_a_cleared_locker_counts_as_empty_until_its_key_moves(cabinet: Cabinet) -> None:
    assert cabinet.command(told(ClearLocker, locker_index=3)).done
    assert not cabinet.state().lockers[3].has_key

    cabinet.command(told(OpenLocker, locker_index=3))
    cabinet.take_key(3)
    cabinet.put_key(3)

    assert cabinet.state().lockers[3].has_key


def test_a_key_is_programmed_where_there_is_one(cabinet: Cabinet) -> None:
    done = cabinet.command(told(ProgramKey, locker_index=3, access_rights=["north door"]))
    empty = cabinet.command(told(ProgramKey, locker_index=4, access_rights=[]))

    assert done.done
    assert cabinet.lockers[3].key is not None
    assert cabinet.lockers[3].key.access_rights == ["north door"]
    assert empty.refusal is CommandRefusal.LOCKER_EMPTY


def test_a_command_of_an_unknown_kind_is_not_understood(cabinet: Cabinet) -> None:
    assert cabinet.command(told(AnyCommand)).refusal is CommandRefusal.NOT_UNDERSTOOD


def test_reports_are_kept_until_they_were_heard(cabinet: Cabinet) -> None:
    cabinet.restart()
    cabinet.force_door(5)
    heard(cabinet, 2)

    assert [report.number for report in reports(cabinet)] == [3]
    assert (cabinet.state().number, cabinet.state().oldest_number) == (3, 3)


def test_when_there_is_no_room_the_oldest_report_is_lost(time: Time) -> None:
    cabinet = cabinet_at(time, room=10)
    for _ in range(12):
        cabinet.restart()

    assert [report.number for report in reports(cabinet)] == list(range(3, 13))
    assert cabinet.state().oldest_number == 3


def test_numbers_go_on_over_restarts(cabinet: Cabinet, time: Time) -> None:
    cabinet.restart()
    heard(cabinet)
    again = cabinet_at(time)
    again.restore(cabinet.save())

    again.restart("restart")

    assert [report.number for report in reports(again)] == [2]
    assert last(again)["reason"] == "restart"


def test_a_restored_automat_goes_on_behind_what_was_heard(cabinet: Cabinet, time: Time) -> None:
    cabinet.restart()
    heard(cabinet)
    backup = cabinet.save()
    for _ in range(7):
        cabinet.restart()
    heard(cabinet)

    cabinet.restore_memory(backup)
    cabinet.restart()
    cabinet.heard(8, NOON)

    assert [report.number for report in reports(cabinet)] == [9, 10]
    assert [one["reason"] for one in told_of(cabinet)] == ["power", "restored"]


def test_a_restored_automat_notices_even_when_it_has_made_more_since(cabinet: Cabinet) -> None:
    cabinet.restart()
    heard(cabinet)
    backup = cabinet.save()
    cabinet.restart()
    heard(cabinet)

    cabinet.restore_memory(backup)
    for _ in range(5):
        cabinet.restart()
    ids = [report.id for report in reports(cabinet)]
    cabinet.heard(2, NOON)

    assert [report.number for report in reports(cabinet)] == [3, 4, 5, 6, 7, 8]
    assert [report.id for report in reports(cabinet)][:5] == ids
    assert last(cabinet)["reason"] == "restored"


def test_a_server_that_has_heard_less_changes_nothing(cabinet: Cabinet) -> None:
    cabinet.restart()
    cabinet.restart()
    cabinet.log.sending(2)
    cabinet.heard(1, NOON)
    cabinet.heard(0, NOON)

    assert kinds(cabinet) == ["started"]


def test_an_old_backup_does_not_bring_keys_back(cabinet: Cabinet) -> None:
    backup = cabinet.save()
    cabinet.command(told(OpenLocker, locker_index=3))
    cabinet.take_key(3)

    cabinet.restore_memory(backup)

    assert not cabinet.lockers[3].has_key


def test_all_of_a_cabinet_is_the_same_after_its_flash_was_read(
    cabinet: Cabinet, time: Time
) -> None:
    cabinet.apply(table(4, code()))
    cabinet.press(f"{PIN}#000000#")
    cabinet.force_door(9)
    cabinet.set_power(mains=False, battery=0.1)
    cabinet.clock.move(3 * HOUR)
    again = cabinet_at(time)

    again.restore(cabinet.save())

    assert again.save() == cabinet.save()
    assert again.state() == cabinet.state()
