"""What a link, a broker and a network survive: nothing is lost, and nothing counts twice."""

import asyncio
from datetime import timedelta

import pytest
from away import close
from brokers import Broker
from linked import clock, eventually, linking
from linked_house import House, house, link_row, reports_of
from talking import Client

from automat_link.simulator.firmware import Firmware
from automat_link.simulator.network import NONE, Faults
from automat_link.topics import Topic
from models.automat_alarms import AlarmKind, AutomatAlarm
from models.automats import Automat
from models.database import Database
from schema.scalars import from_id

LONG = 180.0
"""A report that is lost over a bad network is asked for every 5 seconds, and that is lost too."""
BAD = Faults(loss=0.33, double=0.5, shuffle=0.3, seed=5)


async def all_heard(firmware: Firmware, number: int) -> None:
    """Wait until an automat was told that all up to a number was heard."""
    await eventually(lambda: firmware.cabinet.log.oldest_number > number, LONG)


async def check_each_once(database: Database, home: House, number: int) -> None:
    """Check that each report up to a number is there once, and took effect."""
    told = [
        one for one in await reports_of(database, home.credentials) if (one.number or 0) <= number
    ]
    assert [one.number for one in told] == list(range(1, number + 1))
    assert all(one.applied_at is not None for one in told)


def happen(home: House, times: int = 10) -> int:
    """Let things happen at the doors; gives the number of the last report of them."""
    for _ in range(times):
        home.cabinet.force_door(5)
        home.cabinet.close_door(5)
    return home.cabinet.log.last_number


async def test_nothing_is_lost_over_a_bad_network(
    own_database: Database, broker: Broker, client: Client
) -> None:
    async with linking(own_database, broker), house(client, broker, BAD) as home:
        last = happen(home, 30)

        await all_heard(home.firmware, last)

        await check_each_once(own_database, home, last)


