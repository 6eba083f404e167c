"""Contracts that have no locker for now: tried again at each look (G10)."""

from dataclasses import replace
from uuid import UUID

from geo.decisions import Wish
from geo.key_supply import NO_KEYS
from geo.look import Look
from geo.returning import choose_return
from geo.snapshot import Snapshot
from geo.walking.on_foot import as_people_go
from models.automats import Automat, AutomatState, Locker, LockerState
from models.contracts import (
    KeyAllocation,
    LockerContract,
    LockerContractKind,
    LockerContractState,
)
from models.keys import Key
from models.pins import new_pin
from models.stays import HOLD_STEP
from models.times import Window
from resolvers import rivals
from resolvers.automat_codes.awaiting import NOT_CONFIRMED, answers
from resolvers.codes_in_use import in_use
from resolvers.handover.tasks import ask_again
from resolvers.planning.existing import stay_by_staff, stay_of
from resolvers.planning.running_out import telling_of_taken
from resolvers.planning.stays import Stay
from resolvers.planning.targets import aim
from resolvers.planning.wishes import wish_of
from resolvers.transitions import move_locker_contract
from resolvers.upkeep.running import Running
from resolvers.work import Work


async def find_lockers(work: Work, running: Running) -> None:
    """Look for lockers for the contracts that have none."""
    for one in running.lockers:
        allocation = running.allocation_of(one)
        if one.state is LockerContractState.FAILED and allocation is not None:
            window = _window(work, one, allocation)
            if window is not None and await _may_be_found(work, one):
                one.return_only = one.return_only or running.is_late(allocation, work.now)
                await _find(work, running, one, allocation, window)


async def _may_be_found(work: Work, one: LockerContract) -> bool:
    """Tell whether another try is of use: not while the automat says nothing, see `unconfirmed`."""
    return one.reason != NOT_CONFIRMED or await answers(work, one.automat_id)


def _window(work: Work, one: LockerContract, allocation: KeyAllocation) -> Window | None:
    """Tell over which window a locker is needed; None when none is needed any more.

    For a key that should have been back it is one step at a time.
    """
    starts_at = max(one.starts_at, work.now)
    if one.ends_at is None or one.ends_at > starts_at:
        return Window(starts_at, one.ends_at)
    if allocation.fetched_at is None:
        return None
    return Window(starts_at, starts_at + HOLD_STEP)


async def _find(
    work: Work,
    running: Running,
    one: LockerContract,
    allocation: KeyAllocation,
    window: Window,
) -> None:
    stay = await _stay(work, running)
    if await _find_its_own(work, running.keys[allocation.key_id], one, window, stay):
        return
    ignoring = [running.contract.id]
    snapshot = Snapshot(await work.connection(), [work.actor.organization_id], ignoring=ignoring)
    wish = wish_of(work, stay, NO_KEYS)
    if one.kind is not LockerContractKind.RETURN:  # the policy of returns says nothing of a fetch
        wish = replace(wish, settings=replace(wish.settings, return_elsewhere=True))
    look = as_people_go(snapshot, wish.settings)
    limit = await _limit(look, wish, one.automat_id)
    wish = _within(wish, limit)
    found = await choose_return(look, wish, one.automat_id, window, lockers=1, own=0)
    if found is None or (limit is not None and (found.metres or 0.0) > limit):
        return
    (automat,) = await work.locked(Automat, [found.automat.id])
    one.starts_at, one.ends_at = window.starts_at, window.ends_at
    index = await rivals.free_locker(work, automat, one)
    if index is not None:
        await _give(work, one, automat, index, stay, key_id=allocation.key_id)


async def _limit(look: Look, wish: Wish, automat_id: UUID) -> float | None:
    """Tell how far people may be sent at most, by how far the automat is that was chosen first."""
    extra = wish.settings.failover_extra_metres
    if extra is None or wish.origin is None:
        return None
    metres = (await look.measured([automat_id], wish.origin)).get(automat_id)
    return None if metres is None else metres + extra


def _within(wish: Wish, limit: float | None) -> Wish:
    """Look for nothing farther away than a limit."""
    largest = wish.settings.largest_distance_metres
    distances = [metres for metres in (largest, limit) if metres is not None]
    nearer = min(distances, default=None)
    return replace(wish, settings=replace(wish.settings, largest_distance_metres=nearer))


async def _find_its_own(
    work: Work, key: Key, one: LockerContract, window: Window, stay: Stay
) -> bool:
    """Take the locker that is the key's own, unless somebody else has it.

    It is that in which a key lies that is to be fetched, or an empty one in which a key that is out
    has its place: others are not given that.
    """
    locker_id = _own_locker_id(key, one)
    if locker_id is None:
        return False
    (automat,) = await work.locked(Automat, [one.automat_id])
    locker = await work.get(Locker, locker_id)
    is_usable = automat.usable_lockers >> locker.index & 1
    is_good = automat.state is AutomatState.IN_SERVICE and is_usable
    if (
        not is_good
        or await _is_full(work, locker, key)
        or await rivals.rivals_of(work, one, locker.id, window)
    ):
        return False
    one.starts_at, one.ends_at = window.starts_at, window.ends_at
    await _give(work, one, automat, locker.index, stay, key_id=key.id)
    return True


async def _is_full(work: Work, locker: Locker, key: Key) -> bool:
    """Tell whether another key lies in a locker, or something of which nobody knows what it is."""
    if key.locker_id == locker.id:
        return False
    inside = work.own(Key).where(Key.locker_id == locker.id)
    return locker.state is LockerState.WITH_KEY or await work.first(inside) is not None


def _own_locker_id(key: Key, one: LockerContract) -> UUID | None:
    if not key.is_stored:
        return key.selected_locker_id if key.selected_automat_id == one.automat_id else None
    is_there = key.automat_id == one.automat_id and one.kind is not LockerContractKind.RETURN
    return key.locker_id if is_there else None


async def _stay(work: Work, running: Running) -> Stay:
    if running.reservation is None:
        return await stay_by_staff(work, running.contract)
    return await stay_of(work, running.reservation)


async def _give(
    work: Work, one: LockerContract, automat: Automat, index: int, stay: Stay, *, key_id: UUID
) -> None:
    lockers = work.own(Locker).where(Locker.automat_id == automat.id, Locker.index == index)
    (locker,) = await work.all(lockers)
    if automat.id != one.automat_id:
        one.opened_at = None  # nobody can stand before a door there with a PIN that it knows
    if automat.id != one.automat_id or one.pin is None:
        known = (await in_use(work, [automat.id]))[automat.id]
        one.pin = new_pin(known, stay.settings.pin_length)
    async with telling_of_taken(work, automat.id, Window(one.starts_at, one.ends_at)):
        one.automat_id, one.locker_id, one.reason = automat.id, locker.id, None
        one.sync_at = min(one.sync_at, one.starts_at)
        move_locker_contract(
            work,
            one,
            LockerContractState.PLANNED,
            reason="A locker was found after all.",
            notice=f"Locker {index} of {automat.name} was found for a contract that had none.",
            key_contract_id=one.key_contract_id,
            automat_id=automat.id,
            locker_id=locker.id,
        )
        await work.save()
    await aim(work, [key_id])
    await ask_again(work, one)
