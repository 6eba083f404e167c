"""Alarms of automats: raised and ended once each, by what is heard or missed; people acknowledge.

Their events are about the automat, so that its trail tells of them.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Label, select, update

from models.accounts import Permission
from models.automat_alarms import WHOLE_AUTOMAT, AlarmKind, AutomatAlarm
from models.automats import Automat
from models.base import new_id, table_of
from models.dialects.missing_rows import insert_missing
from models.events import EventKind
from models.jobs import JobKind
from resolvers.jobs import schedule
from resolvers.work import About, Work

SAID = {
    AlarmKind.DEVICE_ERROR: "something of it does not work",
    AlarmKind.DEVICE_POWER_DISCONNECTED: "it runs on its battery",
    AlarmKind.DEVICE_LOW_POWER: "its battery is nearly empty",
    AlarmKind.DEVICE_MOVED: "somebody moved it",
    AlarmKind.DEVICE_DISCONNECTED: "nothing is heard of it",
    AlarmKind.DEVICE_WIFI_OFFLINE: "its network is away",
    AlarmKind.WRONG_CODES: "too many wrong codes were typed, so its keypad rests",
    AlarmKind.DOOR_LEFT_OPEN: "a door has been open for too long",
    AlarmKind.DOOR_FORCED: "a door was opened by force",
    AlarmKind.WRONG_KEY: "another key than the expected one is in a locker",
    AlarmKind.CLOCK_WRONG: "its clock is wrong",
    AlarmKind.REPORTS_LOST: "what it reported is lost",
    AlarmKind.RESTORED_FROM_BACKUP: "it has forgotten what it reported before",
    AlarmKind.CODES_NOT_CONFIRMED: "it has not said that it knows a PIN that is needed soon",
    AlarmKind.CREDENTIALS_EXPIRE: "its certificate ends soon",
}
"""What is wrong, in the words of a notice."""
ENDED_BY_PEOPLE = {AlarmKind.REPORTS_LOST, AlarmKind.RESTORED_FROM_BACKUP, AlarmKind.DEVICE_MOVED}
ALARM = AutomatAlarm
COLUMNS = ALARM.id, ALARM.automat_id, ALARM.kind, ALARM.locker_index, ALARM.details
"""What an event tells of an alarm."""


async def raise_alarm(
    work: Work,
    automat_id: UUID,
    kind: AlarmKind,
    locker_index: int = WHOLE_AUTOMAT,
    details: str | None = None,
    *,
    until: datetime | None = None,
) -> bool:
    """Raise an alarm, unless it is on already; tells whether it is new.

    Args:
        work: The transaction, of the system or of somebody who was let in.
        automat_id: Of which automat; it has to be one of the organization.
        kind: What is wrong.
        locker_index: At which locker, from 0; `WHOLE_AUTOMAT` for none.
        details: What is known of it, in a sentence for people; never a code.
        until: When it ends by itself; only `end_alarm` ends it when left out. The later one
            counts where it is on already.
    """
    connection = await work.connection()
    new = insert_missing(table_of(AutomatAlarm), connection.dialect.name).values(
        id=new_id(),
        organization_id=work.actor.organization_id,
        automat_id=automat_id,
        kind=kind,
        locker_index=locker_index,
        started_at=work.now,
        until=until,
        details=details,
    )
    columns = *COLUMNS, _name_of(automat_id)
    raised = (await connection.execute(new.returning(*columns))).first()
    if until is not None:
        await _last_until(work, automat_id, kind, locker_index, until)
    if raised is not None:
        tell_raised(work, raised, raised.automat_name)
    return raised is not None


async def _last_until(
    work: Work, automat_id: UUID, kind: AlarmKind, locker_index: int, until: datetime
) -> None:
    row = AutomatAlarm
    is_on = (
        row.automat_id == automat_id,
        row.kind == kind,
        row.locker_index == locker_index,
        row.ended_at.is_(None),
    )
    longer = update(row).where(*is_on, row.until < until).values(until=until)
    await (await work.connection()).execute(longer)
    await schedule(work, JobKind.AUTOMAT_LINK, automat_id, until)


async def end_alarm(
    work: Work, automat_id: UUID, *kinds: AlarmKind, locker_index: int = WHOLE_AUTOMAT
) -> bool:
    """End alarms of an automat whose cause is gone; tells whether any was on."""
    row = AutomatAlarm
    ended = (
        update(row)
        .where(
            row.automat_id == automat_id,
            row.kind.in_(kinds),
            row.locker_index == locker_index,
            row.ended_at.is_(None),
        )
        .values(ended_at=work.now)
        .returning(*COLUMNS, _name_of(automat_id))
    )
    found = (await (await work.connection()).execute(ended)).all()
    for one in found:
        tell_ended(work, one, one.automat_name)
    return bool(found)


async def end_those_whose_time_is_over(work: Work, automat_id: UUID) -> datetime | None:
    """End the alarms of an automat that end by themselves; tells when the next one does."""
    row = AutomatAlarm
    timed = work.own(row).where(
        row.automat_id == automat_id, row.ended_at.is_(None), row.until.is_not(None)
    )
    alarms = await work.all(timed.order_by(row.until))
    over = [one for one in alarms if one.until is not None and one.until <= work.now]
    for one in over:
        await end_alarm(work, automat_id, one.kind, locker_index=one.locker_index)
    return next((one.until for one in alarms if one not in over), None)


async def acknowledge(work: Work, id: UUID | None) -> AutomatAlarm:
    """Say that somebody knows of an alarm; whoever said so first stays the one who did.

    What happened once and left no cause behind that could go away is over with that.

    Raises:
        NotAllowed: The actor may not operate automats.
        NotFound: There is no such alarm.
    """
    work.require(Permission.OPERATE_AUTOMATS)
    known = await work.get(AutomatAlarm, id, path=("id",))
    (alarm,) = await work.locked(AutomatAlarm, [known.id])
    if alarm.acknowledged_at is None:
        alarm.acknowledged_at, alarm.acknowledged_by = work.now, work.actor.token_id
        await work.save()
        automat = await work.get(Automat, alarm.automat_id)
        _record(work, EventKind.AUTOMAT_ALARM_ACKNOWLEDGED, alarm, automat.name)
        if alarm.kind in ENDED_BY_PEOPLE:
            await end_alarm(work, alarm.automat_id, alarm.kind, locker_index=alarm.locker_index)
            alarm = await work.get(AutomatAlarm, alarm.id)
    return alarm


WORDS = {
    EventKind.AUTOMAT_ALARM_RAISED: "The automat {name}: {what}{where}.",
    EventKind.AUTOMAT_ALARM_ENDED: "The automat {name}: it is over that {what}{where}.",
    EventKind.AUTOMAT_ALARM_ACKNOWLEDGED: "The automat {name}: somebody knows that {what}{where}.",
}


def tell_raised(work: Work, alarm: Any, automat_name: str) -> None:
    """Write down that an alarm was raised; only for whoever has written it, or is about to."""
    _record(work, EventKind.AUTOMAT_ALARM_RAISED, alarm, automat_name)


def tell_ended(work: Work, alarm: Any, automat_name: str) -> None:
    """Write down that an alarm is over; only for whoever has ended it, or is about to."""
    _record(work, EventKind.AUTOMAT_ALARM_ENDED, alarm, automat_name)


def _name_of(automat_id: UUID) -> Label[str]:
    """Make a column of the name of an automat: it comes with its alarm."""
    name = select(Automat.name).where(Automat.id == automat_id)
    return name.scalar_subquery().label("automat_name")


def _record(work: Work, event: EventKind, alarm: Any, name: str) -> None:
    is_at_locker = alarm.locker_index != WHOLE_AUTOMAT
    is_new = event is EventKind.AUTOMAT_ALARM_RAISED
    where = f" (locker {alarm.locker_index})" if is_at_locker else ""
    notice = WORDS[event].format(name=name, what=SAID[alarm.kind], where=where)
    work.record(
        event,
        About(Automat, alarm.automat_id),
        notice=f"{notice} {alarm.details}" if is_new and alarm.details else notice,
        alarm_id=alarm.id,
        alarm=alarm.kind.value,
        locker_index=alarm.locker_index if is_at_locker else None,
    )
