"""Codes that were typed at an automat: told by their ids, never by their digits (R29, R34, G14).

The automat has decided by itself, see `models.doors`. The same rule tells here whether it should
have: a door that was opened outside the time of its code is believed, flagged, and people are told.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.automat_alarms import AlarmKind
from models.automat_reports import CodeKind, CodeRefusal
from models.automats import Automat, Locker
from models.codes import BackupCode, CodeUse
from models.contracts import KeyContract, LockerContract, LockerContractKind, LockerContractState
from models.custody import CLOCK_TOLERANCE
from models.doors import Known, WeeklyHours, judge
from models.events import EventKind
from models.keys import Key
from models.times import time_zone
from resolvers import access_hours, backup_codes
from resolvers.automat_reports import clocks
from resolvers.automat_reports.around import told_id
from resolvers.automat_reports.happenings import Happening
from resolvers.handover.recognising import locker_at
from resolvers.work import About, Work

UNKNOWN = "It is a code that nobody should know any more."
CANCELLED = "Its contract was cancelled."
WITHDRAWN = "The backup code had been replaced by another one."
USED = "The backup code had been used before."
STRANGE = {
    CodeRefusal.TOO_EARLY: "It was typed before its time.",
    CodeRefusal.TOO_LATE: "It was typed after its time.",
    CodeRefusal.OUTSIDE_HOURS: "It was typed outside its hours.",
}
"""What an automat decides by the clock; the rest it sees, and we do not."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A right code that was typed.

    Args:
        what: The report that says so.
        locker: What it opened.
        reason: Why there is, or was, such a code: what its kind says has this id.
    """

    what: Happening
    locker: Locker
    reason: UUID | None


@dataclass(frozen=True, slots=True)
class Opened:
    """What a code stands for.

    Args:
        key_id: The key that it is for; None where any would do, or nobody knows.
        contract: The locker contract of a PIN; a return code carries none (R34).
        strange: What speaks against it, in words.
    """

    key_id: UUID | None = None
    contract: LockerContract | None = None
    strange: str | None = None


async def accepted(work: Work, what: Happening) -> str | None:
    """Hear that a right code was typed, and a locker opened by it."""
    kind = CodeKind(what.facts["codeKind"])
    locker = await _locker(work, what)
    opened = await OPENED[kind](work, Entry(what, locker, told_id(what.report)))
    contract, strange = opened.contract, opened.strange
    where = f"Locker {locker.index} was opened by a code ({kind.value}), but: "
    work.record(
        EventKind.CODE_ENTERED,
        About(Automat, what.automat_id),
        notice=f"{where}{strange} Look after it." if strange else None,
        code_kind=kind.value,
        locker_index=locker.index,
        locker_id=locker.id,
        key_id=opened.key_id,
        key_contract_id=contract.key_contract_id if contract else None,
        locker_contract_id=contract.id if contract else None,
        happened_at=what.at,
    )
    return strange


async def refused(work: Work, what: Happening) -> str | None:
    """Hear that a code was typed which opened nothing; too many of them raise an alarm (G14)."""
    facts = what.facts
    work.record(
        EventKind.WRONG_CODE_ENTERED,
        About(Automat, what.automat_id),
        refusal=CodeRefusal(facts["refusal"]).value,
        locker_index=what.report.locker_index,
        misses=facts.get("misses", 0),
        happened_at=what.at,
    )
    if facts.get("throttledUntil") is not None:
        rests_until = datetime.fromisoformat(facts["throttledUntil"])
        until = clocks.corrected(what.link, rests_until)
        alarms = what.around.alarms
        await alarms.raise_alarm(work, what.automat_id, AlarmKind.WRONG_CODES, until=until)
    return None


async def _locker(work: Work, what: Happening) -> Locker:
    known = what.around.lockers.get((what.automat_id, what.locker_index))
    return known or await locker_at(work, what.automat_id, what.locker_index)


async def _pin(work: Work, entry: Entry) -> Opened:
    contract = await entry.what.around.contract(work, entry.reason)
    if contract is None:
        return Opened(strange=UNKNOWN)
    strange = await _judged(work, entry, contract)
    if contract.state is LockerContractState.CANCELLED:
        strange = CANCELLED
    return Opened(contract.key_id, contract, strange)


async def _judged(work: Work, entry: Entry, contract: LockerContract) -> str | None:
    """Say that a PIN was typed when it should have opened nothing."""
    at, locker = entry.what.at, entry.locker
    is_fetch = contract.kind is LockerContractKind.FETCH
    known = Known(
        id=str(contract.id),
        code="",
        kind=CodeKind.PIN,
        use=CodeUse.FETCH if is_fetch else CodeUse.FETCH_AND_RETURN,
        locker_index=locker.index,
        opens_at=contract.starts_at,
        closes_at=contract.ends_at,
        hours=await _hours(work, locker.automat_id, contract),
    )
    has_key = await entry.what.around.key_lies_in(work, locker)
    refusal = judge(known, at=at, locker_has_key=has_key, tolerance=CLOCK_TOLERANCE)
    return STRANGE.get(refusal) if refusal else None


async def _hours(work: Work, automat_id: UUID, contract: LockerContract) -> WeeklyHours | None:
    schedule = (await work.get(KeyContract, contract.key_contract_id)).access_schedule
    if schedule is None:
        return None
    zone = (await work.get(Automat, automat_id)).time_zone
    hours = access_hours.enforced(zone, {contract.id: schedule})[contract.id]
    return WeeklyHours(time_zone(hours.time_zone), hours.stretches)


async def _return_code(work: Work, entry: Entry) -> Opened:
    key = await work.find(Key, entry.reason)
    return Opened(strange=UNKNOWN) if key is None else Opened(key.id)


async def _backup_code(work: Work, entry: Entry) -> Opened:
    """Let a backup code be used up: it works once (R36)."""
    known = await work.find(BackupCode, entry.reason)
    if known is None:
        return Opened(strange=UNKNOWN)
    (code,) = await work.locked(BackupCode, [known.id])
    if code.used_at is not None:
        return Opened(code.key_id, strange=USED)
    strange = None if code.withdrawn_at is None else WITHDRAWN
    await backup_codes.used(work, code, entry.what.at)
    return Opened(code.key_id, strange=strange)


OPENED = {
    CodeKind.PIN: _pin,
    CodeKind.RETURN_CODE: _return_code,
    CodeKind.BACKUP_CODE: _backup_code,
}
