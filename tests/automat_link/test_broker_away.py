"""A broker that nobody reaches for an hour, while a thousand things happen at the automats."""

from contextlib import AsyncExitStack
from datetime import timedelta

from brokers import Broker
from linked import eventually, linking
from linked_house import cabinet_of, install, link_row, reports_of
from talking import Client

from automat_link.simulator.firmware import Firmware
from models.database import Database
from resolvers.automat_links.credentials import Credentials

AUTOMATS, REPORTS = 4, 1_000
HOUR, PARTS = timedelta(hours=1), 10
LONG = 120.0


async def test_what_happens_in_an_hour_without_the_broker_takes_effect_once_and_in_order(
    own_database: Database, broker: Broker, client: Client
) -> None:
    made = [(await install(client, broker))[1] for _ in range(AUTOMATS)]
    fleet = [cabinet_of(one) for one in made]
    async with linking(own_database, broker), AsyncExitStack() as stack:
        for one in fleet:
            one.start()
            stack.push_async_callback(one.cut_power)
        await all_heard(fleet)
        before = [one.cabinet.log.last_number for one in fleet]
        for one in fleet:
            one.network.cut()
        an_hour_passes(fleet)
        last = [one.cabinet.log.last_number for one in fleet]
        assert sum(last) - sum(before) >= REPORTS

        for one in fleet:
            one.network.mend()

        await all_heard(fleet)
    for credentials, number in zip(made, last, strict=True):
        await check_each_once(own_database, credentials, number)


async def all_heard(fleet: list[Firmware]) -> None:
    """Wait until automats have nothing left to say."""
    await eventually(lambda: all(is_heard(one) for one in fleet), LONG)


def is_heard(one: Firmware) -> bool:
    log = one.cabinet.log
    return log.last_number > 1 and log.oldest_number > log.last_number


def an_hour_passes(fleet: list[Firmware]) -> None:
    """Let doors be forced and shut again and again, on clocks that are an hour ahead then."""
    for _ in range(PARTS):
        for one in fleet:
            one.cabinet.clock.move(HOUR / PARTS)
            until = one.cabinet.log.last_number + REPORTS // AUTOMATS // PARTS
            while one.cabinet.log.last_number < until:
                one.cabinet.force_door(5)
                one.cabinet.close_door(5)


async def check_each_once(database: Database, credentials: Credentials, last: int) -> None:
    """Check that each report up to a number is there once, and took effect in its order."""
    kept = [one for one in await reports_of(database, credentials) if (one.number or 0) <= last]
    assert [one.number for one in kept] == list(range(1, last + 1))
    assert all(one.applied_at is not None for one in kept)
    moments = [one.moment for one in kept if one.moment is not None]
    assert len(moments) == last
    assert moments == sorted(moments)
    assert (await link_row(database, credentials)).heard_up_to >= last
