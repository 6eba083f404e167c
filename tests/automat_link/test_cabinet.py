"""What people do at a cabinet, what it does then, and what it reports."""

from datetime import timedelta

import pytest
from cabinets import (
    BACKUP_CODE,
    HOUR,
    OTHER_PIN,
    PIN,
    RETURN_CODE,
    Time,
    backup_code,
    cabinet_at,
    code,
    kinds,
    last,
    return_code,
    table,
    told_of,
)
from factories import NOON

from automat_link.messages.wanted import Hours
from automat_link.simulator.cabinet import Cabinet
from automat_link.simulator.lockers import Impossible
from models.automat_reports import CodeRefusal
from models.codes import CodeUse
from models.doors import OFFLINE_GRACE

TAG = "AB12CD34"


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def cabinet(time: Time) -> Cabinet:
    """Give a cabinet with a key in locker 3, whose PIN and codes it knows; nothing is reported."""
    cabinet = cabinet_at(time)
    cabinet.fill(3, TAG)
    cabinet.apply(table(1, code(), return_code(), backup_code()))
    cabinet.log.sending(1)
    cabinet.heard(1, NOON)
    return cabinet


def test_a_key_is_taken_by_its_pin(cabinet: Cabinet) -> None:
    cabinet.press(f"{PIN}#")
    key = cabinet.take_key(3)
    cabinet.close_door(3)

    accepted, opened, taken, closed = told_of(cabinet)
    assert key.tag == TAG
    assert (accepted["kind"], accepted["code_id"]) == ("code_accepted", f"id-{PIN}")
    assert (opened["kind"], opened["cause"], opened["code_id"]) == (
        *("door_opened", "code"),
        f"id-{PIN}",
    )
    assert (taken["kind"], taken["tag"], taken["code_id"]) == ("key_taken", TAG, f"id-{PIN}")
    assert (closed["kind"], closed["locker_index"]) == ("door_closed", 3)


def test_a_key_comes_back_by_the_same_pin(cabinet: Cabinet) -> None:
    cabinet.press(f"{PIN}#")
    cabinet.take_key(3)
    cabinet.close_door(3)

    cabinet.press(f"{PIN}#")
    cabinet.put_key(3, TAG)
    cabinet.close_door(3)

    assert kinds(cabinet)[-2:] == ["key_returned", "door_closed"]
    assert told_of(cabinet)[-2]["code_id"] == f"id-{PIN}"


def test_digits_are_never_reported(cabinet: Cabinet) -> None:
    cabinet.press(f"{PIN}#{OTHER_PIN}#*{RETURN_CODE}#")

    written = "".join(text for _, text in cabinet.log.after(0))
    known = written.replace(f"id-{PIN}", "").replace(f"id-{RETURN_CODE}", "")
    assert PIN not in known
    assert OTHER_PIN not in known
    assert RETURN_CODE not in known


def test_an_unknown_code_opens_nothing(cabinet: Cabinet) -> None:
    cabinet.press("000000#")

    assert last(cabinet)["refusal"] is CodeRefusal.UNKNOWN
    assert last(cabinet)["code_id"] is None
    assert last(cabinet)["misses"] == 1
    assert not any(locker.door_open for locker in cabinet.lockers)


@pytest.mark.parametrize(
    ("moved", "refusal"),
    [(-2 * HOUR, CodeRefusal.TOO_EARLY), (2 * HOUR, CodeRefusal.TOO_LATE)],
)
def test_a_code_opens_nothing_outside_its_time(
    cabinet: Cabinet, time: Time, moved: timedelta, refusal: CodeRefusal
) -> None:
    time.pass_by(moved)

    cabinet.press(f"{PIN}#")

    assert last(cabinet)["refusal"] is refusal
    assert not cabinet.lockers[3].door_open


def test_hours_of_the_week_are_kept(cabinet: Cabinet) -> None:
    never_now = Hours(time_zone="Europe/Helsinki", stretches=[(0, 1)])
    cabinet.apply(table(2, code(hours=never_now)))

    cabinet.press(f"{PIN}#")

    assert last(cabinet)["refusal"] is CodeRefusal.OUTSIDE_HOURS


def test_a_code_that_only_takes_does_not_open_an_empty_locker(cabinet: Cabinet) -> None:
    cabinet.apply(table(2, code(index=4, use=CodeUse.FETCH)))

    cabinet.press(f"{PIN}#")

    assert last(cabinet)["refusal"] is CodeRefusal.LOCKER_EMPTY


def test_a_broken_locker_opens_for_no_code(cabinet: Cabinet) -> None:
    cabinet.break_lock(3)

    cabinet.press(f"{PIN}#")

    assert last(cabinet)["refusal"] is CodeRefusal.LOCKER_BROKEN


