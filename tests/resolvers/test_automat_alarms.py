"""Alarms of automats are raised and ended once each, and people say that they know of them."""

from datetime import datetime

import pytest
from factories import HOUR, NOON, acting_as, make_automat, make_stranger
from inboxes import SECOND, Kind, make_cabinet
from lives import at, notices_of, trail
from outcomes import count_of
from racing import at_once, by_itself
from sqlalchemy import select

from models.accounts import Role
from models.automat_alarms import WHOLE_AUTOMAT, AlarmKind, AlarmState, AutomatAlarm
from models.automats import Automat
from models.base import new_id
from models.database import Database
from models.errors import NotAllowed, NotFound
from models.events import EventKind
from resolvers import organizations
from resolvers.automat_alarms import (
    SAID,
    acknowledge,
    end_alarm,
    end_those_whose_time_is_over,
    raise_alarm,
)
from resolvers.automat_reports import silence
from resolvers.work import Work

MOVED = AlarmKind.DEVICE_MOVED
LIVES = [
    EventKind.AUTOMAT_ALARM_RAISED,
    EventKind.AUTOMAT_ALARM_ACKNOWLEDGED,
    EventKind.AUTOMAT_ALARM_ENDED,
]


async def the_alarm(work: Work) -> AutomatAlarm:
    (alarm,) = await work.all(work.own(AutomatAlarm))
    return alarm


async def test_an_alarm_is_raised_once_acknowledged_and_over_when_its_cause_is(work: Work) -> None:
    automat, kind = await make_automat(work), AlarmKind.DEVICE_LOW_POWER

    raised = [await raise_alarm(work, automat.id, kind, details="At 12 %.") for _ in range(2)]
    alarm = await the_alarm(work)
    is_on = alarm.state
    known = await acknowledge(at(work, NOON + SECOND), alarm.id)
    ended = [await end_alarm(at(work, NOON + HOUR), automat.id, kind) for _ in range(2)]

    assert (raised, ended, is_on) == ([True, False], [True, False], AlarmState.ACTIVATED)
    alarm = await the_alarm(work)
    assert (alarm.started_at, alarm.ended_at, alarm.state) == (
        NOON,
        NOON + HOUR,
        AlarmState.DEACTIVATED,
    )
    assert (known.acknowledged_at, alarm.details) == (NOON + SECOND, "At 12 %.")
    assert [kind for kind in await trail(work, automat) if kind in LIVES] == LIVES
    assert await notices_of(work, automat) == [
        "The automat Station: its battery is nearly empty. At 12 %.",
        "The automat Station: somebody knows that its battery is nearly empty.",
        "The automat Station: it is over that its battery is nearly empty.",
    ]


async def test_an_alarm_that_is_over_may_be_raised_again(work: Work) -> None:
    automat = await make_automat(work)
    await raise_alarm(work, automat.id, MOVED)
    await end_alarm(work, automat.id, MOVED)

    assert await raise_alarm(work, automat.id, MOVED)

    assert await count_of(work, AutomatAlarm) == 2


async def test_each_locker_has_alarms_of_its_own(work: Work) -> None:
    automat, kind = await make_automat(work), AlarmKind.DOOR_LEFT_OPEN
    await raise_alarm(work, automat.id, kind, 3)
    await raise_alarm(work, automat.id, kind, 4)

    await end_alarm(work, automat.id, kind, locker_index=3)
    await end_alarm(work, automat.id, kind)

    alarms = await work.all(work.own(AutomatAlarm).order_by(AutomatAlarm.locker_index))
    assert [(one.locker_index, one.state) for one in alarms] == [
        (3, AlarmState.DEACTIVATED),
        (4, AlarmState.ACTIVATED),
    ]
    assert "(locker 3)" in (await notices_of(work, automat))[0]


async def test_whoever_knew_first_stays_the_one_who_did(work: Work) -> None:
    automat = await make_automat(work)
    await raise_alarm(work, automat.id, AlarmKind.DEVICE_ERROR)
    alarm = await the_alarm(work)

    await acknowledge(work, alarm.id)
    again = await acknowledge(at(work, NOON + HOUR), alarm.id)

    assert again.acknowledged_at == NOON
    assert (await trail(work, automat)).count(EventKind.AUTOMAT_ALARM_ACKNOWLEDGED) == 1


@pytest.mark.parametrize("kind", [AlarmKind.REPORTS_LOST, AlarmKind.RESTORED_FROM_BACKUP, MOVED])
async def test_what_left_no_cause_behind_is_over_when_somebody_knows(
    work: Work, kind: AlarmKind
) -> None:
    automat = await make_automat(work)
    await raise_alarm(work, automat.id, kind)

    known = await acknowledge(work, (await the_alarm(work)).id)

    assert (known.acknowledged_at, known.ended_at) == (NOON, NOON)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.PARTNER, Role.STATION])