async def test_a_table_that_was_lost_on_its_way_is_sent_again(
    own_database: Database, broker: Broker, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("automat_link.outgoing.UNANSWERED_SECONDS", 1)
    tables_lost = Faults(loss=1.0, topics=frozenset({Topic.WANT_CODES}))
    async with linking(own_database, broker), house(client, broker) as home:
        await eventually(lambda: knows_its_codes(home))
        before = home.firmware.connections
        home.firmware.network.faults = tables_lost
        await home.reserve(2)
        await asyncio.sleep(2)
        assert not await knows_its_codes(home)

        home.firmware.network.faults = NONE

        await eventually(lambda: knows_its_codes(home))
    assert home.firmware.connections == before


async def knows_its_codes(home: House) -> bool:
    async with home.client.working() as work:
        automat = await work.get(Automat, from_id(Automat, home.automat))
    row = await link_row(home.client.database, home.credentials)
    return row.applied_revision == automat.code_revision


async def test_a_broker_that_comes_back_empty_loses_nothing(
    own_database: Database, broker: Broker, client: Client
) -> None:
    async with linking(own_database, broker), house(client, broker) as home:
        await all_heard(home.firmware, happen(home, 1))
        broker.kill()
        last = happen(home)
        broker.forget()

        broker.start()

        await all_heard(home.firmware, last)
        await check_each_once(own_database, home, last)


async def test_while_the_database_is_away_nothing_is_lost(
    own_database: Database, broker: Broker, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.database.BUSY_SECONDS", 1)  # 30 s, after which SQLite gives up
    its_own = Database(own_database.url.render_as_string(hide_password=False))
    async with linking(its_own, broker), house(client, broker) as home:
        await all_heard(home.firmware, happen(home, 1))
        bring_back = await asyncio.to_thread(close, own_database)
        last = happen(home)
        await asyncio.sleep(3)
        bring_back()
        await own_database.dispose()  # our own connections were thrown out too

        await all_heard(home.firmware, last)

    await its_own.dispose()
    await check_each_once(own_database, home, last)


async def test_two_links_at_once_double_nothing(
    own_database: Database, broker: Broker, client: Client
) -> None:
    async with (
        linking(own_database, broker),
        linking(own_database, broker),
        house(client, broker) as home,
    ):
        last = happen(home, 30)

        await all_heard(home.firmware, last)

        await check_each_once(own_database, home, last)


async def test_what_happens_while_no_link_runs_is_heard_by_the_next_one(
    own_database: Database, broker: Broker, client: Client
) -> None:
    async with house(client, broker) as home:
        last = happen(home)
        await asyncio.sleep(1)
        assert home.cabinet.log.oldest_number == 1

        async with linking(own_database, broker):
            await all_heard(home.firmware, last)

        await check_each_once(own_database, home, last)


async def test_a_link_that_is_told_to_stop_has_kept_what_it_heard(
    own_database: Database, broker: Broker, client: Client
) -> None:
    async with house(client, broker) as home:
        async with linking(own_database, broker):
            await eventually(lambda: home.cabinet.codes.revision is not None)  # which it reports
            happen(home, 30)
            await all_heard(home.firmware, 1)

        told = await reports_of(own_database, home.credentials)
        row = await link_row(own_database, home.credentials)

    applied = {one.number for one in told if one.applied_at is not None}
    assert set(range(1, row.heard_up_to + 1)) <= applied
    assert row.heard_up_to + 1 not in {one.number for one in told}  # it would have been its turn
    assert home.cabinet.log.last_number >= row.heard_up_to


async def test_an_automat_restored_from_an_old_backup_goes_on_behind_what_was_heard(
    own_database: Database, broker: Broker, client: Client
) -> None:
    async with linking(own_database, broker), house(client, broker) as home:
        await all_heard(home.firmware, happen(home, 1))
        old = home.cabinet.save()
        before = happen(home, 5)
        await all_heard(home.firmware, before)
        await home.firmware.cut_power()

        home.cabinet.restore_memory(old)
        home.firmware.start()
        await eventually(lambda: home.cabinet.log.last_number > before, LONG)
        last = happen(home, 2)

        await all_heard(home.firmware, last)
        numbers = [one.number for one in await reports_of(own_database, home.credentials)]

    assert last > before
    assert sorted({one for one in numbers if one is not None})[:last] == list(range(1, last + 1))


async def test_a_backup_with_reports_that_were_sent_later_leaves_no_gap(
    own_database: Database, broker: Broker, client: Client
) -> None:
    async with linking(own_database, broker), house(client, broker) as home:
        await all_heard(home.firmware, happen(home, 1))
        home.firmware.network.cut()
        sent = happen(home, 1)
        old = home.cabinet.save()
        home.firmware.network.mend()
        await all_heard(home.firmware, sent)
        await home.firmware.cut_power()

        home.cabinet.restore_memory(old)
        home.firmware.start()
        await eventually(lambda: home.cabinet.log.last_number > sent + 1, LONG)

        await all_heard(home.firmware, home.cabinet.log.last_number)
        told = await reports_of(own_database, home.credentials)

    assert any("said before as number" in (one.problem or "") for one in told)


async def test_a_clock_that_is_two_days_wrong_is_noticed_and_what_happens_is_dated_by_ours(
    own_database: Database, broker: Broker, client: Client
) -> None:
    wrong = {"skew": timedelta(days=2), "stubborn": True}
    async with linking(own_database, broker), house(client, broker, **wrong) as home:
        await eventually(lambda: has_alarm(home, AlarmKind.CLOCK_WRONG))
        began = clock()
        last = happen(home, 2)

        await all_heard(home.firmware, last)

        newest = (await reports_of(own_database, home.credentials))[-1]
    assert newest.happened_at - began > timedelta(days=1)
    assert newest.moment is not None
    assert abs(newest.moment - began) < timedelta(seconds=30)


async def has_alarm(home: House, kind: AlarmKind) -> bool:
    async with home.client.working() as work:
        id = from_id(Automat, home.automat)
        on = work.own(AutomatAlarm).where(AutomatAlarm.automat_id == id, AutomatAlarm.kind == kind)
        return bool(await work.all(on))
