"""Another end for a stay whose key is out: who has it keeps it, and gets a place to return it to.

Only the return changes (G34): the locker that is held all the time is held until the new end, or,
when the stay is a long one now, it is free until the return. Where the key's next stay begins
before the new end, the change is refused with the moment until which it would work.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from geo.candidates import Facts
from geo.decisions import Decision
from geo.key_supply import NO_KEYS, KeyOption
from geo.snapshot import Snapshot
from models.contracts import (
    KeyAllocation,
    KeyContract,
    KeyContractStatus,
    LockerContract,
    LockerContractKind,
    key_contract_status_at,
)
from models.dialects.among import among
from models.errors import KeyTaken, LivionKeyError, NoFreeLocker
from models.events import EventKind
from models.jobs import JobKind
from models.keys import Key, KeyStatus
from models.stays import HOLD_STEP, Phase, default_phase, is_short, return_phase
from models.times import Window, earlier
from resolvers import backup_codes, jobs
from resolvers.planning import lockers
from resolvers.planning.claiming import returns_to
from resolvers.planning.holdings import Held, HeldLocker
from resolvers.planning.letting_go import free
from resolvers.planning.pins import with_pins
from resolvers.planning.stays import Claim, Plan, Stay, Wanted
from resolvers.planning.supplies import KeyFacts, contracts_of, keys_of
from resolvers.planning.targets import aim
from resolvers.planning.wishes import wish_of
from resolvers.planning.writing import REFUSALS, end_times
from resolvers.transitions import move_contract, move_key
from resolvers.work import Work, refusing

BACK = {LockerContractKind.DEFAULT, LockerContractKind.RETURN}


async def decide_end(work: Work, stay: Stay) -> Plan | LivionKeyError:
    """Find out what another end means for a stay with a key out; nothing is written.

    Args:
        work: The transaction; reservation and key contract are locked.
        stay: The stay with its new window, and all that it holds.
    """
    known = await _keys(work, stay)
    for facts in known:
        if facts.taken is not None:
            return KeyTaken(
                f"The key {facts.key.code} is promised to somebody {facts.taken}; it can be kept "
                f"until {facts.taken.starts_at.isoformat()}.",
                path=("ends_at",),
            )
    plan = await _planned(work, stay, known)
    if any(_loses_its_locker(one) for one in plan.claims):
        until = stay.window.ends_at
        return NoFreeLocker(f"No locker is free for the return until {until}.", path=("ends_at",))
    return plan


def _loses_its_locker(claim: Claim) -> bool:
    """Tell whether no locker was found for a claim that had one; a return is tried again."""
    had_none = claim.before is not None and claim.before.locker_index is None
    is_fetch = claim.phase.kind is LockerContractKind.FETCH
    return claim.locker_index is None and not claim.is_return and not (had_none and is_fetch)


async def decide_return(work: Work, stay: Stay) -> Plan:
    """Find lockers for the return of a stay that ends now, whoever was promised the keys.

    Arguments are those of `decide_end`.
    """
    return await _planned(work, stay, await _keys(work, stay))


async def _planned(work: Work, stay: Stay, known: Sequence[KeyFacts]) -> Plan:
    ends = {one: _fetch_window(stay, one) for one in stay.held.lockers if one.kind not in BACK}
    changing = [one for one in stay.held.lockers if one not in ends or ends[one] != one.window]
    back = replace(stay, held=Held(stay.held.keys, tuple(changing)))
    claims = await _claims(work, back, known, stay.held.lockers)
    nothing = Decision(None, None, (), 0, (), None, None, NO_KEYS)
    (plan,) = await with_pins(work, [Plan(back, nothing, (), tuple(claims))])
    return plan


async def _keys(work: Work, stay: Stay) -> Sequence[KeyFacts]:
    """Read the keys that a stay holds, and who else was promised them."""
    key_ids = [key.key_id for key in stay.held.keys]
    certain = replace(stay, entity=None, wanted=Wanted(key_ids=key_ids))
    return (await keys_of(work, [certain]))[certain]


async def _claims(
    work: Work, stay: Stay, known: Sequence[KeyFacts], held: Sequence[HeldLocker]
) -> list[Claim]:
    """Find lockers for the return, at the automats from which the keys are fetched."""
    snapshot = Snapshot(
        await work.connection(), [work.actor.organization_id], ignoring=contracts_of([stay])
    )
    claims = await _fetches(snapshot, stay, known, held)
    phase = _phase(work, stay)
    if phase is None:
        return claims
    wish = wish_of(work, stay, NO_KEYS)
    groups = await _fetched_from(work, stay, [facts.key.id for facts in known], held)
    for automat_id, key_ids in groups.items():
        here = [_option(facts, automat_id) for facts in known if facts.key.id in key_ids]
        for facts in await snapshot.facts({automat_id: None}, phase.window):
            fetches = [Claim(phase, facts.automat, option.locker_index, option) for option in here]
            claims += await returns_to(snapshot, stay, wish, phase, fetches)
    return claims


def _fetch_window(stay: Stay, held: HeldLocker) -> Window | None:
    """Say when a key that waits can be fetched: never after the stay, or all through it (R18)."""
    starts_at, until = held.window.starts_at, stay.window.ends_at
    if until is not None and until <= starts_at:
        return None
    if stay.free_locker_after_fetch or held.window.ends_at is None:
        return Window(starts_at, until)
    return Window(starts_at, earlier(held.window.ends_at, until))


async def _fetches(
    snapshot: Snapshot, stay: Stay, known: Sequence[KeyFacts], held: Sequence[HeldLocker]
) -> list[Claim]:
    """Hold the lockers from which keys are yet to be fetched for as long as the stay lasts.

    No key comes back to one of them until then. What has found no locker yet goes on looking.
    """
    out = {key.key_id for key in stay.held.keys_out}
    fetches = [one for one in held if one.kind not in BACK]
    named = {one.key_id for one in fetches}
    for_any = [facts for facts in known if facts.key.id not in out | named]
    claims = []
    for one in fetches:
        window = _fetch_window(stay, one)
        if window is None:
            continue
        its_key = [facts for facts in known if facts.key.id == one.key_id] or for_any[:1]
        for_any = [facts for facts in for_any if facts not in its_key]
        if window != one.window:
            phase = Phase(one.kind, window, one.sync_at)
            for facts in await snapshot.facts({one.automat_id: None}, window):
                index = _still_free(one, facts)
                claims += [
                    Claim(phase, facts.automat, index, _option(of_key, one.automat_id), one)
                    for of_key in its_key
                ]
        if one.locker_index is not None:
            snapshot.bookings.take_locker(one, one.automat_id, one.locker_index, window)
    return claims


def _still_free(held: HeldLocker, facts: Facts) -> int | None:
    """Give the locker that is held, if nobody else has it in the time for which facts are known."""
    index = held.locker_index
    return index if index is not None and facts.uncontracted >> index & 1 else None


def _option(facts: KeyFacts, automat_id: UUID) -> KeyOption:
    """Say of a key which locker it leaves, or has left: its own one is not in its way."""
    key = facts.key
    is_here = (key.automat_id or key.selected_automat_id) == automat_id
    return KeyOption(key, automat_id, facts.locker_index if is_here else None)


def _phase(work: Work, stay: Stay) -> Phase | None:
    """Say when lockers are held for the return; None when there is none to hold.

    As long as one of the keys waits to be fetched, a locker that is held all the time remains so.
    """
    waits = any(not key.is_out for key in stay.held.keys)
    all_the_time = stay.made_by_staff or is_short(stay.window, stay.settings) or waits
    is_held = any(one.kind is LockerContractKind.DEFAULT for one in stay.held.lockers)
    if all_the_time and is_held:
        return default_phase(stay.window, stay.settings)
    if stay.window.ends_at is None or stay.made_by_staff:
        return None
    back = return_phase(stay.window, stay.settings, not_before=work.now)
    return back or _late_return(work.now)


def _late_return(now: datetime) -> Phase:
    """Hold a locker from now on for a key that should be back, one step at a time."""
    return Phase(LockerContractKind.RETURN, Window(now, now + HOLD_STEP), now)


async def _fetched_from(
    work: Work, stay: Stay, key_ids: Sequence[UUID], held: Sequence[HeldLocker]
) -> dict[UUID, list[UUID]]:
    """Group the keys that come back by the automats from which they are fetched.

    Keys that were handed over at a desk come back to one. Where any key would do, no locker is
    held for a certain one before it is fetched.
    """
    assert stay.contract is not None  # noqa: S101 - its keys are out
    row = LockerContract
    rows = await work.rows(
        select(row.key_id, row.automat_id)
        .where(
            row.key_contract_id == stay.contract.id,
            row.kind != LockerContractKind.RETURN,
            among(row.key_id, key_ids),
        )
        .order_by(row.id)
    )
    last = {found.key_id: found.automat_id for found in rows}
    waiting = [id for id in key_ids if id not in last]
    for_any = [one.automat_id for one in held if one.key_id is None]
    last |= dict(zip(waiting, for_any, strict=False))
    groups: dict[UUID, list[UUID]] = {}
    for key_id, automat_id in last.items():
        groups.setdefault(automat_id, []).append(key_id)
    return groups


async def write_end(work: Work, plan: Plan) -> None:
    """Write another end of a stay down."""
    stay, contract = plan.stay, plan.stay.contract
    assert contract is not None  # noqa: S101 - its keys are out
    await free(work, [Held(lockers=stay.held.lockers)])
    await _move_the_end(work, stay, contract)
    with refusing(REFUSALS):
        await lockers.write(work, [plan], {plan: contract.id})
    await _leave_own_lockers(work, plan)
    await aim(work, [key.key_id for key in stay.held.keys])
    await jobs.schedule_all(work, JobKind.KEY_CONTRACT, {contract.id: work.now})


async def _leave_own_lockers(work: Work, plan: Plan) -> None:
    """Free the own lockers of keys that were held all the time, until the return (R8)."""
    left = {one.option.key.id for one in plan.claims if one.is_return and _was_own(one)}
    keys = await work.locked(Key, left)
    for key in keys:
        key.selected_locker_id = None
    await work.save()
    await backup_codes.follow(work, keys)


def _was_own(claim: Claim) -> bool:
    before, option = claim.before, claim.option
    if before is None or before.kind is LockerContractKind.RETURN:
        return False
    return (before.automat_id, before.locker_index) == (option.automat_id, option.locker_index)


async def _move_the_end(work: Work, stay: Stay, contract: KeyContract) -> None:
    for name, value in end_times(work, stay.window, stay.settings).items():
        setattr(contract, name, value)
    work.record(EventKind.KEY_CONTRACT_UPDATED, contract, ends_at=contract.ends_at)
    status = key_contract_status_at(contract, work.now, key_is_out=True)
    reason = "Its end was moved."
    if contract.status is KeyContractStatus.ENDED and status is KeyContractStatus.OVERDUE:
        move_contract(work, contract, KeyContractStatus.ACTIVE, reason=reason)
    move_contract(work, contract, status, reason=reason)
    keys = await work.locked(Key, [key.key_id for key in stay.held.keys_out])
    for key in keys:
        if status is not KeyContractStatus.OVERDUE and key.status is KeyStatus.OVERDUE:
            move_key(key, KeyStatus.OUT)
            work.record(EventKind.KEY_UPDATED, key, status=key.status.value, reason=reason)
    await work.save()
    connection = await work.connection()
    with refusing(REFUSALS):
        await connection.execute(
            update(KeyAllocation)
            .where(among(KeyAllocation.id, [key.id for key in stay.held.keys]))
            .values(ends_at=stay.window.ends_at)
        )
