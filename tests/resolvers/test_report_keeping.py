"""Reports are written down as they come, each once, by whoever hears them."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from counting import statements_of
from factories import HOUR, make_automat
from inboxes import Kind, a_stay, make_cabinet, make_house, make_link, report
from lives import at
from outcomes import count_of

from models.automat_alarms import AlarmKind
from models.automat_links import AutomatLink
from models.automat_reports import AutomatReport
from models.base import new_id
from models.custody import CustodyKind
from models.database import Database
from models.events import EventKind
from resolvers.automat_reports import applying, keeping, links
from resolvers.automat_reports.keeping import Kept
from resolvers.work import Work


async def test_what_comes_twice_is_kept_once(work: Work) -> None:
    cabinet = await make_cabinet(work)
    first, second = a_stay(cabinet.stay.begins)[:2]

    await cabinet.keep(work.now, first, second, first)
    again = await cabinet.keep(work.now + HOUR, second, first)

    assert again == Kept({cabinet.link.id}, 0)
    assert await count_of(work, AutomatReport) == 2
    kept = await cabinet.report(second)
    assert (kept.number, kept.kind, kept.happened_at) == (2, Kind.KEY_TAKEN, second.happened_at)
    assert (kept.received_at, kept.locker_index, kept.applied_at) == (work.now, 0, None)


@pytest.mark.parametrize("count", [1, 300])
async def test_a_batch_of_many_links_takes_few_statements(
    work: Work, database: Database, count: int
) -> None:
    automats = [await make_automat(work) for _ in range(min(count, 10))]
    known = [await make_link(work, automat) for automat in automats]
    await work.connection()
    batch = [
        (known[number % len(known)].id, report(number + 1, Kind.DOOR_CLOSED, work.now, 0))
        for number in range(count)
    ]

    with statements_of(database) as seen:
        await keeping.keep(work.session, batch, work.now)

    assert len(seen) == 3
    assert await count_of(work, AutomatReport) == count


async def test_what_is_unknown_or_revoked_is_passed_over(work: Work) -> None:
    cabinet = await make_cabinet(work)
    gone = await make_link(work, await make_automat(work))
    gone.revoked_at = work.now
    await work.connection()
    told = [report(number, Kind.DOOR_CLOSED, work.now, 0) for number in range(1, 4)]

    kept = await keeping.keep(
        work.session,
        [(new_id(), told[0]), (gone.id, told[1]), (cabinet.link.id, told[2])],
        work.now,
    )

    assert kept == Kept({cabinet.link.id}, 2)
    assert await count_of(work, AutomatReport) == 1


async def test_the_first_report_of_credentials_that_wait_revokes_those_before_them(
    work: Work,
) -> None:
    cabinet = await make_cabinet(work)
    old = cabinet.told(Kind.STARTED, work.now, None, reason="power")
    await cabinet.keep(work.now, old)
    new = await make_link(work, cabinet.stay.automat, waits=True)

    first = report(1, Kind.STARTED, work.now, None, reason="update")
    kept = await keeping.keep(work.session, [(new.id, first)], work.now + HOUR)

    assert kept.to_apply == {new.id}
    fresh = {one.id: one for one in await work.all(work.own(AutomatLink))}
    assert fresh[new.id].activated_at == work.now + HOUR
    assert fresh[cabinet.link.id].revoked_at == work.now + HOUR
    assert len(await cabinet.events(EventKind.AUTOMAT_CREDENTIALS_REVOKED)) == 1
    late = await cabinet.keep(work.now + HOUR, cabinet.told(Kind.DOOR_CLOSED, work.now))
    assert late == Kept(set(), 1)
    assert await cabinet.apply(work.now + HOUR) == 1, "what came in time is not lost"
    assert (await cabinet.report(old)).applied_at == work.now + HOUR


async def test_a_number_that_was_given_before_is_kept_without_one_and_raises_an_alarm(
    work: Work,
) -> None:
    cabinet = await make_cabinet(work)
    await cabinet.says(Kind.DOOR_OPENED, work.now)
    other = report(1, Kind.STARTED, work.now, None, reason="restored")

    await cabinet.keep(work.now, other)
    await cabinet.keep(work.now, other)
    heard = await cabinet.apply(work.now)

    kept = await cabinet.report(other)
    assert (kept.number, kept.applied_at, heard) == (None, work.now, 1)
    assert "has forgotten something" in str(kept.problem)
    (alarm,) = await cabinet.alarms()
    assert alarm.kind is AlarmKind.RESTORED_FROM_BACKUP


async def test_two_links_that_hear_the_same_keep_it_once(database: Database) -> None:
    house = await make_house(database)
    told = a_stay(house.begins, times=10)

    await asyncio.gather(*(house.keep(*told) for _ in range(4)))

    assert [one.number for one in await house.reports()] == list(range(1, 61))


async def test_what_is_to_be_applied_is_found_after_a_restart(database: Database) -> None:
    house, idle = await make_house(database), await make_house(database)
    told = a_stay(house.begins)
    await house.keep(*told)
    await idle.keep(*told[3:])

    async with database.reading() as connection:
        before = await applying.to_apply(connection)
    await house.apply()
    async with database.reading() as connection:
        after = await applying.to_apply(connection)

    assert house.link_id in before
    assert house.link_id not in after
    assert idle.link_id not in before, "it waits for what is missing"


async def test_credentials_are_known_with_the_clock_of_their_organization(work: Work) -> None:
    cabinet = await make_cabinet(work)

    known: Any = await links.good(await work.connection(), [cabinet.link.id, new_id()])

    assert list(known) == [cabinet.link.id]
    assert known[cabinet.link.id].time(work.now) == at(work, work.now).now


async def test_what_was_said_before_with_another_number_closes_its_gap_and_has_no_effect(
    work: Work,
) -> None:
    cabinet = await make_cabinet(work)
    begins = cabinet.stay.begins
    taken = (await cabinet.says(Kind.KEY_TAKEN, begins)).report_id
    await cabinet.says(Kind.DOOR_CLOSED, begins)

    again = replace(report(3, Kind.KEY_TAKEN, begins, 0), id=taken)
    following = report(4, Kind.DOOR_CLOSED, begins + HOUR, 0)
    for _ in range(2):
        await cabinet.keep(begins + HOUR, again, following)
    heard = await cabinet.apply(begins + HOUR)

    rows = await work.all(work.own(AutomatReport).order_by(AutomatReport.number))
    assert ([one.number for one in rows], heard) == ([1, 2, 3, 4], 4)
    assert str(rows[2].problem).startswith("It was said before as number 1")
    assert (rows[2].applied_at, await cabinet.alarms()) == (begins + HOUR, [])
    assert [entry.kind for entry in await cabinet.stay.chain()][1:] == [CustodyKind.FETCHED]


async def test_what_came_without_a_number_may_get_one(work: Work) -> None:
    cabinet = await make_cabinet(work)
    await cabinet.says(Kind.DOOR_OPENED, work.now)
    other = report(1, Kind.STARTED, work.now, None, reason="restored")
    await cabinet.keep(work.now, other)

    await cabinet.keep(work.now, replace(other, number=2))

    assert await cabinet.apply(work.now) == 2


async def test_numbers_that_cannot_be_are_passed_over_and_told_once(work: Work) -> None:
    cabinet = await make_cabinet(work)
    cabinet.link.oldest_number = 51
    await work.save()
    told = [report(number, Kind.DOOR_CLOSED, work.now, 0) for number in (20_050, 20_051, 2 * 10**9)]

    kept = [await cabinet.keep(work.now, *told) for _ in range(2)]

    assert kept == [Kept({cabinet.link.id}, 2)] * 2
    assert await count_of(work, AutomatReport) == 1
    (alarm,) = await cabinet.alarms()
    assert (alarm.kind, alarm.until) == (AlarmKind.DEVICE_ERROR, work.now + HOUR)


async def test_one_automat_does_not_keep_others_from_being_applied(database: Database) -> None:
    mad, house = await make_house(database), await make_house(database)

    for number in (2_147_483_647, 20_000, 1):
        await mad.keep(report(number, Kind.CODES_APPLIED, mad.begins, None, revision=1))
    await mad.apply()
    await house.keep(*a_stay(house.begins))
    async with database.reading() as connection:
        left = await applying.to_apply(connection)

    assert house.link_id in left
    assert [one.number for one in await mad.reports()] == [1, 20_000]
