"""What has to be done for pushes that are news: new reservations and changes of known ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import Select

from models.contracts import KeyContract
from models.errors import LivionKeyError, StartsInPast
from models.reservations import Change, Reservation, ReservationStatus, check_start, status_at
from resolvers.planning.holdings import NOTHING_HELD, Held, held_by
from resolvers.planning.stays import Plan, Stay
from resolvers.planning.waiting import is_waiting
from resolvers.pushing import rows
from resolvers.pushing.comparing import WITHOUT_A_PLAN, changes, needs_a_plan
from resolvers.pushing.reaching import beyond_reach, number_taken
from resolvers.pushing.requests import Push
from resolvers.pushing.rows import Identity
from resolvers.reading import owned_among
from resolvers.work import Work

BEGUN = {ReservationStatus.ACTIVE, ReservationStatus.ENDED}
"""Where a reservation stands that has begun and needs nothing."""


@dataclass(frozen=True, eq=False, slots=True)
class Task:
    """A push that is news, and what is known of its reservation.

    Args:
        push: The push.
        reservation: The row, locked.
        changed: What of it is news.
        is_new: Whether the reservation was made just now.
        waits: Whether something was missing for it until now.
        contract: Its key contract, if it has one.
        held: What that contract holds.
        refusal: Why it cannot be done, as far as that is known before anything is planned.
    """

    push: Push
    reservation: Reservation
    changed: frozenset[Change] = frozenset()
    is_new: bool = False
    waits: bool = False
    contract: KeyContract | None = None
    held: Held = NOTHING_HELD
    refusal: LivionKeyError | None = None

    @property
    def is_running(self) -> bool:
        """Whether it is about keys that somebody has."""
        return needs_a_plan(self.changed) and bool(self.held.keys_out)

    def is_planned(self, now: datetime) -> bool:
        """Tell whether keys and lockers have to be looked for, or may be there by now."""
        if self.keys_are_back(now):
            return False
        ends_at = self.push.window.ends_at
        may_be_there = self.waits and (ends_at is None or now < ends_at)
        return self.is_new or needs_a_plan(self.changed) or may_be_there

    def keys_are_back(self, now: datetime) -> bool:
        """Tell whether only the end is otherwise, past or sooner, of a stay whose keys are back."""
        ends_at, before = self.push.window.ends_at, self.reservation.ends_at
        is_end_alone = self.changed - WITHOUT_A_PLAN == {Change.ENDS_AT}
        if not is_end_alone or ends_at is None or self.contract is None or self.held.keys:
            return False
        has_begun = status_at(self.reservation, now, key_is_out=False) in BEGUN
        return has_begun and (ends_at <= now or before is None or ends_at < before)

    def is_in_vain(self, planned: Plan | LivionKeyError) -> bool:
        """Tell whether it was only looked once more, and something still is missing."""
        looked_again = not self.is_new and not needs_a_plan(self.changed)
        return looked_again and (
            isinstance(planned, LivionKeyError) or planned.waits_for is not None
        )

    def changed_by(self, plan: Plan | None) -> frozenset[Change]:
        """Name what is otherwise than before once a plan is written."""
        if plan is None or self.is_new or self.waits == (plan.waits_for is not None):
            return self.changed
        return self.changed | {Change.STATUS}

    def stay(self, now: datetime) -> Stay:
        """Make the stay that has to be planned now."""
        return Stay(
            window=self.push.window,
            settings=self.push.settings,
            wanted=self.push.wanted,
            entity=self.push.entity,
            reservation=self.reservation,
            contract=self.contract,
            held=self.held,
            is_other=self.is_other,
            now=now,
        )

    @property
    def is_other(self) -> bool:
        """Whether what is signed is otherwise, beside the window and the keys."""
        return not self.is_new and bool(self.changed & {Change.CONTACTS, Change.ENTITY})


def late(push: Push, work: Work) -> StartsInPast | None:
    """Refuse a new start that lies too far back."""
    try:
        check_start(push.window.starts_at, work.now)
    except StartsInPast as refusal:
        return refusal
    return None


async def new_tasks(
    work: Work, pushes: Sequence[Push], claimed: dict[Identity, Reservation]
) -> list[Task]:
    """Claim new reservations; those that somebody else has just made are left out.

    Args:
        work: The transaction.
        pushes: What is new.
        claimed: Those that are claimed already; what is taken of them is removed.
    """
    before = [push.identity for push in pushes if push.identity in claimed]
    made = {identity: claimed.pop(identity) for identity in before}
    rest = [push for push in pushes if push.identity not in made]
    made |= await rows.claim(work, rest) if rest else {}
    return [
        Task(push, made[push.identity], is_new=True) for push in pushes if push.identity in made
    ]


async def change_tasks(work: Work, pushes: Sequence[Push]) -> list[Task]:
    """Look again at reservations that nobody else can change meanwhile.

    Whoever was faster may have made them, or moved them, where the actor does not reach.
    """
    if not pushes:
        return []
    locked = await rows.known(work, [push.identity for push in pushes], lock=True)
    beyond = await beyond_reach(work, locked)
    ids = [one.id for one in locked.values()]
    contacts = await rows.contacts_of(work, ids)
    contracts = await contracts_of(work, ids)
    held = await held_by(work, [one.id for one in contracts.values()])
    tasks = []
    for push in pushes:
        reservation = locked[push.identity]
        changed = changes(reservation, contacts[reservation.id], push)
        contract = contracts.get(reservation.id)
        refusal = late(push, work) if Change.STARTS_AT in changed else None
        tasks.append(
            Task(
                push=push,
                reservation=reservation,
                changed=changed,
                waits=is_waiting(reservation),
                contract=contract,
                held=held[contract.id] if contract else NOTHING_HELD,
                refusal=number_taken(push) if push.identity in beyond else refusal,
            )
        )
    return tasks


async def contracts_of(
    work: Work, reservation_ids: Sequence[UUID]
) -> dict[UUID | None, KeyContract]:
    """Read and lock the key contracts of reservations."""
    locking = _locked_contracts()
    told = {"owner": work.actor.organization_id, "ids": reservation_ids}
    return {one.reservation_id: one for one in await work.all(locking, **told)}


@cache
def _locked_contracts() -> Select[KeyContract]:
    row = KeyContract
    return owned_among(row, row.reservation_id).order_by(row.id).with_for_update(key_share=True)