async def test_not_everybody_may_acknowledge(work: Work, role: Role) -> None:
    await raise_alarm(work, (await make_automat(work)).id, MOVED)

    with pytest.raises(NotAllowed):
        await acknowledge(acting_as(work, role), (await the_alarm(work)).id)


async def test_alarms_of_others_look_like_none(work: Work) -> None:
    await raise_alarm(work, (await make_automat(work)).id, MOVED)
    alarm, stranger = await the_alarm(work), await make_stranger(work)

    for id in (alarm.id, new_id()):
        with pytest.raises(NotFound):
            await acknowledge(stranger, id)


async def test_an_alarm_with_an_end_is_over_by_then(work: Work) -> None:
    automat, kind = await make_automat(work), AlarmKind.WRONG_CODES
    await raise_alarm(work, automat.id, kind, until=NOON + 60 * SECOND)
    await raise_alarm(work, automat.id, kind, until=NOON + 120 * SECOND)
    await raise_alarm(work, automat.id, kind, until=NOON + 90 * SECOND)

    following = [
        await silence.look_after(at(work, NOON + seconds * SECOND), automat.id)
        for seconds in (60, 119, 120, 150)
    ]

    assert following == [NOON + 120 * SECOND, NOON + 120 * SECOND, None, None]
    assert (await the_alarm(work)).ended_at == NOON + 120 * SECOND
    assert await end_those_whose_time_is_over(work, automat.id) is None


async def test_every_kind_has_words_for_its_notices() -> None:
    assert set(SAID) == set(AlarmKind)


async def test_several_who_raise_and_end_at_once_do_it_once(database: Database) -> None:
    owner = organizations.founder()

    async def found(work: Work) -> Automat:
        await organizations.found(work, name="Kotikatu")
        return await make_automat(work)

    automat = await by_itself(database, owner, found)

    async def up(work: Work) -> bool:
        return await raise_alarm(work, automat.id, MOVED)

    async def down(work: Work) -> bool:
        return await end_alarm(work, automat.id, MOVED)

    raised = await at_once(database, owner, *[up] * 6)
    ended = await at_once(database, owner, *[down] * 6)

    assert (raised.count(True), ended.count(True)) == (1, 1)
    async with database.reading() as connection:
        own = AutomatAlarm.organization_id == owner.organization_id
        rows = (await connection.execute(select(AutomatAlarm.ended_at).where(own))).all()
    assert [row.ended_at for row in rows] == [NOON]


async def test_an_automat_raises_and_clears_alarms(work: Work) -> None:
    cabinet = await make_cabinet(work)
    begins = cabinet.stay.begins

    await cabinet.says(Kind.ALARM_RAISED, begins, None, alarm="device_moved")
    await cabinet.says(Kind.ALARM_RAISED, begins, 2, alarm="door_left_open")
    on = {(one.kind, one.locker_index): one.ended_at for one in await cabinet.alarms()}
    await cabinet.says(Kind.ALARM_CLEARED, begins + HOUR, 2, alarm="door_left_open")

    assert on == {(MOVED, WHOLE_AUTOMAT): None, (AlarmKind.DOOR_LEFT_OPEN, 2): None}
    assert [one.ended_at for one in await cabinet.alarms()] == [None, begins + HOUR]


async def test_an_automat_cannot_raise_what_only_we_can_know(work: Work) -> None:
    cabinet = await make_cabinet(work)

    kept = await cabinet.says(
        Kind.ALARM_RAISED, cabinet.stay.begins, None, alarm="device_disconnected"
    )
    await cabinet.says(Kind.ALARM_CLEARED, cabinet.stay.begins, None, alarm="reports_lost")

    assert "cannot know" in str(kept.problem)
    assert await cabinet.alarms() == []


async def test_an_alarm_that_comes_late_is_told_and_over_at_once(work: Work) -> None:
    cabinet = await make_cabinet(work)
    begins = cabinet.stay.begins
    late = cabinet.told(Kind.ALARM_RAISED, begins, None, alarm="device_moved")
    cabinet.link.heard_up_to = 1

    await cabinet.keep(begins, late)
    await cabinet.apply(begins)
    await silence.look_after(cabinet.at(begins), cabinet.automat_id)

    (alarm,) = await cabinet.alarms()
    times: list[datetime | None] = [alarm.started_at, alarm.ended_at]
    assert times == [begins, begins]
