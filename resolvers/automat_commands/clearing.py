"""What follows when an automat counts a locker as empty because people said so."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, exists, select

from models.automat_commands import AutomatCommand
from models.automats import Locker, LockerState
from models.custody import CustodyKind, CustodySource
from models.dialects.among import among
from models.events import EventKind
from models.keys import Key
from resolvers import custody
from resolvers.custody import AWAY, Fact
from resolvers.custody_chains import in_force
from resolvers.handover.returning import went_missing
from resolvers.work import Work

CLEARED = "Its locker was cleared as empty."


async def cleared(work: Work, command: AutomatCommand, at: datetime) -> None:
    """Believe that a locker is empty: a key that was known to lie there is missed.

    It has left no trace of who took it, so nobody has it under a contract; its next contracts get
    another key, and people are told to look after it. A key that has come since is there.

    Args:
        work: The transaction.
        command: The command that was done.
        at: When, by our clock.
    """
    locker = await work.get(Locker, command.locker_id)
    known = await work.first(work.own(Key).where(Key.locker_id == locker.id))
    if known is None:
        await _is_empty(work, locker)
        return
    for key in await work.locked(Key, [known.id]):
        newest = await in_force(work, key.id)
        if key.locker_id != locker.id or (newest is not None and newest.happened_at > at):
            continue
        fact = Fact(
            kind=CustodyKind.MISSED,
            place=AWAY,
            at=at,
            source=CustodySource.STAFF,
            left_locker_id=locker.id,
            contradiction=CLEARED,
        )
        await custody.write(work, key, fact)
        await went_missing(work, [key])


async def not_empty(work: Work, commands: Sequence[AutomatCommand]) -> set[UUID]:
    """Tell after which commands to clear a locker something follows: it is not known as empty."""
    if not commands:
        return set()
    lockers = {one.locker_id for one in commands if one.locker_id is not None}
    key_lies_in = exists().where(Key.locker_id == Locker.id)
    is_known_as_empty = and_(Locker.state == LockerState.EMPTY, ~key_lies_in)
    empty = await work.scalars(
        select(Locker.id).where(among(Locker.id, lockers), is_known_as_empty)
    )
    return {one.id for one in commands if one.locker_id not in set(empty)}


async def _is_empty(work: Work, locker: Locker) -> None:
    """Let a locker in which something unknown lay be empty again."""
    for locked in await work.locked(Locker, [locker.id]):
        if locked.state is LockerState.OUT_OF_ORDER or locked.state is LockerState.EMPTY:
            continue
        locked.state = LockerState.EMPTY
        await work.save()
        work.record(EventKind.LOCKER_UPDATED, locked, state=locked.state.value)
