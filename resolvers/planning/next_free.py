"""From when on it would work: the next stretch over which a locker is free."""

from collections import defaultdict
from datetime import datetime

from sqlalchemy import or_, select

from geo.candidates import Candidate, bits
from models.automats import Locker
from models.contracts import LIVE_STATES, LockerContract
from models.errors import NoFreeLocker
from models.selections import RejectionCode
from models.times import Window, first_gap
from resolvers.planning.stays import Plan, Stay
from resolvers.planning.supplies import contracts_of
from resolvers.work import Reading

FEW = 3
"""At so many full automats, nearest first, we look when a locker is free again."""


async def locker_free_from(reading: Reading, stay: Stay, plan: Plan) -> NoFreeLocker:
    """Say of a stay for which every locker is taken from when on one would be free."""
    refusal = plan.waits_for
    assert refusal is not None  # noqa: S101 - whoever asks has looked
    full = [candidate for candidate in plan.decision.candidates if _is_only_full(candidate)][:FEW]
    window = stay.phases[0].window
    moments = [
        (moment, candidate)
        for candidate in full
        if (moment := await _free_from(reading, stay, candidate, window)) is not None
    ]
    if not moments:
        return NoFreeLocker(refusal.message)
    moment, candidate = min(moments, key=lambda pair: pair[0])
    return NoFreeLocker(
        f"{refusal.message} {candidate.automat.name} has a free locker for as long from "
        f"{moment.isoformat()}.",
        free_from=moment,
    )


def _is_only_full(candidate: Candidate) -> bool:
    codes = {rejection.code for rejection in candidate.rejections}
    return codes == {RejectionCode.FULL_IN_WINDOW}


async def _free_from(
    reading: Reading, stay: Stay, candidate: Candidate, window: Window
) -> datetime | None:
    """Find the first gap in any locker that only contracts stand against."""
    row = LockerContract
    held: dict[int, list[Window]] = defaultdict(list)
    for index, starts_at, ends_at in await reading.rows(
        select(Locker.index, row.starts_at, row.ends_at)
        .join(Locker, Locker.id == row.locker_id)
        .where(
            row.automat_id == candidate.automat.id,
            row.state.in_(LIVE_STATES),
            or_(row.ends_at.is_(None), row.ends_at > window.starts_at),
            row.key_contract_id.not_in(contracts_of([stay])),
        )
        .order_by(row.starts_at)
    ):
        held[index].append(Window(starts_at, ends_at))
    lockers = bits(candidate.facts.usable & ~candidate.facts.by_keys)
    gaps = [first_gap(window, held[index]) for index in lockers]
    return min((gap for gap in gaps if gap is not None), default=None)
