"""What each report means: for keys and contracts, for lockers and codes, for people."""

import pytest
from factories import HOUR, make_key
from inboxes import SECOND, Cabinet, Kind, make_cabinet, report
from lives import look_after, notices_of
from outcomes import locker_contract
from reporting import locker

from models.automat_alarms import AlarmKind
from models.automats import Automat, LockerState
from models.contracts import LockerContractState
from models.custody import CustodyKind
from models.events import EventKind
from models.keys import KeyStatus
from resolvers.automat_reports import silence
from resolvers.automats import update_locker
from resolvers.work import Work

TAG = "04A1B2C3"


@pytest.fixture
async def cabinet(work: Work) -> Cabinet:
    return await make_cabinet(work, rfid_tag=TAG, return_code="4711")


async def state_of(cabinet: Cabinet) -> LockerState:
    return (await locker(cabinet.stay.work, cabinet.stay.automat, 0)).state


async def test_a_key_that_is_taken_and_comes_back_is_known_to_its_contract(
    cabinet: Cabinet,
) -> None:
    stay, begins = cabinet.stay, cabinet.stay.begins

    taken = await cabinet.says(Kind.KEY_TAKEN, begins, tag=TAG)
    holder, out = await stay.holder(), stay.key.status
    back = await cabinet.says(Kind.KEY_RETURNED, begins + HOUR, tag=TAG)

    assert (taken.problem, back.problem) == (None, None)
    assert (holder, out) == (await stay.contract_id(), KeyStatus.OUT)
    allocation = await stay.allocation()
    assert (allocation.fetched_at, allocation.returned_at) == (begins, begins + HOUR)
    assert (stay.key.status, stay.key.automat_id) == (KeyStatus.IN_STORAGE, cabinet.automat_id)


async def test_an_unknown_tag_is_believed_and_flagged(cabinet: Cabinet) -> None:
    kept = await cabinet.says(Kind.KEY_TAKEN, cabinet.stay.begins, tag="FFFF")

    assert kept.problem == "The tag that was read is that of no key."
    assert cabinet.stay.key.status is KeyStatus.OUT
    assert len(await notices_of(cabinet.stay.work, cabinet.stay.key)) == 1


async def test_a_door_is_open_until_it_is_closed(cabinet: Cabinet) -> None:
    begins, states = cabinet.stay.begins, []
    for kind in (
        *(Kind.DOOR_OPENED, Kind.DOOR_CLOSED),
        *(Kind.DOOR_OPENED, Kind.KEY_TAKEN, Kind.DOOR_CLOSED),
        *(Kind.DOOR_OPENED, Kind.DOOR_CLOSED),
    ):
        begins += SECOND
        await cabinet.says(kind, begins)
        states.append(await state_of(cabinet))

    is_open, with_key, empty = LockerState.DOOR_OPEN, LockerState.WITH_KEY, LockerState.EMPTY
    assert states == [is_open, with_key, is_open, empty, empty, is_open, empty]


async def test_a_door_that_is_opened_by_force_raises_an_alarm_until_it_is_closed(
    cabinet: Cabinet,
) -> None:
    begins = cabinet.stay.begins

    kept = await cabinet.says(Kind.DOOR_OPENED, begins, cause="forced")
    on = [(one.kind, one.locker_index, one.ended_at) for one in await cabinet.alarms()]
    await cabinet.says(Kind.DOOR_CLOSED, begins + HOUR)

    assert on == [(AlarmKind.DOOR_FORCED, 0, None)]
    assert kept.problem == "The door was opened by force."
    assert [one.ended_at for one in await cabinet.alarms()] == [begins + HOUR]


async def test_a_locker_that_is_out_of_order_stays_so(cabinet: Cabinet) -> None:
    begins = cabinet.stay.begins
    one = await locker(cabinet.stay.work, cabinet.stay.automat, 0)
    await update_locker(cabinet.stay.work, one.id, out_of_order=True)

    for kind in (Kind.DOOR_OPENED, Kind.KEY_TAKEN, Kind.DOOR_CLOSED):
        begins += SECOND
        await cabinet.says(kind, begins)

    assert await state_of(cabinet) is LockerState.OUT_OF_ORDER
    assert cabinet.stay.key.status is KeyStatus.OUT


async def test_a_door_that_is_told_of_late_says_nothing_of_now(cabinet: Cabinet) -> None:
    begins = cabinet.stay.begins
    late = cabinet.told(Kind.DOOR_OPENED, begins, cause="forced")
    cabinet.link.heard_up_to = 1

    await cabinet.keep(begins, late)
    await cabinet.apply(begins)
    await silence.look_after(cabinet.at(begins), cabinet.automat_id)

    assert await state_of(cabinet) is LockerState.WITH_KEY
    assert [one.ended_at for one in await cabinet.alarms()] == [begins]


