"""Doors that were opened and closed: what is known of a locker at this moment."""

from models.automat_alarms import AlarmKind
from models.automats import Locker, LockerState
from resolvers.automat_reports.happenings import Happening
from resolvers.handover.recognising import locker_at
from resolvers.work import Work

FORCED = "forced"
OVER_WHEN_CLOSED = AlarmKind.DOOR_FORCED, AlarmKind.DOOR_LEFT_OPEN


async def opened(work: Work, what: Happening) -> str | None:
    """Hear that a door was opened, by a code, a command, or by force."""
    if not what.is_late:
        locker = await _locked(work, what)
        if locker.state is not LockerState.OUT_OF_ORDER:
            locker.state = LockerState.DOOR_OPEN
    if what.facts.get("cause") != FORCED:
        return None
    until = work.now if what.is_late else None
    forced, index = AlarmKind.DOOR_FORCED, what.locker_index
    await what.around.alarms.raise_alarm(work, what.automat_id, forced, index, until=until)
    return "The door was opened by force."


async def closed(work: Work, what: Happening) -> str | None:
    """Hear that a door was closed: the locker is again what is in it."""
    if what.is_late:
        return None
    locker = await _locked(work, what)
    if locker.state is LockerState.DOOR_OPEN:  # else a key was taken out of it, or put in
        inside = await what.around.key_lies_in(work, locker)
        locker.state = LockerState.WITH_KEY if inside else LockerState.EMPTY
    index, alarms = what.locker_index, what.around.alarms
    await alarms.end_alarm(work, what.automat_id, *OVER_WHEN_CLOSED, locker_index=index)
    return None


async def _locked(work: Work, what: Happening) -> Locker:
    """Lock the locker of which a report tells, once in a transaction.

    Raises:
        InvalidInput: The automat has no such locker.
    """
    index, known = what.locker_index, what.around.lockers
    if (what.automat_id, index) in known:
        return known[what.automat_id, index]
    here = Locker.automat_id == what.automat_id, Locker.index == index
    for locker in await work.locking(work.own(Locker).where(*here), Locker):
        known[what.automat_id, index] = locker
        return locker
    return await locker_at(work, what.automat_id, index)
