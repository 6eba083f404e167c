"""The way of a push: is it news, what has to be planned for it, and what comes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from models.accounts import Permission
from models.errors import LivionKeyError
from models.events import EventKind
from models.meanwhile import beside
from models.reservations import Change, Reservation, UpsertOutcome
from resolvers.planning import pins
from resolvers.planning.planner import decide_but_pins
from resolvers.planning.stays import Plan
from resolvers.planning.waiting import is_waiting
from resolvers.planning.writing import write
from resolvers.pushing import rows, running
from resolvers.pushing.checking import checked
from resolvers.pushing.comparing import changes
from resolvers.pushing.reaching import within_reach
from resolvers.pushing.requests import Push, Request
from resolvers.pushing.reserving import reserve
from resolvers.pushing.rows import Identity
from resolvers.pushing.tasks import Task, change_tasks, late, new_tasks
from resolvers.signed import effects
from resolvers.work import Work

SIGNED = {Change.ENDS_AT, Change.CONTACTS}
"""What may be changed while a key is out, and is signed."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """What came of a push.

    Args:
        reservation: The reservation; None when the push was refused.
        outcome: What was done; None when it was refused.
        changed: What of the reservation is otherwise now.
        refusal: The rule that stood against it.
        plan: What was planned for it, if anything was; without its PINs.
    """

    reservation: Reservation | None = None
    outcome: UpsertOutcome | None = None
    changed: frozenset[Change] = frozenset()
    refusal: LivionKeyError | None = None
    plan: Plan | None = None

    def kept(self) -> Reservation:
        """Give the reservation.

        Raises:
            LivionKeyError: The push was refused.
        """
        if self.refusal is not None:
            raise self.refusal
        assert self.reservation is not None  # noqa: S101  # it was not refused
        return self.reservation


Outcomes = dict[Push, Pushed]
Claimed = dict[Identity, Reservation]


async def push_all(work: Work, requests: Sequence[Request]) -> list[Pushed]:
    """Take pushes; what is refused changes nothing, the others are done.

    What comes of them is what would come of them one after the other.

    Raises:
        NotAllowed: The actor may not push reservations.
    """
    work.require(Permission.EDIT_RESERVATIONS)
    taken = await within_reach(work, await checked(work, requests))
    outcomes: Outcomes = {}
    rounds = _rounds([push for push in taken if isinstance(push, Push)])
    several = [push for pushes in rounds for push in pushes] if len(rounds) > 1 else []
    claimed = await reserve(work, several) if several else {}
    for pushes in rounds:
        outcomes |= await _one_round(work, pushes, claimed)
    done = [outcomes[push] if isinstance(push, Push) else Pushed(refusal=push) for push in taken]
    for request, one in zip(requests, done, strict=True):
        if one.refusal is not None:
            one.refusal.path = request.times.said_at(one.refusal.path)
    return done


def _rounds(pushes: Sequence[Push]) -> list[list[Push]]:
    """Part pushes so that none is taken together with an earlier one of the same reservation."""
    rounds: list[list[Push]] = []
    seen: set[Identity] = set()
    for push in pushes:
        if not rounds or push.identity in seen:
            rounds.append([])
            seen = set()
        rounds[-1].append(push)
        seen.add(push.identity)
    return rounds


async def _one_round(work: Work, pushes: Sequence[Push], claimed: Claimed) -> Outcomes:
    """Take pushes that mean different reservations.

    Nothing is locked for those that are no news, unless their reservation waits for something: it
    may be there now.

    Args:
        work: The transaction.
        pushes: The pushes.
        claimed: New reservations that are written already; those that are taken here are removed.
    """
    known = await rows.known(work, [push.identity for push in pushes])
    contacts = await rows.contacts_of(work, [one.id for one in known.values()])
    outcomes: Outcomes = {}
    new, changed = [], []
    for push in pushes:
        reservation = known.get(push.identity)
        if reservation is None or push.identity in claimed:
            new.append(push)
        elif is_waiting(reservation) or changes(reservation, contacts[reservation.id], push):
            changed.append(push)
        else:
            outcomes[push] = Pushed(reservation, UpsertOutcome.UNCHANGED)
    outcomes |= {push: Pushed(refusal=said) for push in new if (said := late(push, work))}
    new = [push for push in new if push not in outcomes]
    tasks = await _tasks(work, new, changed, claimed)
    for is_running, some in groupby(_in_order(tasks, pushes), lambda task: task.is_running):
        act = _change_running if is_running else _plan
        outcomes |= await act(work, list(some))
    return outcomes


async def _tasks(
    work: Work, new: Sequence[Push], changed: Sequence[Push], claimed: Claimed
) -> list[Task]:
    """Find out what has to be done.

    Somebody may push the same new reservation at the same moment and be first: ours is then a
    change of it.
    """
    tasks = await new_tasks(work, new, claimed)
    made = {task.push for task in tasks}
    overtaken = [push for push in new if push not in made]
    return tasks + await change_tasks(work, [*changed, *overtaken])


def _in_order(tasks: Sequence[Task], pushes: Sequence[Push]) -> list[Task]:
    place = {push: number for number, push in enumerate(pushes)}
    return sorted(tasks, key=lambda task: place[task.push])


async def _plan(work: Work, tasks: Sequence[Task]) -> Outcomes:
    """Plan together what has to be planned, and write what comes of it."""
    refused = {task: task.refusal for task in tasks if task.refusal is not None}
    planned = [task for task in tasks if task not in refused and task.is_planned(work.now)]
    stays = [task.stay(work.now) for task in planned]
    plans: dict[Task, Plan] = {}
    for task, one in zip(planned, await decide_but_pins(work, stays), strict=True):
        if task.is_in_vain(one):
            continue
        if isinstance(one, LivionKeyError):
            refused[task] = one
        else:
            plans[task] = one
    await rows.remove(work, [task.reservation for task in refused if task.is_new])
    done = [task for task in tasks if task not in refused]
    back = [task for task in done if task.keys_are_back(work.now)]
    changed = {task: task.changed_by(plans.get(task)) for task in done}
    known = await pins.codes_at(work, list(plans.values()))
    _, with_pins = await beside(_keep(work, changed), pins.chosen(list(plans.values()), known))
    await write(work, with_pins)
    for task in back:
        await running.end_sooner(work, task)
    for task in done:
        if task.contract is not None and task.is_other and task not in plans:
            await effects.changed(work, task.contract)
    outcomes = {task.push: Pushed(refusal=refusal) for task, refusal in refused.items()}
    return outcomes | {task.push: _pushed(task, changed[task], plans.get(task)) for task in done}


async def _change_running(work: Work, tasks: Sequence[Task]) -> Outcomes:
    """Change stays while somebody has their keys, one after the other."""
    return {task.push: await _change_one(work, task) for task in tasks}


async def _change_one(work: Work, task: Task) -> Pushed:
    planned = task.refusal or await running.decide(work, task)
    if isinstance(planned, LivionKeyError):
        return Pushed(refusal=planned)
    await _keep(work, {task: task.changed})
    await running.change(work, planned)
    if task.contract is not None and task.changed & SIGNED:
        await effects.changed(work, task.contract)
    return _pushed(task, task.changed)


async def _keep(work: Work, done: dict[Task, frozenset[Change]]) -> None:
    """Write what was said, and that it was said."""
    for task, changed in done.items():
        if task.is_new:
            entity_id = task.push.entity.id
            work.record(EventKind.RESERVATION_CREATED, task.reservation, entity_id=entity_id)
        elif changed:
            rows.keep(task.reservation, task.push)
            told = sorted(changed)
            work.record(EventKind.RESERVATION_UPDATED, task.reservation, changed=told)
    renewed = [task for task in done if Change.CONTACTS in task.changed]
    await rows.forget_contacts(work, [task.reservation for task in renewed])
    with_contacts = [task for task in done if task.is_new or task in renewed]
    await rows.set_contacts(work, [(task.reservation, task.push) for task in with_contacts])


def _pushed(task: Task, changed: frozenset[Change], plan: Plan | None = None) -> Pushed:
    if task.is_new:
        return Pushed(task.reservation, UpsertOutcome.CREATED, plan=plan)
    outcome = UpsertOutcome.UPDATED if changed else UpsertOutcome.UNCHANGED
    return Pushed(task.reservation, outcome, changed, plan=plan)
