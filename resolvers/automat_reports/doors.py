"""Doors that were opened and closed: what is known of a locker at this moment."""

from models.automat_alarms import AlarmKind
from models.automats import Locker, LockerState
from models.keys import Key
from resolvers.automat_alarms import end_alarm, raise_alarm
from resolvers.automat_reports.happenings import Happening
from resolvers.handover.recognising import locker_at
from resolvers.work import Work

FORCED = "forced"
OVER_WHEN_CLOSED = AlarmKind.DOOR_FORCED, AlarmKind.DOOR_LEFT_OPEN


async def opened(work: Work, what: Happening) -> str | None:
    """Hear that a door was opened, by a code, a command, or by force."""
    locker = await locker_at(work, what.automat_id, what.locker_index)
    if not what.is_late:
        await _let_be(work, locker, LockerState.DOOR_OPEN)
    if what.facts.get("cause") != FORCED:
        return None
    until = work.now if what.is_late else None
    forced, index = AlarmKind.DOOR_FORCED, what.locker_index
    await raise_alarm(work, what.automat_id, forced, index, until=until)
    return "The door was opened by force."


async def closed(work: Work, what: Happening) -> str | None:
    """Hear that a door was closed: the locker is again what is in it."""
    if what.is_late:
        return None
    locker = await locker_at(work, what.automat_id, what.locker_index)
    if locker.state is LockerState.DOOR_OPEN:  # else a key was taken out of it, or put in
        inside = await work.first(work.own(Key).where(Key.locker_id == locker.id))
        await _let_be(work, locker, LockerState.WITH_KEY if inside else LockerState.EMPTY)
    index = what.locker_index
    await end_alarm(work, what.automat_id, *OVER_WHEN_CLOSED, locker_index=index)
    return None


async def _let_be(work: Work, locker: Locker, state: LockerState) -> None:
    """Let a locker be as its automat says, unless it is out of order."""
    for one in await work.locked(Locker, [locker.id]):
        if one.state is not LockerState.OUT_OF_ORDER:
            one.state = state
            await work.save()
