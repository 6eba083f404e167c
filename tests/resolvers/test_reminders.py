"""Reminders of the start and the end: each is sent once and in time, whatever is changed (R74)."""

from factories import DAY, HOUR, make_automat, make_entity, make_key, make_unit, push
from lives import at, look_after, trail
from outcomes import key_contract

from models.database import do_last_acts
from models.entities import ReservableEntity
from models.events import EventKind
from models.jobs import Job
from resolvers import organizations
from resolvers.work import Work

STAY = "stay"


async def a_home(work: Work) -> ReservableEntity:
    home = await make_entity(work)
    await make_key(work, home, automat=await make_automat(work))
    return home


async def test_a_reminder_that_is_due_is_not_lost_by_a_change(work: Work) -> None:
    home = await a_home(work)
    stay, _ = await push(work, home, external_id=STAY, starts_at=work.now + 3 * DAY)
    begin = stay.starts_at
    due = at(work, begin - DAY)

    await push(due, home, external_id=STAY, starts_at=begin, days=3)
    await look_after(due, stay, at=due.now + HOUR)

    assert EventKind.START_REMINDER in await trail(due, await key_contract(due, stay))


async def test_nobody_is_reminded_twice_of_the_same_start(work: Work) -> None:
    home = await a_home(work)
    stay, _ = await push(work, home, external_id=STAY, starts_at=work.now + 3 * DAY)
    begin = stay.starts_at
    told = await look_after(work, stay, at=begin - DAY)
    later = {"start_reminder_time": 2 * HOUR}
    await organizations.update_unit(told, work.actor.organization_id, later)

    await push(told, home, external_id=STAY, starts_at=begin, days=3)
    await look_after(told, stay, at=begin - 2 * HOUR)

    found = await trail(told, await key_contract(told, stay))
    assert found.count(EventKind.START_REMINDER) == 1


async def test_a_reminder_of_the_end_may_be_due_before_anything_else(work: Work) -> None:
    unit = await make_unit(work, end_reminder_time=5 * DAY)
    home = await make_entity(work, unit_id=unit.id)
    await make_key(work, home, automat=await make_automat(work))

    stay, _ = await push(work, home, starts_at=work.now + 20 * DAY)

    contract = await key_contract(work, stay)
    await do_last_acts(work.session)
    (job,) = await work.all(work.own(Job).where(Job.subject_id == contract.id))
    assert job.due_at == contract.remind_of_end_at
