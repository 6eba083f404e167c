"""What was heard, lost and doubled on its way to an automat: no report is lost for it."""

import pytest
from brokers import Broker
from linked import eventually, linking
from linked_house import House, house, link_row, reports_of
from talking import Client

from automat_link.simulator.network import MAY_FAIL, NONE, Faults
from automat_link.topics import Topic
from models.database import Database

LONG = 180.0
HEARD = frozenset({Topic.WANT_HEARD})


def happen(home: House, times: int) -> int:
    """Let things happen at the doors; gives the number of the last report of them."""
    for _ in range(times):
        home.cabinet.force_door(5)
        home.cabinet.close_door(5)
    return home.cabinet.log.last_number


async def check_each_once(home: House, last: int) -> None:
    """Check that each report up to a number is there once, and took effect."""
    told = await reports_of(home.client.database, home.credentials)
    known = [one for one in told if (one.number or 0) <= last]
    assert [one.number for one in known] == list(range(1, last + 1))
    assert all(one.applied_at is not None for one in known)
    assert not any("said before" in (one.problem or "") for one in told)


@pytest.mark.parametrize(
    "faults",
    [
        Faults(loss=0.6, topics=HEARD, seed=3),
        Faults(double=1.0, shuffle=0.5, topics=HEARD, seed=3),
        Faults(loss=0.4, double=0.5, shuffle=0.5, topics=MAY_FAIL, seed=3),
    ],
    ids=["lost", "doubled and mixed up", "with all else"],
)
async def test_no_report_is_lost_when_the_word_that_it_was_heard_is(
    own_database: Database, broker: Broker, client: Client, faults: Faults
) -> None:
    async with linking(own_database, broker), house(client, broker, faults) as home:
        happen(home, 10)
        home.firmware.network.cut()
        last = happen(home, 10)
        home.firmware.network.mend()

        await eventually(lambda: home.cabinet.log.oldest_number > last, LONG)

        await check_each_once(home, last)


async def test_an_automat_that_is_told_nothing_keeps_all(
    own_database: Database, broker: Broker, client: Client
) -> None:
    async with linking(own_database, broker), house(client, broker) as home:
        before = happen(home, 1)
        await eventually(lambda: home.cabinet.log.oldest_number > before, LONG)
        home.firmware.network.faults = Faults(loss=1.0, topics=HEARD)
        first = home.cabinet.log.last_number + 1
        last = happen(home, 5)

        async def has_come() -> bool:
            return (await link_row(own_database, home.credentials)).heard_up_to >= last

        await eventually(has_come, LONG)
        assert home.cabinet.log.oldest_number <= first

        home.firmware.network.faults = NONE

        await eventually(lambda: home.cabinet.log.oldest_number > last, LONG)
        await check_each_once(home, last)


def test_all_may_be_lost_but_the_word_that_an_automat_is_there() -> None:
    assert set(Topic) - MAY_FAIL == {Topic.ONLINE}
