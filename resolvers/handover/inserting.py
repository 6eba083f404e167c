"""Into which locker a key is put, and which key a locker was opened for."""

from datetime import datetime, timedelta
from uuid import UUID

from models.automat_commands import AutomatCommand, CommandKind, CommandState
from models.automats import Automat, Locker
from models.custody import CLOCK_TOLERANCE
from models.errors import IllegalTransition, InvalidInput
from models.keys import Key, KeyStatus
from resolvers.handover.places import locker_for
from resolvers.work import Work

TIME_TO_INSERT = timedelta(minutes=10)
"""How long after a locker was opened for a key what comes into it is taken to be that key."""


async def locker_to_open(
    work: Work, key_id: UUID | None, automat_id: UUID | None
) -> tuple[Key, Locker]:
    """Choose the locker to open for a key; both are locked.

    Raises:
        NotFound: There is no such key or automat.
        InvalidInput: The key lies in that automat, or belongs to none and none is named.
        IllegalTransition: The key is out of use.
        NoFreeLocker: No locker is free.
    """
    key = await work.get(Key, key_id, path=("key_id",))
    (key,) = await work.locked(Key, [key.id])
    if key.status is KeyStatus.RETIRED:
        message = f"The key {key.code} is out of use; it is put into no automat."
        raise IllegalTransition(message, path=("key_id",))
    automat_id = automat_id or key.target_automat_id or key.selected_automat_id
    if automat_id is None:
        message = f"The key {key.code} belongs to no automat: say into which one it is put."
        raise InvalidInput(message, path=("automat_id",))
    automat = await work.get(Automat, automat_id, path=("automat_id",))
    inside = await work.find(Locker, key.locker_id)
    if inside is not None and inside.automat_id == automat.id:
        message = (
            f"The key {key.code} lies in locker {inside.index} of {automat.name} as far as is "
            "known; automatOpenLocker opens that one."
        )
        raise InvalidInput(message, path=("key_id",))
    return key, await locker_for(work, key, automat, None)


async def key_being_inserted(work: Work, locker: Locker, at: datetime) -> UUID | None:
    """Tell for which key a locker was opened last, if that was shortly before a moment.

    Args:
        work: The transaction.
        locker: The locker.
        at: The moment at which something came into it, by the clock of the automat.
    """
    row = AutomatCommand
    lately = work.own(row).where(
        row.locker_id == locker.id,
        row.kind == CommandKind.OPEN_LOCKER,
        row.state.in_((CommandState.SENT, CommandState.DONE, CommandState.EXPIRED)),
        row.sent_at.is_not(None),
        row.requested_at <= at + CLOCK_TOLERANCE,
        row.requested_at >= at - TIME_TO_INSERT,
    )
    last = await work.first(lately.order_by(row.id.desc()))
    return last.key_id if last is not None else None
