"""Changes of a stay while somebody has the key: only its end and its contacts (G34)."""

from collections.abc import Collection

from models.errors import KeyOut, LivionKeyError
from models.events import EventKind
from models.jobs import JobKind
from models.reservations import Change, Reservation, ReservationStatus
from resolvers import jobs
from resolvers.planning.extending import decide_end, write_end
from resolvers.planning.holdings import Held
from resolvers.planning.stays import Plan
from resolvers.planning.writing import end_times
from resolvers.pushing.tasks import Task
from resolvers.retention import OVER
from resolvers.signed import effects
from resolvers.transitions import move_reservation
from resolvers.upkeep.contracts import look_after
from resolvers.work import Work

ALLOWED = {Change.ENDS_AT, Change.CONTACTS, Change.TIME_ZONE, Change.STATUS}


async def decide(work: Work, task: Task) -> Plan | LivionKeyError:
    """Find out what a change means while the key is out, or what stands against it."""
    return refusal_of(task.changed, task.held) or await decide_end(work, task.stay(work.now))


def refusal_of(changed: Collection[Change], held: Held) -> KeyOut | None:
    """Say why changes are refused while keys are out; None where they are not."""
    refused = sorted(change.value for change in changed if change not in ALLOWED)
    if not refused or not held.keys_out:
        return None
    return KeyOut(
        f"The key was fetched at {held.keys_out[0].fetched_at} and is not back yet: the end and "
        f"the contacts can be changed, but not {', '.join(refused)}."
    )


async def change(work: Work, plan: Plan) -> None:
    """Do it; what is due at once where the end is reached now is not left to the timers."""
    await write_end(work, plan)
    stay = plan.stay
    _revive(work, stay.reservation)
    is_over = stay.window.ends_at is not None and stay.window.ends_at <= work.now
    if is_over and stay.contract is not None:
        await look_after(work, stay.contract.id)


async def end_sooner(work: Work, task: Task) -> None:
    """Let a contract whose keys are back end when its reservation does now: nothing is planned."""
    contract = task.contract
    assert contract is not None  # noqa: S101 - its keys are back
    for name, value in end_times(work, task.push.window, task.push.settings).items():
        setattr(contract, name, value)
    work.record(EventKind.KEY_CONTRACT_UPDATED, contract, ends_at=contract.ends_at)
    if not task.is_other:  # else that is counted for all of it
        await effects.changed(work, contract)
    if contract.status not in OVER:
        await jobs.schedule(work, JobKind.KEY_CONTRACT, contract.id, work.now)


def _revive(work: Work, reservation: Reservation | None) -> None:
    """Let a reservation that was given up go on when it is pushed again."""
    if reservation is None or reservation.status is not ReservationStatus.CANCELLED:
        return
    has_begun = reservation.starts_at <= work.now
    after = ReservationStatus.ACTIVE if has_begun else ReservationStatus.CONFIRMED
    move_reservation(work, reservation, after, reason="It was pushed again.")
