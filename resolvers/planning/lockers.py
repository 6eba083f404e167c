"""The locker contracts of plans: new rows, and those that go on with another time or locker."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, update

from models.base import new_id, table_of
from models.contracts import LockerContract, LockerContractKind
from models.contracts import LockerContractState as State
from models.dialects.lockers import LOCKERS_AT, lockers_at
from models.dialects.many_rows import insert_rows
from models.events import EventKind
from models.keys import Key
from models.meanwhile import beside, gently
from models.sealed import Sealed
from models.times import earlier
from resolvers import codes
from resolvers.planning import notices
from resolvers.planning.claiming import any_key_will_do
from resolvers.planning.holdings import HeldLocker
from resolvers.planning.letting_go import SYNCED, give_up
from resolvers.planning.running_out import tell_of_few_lockers
from resolvers.planning.signatures import is_kept_back
from resolvers.planning.stays import Claim, Plan
from resolvers.transitions import step
from resolvers.work import About, Work

NO_LOCKER = "No locker is free then at any automat that could serve; it is tried again."
LOCKER_FOUND = "A locker was found after all."


@dataclass(frozen=True, slots=True)
class Written:
    """A claim and its row.

    Args:
        claim: What was claimed.
        id: The row.
        before: The locker contract that goes on in it; None for a new one.
        values: The columns.
        is_kept_back: Whether its PIN waits for a signature.
    """

    claim: Claim
    id: UUID
    before: HeldLocker | None
    values: dict[str, Any]
    is_kept_back: bool

    @property
    def state(self) -> State:
        """Where it stands now."""
        return State(self.values["state"])

    @property
    def is_here(self) -> bool:
        """Whether it does not come from another automat; whoever moved it says that it does."""
        return self.before is None or self.before.automat_id == self.claim.automat_id


async def write(work: Work, plans: Sequence[Plan], contract_ids: dict[Plan, UUID]) -> None:
    """Write the locker contracts of plans, whose former ones are freed already."""
    await tell_of_few_lockers(work, plans)
    locker_ids = await _locker_ids(work, plans)
    written = [
        one for plan in plans for one in _rows(work, plan, contract_ids.get(plan), locker_ids)
    ]
    connection = await work.connection()
    new = [one.values for one in written if one.before is None]
    kept = [{"row": one.id, **one.values} for one in written if one.before is not None]
    await beside(insert_rows(connection, LockerContract, new), _record_all(work, written))
    if kept:
        row = table_of(LockerContract)
        await connection.execute(update(row).where(row.c.id == bindparam("row")), kept)
    released = _released(plans, written)
    for held in released:
        give_up(work, held, reason="It is replaced by a new plan.")
    await codes.renew(
        work,
        _to_renew(written, released),
        reason=notices.STAY_CHANGED,
        notices={one.id: notices.learned_anew(one.claim) for one in written if one.is_here},
    )


def _to_renew(written: Sequence[Written], released: Sequence[HeldLocker]) -> list[UUID]:
    """List the locker contracts that automats know, or have to forget."""
    before = [held for held in (*released, *(one.before for one in written)) if held is not None]
    known = {held.id for held in before if held.state in SYNCED}
    return sorted(known | {one.id for one in written if one.state in SYNCED})


def _released(plans: Sequence[Plan], written: Sequence[Written]) -> list[HeldLocker]:
    kept = {one.id for one in written}
    return [held for plan in plans for held in plan.stay.held.lockers if held.id not in kept]


async def _locker_ids(work: Work, plans: Sequence[Plan]) -> dict[tuple[UUID, int], UUID]:
    pairs = {
        (claim.automat_id, claim.locker_index)
        for plan in plans
        for claim in plan.claims
        if claim.locker_index is not None
    }
    if not pairs:
        return {}
    connection = await work.connection()
    dialect = connection.dialect.name
    rows = await connection.execute(LOCKERS_AT[dialect], lockers_at(dialect, pairs))
    return {(row.automat_id, row.place): row.id for row in rows}


def _rows(
    work: Work, plan: Plan, contract_id: UUID | None, locker_ids: dict[tuple[UUID, int], UUID]
) -> list[Written]:
    written = []
    for claim in plan.claims:
        before = claim.before
        id = before.id if before is not None else new_id()
        locker_id = locker_ids.get((claim.automat_id, claim.locker_index or 0))
        kept_back = is_kept_back(plan, claim)
        values = _values(work, claim, before, kept_back=kept_back) | {
            "id": id,
            "sealed_pin": None if claim.pin is None else Sealed(claim.pin, of=id),
            "pin_mark": claim.pin_mark,
            "key_contract_id": contract_id,
            "locker_id": locker_id if claim.locker_index is not None else None,
        }
        written.append(Written(claim, id, before, values, kept_back))
    return written


def _values(
    work: Work, claim: Claim, before: HeldLocker | None, *, kept_back: bool
) -> dict[str, Any]:
    window = claim.phase.window
    sync_at = _sync_at(work.now, claim, before)
    state = State.SYNCING if sync_at <= work.now and not kept_back else State.PLANNED
    failed = claim.locker_index is None
    return {
        "organization_id": work.actor.organization_id,
        "kind": claim.phase.kind,
        "automat_id": claim.automat_id,
        "key_id": _key_id(claim, before),
        "starts_at": window.starts_at,
        "ends_at": window.ends_at,
        "sync_at": sync_at,
        "synced_at": None,
        "state": State.FAILED if failed else state,
        "return_only": False,
        **_seen(work.now, claim, None if kept_back else before),
        "reason": NO_LOCKER if failed else None,
    }


def _seen(now: datetime, claim: Claim, before: HeldLocker | None) -> dict[str, datetime | None]:
    """Say what was seen of a window already, and told: it is not seen anew for another end."""
    window = claim.phase.window
    if before is None or before.window.starts_at != window.starts_at:
        return {"opened_at": None, "unused_at": None}
    if before.automat_id != claim.automat_id:
        return {"opened_at": None, "unused_at": None}
    is_over = window.ends_at is not None and window.ends_at <= now
    is_told = is_over or claim.phase.kind is before.kind is LockerContractKind.FETCH
    return {"opened_at": before.opened_at, "unused_at": before.unused_at if is_told else None}


def _key_id(claim: Claim, before: HeldLocker | None) -> UUID | None:
    """Name the key; a key that was taken remains the one, though any would have done."""
    was_named = before is not None and before.key_id == claim.option.key.id
    return None if any_key_will_do(claim) and not was_named else claim.option.key.id


def _sync_at(now: datetime, claim: Claim, before: HeldLocker | None) -> datetime:
    """Tell when a PIN goes to the automat: now where that was to happen before."""
    due, starts_at = claim.phase.sync_at, claim.phase.window.starts_at
    if before is not None and before.sync_at <= now and due <= now:
        return earlier(before.sync_at, starts_at)
    return earlier(max(due, now), starts_at)


async def _record_all(work: Work, written: Sequence[Written]) -> None:
    async for one in gently(written):
        _record(work, one)


def _record(work: Work, one: Written) -> None:
    facts = {
        "key_contract_id": one.values["key_contract_id"],
        "automat_id": one.claim.automat_id,
        "locker_id": one.values["locker_id"],
    }
    subject = About(LockerContract, one.id)
    if one.before is None:
        work.record(EventKind.LOCKER_CONTRACT_PLANNED, subject, **facts)
    before = State.PLANNED if one.before is None else one.before.state
    if before is State.FAILED and one.state is not before:
        step(work, subject, before, State.PLANNED, reason=LOCKER_FOUND, **facts)
        before = State.PLANNED
    if one.state is State.FAILED:
        notice = notices.no_locker(one.claim)
        step(work, subject, before, State.FAILED, reason=NO_LOCKER, notice=notice, **facts)
    elif before in SYNCED and one.is_kept_back:
        notices.kept_back_at_automat(work, subject, one.claim, before, **facts)
    elif before in SYNCED and one.state is State.PLANNED:
        notices.moved_at_automat(work, subject, one.claim, before, **facts)
    elif before in SYNCED:
        step(work, subject, before, one.state, reason=notices.STAY_CHANGED, **facts)
    else:
        is_news = one.state is State.SYNCING and one.is_here
        told = notices.synced(one.claim) if is_news else None
        step(work, subject, before, one.state, reason="It is planned.", notice=told, **facts)
    if _has_to_be_brought(one):
        _ask_for_key(work, one)


def _has_to_be_brought(one: Written) -> bool:
    """Tell whether somebody has to put the key there, and has not been told so before."""
    claim, before = one.claim, one.before
    if claim.is_return or claim.lies_there:
        return False
    if before is None or not one.is_here or before.key_id != claim.option.key.id:
        return True
    is_elsewhere = before.locker_index != claim.locker_index
    return is_elsewhere or before.window.starts_at != claim.phase.window.starts_at


def _ask_for_key(work: Work, one: Written) -> None:
    work.record(
        EventKind.INSERT_KEY,
        About(Key, one.claim.option.key.id),
        notice=notices.insert_key(one.claim, work.now),
        automat_id=one.claim.automat_id,
        locker_id=one.values["locker_id"],
        before=one.claim.phase.window.starts_at,
    )
