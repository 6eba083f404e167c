"""What a keypad passes over, and what it reports only once."""

from datetime import timedelta

import pytest
from cabinets import PIN, Time, cabinet_at, code, told_of
from cabinets import table as table_of

from automat_link.simulator.cabinet import Cabinet
from models.automat_reports import CodeRefusal
from models.keypads import FIRST_REST, MISSES_BEFORE_REST


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def cabinet(time: Time) -> Cabinet:
    cabinet = cabinet_at(time)
    cabinet.fill(3)
    cabinet.apply(table_of(1, code()))
    return cabinet


def refusals(cabinet: Cabinet) -> list[CodeRefusal]:
    return [one["refusal"] for one in told_of(cabinet) if one["kind"] == "code_refused"]


def test_a_hash_alone_is_no_code(cabinet: Cabinet) -> None:
    cabinet.press("#" * 20)
    cabinet.press(f"{PIN}#")

    assert refusals(cabinet) == []
    assert cabinet.panel.keypad.misses == 0
    assert cabinet.lockers[3].door_open


def test_a_star_alone_is_a_wrong_code(cabinet: Cabinet) -> None:
    cabinet.press("*#")

    assert refusals(cabinet) == [CodeRefusal.UNKNOWN]


def test_what_is_typed_during_a_rest_is_reported_once_for_each_rest(
    cabinet: Cabinet, time: Time
) -> None:
    cabinet.press("000000#" * (MISSES_BEFORE_REST + 4))
    again = cabinet_at(time)
    again.restore(cabinet.save())
    again.press(f"{PIN}#")

    assert refusals(again) == [CodeRefusal.UNKNOWN] * 5 + [CodeRefusal.THROTTLED]
    assert again.panel.shown is not None
    assert again.panel.shown.refusal is CodeRefusal.THROTTLED, "it is shown all the same"
    time.pass_by(FIRST_REST + timedelta(seconds=1))
    again.press("000000#" * 3)
    assert refusals(again)[6:] == [CodeRefusal.UNKNOWN, CodeRefusal.THROTTLED]
