"""What the link to automats carries: `./dev bench link`.

    python tests/benchmarks/link.py [--postgresql URL] [--only postgresql|sqlite]
        [--automats N] [--events N] [--commands N] [--stays N]

500 simulated automats in this process, a real broker and `livionkey link` in processes of their
own. First all connect; then things happen at their doors, until every report took effect and every
automat was told so; then each is sent commands, 50 at once, until all are answered, and some one
by one; then stays are pushed one after the other, and it is measured how long it takes until their
PINs are known to be there; at last the broker is killed, and all come back (by chance alone within
20 seconds, which is wanted).
The yardsticks are of bare aiomqtt clients in the same run: how many messages one sends to another,
how long one takes there and back, and what as many clients as there are automats take to connect,
in memory, and to come back. How much of a processor the link took for each event and command does
not depend on how busy the machine is.
"""

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Self
from uuid import UUID

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import keyed  # the same
from _bare_fleet import bare_fleet, memory_mib  # the path comes first
from _bare_mqtt import bare_rate, bare_round_trip  # the same
from brokers import Broker, broker_of, running_broker  # the same
from linked import clock, eventually  # the same
from linked_fleet import Stand, furnish, link_process, ready_since, reserve  # the same
from linked_house import worker  # the same
from sqlalchemy import func, select  # the same

from models.accounts import Actor  # the same
from models.automat_commands import AutomatCommand, CommandState  # the same
from models.automat_links import AutomatLink  # the same
from models.base import table_of  # the same
from models.database import Database  # the same
from models.migrating import migrate  # the same
from resolvers.automat_commands import asking  # the same
from resolvers.work import Work  # the same

keyed.use()

PATIENCE = 900.0
LAST_LOCKER = 29
COMMANDS_AT_ONCE = 50
LOOK_SECONDS = 0.005


@dataclass(frozen=True)
class Yardstick:
    """What bare clients do: messages a second, seconds there and back, and as `bare_fleet` says."""

    rate: float
    round_trip: float
    connecting: float
    memory: float
    coming_back: float

    @classmethod
    async def measure(cls, automats: int) -> Self:
        with running_broker() as other:
            rate, there_and_back = await bare_rate(other), await bare_round_trip(other)
            found = cls(rate, there_and_back, *await bare_fleet(other, automats))
        print(f"  yardstick: {rate:.0f} messages a second from one bare client to another")
        print(f"  yardstick: there and back in {there_and_back * 1_000:.1f} ms")
        print(
            f"  yardstick: {automats} bare clients connected in {found.connecting:.1f} s,"
            f" {found.memory:.0f} MiB per 1 000, back in {found.coming_back:.1f} s",
            flush=True,
        )
        return found


def processor_seconds(process: int) -> float:
    """Tell for how long a process has had a processor."""
    times = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")


async def seconds_until(is_so: Callable[[], Awaitable[bool] | bool], began: float) -> float:
    await eventually(is_so, PATIENCE)
    return time.perf_counter() - began


def all_heard(stands: list[Stand]) -> bool:
    logs = [one.firmware.cabinet.log for one in stands]
    return all(one.last_number and one.oldest_number > one.last_number for one in logs)


async def connected(database: Database) -> int:
    counted = select(func.count()).where(AutomatLink.connected)
    async with database.reading() as connection:
        found: int = (await connection.execute(counted)).scalar_one()
        return found


async def connect(database: Database, stands: list[Stand], bare: Yardstick) -> None:
    before, began = memory_mib(), time.perf_counter()
    for stand in stands:
        stand.firmware.start()

    async def all_there() -> bool:
        return await connected(database) == len(stands) and all_heard(stands)

    seconds = await seconds_until(all_there, began)
    taken = (memory_mib() - before) / len(stands) * 1_000
    times = seconds / bare.connecting
    print(f"  all connected, heard and told in {seconds:.1f} s, {times:.1f} times bare")
    times = taken / bare.memory
    print(f"  memory per 1 000 simulated automats: {taken:.0f} MiB, {times:.1f} times bare")


