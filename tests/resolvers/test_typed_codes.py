"""Codes that were typed: told without their digits, and judged by the rule of the automats."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from backing import digits_of, known_of
from factories import DAY, HOUR, make_unit
from inboxes import SECOND, Cabinet, Kind, make_cabinet
from lives import notices_of
from outcomes import locker_contract
from reporting import MINUTE

from models.automat_alarms import AlarmKind
from models.automat_reports import CodeKind, CodeRefusal
from models.automats import Automat
from models.base import new_id
from models.codes import BackupCode
from models.contracts import KeyContract, LockerContract
from models.custody import CLOCK_TOLERANCE
from models.events import EventKind
from models.keys import KeyStatus
from resolvers import backup_codes, reservations
from resolvers.automat_reports import silence
from resolvers.work import Work


@pytest.fixture
async def cabinet(work: Work) -> Cabinet:
    return await make_cabinet(work, return_code="4711")


async def pin_of(cabinet: Cabinet) -> LockerContract:
    return await locker_contract(cabinet.stay.work, cabinet.stay.reservation)


async def types(
    cabinet: Cabinet, at: datetime, reason: UUID, kind: CodeKind = CodeKind.PIN, **given: Any
) -> Any:
    """Type a right code at locker 0, and give the event and the report of it."""
    facts = {"codeId": str(reason), "codeKind": kind.value}
    kept = await cabinet.says(Kind.CODE_ACCEPTED, at, **facts, **given)
    entered = await cabinet.events(EventKind.CODE_ENTERED)
    return entered[-1], kept


async def test_a_right_pin_is_told_with_its_contract_and_never_with_its_digits(
    cabinet: Cabinet,
) -> None:
    contract, begins = await pin_of(cabinet), cabinet.stay.begins

    entered, kept = await types(cabinet, begins + MINUTE, contract.id)

    assert (kept.problem, entered.notice) == (None, None)
    assert entered.subject_id == cabinet.automat_id
    assert entered.facts == {
        "code_kind": "pin",
        "locker_index": 0,
        "locker_id": str(contract.locker_id),
        "key_id": str(cabinet.stay.key.id),
        "key_contract_id": str(contract.key_contract_id),
        "locker_contract_id": str(contract.id),
        "happened_at": (begins + MINUTE).isoformat(),
    }
    assert str(contract.pin) not in f"{entered.facts}{kept.facts}"


@pytest.mark.parametrize(
    ("before", "strange"),
    [
        (CLOCK_TOLERANCE, None),
        (CLOCK_TOLERANCE + SECOND, "It was typed before its time."),
    ],
)
async def test_a_pin_that_opens_before_its_time_is_flagged(
    cabinet: Cabinet, before: Any, strange: str | None
) -> None:
    contract = await pin_of(cabinet)

    entered, kept = await types(cabinet, contract.starts_at - before, contract.id)

    assert kept.problem == strange
    assert (entered.notice is not None) is (strange is not None)


async def test_a_pin_that_opens_after_its_time_is_flagged(cabinet: Cabinet) -> None:
    contract = await pin_of(cabinet)
    assert contract.ends_at is not None

    _, kept = await types(cabinet, contract.ends_at + HOUR, contract.id)

    assert kept.problem == "It was typed after its time."


async def test_a_pin_that_opens_outside_its_hours_is_flagged(cabinet: Cabinet) -> None:
    work, contract = cabinet.stay.work, await pin_of(cabinet)
    unit = await make_unit(work, time_zone="Europe/Paris")
    automat = await work.get(Automat, cabinet.automat_id)
    automat.unit_id = unit.id
    whole = await work.get(KeyContract, contract.key_contract_id)
    windows = [{"weekdays": [1, 2, 3, 4, 5], "from": "08:00", "to": "17:00"}]
    whole.access_schedule = {"windows": windows, "dailyReturn": False}
    await work.save()

    _, at_day = await types(cabinet, cabinet.stay.begins + HOUR, contract.id)  # 15:00 in Paris
    _, at_night = await types(cabinet, cabinet.stay.begins + 9 * HOUR, contract.id)

    assert (at_day.problem, at_night.problem) == (None, "It was typed outside its hours.")


@pytest.mark.parametrize("kind", list(CodeKind))
async def test_a_code_that_nobody_knows_is_flagged(cabinet: Cabinet, kind: CodeKind) -> None:
    entered, kept = await types(cabinet, cabinet.stay.begins, new_id(), kind)

    assert kept.problem == "It is a code that nobody should know any more."
    assert (entered.facts["key_id"], entered.facts["key_contract_id"]) == (None, None)


async def test_a_return_code_carries_no_contract(cabinet: Cabinet) -> None:
    key = cabinet.stay.key

    entered, kept = await types(cabinet, cabinet.stay.begins, key.id, CodeKind.RETURN_CODE)

    assert kept.problem is None
    assert (entered.facts["key_id"], entered.facts["key_contract_id"]) == (str(key.id), None)


async def test_a_backup_code_is_used_up(cabinet: Cabinet) -> None:
    work, begins = cabinet.stay.work, cabinet.stay.begins
    (first, second) = await known_of(work, cabinet.stay.key)
    revision = (await work.get(Automat, cabinet.automat_id)).code_revision
    assert first.backup_code_id is not None

    entered, kept = await types(cabinet, begins, first.backup_code_id, CodeKind.BACKUP_CODE)
    _, again = await types(cabinet, begins + HOUR, first.backup_code_id, CodeKind.BACKUP_CODE)

    assert (kept.problem, again.problem) == (None, "The backup code had been used before.")
    assert entered.facts["key_id"] == str(cabinet.stay.key.id)
    assert (await work.get(BackupCode, first.backup_code_id)).used_at == begins
    assert await digits_of(work, cabinet.stay.key) == [second.code]
    assert (await work.get(Automat, cabinet.automat_id)).code_revision == revision + 1


async def test_a_backup_code_that_was_replaced_is_believed_and_flagged(cabinet: Cabinet) -> None:
    work = cabinet.stay.work
    (first, _) = await known_of(work, cabinet.stay.key)
    assert first.backup_code_id is not None
    await backup_codes.renew(work, cabinet.stay.key.id)

    _, kept = await types(cabinet, cabinet.stay.begins, first.backup_code_id, CodeKind.BACKUP_CODE)

    assert kept.problem == "The backup code had been replaced by another one."
    assert (await work.get(BackupCode, first.backup_code_id)).used_at == cabinet.stay.begins


async def test_a_wrong_code_is_told_and_many_raise_an_alarm_for_as_long_as_the_keypad_rests(
    cabinet: Cabinet,
) -> None:
    begins = cabinet.stay.begins
    until = begins + MINUTE
    refusal = {"refusal": CodeRefusal.UNKNOWN.value}

    await cabinet.says(Kind.CODE_REFUSED, begins, None, misses=1, **refusal)
    quiet = await cabinet.alarms()
    throttled = {"misses": 5, "throttledUntil": until.isoformat().replace("+00:00", "Z")}
    await cabinet.says(Kind.CODE_REFUSED, begins, None, **refusal, **throttled)
    on = [(one.kind, one.until, one.ended_at) for one in await cabinet.alarms()]
    await silence.look_after(cabinet.at(until), cabinet.automat_id)

    assert quiet == []
    assert on == [(AlarmKind.WRONG_CODES, until, None)]
    assert [one.ended_at for one in await cabinet.alarms()] == [until]
    wrong = await cabinet.events(EventKind.WRONG_CODE_ENTERED)
    assert [(one.facts["refusal"], one.facts["misses"], one.notice) for one in wrong] == [
        ("unknown", 1, None),
        ("unknown", 5, None),
    ]


async def test_the_rest_of_a_keypad_goes_by_our_clock(cabinet: Cabinet) -> None:
    begins = cabinet.stay.begins
    await cabinet.beats(begins, at=begins + DAY)
    until = (begins + DAY + MINUTE).isoformat()

    await cabinet.says(
        *(Kind.CODE_REFUSED, begins + DAY, None),
        heard=begins,
        refusal="throttled",
        throttledUntil=until,
    )

    ends = [one.until for one in await cabinet.alarms() if one.kind is AlarmKind.WRONG_CODES]
    assert ends == [begins + MINUTE]


async def test_a_fetch_of_a_contract_that_was_cancelled_meanwhile_is_believed_and_flagged(
    cabinet: Cabinet,
) -> None:
    stay, begins = cabinet.stay, cabinet.stay.begins
    contract = await pin_of(cabinet)
    await reservations.cancel(cabinet.at(begins), id=stay.reservation.id)

    entered, typed = await types(cabinet, begins + HOUR, contract.id, heard=begins + DAY)
    taken = await cabinet.says(Kind.KEY_TAKEN, begins + HOUR + SECOND, heard=begins + DAY)

    assert typed.problem == "Its contract was cancelled."
    assert entered.notice is not None
    assert taken.problem == "Nobody had a contract for it."
    assert (stay.key.status, await stay.holder()) == (KeyStatus.OUT, None)
    assert len(await notices_of(stay.work, stay.key)) == 1
