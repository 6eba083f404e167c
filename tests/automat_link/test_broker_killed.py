"""A broker that is killed, and to which an automat comes back before the link does."""

import pytest
from brokers import Broker
from linked import eventually, linking
from linked_house import house
from talking import Client

from automat_link.link import Link
from automat_link.simulator import conversation
from automat_link.simulator.reports import ReportLog
from models.database import Database

NEVER = 1e6
LONG = 120.0


@pytest.mark.parametrize("empty", [False, True], ids=["kept", "lost"])
async def test_an_automat_that_is_there_before_the_link_is_told_what_was_heard(
    own_database: Database,
    broker: Broker,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    *,
    empty: bool,
) -> None:
    monkeypatch.setattr(conversation, "PATIENCE_SECONDS", NEVER)  # it does not ask again
    async with linking(own_database, broker), house(client, broker) as home:
        await eventually(lambda: is_heard(home.cabinet.log), LONG)
        before = home.firmware.connections

        async def rest(_link: Link, _seconds: float) -> None:
            await eventually(lambda: home.firmware.connections > before, LONG)

        monkeypatch.setattr(Link, "_rest", rest)
        broker.kill()
        await eventually(lambda: not home.firmware.connected.is_set(), LONG)
        home.cabinet.force_door(0)
        home.cabinet.close_door(0)
        if empty:
            broker.forget()
        broker.start()

        await eventually(lambda: is_heard(home.cabinet.log), LONG)


def is_heard(log: ReportLog) -> bool:
    return log.last_number > 1 and log.oldest_number > log.last_number