async def test_an_automat_tells_that_it_started_and_that_it_was_restored(
    cabinet: Cabinet,
) -> None:
    await cabinet.says(Kind.STARTED, cabinet.stay.begins, None, reason="power")
    quiet = await cabinet.alarms()
    await cabinet.says(Kind.STARTED, cabinet.stay.begins, None, reason="restored")

    started = await cabinet.events(EventKind.AUTOMAT_STARTED)
    assert [event.facts["reason"] for event in started] == ["power", "restored"]
    (alarm,) = await cabinet.alarms()
    assert (quiet, alarm.kind) == ([], AlarmKind.RESTORED_FROM_BACKUP)
    (raised,) = await cabinet.events(EventKind.AUTOMAT_ALARM_RAISED)
    assert "forgotten what it reported" in str(raised.notice)


async def test_codes_that_an_automat_knows_make_contracts_ready_over_a_gap(
    cabinet: Cabinet,
) -> None:
    work = cabinet.stay.work
    contract = await locker_contract(work, cabinet.stay.reservation)
    await look_after(work, cabinet.stay.reservation, at=contract.sync_at)
    before = contract.state
    revision = (await work.get(Automat, cabinet.automat_id)).code_revision
    lost = cabinet.told(Kind.DOOR_CLOSED, contract.sync_at)

    kept = await cabinet.says(Kind.CODES_APPLIED, contract.sync_at, None, revision=revision)
    await cabinet.keep(contract.sync_at, lost)
    heard = await cabinet.apply(contract.sync_at)

    assert (before, contract.state) == (LockerContractState.SYNCING, LockerContractState.READY)
    assert (kept.applied_at, heard) == (contract.sync_at, 2)
    assert cabinet.link.applied_revision == revision


async def test_what_is_not_understood_keeps_its_place_and_is_told(cabinet: Cabinet) -> None:
    kept = await cabinet.says(
        Kind.NOT_UNDERSTOOD, cabinet.stay.begins, None, problem="kind: union_tag_invalid"
    )

    assert cabinet.link.heard_up_to == 1
    assert kept.problem == "It was not understood: kind: union_tag_invalid"
    (told,) = await cabinet.events(EventKind.AUTOMAT_REPORT_NOT_APPLIED)
    assert told.notice is not None


async def test_something_unknown_is_taken_down_at_its_locker(cabinet: Cabinet) -> None:
    kept = await cabinet.says(Kind.KEY_RETURNED, cabinet.stay.begins, 7, tag="ABCD")

    there = await locker(cabinet.stay.work, cabinet.stay.automat, 7)
    assert there.state is LockerState.WITH_KEY
    assert "nobody knows which key" in str(kept.problem)
    assert [entry.kind for entry in await cabinet.stay.chain()] == [CustodyKind.REGISTERED]


async def test_another_key_than_the_expected_one_raises_an_alarm_until_it_is_taken(
    cabinet: Cabinet,
) -> None:
    begins = cabinet.stay.begins
    await make_key(cabinet.stay.work, rfid_tag="B2B2")
    await cabinet.says(Kind.KEY_TAKEN, begins, tag=TAG)

    await cabinet.says(Kind.KEY_RETURNED, begins + HOUR, tag="B2B2")
    (alarm,) = await cabinet.alarms()
    is_on = alarm.ended_at is None
    await cabinet.says(Kind.KEY_TAKEN, begins + 2 * HOUR, tag="B2B2")

    assert (alarm.kind, alarm.locker_index, is_on) == (AlarmKind.WRONG_KEY, 0, True)
    assert await cabinet.alarms_on() == []
    await cabinet.says(Kind.KEY_RETURNED, begins + 3 * HOUR, tag=TAG)
    assert await cabinet.alarms_on() == [], "this one is expected there"


async def test_another_key_that_is_told_of_late_raises_an_alarm_that_ends_at_once(
    cabinet: Cabinet,
) -> None:
    begins = cabinet.stay.begins
    await make_key(cabinet.stay.work, rfid_tag="B2B2")
    await cabinet.says(Kind.KEY_TAKEN, begins, tag=TAG)

    late = report(1, Kind.KEY_RETURNED, begins + HOUR, 0, tag="B2B2")
    await cabinet.keep(begins + HOUR, late)
    await cabinet.apply(begins + HOUR)

    (alarm,) = [one for one in await cabinet.alarms() if one.kind is AlarmKind.WRONG_KEY]
    assert alarm.until == begins + HOUR
