"""PINs that an automat has not said that it knows: people are told, and then it is given up.

This is about automats that work with a link; nobody waits for one that is run by hand.

- Two hours before the window of a contract, and ten minutes after its PIN was sent at the earliest,
  people are told by a notice and by the alarm CODES_NOT_CONFIRMED.
- A quarter of an hour before the window, and a quarter of an hour after it was sent at the
  earliest, the contract FAILS with a notice, so that the key is given to its guest in another way.

Nothing of that may make things worse for the guest. A window that had opened before the automat was
told of a change is never given up: somebody may stand at the door with a PIN that it knows as it
was, or has the key and brings it back. And one that is given up comes back: its key still lies in
the locker, which nobody else is given as long as it does. The automat is told to forget the PIN; as
soon as it says that it has, it answers again, so `codes_applied` lets the contract be looked after
at once. It gets the locker with its key, keeps its PIN, and is READY as soon as the automat has
said so: a few seconds after it came back, if the window is not over by then. As long as it says
nothing `finding` leaves the contract alone, so that it is not planned and given up in turns.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from models.automat_alarms import AlarmKind
from models.automats import Automat
from models.contracts import LockerContract, LockerContractKind, LockerContractState
from models.dialects.among import among
from models.events import Event, EventKind
from resolvers import rivals
from resolvers.automat_alarms import raise_alarm
from resolvers.automat_codes.awaiting import (
    GIVEN_UP_AFTER,
    GIVEN_UP_BEFORE,
    NOT_CONFIRMED,
    TOLD_AFTER,
    TOLD_BEFORE,
    Awaited,
    awaited,
)
from resolvers.automat_codes.confirming import confirm
from resolvers.upkeep.running import Running
from resolvers.work import Work


async def watch(work: Work, running: Running) -> None:
    """Let contracts be READY whose PINs are known, and see to those that should be by now."""
    known = await _on_the_way(work, running)
    for one in running.live:
        if one.id in known and known[one.id].is_known:
            confirm(work, one)
    missing = [one for one in running.live if one.id in known and not known[one.id].is_known]
    await _tell(work, running, [one for one in missing if _told_at(one, known) <= work.now], known)
    for one in missing:
        if _may_be_given_up(running, one, known) and _given_up_at(one, known) <= work.now:
            await _give_up(work, running, one)
    await work.save()


async def moments(work: Work, running: Running) -> list[datetime]:
    """List when there is something to do about PINs that are on the way."""
    known = await _on_the_way(work, running)
    waiting = [one for one in running.live if one.id in known]
    told = [_told_at(one, known) for one in waiting]
    lasting = [one for one in waiting if _may_be_given_up(running, one, known)]
    return told + [_given_up_at(one, known) for one in lasting]


async def _on_the_way(work: Work, running: Running) -> Mapping[UUID, Awaited]:
    syncing = LockerContractState.SYNCING
    return await awaited(work, [one.id for one in running.live if one.state is syncing])


def _told_at(one: LockerContract, known: Mapping[UUID, Awaited]) -> datetime:
    return max(one.starts_at - TOLD_BEFORE, known[one.id].since + TOLD_AFTER)


def _given_up_at(one: LockerContract, known: Mapping[UUID, Awaited]) -> datetime:
    return max(one.starts_at - GIVEN_UP_BEFORE, known[one.id].since + GIVEN_UP_AFTER)


def _may_be_given_up(running: Running, one: LockerContract, known: Mapping[UUID, Awaited]) -> bool:
    """Tell whether nobody can stand at the door, or have the key, by what was known before."""
    if one.opened_at is not None and one.opened_at < known[one.id].since:
        return False
    return one.kind is LockerContractKind.RETURN or not running.is_fetched(one)


async def _tell(
    work: Work,
    running: Running,
    missing: Collection[LockerContract],
    known: Mapping[UUID, Awaited],
) -> None:
    """Tell people once for each time that a PIN was sent."""
    told = await _told(work, [one.id for one in missing])
    for one in missing:
        if one.id in told and told[one.id] > known[one.id].since:
            continue
        automat = await work.get(Automat, one.automat_id)
        work.record(
            EventKind.LOCKER_CONTRACT_NOT_CONFIRMED,
            one,
            notice=f"{automat.name} has not said that it knows the PIN for the key "
            f"{_key(running, one)}, {_begins(one)}. See whether it has power and network.",
            key_contract_id=one.key_contract_id,
            automat_id=one.automat_id,
            locker_id=one.locker_id,
        )
        await raise_alarm(work, one.automat_id, AlarmKind.CODES_NOT_CONFIRMED)


async def _told(work: Work, contract_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """Tell when people were told last of contracts."""
    if not contract_ids:
        return {}
    events = work.own(Event).where(
        among(Event.subject_id, contract_ids),
        Event.kind == EventKind.LOCKER_CONTRACT_NOT_CONFIRMED,
    )
    await work.write_events()
    return {event.subject_id: event.at for event in await work.all(events.order_by(Event.at))}


async def _give_up(work: Work, running: Running, one: LockerContract) -> None:
    automat = await work.get(Automat, one.automat_id)
    notice = (
        f"{automat.name} has not said that it knows the PIN for the key {_key(running, one)}, "
        f"{_begins(one)}: the PIN may open nothing. Hand the key over in another way, or bring the "
        "automat back: the PIN is sent again as soon as it answers."
    )
    await rivals.fail(work, one, reason=NOT_CONFIRMED, notice=notice)


def _key(running: Running, one: LockerContract) -> str:
    allocation = running.allocation_of(one)
    return running.keys[allocation.key_id].code if allocation else "that is to come"


def _begins(one: LockerContract) -> str:
    return f"for a window that begins at {one.starts_at.isoformat()}"