async def events(stands: list[Stand], count: int, bare: Yardstick, link: int) -> None:
    began, before = time.perf_counter(), processor_seconds(link)
    for _ in range(count // len(stands) // 2):
        for stand in stands:
            stand.firmware.cabinet.force_door(LAST_LOCKER)
            stand.firmware.cabinet.close_door(LAST_LOCKER)
        await asyncio.sleep(0)
    made = count // len(stands) // 2 * len(stands) * 2
    seconds = await seconds_until(lambda: all_heard(stands), began)
    tell("door events through the database", made, seconds, bare)
    tell_processor(processor_seconds(link) - before, made)


def tell(what: str, count: int, seconds: float, bare: Yardstick) -> None:
    rate = count / seconds
    print(f"  {what}: {rate:.0f} a second, {rate / bare.rate:.3f} of bare")


def tell_processor(seconds: float, count: int) -> None:
    print(f"    for each of them the link had a processor for {seconds / count * 1_000:.2f} ms")


async def commands(
    database: Database,
    actor: Actor,
    stands: list[Stand],
    rounds: int,
    *,
    bare: Yardstick,
    link: int,
) -> None:
    began, before = time.perf_counter(), processor_seconds(link)
    row = table_of(AutomatCommand).c
    counted = select(func.count()).where(row.kind == "clear_locker", row.state == CommandState.DONE)

    async def all_done(number: int) -> bool:
        async with database.reading() as connection:
            done = (await connection.execute(counted)).scalar_one()
        return bool(done >= number * len(stands))

    free = asyncio.Semaphore(COMMANDS_AT_ONCE)

    async def ask(stand: Stand) -> None:
        async with free:
            await command(database, actor, stand)

    for number in range(1, rounds + 1):
        await asyncio.gather(*(ask(stand) for stand in stands))
        await eventually(lambda number=number: all_done(number), PATIENCE)
    made = rounds * len(stands)
    tell("commands asked, sent and answered", made, time.perf_counter() - began, bare)
    tell_processor(processor_seconds(link) - before, made)


async def command(database: Database, actor: Actor, stand: Stand) -> UUID:
    async with database.writing() as session:
        work = Work(session, actor, clock())
        id, index = stand.automat_id, LAST_LOCKER
        return (await asking.clear_locker(work, automat_id=id, locker_index=index)).id


async def round_trips(
    database: Database, actor: Actor, stands: list[Stand], count: int, bare: Yardstick
) -> None:
    taken = [await round_trip(database, actor, stand) for stand in stands[:count]]
    tell_times("one command, there and back", taken, bare)


def tell_times(what: str, taken: list[float], bare: Yardstick) -> None:
    p50, p99 = statistics.median(taken), statistics.quantiles(taken, n=100)[98]
    times = f"p50 {p50 * 1_000:.0f} ms, p99 {p99 * 1_000:.0f} ms"
    print(
        f"  {what}: {times}; p50 is {p50 / bare.round_trip:.1f} times a bare round trip", flush=True
    )


async def round_trip(database: Database, actor: Actor, stand: Stand) -> float:
    began = time.perf_counter()
    row = table_of(AutomatCommand).c
    state = select(row.state).where(row.id == await command(database, actor, stand))
    is_done = False
    while not is_done:
        await asyncio.sleep(LOOK_SECONDS)
        async with database.reading() as connection:
            is_done = (await connection.execute(state)).scalar_one() is CommandState.DONE
    return time.perf_counter() - began


async def stays(
    database: Database, actor: Actor, stands: list[Stand], count: int, bare: Yardstick
) -> None:
    taken = []
    for stand in stands[:count]:
        now = clock().replace(microsecond=0)
        began = time.perf_counter()
        id = await reserve(database, actor, stand, now, now + timedelta(days=2))

        async def ready(id: UUID = id) -> bool:
            return bool(await ready_since(database, [id]))

        taken.append(await seconds_until(ready, began))
    tell_times("from a push to READY", taken, bare)


async def reconnect(stands: list[Stand], broker: Broker, bare: Yardstick) -> None:
    before = [one.firmware.connections for one in stands]
    began = time.perf_counter()
    await asyncio.to_thread(broker.restart)

    def all_back() -> bool:
        now = [one.firmware.connections for one in stands]
        return all(a > b for a, b in zip(now, before, strict=True)) and all_heard(stands)

    seconds = await seconds_until(all_back, began)
    times = seconds / bare.coming_back
    print(f"  broker killed, all back in {seconds:.1f} s, {times:.1f} times bare", flush=True)


async def bench(url: str, folder: Path, given: argparse.Namespace) -> None:
    database = Database(url)
    await migrate(database)
    print(f"{'sqlite' if database.is_sqlite else 'postgresql'}, {given.automats} automats:")
    async with broker_of(database) as broker, worker(database):
        bare = await Yardstick.measure(given.automats)
        actor, stands = await furnish(database, broker, given.automats)
        with link_process(folder, url, broker) as link:
            await connect(database, stands, bare)
            assert link.process is not None
            process = link.process.pid
            print(f"  memory of the link: {memory_mib(str(process)):.0f} MiB", flush=True)
            await events(stands, given.events, bare, process)
            await commands(database, actor, stands, given.commands, bare=bare, link=process)
            await round_trips(database, actor, stands, given.stays, bare)
            await stays(database, actor, stands, given.stays, bare)
            await reconnect(stands, broker, bare)
            await asyncio.gather(*(one.firmware.cut_power() for one in stands))
    await database.dispose()


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", default="")
    parser.add_argument("--only", choices=["postgresql", "sqlite"], default=None)
    parser.add_argument("--automats", type=int, default=500)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--commands", type=int, default=4)
    parser.add_argument("--stays", type=int, default=100)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        urls = {"sqlite": f"sqlite:///{folder}/bench.db", "postgresql": given.postgresql}
        for name, url in urls.items():
            if url and given.only in {None, name}:
                await bench(url, Path(folder), given)


if __name__ == "__main__":
    asyncio.run(main())
