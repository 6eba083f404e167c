"""From when on it would work: the next stretch over which keys are free, or a locker is."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from geo.bookings import Bookings
from geo.candidates import Candidate, bits
from geo.decisions import FreeAgain
from models.automats import Locker
from models.contracts import KeyAllocation, LockerContract
from models.dialects.among import among
from models.entities import KeyRule
from models.keys import Key, KeyKind
from models.live_contracts import is_live
from models.selections import RejectionCode
from models.stays import HOLD_STEP
from models.times import Window, first_gap_of_several
from resolvers.planning.stays import Plan, Stay
from resolvers.planning.supplies import KeyFacts, Known, contracts_of
from resolvers.work import Reading

FEW = 3
"""At so many full automats, nearest first, we look when a locker is free again."""


async def locker_free_from(
    reading: Reading, plan: Plan, together: Sequence[Stay], bookings: Bookings
) -> FreeAgain | None:
    """Say of a stay for which lockers are wanting where and from when on enough would be free.

    Args:
        reading: The moment and the organization.
        plan: What came of the stay.
        together: The stays that are planned with it: `bookings` says what those hold by now.
        bookings: What has been taken.
    """
    window = plan.stay.phases[0].window
    full = [one for one in plan.decision.candidates if _is_only_full(one, window)][:FEW]
    ignored = contracts_of(together)
    moments = [
        (moment, candidate)
        for candidate in full
        if (moment := await _free_from(reading, plan, candidate, ignored, bookings)) is not None
    ]
    if not moments:
        return None
    moment, candidate = min(moments, key=lambda pair: pair[0])
    return FreeAgain(candidate.automat.id, candidate.automat.name, moment)


def _is_only_full(candidate: Candidate, window: Window) -> bool:
    """Tell whether a locker over a window is all that is wanting, and none for a return."""
    reasons = {(rejection.code, rejection.window) for rejection in candidate.rejections}
    return reasons == {(RejectionCode.FULL_IN_WINDOW, window)}


async def _free_from(
    reading: Reading,
    plan: Plan,
    candidate: Candidate,
    ignored: Collection[UUID],
    bookings: Bookings,
) -> datetime | None:
    """Find the first gap in as many lockers as are needed that only contracts stand against.

    Where a long stay has to end at the same automat, the lockers for its return are free then too.
    """
    row, window = LockerContract, plan.stay.phases[0].window
    taken = bookings.locker_windows(candidate.automat.id, but_of=plan.stay)
    held: dict[int, list[Window]] = defaultdict(list, taken)
    for index, starts_at, ends_at in await reading.rows(
        select(Locker.index, row.starts_at, row.ends_at)
        .join(Locker, Locker.id == row.locker_id)
        .where(
            row.automat_id == candidate.automat.id,
            is_live(row),
            or_(row.ends_at.is_(None), row.ends_at > window.starts_at),
            row.key_contract_id.not_in(ignored),
        )
    ):
        held[index].append(Window(starts_at, ends_at))
    supply = plan.decision.supply
    ready = supply.ready_in(candidate.automat.id)
    own = [one.locker_index for one in ready if one.locker_index is not None]
    free = list(bits(candidate.facts.usable & ~candidate.facts.by_keys))
    lockers = own if len(own) >= supply.needed else free
    in_order = [sorted(held[index], key=attrgetter("starts_at")) for index in lockers]
    return _gap_for(plan.stay, in_order, needed=supply.needed)


def _gap_for(stay: Stay, taken: Sequence[Sequence[Window]], *, needed: int) -> datetime | None:
    """Find the first moment from which lockers are free over all phases that have to be there."""
    fetch, *others = (phase.window for phase in stay.phases)
    if stay.settings.return_elsewhere or not others:
        return first_gap_of_several(fetch, taken, needed=needed)
    (back,) = others
    ahead, moment = back.starts_at - fetch.starts_at, fetch.starts_at
    while (gap := first_gap_of_several(fetch.moved_to(moment), taken, needed=needed)) is not None:
        again = first_gap_of_several(back.moved_to(gap + ahead), taken, needed=needed)
        if again is None or again == gap + ahead:
            return None if again is None else gap
        moment = again - ahead
    return None


async def keys_free_from(
    reading: Reading, stay: Stay, known: Known, bookings: Bookings
) -> datetime | None:
    """Tell from when on as many keys as have to go could be had for as long as the stay lasts.

    None when they never are as far as is known, or for a permanent stay that would have to begin
    after a permanent one.
    """
    keys, needed = _deciding(stay, known[stay])
    unsure = Window(min(reading.now, stay.window.starts_at), reading.now + HOLD_STEP)
    taken = {
        facts.key.id: [*[unsure] * facts.missing, *_booked(facts.key, stay, bookings)]
        for facts in keys
    }
    for row in await _promises(reading, stay, list(taken), contracts_of(list(known))):
        is_out = row.fetched_at is not None
        is_late = is_out and row.ends_at is not None and row.ends_at <= reading.now
        taken[row.key_id].append(unsure if is_late else Window(row.starts_at, row.ends_at))
    in_order = [sorted(windows, key=attrgetter("starts_at")) for windows in taken.values()]
    return first_gap_of_several(stay.window, in_order, needed=needed)


def _booked(key: Key, stay: Stay, bookings: Bookings) -> list[Window]:
    """List when a key was taken by others just now, which is not written yet."""
    return [] if key.shared else bookings.key_windows(key.id, but_of=stay)


async def _promises(
    reading: Reading, stay: Stay, key_ids: Collection[UUID], ignored: Collection[UUID]
) -> Sequence[Any]:
    """Read what others are promised of keys, or still have, from when a stay begins."""
    row = KeyAllocation
    begin = stay.window.starts_at
    matters = row.ends_at.is_(None), row.ends_at > begin, row.fetched_at.is_not(None)
    return await reading.rows(
        select(row.key_id, row.starts_at, row.ends_at, row.fetched_at).where(
            row.organization_id == reading.actor.organization_id,
            among(row.key_id, key_ids),
            row.live,
            row.exclusive,
            or_(*matters),
            row.key_contract_id.not_in(ignored),
        )
    )


def _deciding(stay: Stay, known: Sequence[KeyFacts]) -> tuple[Sequence[KeyFacts], int]:
    """Tell which keys decide whether a stay can be, and how many of them have to go."""
    wanted = set(stay.wanted.key_ids)
    if wanted:
        return [facts for facts in known if facts.key.id in wanted], len(wanted)
    if stay.entity is None or stay.entity.key_rule == KeyRule.ALL:
        return known, len(known)
    needed = stay.entity.key_count or 1
    electric = [facts for facts in known if facts.key.kind == KeyKind.ELECTROMECHANICAL]
    return (electric if len(electric) >= needed else known), needed
