"""Lockers for keys that come back, at another automat than the one that fails."""

from collections.abc import Sequence

from geo.candidates import Candidate
from geo.key_supply import NO_KEYS
from geo.returning import choose_return
from geo.snapshot import Snapshot
from geo.walking.on_foot import as_people_go
from models.automats import Automat, Locker
from models.contracts import LockerContract, LockerContractState
from models.pins import new_pin
from resolvers import codes, rivals
from resolvers.codes_in_use import in_use
from resolvers.failover.leaving import Leaving, measured
from resolvers.failover.moves import Move
from resolvers.planning.holdings import HeldLocker
from resolvers.planning.letting_go import SYNCED
from resolvers.planning.targets import aim
from resolvers.planning.wishes import wish_of
from resolvers.work import Work

HAS_TO_BE_THERE = "The policy wants the key back at the automat from which it is fetched."


async def move_returns(work: Work, leaving: Sequence[Leaving], snapshot: Snapshot) -> list[Move]:
    """Find other lockers for keys that come back, one after the other."""
    return [await _move(work, one, held, snapshot) for one in leaving for held in one.lockers]


async def _move(work: Work, one: Leaving, held: HeldLocker, snapshot: Snapshot) -> Move:
    if not one.stay.settings.return_elsewhere:
        return one.stays_put(held, HAS_TO_BE_THERE)
    wish = wish_of(work, one.stay, NO_KEYS)
    look = as_people_go(
        Snapshot(await work.connection(), [work.actor.organization_id]), wish.settings
    )
    found = await choose_return(look, wish, one.automat.id, held.window, lockers=1, own=0)
    if found is None:
        return one.stays_put(held, _no_place(one, held))
    id = found.automat.id
    metres = (await measured(snapshot, one.stay.settings, [id], wish.origin))[id]
    if one.is_too_far(metres):
        reason = f"{found.automat.name} is {metres:.0f} m away; the limit is {one.limit:.0f} m."
        return one.stays_put(held, reason)
    return await _give(work, one, held, found, metres)


def _no_place(one: Leaving, held: HeldLocker) -> str:
    farthest = one.stay.settings.return_elsewhere_metres
    near = "" if farthest is None else f" within {farthest:.0f} m of {one.automat.name}"
    return f"No other automat{near} that may take it back has a locker free {held.window}."


async def _give(
    work: Work, one: Leaving, held: HeldLocker, found: Candidate, metres: float | None
) -> Move:
    (contract,) = await work.locked(LockerContract, [held.id])
    (automat,) = await work.locked(Automat, [found.automat.id])
    index = await rivals.free_locker(work, automat, contract)
    if index is None:
        return one.stays_put(held, _no_place(one, held))
    lockers = work.own(Locker).where(Locker.automat_id == automat.id, Locker.index == index)
    (locker,) = await work.all(lockers)
    known = (await in_use(work, [automat.id]))[automat.id]
    if contract.pin is None or contract.pin in known:
        contract.pin = new_pin(known, one.stay.settings.pin_length)
    contract.automat_id, contract.locker_id = automat.id, locker.id
    await work.save()
    if LockerContractState(contract.state) in SYNCED:
        await codes.renew(work, [contract.id], reason=one.why)
    await aim(work, [] if contract.key_id is None else [contract.key_id])
    await rivals.look_soon(work, contract.key_contract_id)
    return one.move(
        held,
        to_automat_id=automat.id,
        locker_index=index,
        metres_after=metres,
        same_pin=contract.pin == held.pin,
    )
