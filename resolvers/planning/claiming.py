"""Which keys and lockers exactly: those held before where that is possible, else the first.

Nothing is read or written here but by way of the snapshot, which knows what is free.
"""

from collections.abc import Sequence
from uuid import UUID

from geo.bookings import Brought
from geo.candidates import Candidate, Facts, bits
from geo.decisions import Decision, Wish
from geo.judging import keys_to_fetch
from geo.key_supply import KeyOption, KeySupply
from geo.returning import choose_return
from geo.snapshot import Snapshot
from geo.walking.on_foot import as_people_go
from models.contracts import LockerContractKind
from models.stays import Phase
from models.times import Window
from resolvers.planning.holdings import HeldLocker
from resolvers.planning.stays import Claim, Plan, Stay


async def claimed(snapshot: Snapshot, stay: Stay, wish: Wish, decision: Decision) -> Plan:
    """Choose keys and lockers at the automats that were chosen, and take them."""
    if decision.refusal is not None:
        return Plan(stay, decision)
    if decision.chosen is None:
        keys = tuple(stay.held.first(decision.supply.at_desks)[: decision.supply.needed])
        return note_taken(snapshot, Plan(stay, decision, keys))
    fetches: list[Claim] = []
    for candidate in (decision.chosen, *decision.also):
        supply = decision.supply
        if decision.also:
            supply = supply.in_one(candidate.automat.id)
        fetches += _fetches(stay, supply, candidate.facts)
    returns = await _returns(snapshot, stay, wish, fetches)
    keys = tuple(claim.option for claim in fetches)
    return note_taken(snapshot, Plan(stay, decision, keys, (*fetches, *returns)))


def _fetches(stay: Stay, supply: KeySupply, facts: Facts) -> list[Claim]:
    """Give each key a locker in the first phase: its own, the one held before, or the first."""
    phase = stay.phases[0]
    options = _options(stay, supply, facts)
    before = stay.held.matched(phase.kind, facts.automat.id, [one.key.id for one in options])
    own = {one.locker_index for one in options if one.locker_index is not None}
    free = [index for index in bits(facts.free) if index not in own]
    left_free = facts.free_lockers - len(options)
    claims = []
    for option in options:
        held = before.get(option.key.id)
        index = option.locker_index
        if index is None:
            index = _preferred(held, free)
            free.remove(index)
        claims.append(Claim(phase, facts.automat, index, option, held, left_free=left_free))
    return claims


def _options(stay: Stay, supply: KeySupply, facts: Facts) -> list[KeyOption]:
    ready = supply.ready_in(facts.automat.id)
    if not ready:
        return stay.held.first(supply.at_desks)[: supply.needed]
    return stay.held.first(keys_to_fetch(facts, ready))[: supply.needed]


def _preferred(held: HeldLocker | None, free: Sequence[int]) -> int:
    """Choose the locker that was held before, if it is free, else the first free one."""
    if held is not None and held.locker_index is not None and held.locker_index in free:
        return held.locker_index
    return free[0]


async def _returns(
    snapshot: Snapshot, stay: Stay, wish: Wish, fetches: Sequence[Claim]
) -> list[Claim]:
    """Give each key of a long stay a locker to come back to."""
    claims: list[Claim] = []
    for phase in stay.phases[1:]:
        for automat_id in dict.fromkeys(claim.automat_id for claim in fetches):
            here = [claim for claim in fetches if claim.automat_id == automat_id]
            claims += await returns_to(snapshot, stay, wish, phase, here)
    return claims


async def returns_to(
    snapshot: Snapshot, stay: Stay, wish: Wish, phase: Phase, fetches: Sequence[Claim]
) -> list[Claim]:
    """Give keys that are fetched from one automat lockers to come back to.

    Where none are free the claims have no locker: the contracts FAIL for now and are tried again,
    weeks before anybody needs them.
    """
    automat_id = fetches[0].automat_id
    own = sum({1 << one.locker_index for one in fetches if one.locker_index is not None})
    look = as_people_go(snapshot, stay.settings)
    found = await choose_return(look, wish, automat_id, phase.window, lockers=len(fetches), own=own)
    automat = found.automat if found is not None else fetches[0].automat
    key_ids = [claim.option.key.id for claim in fetches]
    before = stay.held.matched(phase.kind, automat.id, key_ids)
    if found is None:
        return [
            Claim(phase, automat, None, one.option, before.get(one.option.key.id))
            for one in fetches
        ]
    return _return_claims(phase, found, fetches, before)


def _return_claims(
    phase: Phase,
    found: Candidate,
    fetches: Sequence[Claim],
    before: dict[UUID, HeldLocker],
) -> list[Claim]:
    """Give each key the locker held before, else the one that it was fetched from, or the first."""
    free = list(bits(found.facts.free))
    left_free = len(free) - len(fetches)
    claims = []
    for fetch in fetches:
        held = before.get(fetch.option.key.id)
        index = _preferred(held, free)
        same = fetch.automat_id == found.automat.id
        if held is None and same and fetch.locker_index is not None and fetch.locker_index in free:
            index = fetch.locker_index
        free.remove(index)
        claims.append(Claim(phase, found.automat, index, fetch.option, held, left_free=left_free))
    return claims


def note_taken(snapshot: Snapshot, plan: Plan) -> Plan:
    """Note what a plan takes, so that the next one does not take it too."""
    stay, bookings = plan.stay, snapshot.bookings
    bookings.release(stay)
    for option in plan.keys:
        if not option.key.shared:
            bookings.take_key(stay, option.key.id, stay.window)
    for claim in plan.claims:
        if claim.locker_index is not None:
            where, window = (claim.automat_id, claim.locker_index), claim.phase.window
            bookings.take_locker(stay, *where, window)
            if claim.phase.kind is LockerContractKind.FETCH:
                _note_left(snapshot, stay, where, claim.option.key.id, window)
            else:
                bookings.bring_key(claim.option.key.id, Brought(stay, window, *where))
    return plan


def take_what_is_held(snapshot: Snapshot, stays: Sequence[Stay]) -> None:
    """Note what stays hold already: the database's look leaves it out, see `Snapshot.ignoring`."""
    for stay in stays:
        for key in stay.held.keys:
            snapshot.bookings.take_key(stay, key.key_id, key.window)
        for one in stay.held.lockers:
            if one.locker_index is not None:
                where = one.automat_id, one.locker_index
                snapshot.bookings.take_locker(stay, *where, one.window)
                if one.kind is LockerContractKind.FETCH:
                    _note_left(snapshot, stay, where, one.key_id, one.window)
                elif one.key_id is not None:
                    brought = Brought(stay, one.window, *where)
                    snapshot.bookings.bring_key(one.key_id, brought)


def _note_left(
    snapshot: Snapshot, stay: Stay, where: tuple[UUID, int], key_id: UUID | None, window: Window
) -> None:
    """Note that a key leaves its locker for good by a fetch, as a look at the database would see.

    Until then nobody else has the locker, though its own contract ends before.
    """
    is_home = key_id is None or snapshot.homes.get(key_id) == where
    if window.ends_at is not None and is_home:
        snapshot.bookings.leave_locker(stay, *where, window.ends_at)


def any_key_will_do(claim: Claim) -> bool:
    """Tell whether the guest may take any key that lies there, whichever it is (R69d)."""
    is_electromechanical = claim.option.key.kind == "electromechanical"
    return (
        is_electromechanical
        and claim.lies_there
        and claim.phase.kind is not LockerContractKind.RETURN
    )