def test_a_locker_that_is_not_there_counts_as_broken(time: Time) -> None:
    cabinet = cabinet_at(time, lockers=1)
    cabinet.apply(table(1, code(index=7)))

    cabinet.press(f"{PIN}#")

    assert last(cabinet)["refusal"] is CodeRefusal.LOCKER_BROKEN


def test_a_return_code_is_typed_after_a_star_and_takes_nothing(cabinet: Cabinet) -> None:
    cabinet.press(f"{RETURN_CODE}#")
    assert last(cabinet)["refusal"] is CodeRefusal.UNKNOWN

    cabinet.press(f"*{RETURN_CODE}#")
    assert last(cabinet)["refusal"] is CodeRefusal.LOCKER_TAKEN

    cabinet.lockers[3].key = None
    cabinet.press(f"*{RETURN_CODE}#")
    assert cabinet.lockers[3].door_open


def test_a_backup_code_works_once(cabinet: Cabinet) -> None:
    cabinet.press(f"{BACKUP_CODE}#")
    cabinet.close_door(3)

    cabinet.press(f"{BACKUP_CODE}#")

    assert not cabinet.lockers[3].door_open
    assert last(cabinet)["refusal"] is CodeRefusal.TOO_LATE


def test_a_used_backup_code_stays_used_in_the_next_table_and_after_a_power_cut(
    cabinet: Cabinet, time: Time
) -> None:
    cabinet.press(f"{BACKUP_CODE}#")
    cabinet.close_door(3)
    cabinet.apply(table(2, backup_code()))
    again = cabinet_at(time)
    again.restore(cabinet.save())

    again.press(f"{BACKUP_CODE}#")

    assert not again.lockers[3].door_open


def test_the_keypad_rests_after_wrong_codes_and_says_until_when(
    cabinet: Cabinet, time: Time
) -> None:
    cabinet.press("000000#" * 5)
    assert last(cabinet)["throttled_until"] == time.now + timedelta(minutes=1)

    cabinet.press(f"{PIN}#")
    assert last(cabinet)["refusal"] is CodeRefusal.THROTTLED
    assert cabinet.panel.shown is not None
    assert cabinet.panel.shown.rests_until == time.now + timedelta(minutes=1)

    time.pass_by(timedelta(minutes=1))
    cabinet.press(f"{PIN}#")
    assert cabinet.lockers[3].door_open


def test_a_power_cut_does_not_wake_a_resting_keypad(cabinet: Cabinet, time: Time) -> None:
    cabinet.press("000000#" * 5)
    again = cabinet_at(time)
    again.restore(cabinet.save())
    again.restart()

    again.press(f"{PIN}#")

    assert last(again)["refusal"] is CodeRefusal.THROTTLED


def test_a_keypad_forgets_half_a_code(cabinet: Cabinet, time: Time) -> None:
    cabinet.press(PIN[:3])
    time.pass_by(timedelta(seconds=31))

    cabinet.press(f"{PIN}#")

    assert cabinet.lockers[3].door_open


def test_there_are_only_the_keys_of_a_keypad(cabinet: Cabinet) -> None:
    with pytest.raises(Impossible):
        cabinet.press("12a4#")


def test_codes_that_are_too_old_let_no_key_out_but_one_in(cabinet: Cabinet, time: Time) -> None:
    cabinet.apply(table(2, code(closes_at=None), code(OTHER_PIN, 4, closes_at=None)))
    time.pass_by(OFFLINE_GRACE + HOUR)

    cabinet.press(f"{PIN}#")
    assert last(cabinet)["refusal"] is CodeRefusal.CODES_TOO_OLD

    cabinet.press(f"{OTHER_PIN}#")
    assert cabinet.lockers[4].door_open


def test_hearing_from_the_server_makes_codes_good_again(cabinet: Cabinet, time: Time) -> None:
    cabinet.apply(table(2, code(closes_at=None)))
    time.pass_by(OFFLINE_GRACE + HOUR)
    cabinet.heard(0, time.now)

    cabinet.press(f"{PIN}#")

    assert cabinet.lockers[3].door_open


def test_what_lay_at_the_broker_is_no_sign_of_the_server(cabinet: Cabinet, time: Time) -> None:
    cabinet.apply(table(2, code(closes_at=None)))
    time.pass_by(OFFLINE_GRACE + HOUR)
    cabinet.heard(0, NOON, fresh=False)

    cabinet.press(f"{PIN}#")

    assert last(cabinet)["refusal"] is CodeRefusal.CODES_TOO_OLD


def test_the_latest_table_wins_and_others_are_forgotten(cabinet: Cabinet) -> None:
    cabinet.apply(table(3, code(OTHER_PIN)))
    cabinet.apply(table(2, code(PIN)))

    cabinet.press(f"{PIN}#")
    assert last(cabinet)["refusal"] is CodeRefusal.UNKNOWN
    assert cabinet.state().revision == 3
    assert kinds(cabinet).count("codes_applied") == 1
