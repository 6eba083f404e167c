"""A whole fleet that has lost its broker comes back at once, and all of it is as it was.

Sixty automats in one process, at one broker and one link. The broker is killed, something happens
at every door while it is down, and it comes back. Then

- every automat is connected again, once, and the database says that it is there;
- every report is kept once and took effect: no number is missing, none came twice;
- every automat has read by `want/heard` of the new connection that all of it was heard.
"""

from contextlib import AsyncExitStack
from datetime import datetime

from brokers import Broker
from factories import make_automat
from linked import clock, eventually, linking
from outsides import SECRET
from sqlalchemy import func, select
from talking import Client

from automat_link.simulator.cabinet import Cabinet
from automat_link.simulator.clock import Clock
from automat_link.simulator.firmware import Firmware
from automat_link.simulator.flash import MemoryFlash
from models.automat_links import AutomatLink
from models.automat_reports import AutomatReport
from models.automats import Automat, AutomatModel, is_online
from models.base import table_of
from models.database import Database
from resolvers.automat_links import credentials

AUTOMATS = 60
PATIENCE = 300.0


async def fleet_of(client: Client, broker: Broker) -> list[Firmware]:
    """Make automats with one locker each; they have no power yet."""
    made = []
    async with client.working() as work:
        for number in range(AUTOMATS):
            one = await make_automat(work, f"Automat {number}", model=AutomatModel.LIVIONKEY_1)
            made.append(await credentials.issue(work, one, SECRET, broker.url))
    return [Firmware(one, Cabinet(1, Clock()), flash=MemoryFlash()) for one in made]


def all_heard(fleet: list[Firmware]) -> bool:
    logs = [one.cabinet.log for one in fleet]
    return all(log.oldest_number > log.last_number for log in logs)


async def all_are_there(database: Database, since: datetime) -> bool:
    """Tell whether the database says of each automat that it is there, and was heard lately."""
    link, automat = table_of(AutomatLink).c, table_of(Automat).c
    joined = select(link.connected, automat.last_seen_at).where(link.automat_id == automat.id)
    async with database.reading() as connection:
        found = (await connection.execute(joined)).all()
    assert len(found) == AUTOMATS
    return all(
        one.connected and is_online(one.last_seen_at, clock()) and one.last_seen_at >= since
        for one in found
    )


async def check_each_once(database: Database, fleet: list[Firmware]) -> None:
    """Check that the numbers of each automat are there without a gap and once, and took effect."""
    link, report = table_of(AutomatLink).c, table_of(AutomatReport).c
    counted = (
        select(
            link.id,
            link.heard_up_to,
            func.count(report.id),
            func.count(report.number.distinct()),
            func.min(report.number),
            func.max(report.number),
            func.count(report.applied_at),
        )
        .where(report.link_id == link.id)
        .group_by(link.id, link.heard_up_to)
    )
    async with database.reading() as connection:
        found = {row[0]: tuple(row[1:]) for row in await connection.execute(counted)}
    last = {one.link_id: one.cabinet.log.last_number for one in fleet}
    assert found == {id: (n, n, n, 1, n, n) for id, n in last.items()}


async def test_a_fleet_comes_back_at_once(
    own_database: Database, broker: Broker, client: Client
) -> None:
    fleet = await fleet_of(client, broker)
    async with linking(own_database, broker), AsyncExitStack() as stack:
        for one in fleet:
            one.start()
            stack.push_async_callback(one.cut_power)
        await eventually(lambda: all_heard(fleet), PATIENCE)
        before = {one.link_id: one.connections for one in fleet}
        broker.kill()
        await eventually(lambda: not any(one.connected.is_set() for one in fleet), PATIENCE)
        told_at = {one.link_id: one.cabinet.told_at for one in fleet}
        for one in fleet:
            one.cabinet.force_door(0)
            one.cabinet.close_door(0)

        killed_at = clock()
        broker.start()

        await eventually(lambda: all_heard(fleet), PATIENCE)
        assert all(one.connected.is_set() for one in fleet)
        assert {one.link_id: one.connections - 1 for one in fleet} == before
        assert all(one.cabinet.told_at > told_at[one.link_id] for one in fleet)
        await eventually(lambda: all_are_there(own_database, killed_at), PATIENCE)
        await check_each_once(own_database, fleet)
