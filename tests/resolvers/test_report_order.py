"""Reports take effect in the order of their numbers, once, whatever is lost, doubled or killed."""

import asyncio
import os
import random
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from factories import DAY, HOUR
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from inboxes import SECOND, Kind, a_stay, make_cabinet, make_house, make_link, report

from models.automat_reports import MOST_FAILURES
from models.automats import AutomatState, Locker
from models.custody import CustodyKind
from models.database import Database
from models.events import EventKind
from models.migrating import migrate
from resolvers.automat_reports import keeping, turns
from resolvers.automat_reports.inbox import Inbox
from resolvers.work import Work

TESTS = Path(__file__).parent.parent
Custody = CustodyKind


def expected_chain(times: int) -> list[tuple[object, ...]]:
    """Tell what the chain of the key is after it was taken and brought back so many times."""
    chain: list[tuple[object, ...]] = [(1, Custody.REGISTERED, timedelta(days=-1), False, True)]
    for turn in range(times):
        out, back = (6 * turn + 2) * 61 * SECOND, (6 * turn + 5) * 61 * SECOND
        chain += [
            (2 * turn + 2, Custody.FETCHED, out, True, False),
            (2 * turn + 3, Custody.RETURNED, back, True, True),
        ]
    return chain


def without_words(chain: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return [one[:4] + one[5:] for one in chain]


async def test_reports_that_come_in_order_take_effect_at_once(database: Database) -> None:
    house = await make_house(database)

    for told in a_stay(house.begins, times=1):
        await house.keep(told, now=told.happened_at)
        heard = await house.apply(told.happened_at)
        assert heard == told.number

    assert without_words(await house.chain()) == expected_chain(1)
    assert [one[4] for one in await house.chain()] == [None, None, None]
    assert await house.count(EventKind.KEY_FETCHED, EventKind.KEY_RETURNED) == 2
    assert all(one.applied_at is not None for one in await house.reports())


@settings(max_examples=12, deadline=None, phases=[Phase.generate])
@given(st.data())
async def test_the_chain_is_the_same_however_the_reports_come(
    database: Database, data: st.DataObject
) -> None:
    house = await make_house(database)
    told = a_stay(house.begins)
    again = data.draw(st.lists(st.sampled_from(told), max_size=12), label="come again")
    order = data.draw(st.permutations([*told, *again]), label="order")
    cuts = data.draw(st.lists(st.integers(0, len(order)), max_size=4).map(sorted), label="batches")

    for begin, end in zip([0, *cuts], [*cuts, len(order)], strict=True):
        await house.keep(*order[begin:end])
        await house.apply()

    assert without_words(await house.chain()) == expected_chain(2)
    reports = await house.reports()
    assert [one.number for one in reports] == list(range(1, 13))
    assert [one.moment for one in reports] == [one.happened_at for one in told]
    assert await house.count(EventKind.KEY_FETCHED, EventKind.KEY_RETURNED) == 4


async def test_a_report_that_cannot_be_applied_holds_the_others_up_five_times_only(
    work: Work,
) -> None:
    cabinet = await make_cabinet(work)
    begins = cabinet.stay.begins + HOUR
    bad = cabinet.told(Kind.DOOR_OPENED, begins, 29, cause="code")
    worse = cabinet.told(Kind.CODE_ACCEPTED, begins, 0, codeId="?", codeKind="nonsense")
    good = cabinet.told(Kind.KEY_TAKEN, begins)
    no_locker = cabinet.told(Kind.DOOR_CLOSED, begins, None)
    await cabinet.keep(begins, bad, worse, good, no_locker)
    await _lose_locker(work, cabinet.automat_id)

    heard = [await cabinet.apply(begins + number * SECOND) for number in range(3 * MOST_FAILURES)]

    assert heard == [0] * 4 + [1] * 4 + [3] * 4 + [4] * 3
    reports = [await cabinet.report(one) for one in (bad, worse, good, no_locker)]
    assert [one.failures for one in reports] == [5, 5, 0, 5]
    assert "has no locker 29" in str(reports[0].problem)
    assert reports[1].problem == "It was not applied: ValueError"
    told = await cabinet.events(EventKind.AUTOMAT_REPORT_NOT_APPLIED)
    assert [event.facts["number"] for event in told] == [1, 2, 4]
    assert all(event.notice for event in told)
    assert len(await cabinet.stay.chain()) == 2


async def test_those_beside_a_report_that_fails_are_applied_with_real_commits(
    database: Database,
) -> None:
    house = await make_house(database)
    told = a_stay(house.begins, times=1)
    facts = {"codeId": "?", "codeKind": "nonsense"}
    bad = report(7, Kind.CODE_ACCEPTED, told[-1].happened_at, 0, **facts)
    last = report(8, Kind.DOOR_CLOSED, told[-1].happened_at, 0)
    await house.keep(*told, bad, last)

    heard = [await house.apply() for _ in range(MOST_FAILURES)]

    assert heard == [6, 6, 6, 6, 8]
    assert without_words(await house.chain()) == expected_chain(1)
    assert await house.count(EventKind.AUTOMAT_REPORT_NOT_APPLIED) == 1


async def _lose_locker(work: Work, automat_id: object) -> None:
    row = Locker
    (last,) = await work.all(work.own(row).where(row.automat_id == automat_id, row.index == 29))
    await work.session.delete(last)
    await work.save()


async def test_several_at_once_apply_each_report_once(database: Database) -> None:
    house = await make_house(database)
    told = a_stay(house.begins, times=4)
    others = [Database(database.url.render_as_string(hide_password=False)) for _ in range(3)]

    async def hear(own: Database) -> None:
        mine = random.sample(told, len(told))
        for begin in range(0, len(mine), 5):
            async with own.writing() as session:
                batch = [(house.link_id, one) for one in mine[begin : begin + 5]]
                await keeping.keep(session, batch, house.later)
            await turns.apply(own, house.link_id, lambda: house.later)

    await asyncio.gather(*(hear(one) for one in (database, *others)))

    assert await house.apply() == 24
    assert without_words(await house.chain()) == expected_chain(4)
    assert await house.count(EventKind.KEY_FETCHED, EventKind.KEY_RETURNED) == 8
    assert len(await house.reports()) == 24
    for one in others:
        await one.dispose()


async def test_who_is_killed_in_between_applies_nothing_twice_and_loses_nothing(
    own_url: str,
) -> None:
    database = Database(own_url)
    await migrate(database)
    house = await make_house(database)
    await house.keep(*a_stay(house.begins, times=15))
    now = house.later + 10 * DAY

    script = [sys.executable, str(TESTS / "dying_appliers.py"), own_url, str(house.link_id)]
    ran = await asyncio.to_thread(
        subprocess.run,
        [*script, now.isoformat()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        env=os.environ | {"PYTHONPATH": f"{TESTS.parent}:{TESTS}"},
    )

    assert int(ran.stdout) >= 1, "somebody was killed"
    assert await house.apply(now) == 90
    assert without_words(await house.chain()) == expected_chain(15)
    assert await house.count(EventKind.KEY_FETCHED, EventKind.KEY_RETURNED) == 30
    await database.dispose()


async def test_what_is_undone_in_the_middle_is_done_again_as_before(work: Work) -> None:
    cabinet = await make_cabinet(work)
    begins = cabinet.stay.begins + HOUR
    told = a_stay(cabinet.stay.begins, times=1)
    await cabinet.keep(begins, *told)

    class Killed(BaseException):
        pass

    with pytest.raises(Killed):
        async with work.session.begin_nested():
            while await Inbox(cabinet.at(begins), cabinet.link).apply_some():
                if cabinet.link.heard_up_to >= 2:
                    raise Killed
    await work.session.refresh(cabinet.link)

    assert cabinet.link.heard_up_to == 0
    assert await cabinet.apply(begins) == 6
    assert len(await cabinet.stay.chain()) == 3


async def test_nothing_is_applied_of_an_automat_that_was_uninstalled(work: Work) -> None:
    cabinet = await make_cabinet(work)
    cabinet.stay.automat.state = AutomatState.UNINSTALLED
    await work.save()

    kept = await cabinet.says(Kind.KEY_TAKEN, cabinet.stay.begins)

    assert (kept.problem, cabinet.link.heard_up_to) == ("The automat was uninstalled.", 1)
    assert len(await cabinet.stay.chain()) == 1


async def test_each_link_of_an_automat_counts_its_own_reports(work: Work) -> None:
    cabinet = await make_cabinet(work)
    begins = cabinet.stay.begins
    await cabinet.says(Kind.KEY_TAKEN, begins)
    new = await make_link(work, cabinet.stay.automat, waits=True)
    told = report(1, Kind.KEY_RETURNED, begins + HOUR, 0)

    await keeping.keep(work.session, [(new.id, told)], begins + HOUR)
    cabinet.link = new
    await cabinet.apply(begins + HOUR)

    assert [entry.kind for entry in await cabinet.stay.chain()][1:] == [
        Custody.FETCHED,
        Custody.RETURNED,
    ]
