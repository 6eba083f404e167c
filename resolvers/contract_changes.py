"""Changes of key contracts that staff made: another end, other words for the pick-up."""

from datetime import datetime
from uuid import UUID

from models.accounts import Permission
from models.contracts import KeyContract, KeyContractStatus
from models.errors import InvalidInput, LivionKeyError
from models.events import EventKind
from models.times import Window
from resolvers.contracts import NO_PICK_UP, by_staff, decided
from resolvers.planning.existing import stay_by_staff
from resolvers.planning.extending import decide_end, write_end
from resolvers.planning.holdings import held_by
from resolvers.planning.writing import write
from resolvers.signed import effects
from resolvers.work import Work

NOT_BEGUN = {KeyContractStatus.WAITING_FOR_SIGNATURE, KeyContractStatus.UPCOMING}
OVER = "It holds no key any more: they are back, or it is over. Make a new one."


async def change_end(work: Work, id: UUID | None, *, ends_at: datetime | None) -> KeyContract:
    """Give a contract by staff another end, before its keys are out or while they are.

    Args:
        work: The transaction.
        id: The contract.
        ends_at: The first moment after it; None makes it permanent.

    Raises:
        NotAllowed: The actor may not change contracts.
        NotFound: There is no such contract.
        InvalidInput: It belongs to a reservation, it is over, or the end lies in the past.
        StartsAfterEnd: It would end before it starts.
        KeyTaken: A key is promised to somebody else before the new end.
        NoFreeLocker: No locker is free until then.
    """
    work.require(Permission.EDIT_RESERVATIONS)
    contract = await by_staff(work, id)
    window = Window.checked(contract.starts_at, ends_at)
    _check_end(ends_at, work.now)
    stay = await stay_by_staff(work, contract)
    if not stay.held.keys:
        raise InvalidInput(OVER, path=("id",))
    stay.window = window
    if stay.held.keys_out:
        planned = await decide_end(work, stay)
        if isinstance(planned, LivionKeyError):
            raise planned
        is_other = contract.ends_at != ends_at
        await write_end(work, planned)
        if is_other:
            await effects.changed(work, contract)
    else:
        await write(work, [await decided(work, stay)])
    return contract


def _check_end(ends_at: datetime | None, now: datetime) -> None:
    if ends_at is not None and ends_at <= now:
        message = f"It would be over since {ends_at.isoformat()}: take its keys back, or cancel it."
        raise InvalidInput(message, path=("ends_at",))


async def describe_pick_up(work: Work, id: UUID | None, text: str | None) -> KeyContract:
    """Say anew how keys at a desk are got (R78).

    Raises:
        NotAllowed: The actor may not change contracts.
        NotFound: There is no such contract.
        InvalidInput: It belongs to a reservation, or it lies ahead and needs that.
    """
    work.require(Permission.EDIT_RESERVATIONS)
    contract = await by_staff(work, id)
    lies_ahead = contract.starts_at > work.now and contract.status in NOT_BEGUN
    if not text and lies_ahead and not (await held_by(work, [contract.id]))[contract.id].lockers:
        raise InvalidInput(NO_PICK_UP, path=("pick_up_information",))
    is_other = contract.pick_up_information != (text or None)
    contract.pick_up_information = text or None
    work.record(EventKind.KEY_CONTRACT_UPDATED, contract, changed=["pick_up_information"])
    await work.save()
    if is_other:
        await effects.changed(work, contract)
    return contract
