"""Clocks that were wrong for days and are put right: what they dated is right in the database."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from brokers import Broker
from linked import clock, eventually, linking
from linked_house import House, house, link_row, reports_of
from talking import Client

from automat_link.messages.reports import DoorOpened
from automat_link.simulator.network import Faults
from automat_link.topics import Topic
from models.automat_reports import AutomatReport
from models.database import Database

DAYS = timedelta(days=3)
SECOND = timedelta(seconds=1)
LONG = 60.0


def happen(home: House, truth: dict[UUID, datetime]) -> None:
    """Let a door be forced, and write down when that was."""
    home.cabinet.force_door(5)
    at = clock()
    home.cabinet.close_door(5)
    opened = [one for one in home.cabinet.log.read() if isinstance(one, DoorOpened)]
    truth[opened[-1].id] = at


def is_all_heard(home: House) -> bool:
    return home.cabinet.log.oldest_number > home.cabinet.log.last_number


async def dated(home: House, truth: dict[UUID, datetime]) -> list[AutomatReport]:
    """Read what was reported of what happened, and check that its times are right.

    A clock is as wrong as the word by which it was set was late, which is long on a busy machine.
    """
    tolerance = SECOND + abs(home.cabinet.clock.now() - clock())
    told = await reports_of(home.client.database, home.credentials)
    known = [one for one in told if one.report_id in truth]
    assert [one.report_id for one in known] == list(truth)
    for one in known:
        assert abs(one.happened_at - truth[one.report_id]) < tolerance
        assert one.moment is not None
        assert abs(one.moment - truth[one.report_id]) < tolerance
    return known


@pytest.mark.parametrize("wrong", [DAYS, -DAYS], ids=["ahead", "behind"])
async def test_what_happened_while_a_clock_was_wrong_is_dated_right_to_the_second(
    own_database: Database, broker: Broker, client: Client, wrong: timedelta
) -> None:
    truth: dict[UUID, datetime] = {}
    async with linking(own_database, broker), house(client, broker) as home:
        happen(home, truth)
        await eventually(lambda: is_all_heard(home), LONG)
        home.firmware.network.cut()
        home.cabinet.clock.move(wrong)
        for _ in range(3):
            happen(home, truth)

        home.firmware.network.mend()
        await eventually(lambda: is_all_heard(home), LONG)
        happen(home, truth)
        await eventually(lambda: is_all_heard(home), LONG)

        known = await dated(home, truth)
        row = await link_row(own_database, home.credentials)
    assert [one.clock_set for one in known] == [0, 1, 1, 1, 1]
    assert row.clock_set == 1
    assert row.clock_ahead is not None
    assert abs(row.clock_ahead) < timedelta(hours=1)


async def test_a_clock_that_was_put_right_since_it_was_measured_is_not_corrected(
    own_database: Database, broker: Broker, client: Client
) -> None:
    truth: dict[UUID, datetime] = {}
    async with linking(own_database, broker), house(client, broker) as home:
        await eventually(lambda: is_all_heard(home), LONG)
        home.cabinet.clock.move(DAYS)
        home.firmware.network.faults = Faults(loss=1.0, topics=frozenset({Topic.WANT_HEARD}))
        home.cabinet.changed()
        await eventually(lambda: is_measured(home, DAYS), LONG)
        home.firmware.network.cut()
        happen(home, truth)

        home.firmware.network.faults = Faults(loss=1.0, topics=frozenset({Topic.STATE}))
        home.firmware.network.mend()
        await eventually(lambda: is_all_heard(home), LONG)

        await dated(home, truth)
        assert await is_measured(home, DAYS), "no heartbeat has told of the clock since"


async def is_measured(home: House, ahead: timedelta) -> bool:
    row = await link_row(home.client.database, home.credentials)
    return row.clock_ahead is not None and abs(row.clock_ahead - ahead) < 5 * SECOND
