"""Changes of key contracts that staff made: other times, other words for the pick-up."""

from datetime import datetime
from uuid import UUID

from models.accounts import Permission
from models.contracts import KeyAllocation, KeyContract, KeyContractStatus
from models.errors import InvalidInput, KeyOut, LivionKeyError
from models.events import EventKind
from models.reservations import check_start
from models.times import Window
from resolvers.contracts import by_staff
from resolvers.planning.existing import stay_by_staff
from resolvers.planning.extending import decide_end, write_end
from resolvers.planning.holdings import Held, held_by
from resolvers.planning.stays import Stay
from resolvers.planning.writing import write
from resolvers.signed import effects
from resolvers.staff_contracts.preparing import (
    NO_PICK_UP,
    check_pick_up,
    checked_words,
    decided,
)
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
    await move(work, contract, Window.checked(contract.starts_at, ends_at))
    return contract


async def move(work: Work, contract: KeyContract, window: Window) -> None:
    """Give a contract by staff another time; its start stays once a key was fetched.

    Args:
        work: The transaction.
        contract: The contract, locked.
        window: Its new time.

    Raises:
        InvalidInput: It is over, the end lies in the past, or it would lie ahead and needs
            pick-up information (R78).
        StartsInPast: Its new start is more than 15 minutes ago.
        KeyOut: A key was fetched, and it would start at another time.
        KeyTaken: A key is promised to somebody else in the new time.
        NoFreeLocker: No locker is free over it.
    """
    _check_end(window.ends_at, work.now)
    stay = await stay_by_staff(work, contract)
    if not stay.held.keys:
        raise InvalidInput(OVER, path=("id",))
    if window.starts_at != contract.starts_at:
        await _check_new_start(work, contract, window.starts_at)
    stay.window = window
    if stay.held.keys_out:
        planned = await decide_end(work, stay)
        if isinstance(planned, LivionKeyError):
            raise planned
        is_other = contract.ends_at != window.ends_at
        await write_end(work, planned)
        if is_other:
            await effects.changed(work, contract)
    else:
        await _plan_anew(work, contract, stay)


async def _plan_anew(work: Work, contract: KeyContract, stay: Stay) -> None:
    stay.pick_up_information = contract.pick_up_information
    plan = await decided(work, stay)
    if stay.window.starts_at != contract.starts_at:
        check_pick_up(work, plan)
    await write(work, [plan])


async def _check_new_start(work: Work, contract: KeyContract, starts_at: datetime) -> None:
    check_start(starts_at, work.now)
    row = KeyAllocation
    fetched = work.own(row).where(row.key_contract_id == contract.id, row.fetched_at.is_not(None))
    if await work.first(fetched) is not None:
        message = "A key of it was fetched, so its start stays as it is."
        raise KeyOut(message, path=("starts_at",))


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
    held = (await held_by(work, [contract.id]))[contract.id]
    before = contract.pick_up_information
    await set_pick_up(work, contract, held, text)
    if contract.pick_up_information != before:
        await effects.changed(work, contract)
    return contract


async def set_pick_up(work: Work, contract: KeyContract, held: Held, text: str | None) -> None:
    """Write down how keys at a desk are got.

    Raises:
        InvalidInput: The contract lies ahead and needs that.
    """
    words = checked_words(text)
    lies_ahead = contract.starts_at > work.now and contract.status in NOT_BEGUN
    if not words and lies_ahead and not held.lockers:
        raise InvalidInput(NO_PICK_UP, path=("pick_up_information",))
    contract.pick_up_information = words
    work.record(EventKind.KEY_CONTRACT_UPDATED, contract, changed=["pick_up_information"])
    await work.save()
