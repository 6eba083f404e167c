"""What a report means: for keys and contracts, for lockers, for alarms.

What happened is believed. What is strange about it is given back in words, and people are told of
it by the event that says what happened.
"""

from collections.abc import Awaitable, Callable

from models.automat_alarms import WHOLE_AUTOMAT, AlarmKind
from models.automat_reports import ReportKind
from models.automats import Automat
from models.events import EventKind
from resolvers.automat_codes import confirming
from resolvers.automat_reports import doors, typed
from resolvers.automat_reports.happenings import Happening
from resolvers.handover.lockers import key_fetched, key_returned
from resolvers.handover.recognising import ANOTHER_EXPECTED
from resolvers.work import About, Work

OURS_TO_SAY = {
    AlarmKind.DEVICE_DISCONNECTED,
    AlarmKind.CLOCK_WRONG,
    AlarmKind.REPORTS_LOST,
    AlarmKind.RESTORED_FROM_BACKUP,
    AlarmKind.CODES_NOT_CONFIRMED,
    AlarmKind.CREDENTIALS_EXPIRE,
}
"""Alarms that no automat can know of."""
RESTORED = "restored"


async def take_effect(work: Work, what: Happening) -> str | None:
    """Let a report take effect; gives back what is strange about it, in words.

    Args:
        work: The transaction, of the system.
        what: The report, with the moment at which it happened.
    """
    return await EFFECTS[what.report.kind](work, what)


async def _started(work: Work, what: Happening) -> str | None:
    reason = what.facts.get("reason", "unknown")
    automat = About(Automat, what.automat_id)
    work.record(EventKind.AUTOMAT_STARTED, automat, reason=reason, happened_at=what.at)
    if reason == RESTORED:
        alarms = what.around.alarms
        await alarms.raise_alarm(work, what.automat_id, AlarmKind.RESTORED_FROM_BACKUP)
    return None


async def _codes_applied(work: Work, what: Happening) -> str | None:
    number = what.report.number
    if number is not None:  # one that comes late by its number is no news any more
        await confirming.codes_applied(work, what.link, what.facts["revision"], number=number)
    return None


async def _key_taken(work: Work, what: Happening) -> str | None:
    index = what.locker_index
    heard = await key_fetched(
        work,
        automat_id=what.automat_id,
        locker_index=index,
        at=what.at,
        rfid_tag=what.facts.get("tag"),
    )
    alarms = what.around.alarms
    await alarms.end_alarm(work, what.automat_id, AlarmKind.WRONG_KEY, locker_index=index)
    return heard.contradiction


async def _key_returned(work: Work, what: Happening) -> str | None:
    heard = await key_returned(
        work,
        automat_id=what.automat_id,
        locker_index=what.locker_index,
        at=what.at,
        rfid_tag=what.facts.get("tag"),
    )
    if (heard.contradiction or "").startswith(ANOTHER_EXPECTED):
        await _raise(work, what, AlarmKind.WRONG_KEY)
    return heard.contradiction


async def _alarm_raised(work: Work, what: Happening) -> str | None:
    kind = AlarmKind(what.facts["alarm"])
    if kind in OURS_TO_SAY:
        return f"An automat cannot know of an alarm like {kind.value}."
    await _raise(work, what, kind)
    return None


async def _raise(work: Work, what: Happening, kind: AlarmKind) -> None:
    """Raise an alarm; one of which a late report tells says nothing of now, and ends at once."""
    until = work.now if what.is_late else None
    alarms = what.around.alarms
    await alarms.raise_alarm(work, what.automat_id, kind, _place(what), until=until)


async def _alarm_cleared(work: Work, what: Happening) -> str | None:
    kind = AlarmKind(what.facts["alarm"])
    if kind not in OURS_TO_SAY and not what.is_late:
        alarms = what.around.alarms
        await alarms.end_alarm(work, what.automat_id, kind, locker_index=_place(what))
    return None


async def _not_understood(work: Work, what: Happening) -> str | None:
    """Let people know that an automat says something which nobody here understands."""
    problem = f"It was not understood: {what.facts.get('problem', 'an unknown message')}"
    notice = f"An automat reports something of which no sense is made. {problem}"
    facts = {"report_id": what.report.id, "number": what.report.number}
    automat = About(Automat, what.automat_id)
    work.record(EventKind.AUTOMAT_REPORT_NOT_APPLIED, automat, notice=notice, **facts)
    return problem


def _place(what: Happening) -> int:
    index = what.report.locker_index
    return WHOLE_AUTOMAT if index is None else index


EFFECTS: dict[ReportKind, Callable[[Work, Happening], Awaitable[str | None]]] = {
    ReportKind.STARTED: _started,
    ReportKind.CODES_APPLIED: _codes_applied,
    ReportKind.CODE_ACCEPTED: typed.accepted,
    ReportKind.CODE_REFUSED: typed.refused,
    ReportKind.DOOR_OPENED: doors.opened,
    ReportKind.DOOR_CLOSED: doors.closed,
    ReportKind.KEY_TAKEN: _key_taken,
    ReportKind.KEY_RETURNED: _key_returned,
    ReportKind.ALARM_RAISED: _alarm_raised,
    ReportKind.ALARM_CLEARED: _alarm_cleared,
    ReportKind.NOT_UNDERSTOOD: _not_understood,
}
