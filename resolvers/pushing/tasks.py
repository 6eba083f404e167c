"""What has to be done for pushes that are news: new reservations and changes of known ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from models.contracts import KeyContract
from models.dialects.among import among
from models.errors import LivionKeyError, StartsInPast
from models.reservations import Change, Reservation, check_start
from resolvers.planning.holdings import NOTHING_HELD, Held, held_by
from resolvers.planning.stays import Stay
from resolvers.pushing import rows
from resolvers.pushing.comparing import changes
from resolvers.pushing.requests import Push
from resolvers.work import Work


@dataclass(frozen=True, eq=False, slots=True)
class Task:
    """A push that is news, and what is known of its reservation.

    Args:
        push: The push.
        reservation: The row, locked.
        changed: What of it is news.
        is_new: Whether the reservation was made just now.
        contract: Its key contract, if it has one.
        held: What that contract holds.
        refusal: Why it cannot be done, as far as that is known before anything is planned.
    """

    push: Push
    reservation: Reservation
    changed: frozenset[Change] = frozenset()
    is_new: bool = False
    contract: KeyContract | None = None
    held: Held = NOTHING_HELD
    refusal: LivionKeyError | None = None

    def stay(self) -> Stay:
        """Make the stay that has to be planned."""
        return Stay(
            window=self.push.window,
            settings=self.push.settings,
            wanted=self.push.wanted,
            entity=self.push.entity,
            reservation=self.reservation,
            contract=self.contract,
            held=self.held,
        )


def late(push: Push, work: Work) -> StartsInPast | None:
    """Refuse a new start that lies too far back."""
    try:
        check_start(push.window.starts_at, work.now)
    except StartsInPast as refusal:
        return refusal
    return None


async def new_tasks(work: Work, pushes: Sequence[Push]) -> list[Task]:
    """Claim new reservations; those that somebody else has just made are left out."""
    if not pushes:
        return []
    made = await rows.claim(work, pushes)
    return [
        Task(push, made[push.identity], is_new=True) for push in pushes if push.identity in made
    ]


async def change_tasks(work: Work, pushes: Sequence[Push]) -> list[Task]:
    """Look again at reservations that nobody else can change meanwhile."""
    if not pushes:
        return []
    locked = await rows.known(work, [push.identity for push in pushes], lock=True)
    ids = [one.id for one in locked.values()]
    contacts = await rows.contacts_of(work, ids)
    contracts = await contracts_of(work, ids)
    held = await held_by(work, [one.id for one in contracts.values()])
    tasks = []
    for push in pushes:
        reservation = locked[push.identity]
        changed = changes(reservation, contacts[reservation.id], push)
        contract = contracts.get(reservation.id)
        tasks.append(
            Task(
                push=push,
                reservation=reservation,
                changed=changed,
                contract=contract,
                held=held[contract.id] if contract else NOTHING_HELD,
                refusal=late(push, work) if Change.STARTS_AT in changed else None,
            )
        )
    return tasks


async def contracts_of(
    work: Work, reservation_ids: Sequence[UUID]
) -> dict[UUID | None, KeyContract]:
    """Read and lock the key contracts of reservations."""
    of_these = work.own(KeyContract).where(among(KeyContract.reservation_id, reservation_ids))
    return {one.reservation_id: one for one in await work.locking(of_these, KeyContract)}
