"""The way of a push: is it news, what has to be planned for it, and what comes of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.accounts import Permission
from models.errors import LivionKeyError
from models.events import EventKind
from models.reservations import Change, Reservation, UpsertOutcome
from resolvers.planning import waiting
from resolvers.planning.planner import decide
from resolvers.planning.stays import Plan
from resolvers.planning.writing import write
from resolvers.pushing import rows, running
from resolvers.pushing.comparing import changes, needs_a_plan
from resolvers.pushing.requests import Push, Request, checked
from resolvers.pushing.rows import Identity
from resolvers.pushing.tasks import Task, change_tasks, late, new_tasks
from resolvers.work import Work


@dataclass(frozen=True, slots=True)
class Pushed:
    """What came of a push.

    Args:
        reservation: The reservation; None when the push was refused.
        outcome: What was done; None when it was refused.
        changed: What of the reservation is otherwise now.
        refusal: The rule that stood against it.
        plan: What was planned for it, if anything was.
    """

    reservation: Reservation | None = None
    outcome: UpsertOutcome | None = None
    changed: frozenset[Change] = frozenset()
    refusal: LivionKeyError | None = None
    plan: Plan | None = None


Outcomes = dict[Push, Pushed]


async def push_all(work: Work, requests: Sequence[Request]) -> list[Pushed]:
    """Take pushes, in their order; what is refused changes nothing, the others are done.

    Raises:
        NotAllowed: The actor may not push reservations.
    """
    work.require(Permission.EDIT_RESERVATIONS)
    taken = await checked(work, requests)
    outcomes: Outcomes = {}
    left = [push for push in taken if isinstance(push, Push)]
    while left:
        now, left = _first_of_each(left)
        outcomes |= await _one_round(work, now)
    return [outcomes[push] if isinstance(push, Push) else Pushed(refusal=push) for push in taken]


def _first_of_each(pushes: Sequence[Push]) -> tuple[list[Push], list[Push]]:
    """Take the first push of each reservation; a second one of it has to wait for the first."""
    first: dict[Identity, Push] = {}
    later = [push for push in pushes if first.setdefault(push.identity, push) is not push]
    return list(first.values()), later


async def _one_round(work: Work, pushes: Sequence[Push]) -> Outcomes:
    """Take pushes that mean different reservations. Nothing is locked for those that are no news.

    Somebody may push the same new reservation at the same moment and be first: ours is then a
    change of it.
    """
    known = await rows.known(work, [push.identity for push in pushes])
    contacts = await rows.contacts_of(work, [one.id for one in known.values()])
    outcomes: Outcomes = {}
    new, changed = [], []
    for push in pushes:
        reservation = known.get(push.identity)
        if reservation is None:
            new.append(push)
        elif changes(reservation, contacts[reservation.id], push):
            changed.append(push)
        else:
            outcomes[push] = await _same_again(work, reservation)
    outcomes |= {push: Pushed(refusal=said) for push in new if (said := late(push, work))}
    tasks = await new_tasks(work, [push for push in new if push not in outcomes])
    made = {task.push for task in tasks}
    overtaken = [push for push in new if push not in outcomes and push not in made]
    tasks += await change_tasks(work, [*changed, *overtaken])
    return outcomes | await _do(work, tasks)


async def _same_again(work: Work, reservation: Reservation) -> Pushed:
    """Look whether an unfulfilled reservation can be fulfilled now; otherwise write nothing."""
    if waiting.is_waiting(reservation):
        fulfilled = await waiting.retry(work, reservation.id)
        if fulfilled is not None:
            work.record(EventKind.RESERVATION_UPDATED, fulfilled, changed=[Change.STATUS])
            return Pushed(fulfilled, UpsertOutcome.UPDATED, frozenset({Change.STATUS}))
    return Pushed(reservation, UpsertOutcome.UNCHANGED)


async def _do(work: Work, tasks: Sequence[Task]) -> Outcomes:
    """Plan what has to be planned, and write what comes of it."""
    refused = {task: task.refusal for task in tasks if task.refusal is not None}
    busy = [task for task in tasks if task not in refused and _is_running(task)]
    planned = [task for task in tasks if task not in refused and _is_planned(task)]
    plans: dict[Task, Plan] = {}
    for task, one in zip(
        planned, await decide(work, [task.stay() for task in planned]), strict=True
    ):
        if isinstance(one, Plan):
            plans[task] = one
        else:
            refused[task] = one
    ends: dict[Task, Plan] = {}
    for task in busy:
        found = await running.decide(work, task)
        if isinstance(found, Plan):
            ends[task] = found
        else:
            refused[task] = found
    await rows.remove(work, [task.reservation for task in refused if task.is_new])
    done = [task for task in tasks if task not in refused]
    await _keep(work, done)
    await write(work, list(plans.values()))
    for plan in ends.values():
        await running.change(work, plan)
    outcomes = {task.push: Pushed(refusal=refusal) for task, refusal in refused.items()}
    return outcomes | {task.push: _pushed(task, plans.get(task)) for task in done}


def _is_running(task: Task) -> bool:
    return needs_a_plan(task.changed) and bool(task.held.keys_out)


def _is_planned(task: Task) -> bool:
    return task.is_new or (needs_a_plan(task.changed) and not task.held.keys_out)


async def _keep(work: Work, done: Sequence[Task]) -> None:
    """Write what was said, and that it was said."""
    for task in done:
        if task.is_new:
            entity_id = task.push.entity.id
            work.record(EventKind.RESERVATION_CREATED, task.reservation, entity_id=entity_id)
        elif task.changed:
            rows.keep(task.reservation, task.push)
            changed = sorted(task.changed)
            work.record(EventKind.RESERVATION_UPDATED, task.reservation, changed=changed)
    renewed = [task for task in done if Change.CONTACTS in task.changed]
    await rows.forget_contacts(work, [task.reservation for task in renewed])
    with_contacts = [task for task in done if task.is_new or task in renewed]
    await rows.set_contacts(work, [(task.reservation, task.push) for task in with_contacts])


def _pushed(task: Task, plan: Plan | None) -> Pushed:
    if task.is_new:
        return Pushed(task.reservation, UpsertOutcome.CREATED, plan=plan)
    outcome = UpsertOutcome.UPDATED if task.changed else UpsertOutcome.UNCHANGED
    return Pushed(task.reservation, outcome, task.changed, plan=plan)
