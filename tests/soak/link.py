"""Chaos on the link: `./dev soak link`.

    python tests/soak/link.py [--postgresql URL] [--only postgresql|sqlite]
        [--automats N] [--events N] [--kills N] [--seed TEXT]

Guests at 200 automats take keys out and bring them back by their PINs until there were 20 000 door
events, while the broker and the link are killed with -9 twenty times at random; the broker comes
back empty every other time. The stays end while it goes on, and guests try their PINs afterwards
too; others have a stay to come, and try its PIN before its time. Meanwhile staff open doors from
afar. Then the database must know of every report once, in order, and each key must have gone out
and come back as often as somebody took it; no PIN may have opened a door outside its window, and
each command was done once, or expired, or refused. What was flagged as strange is counted.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import keyed  # the same
from _link_counts import compared, strange  # the path comes first
from _link_orders import LOCKER, Orders  # the same
from brokers import Broker, broker_of  # the same
from linked import clock, eventually  # the same
from linked_fleet import LinkProcess, Stand, furnish, link_process, reserve  # the same
from linked_house import worker  # the same
from sqlalchemy import select  # the same

from automat_link.simulator.lockers import Impossible  # the same
from models.accounts import Actor  # the same
from models.base import table_of  # the same
from models.contracts import LockerContract  # the same
from models.database import Database  # the same
from models.migrating import migrate  # the same

keyed.use()

PATIENCE = 3_600.0
STEP_SECONDS = 0.004
ORDER_EVERY = 25
"""A command is given in one of so many steps."""
LATER_EVERY = 4
"""A stay to come, whose PIN is typed before its time, is at one of so many automats."""
TRIES = 2
"""How often a guest tries a PIN out of its time: after five wrong ones a keypad rests."""


@dataclass
class Stay:
    """Somebody's stay at one stand, and what they did there."""

    stand: Stand
    contract_id: UUID
    ends_at: datetime
    pin: str = ""
    taken: int = 0
    later_pin: str = ""
    tries_early: int = 0
    tried_late: int = 0


@dataclass(frozen=True)
class Victims:
    """What is killed."""

    broker: Broker
    link: LinkProcess


@dataclass
class Tally:
    """What was done."""

    events: int = 0
    early: int = 0
    late: int = 0
    outside: int = 0
    kills: Counter[str] = field(default_factory=Counter)


async def soak(url: str, folder: Path, options: argparse.Namespace) -> bool:
    """Run it on one database and print what came of it; tells whether all is well."""
    database = Database(url)
    await migrate(database)
    chance = random.Random(options.seed)
    print(f"{'sqlite' if database.is_sqlite else 'postgresql'}:", flush=True)
    async with broker_of(database) as broker, worker(database):
        actor, stands = await furnish(database, broker, options.automats)
        with link_process(folder, url, broker) as link:
            for stand in stands:
                stand.firmware.start()
            try:
                orders = Orders(database, actor)
                stays = await begin(database, actor, stands, options)
                tally = await play(stays, orders, Victims(broker, link), chance, options)
                well = await settle(database, stays, orders, tally)
            finally:
                await asyncio.gather(*(one.firmware.cut_power() for one in stands))
    await database.dispose()
    return well


async def begin(
    database: Database, actor: Actor, stands: list[Stand], options: argparse.Namespace
) -> list[Stay]:
    """Reserve every apartment, some of them once more, and wait until each PIN was there."""
    began, later = time.perf_counter(), dict[UUID, UUID]()
    for stand in stands[::LATER_EVERY]:
        begins = clock().replace(microsecond=0) + timedelta(days=1)
        ends = begins + timedelta(days=1)
        later[stand.key_id] = await reserve(database, actor, stand, begins, ends)
    stays = []
    run = timedelta(seconds=options.events * STEP_SECONDS * 2 + 60)
    for number, stand in enumerate(stands):
        now = clock().replace(microsecond=0)
        ends = now + timedelta(minutes=2, seconds=len(stands) - number) + run * number / len(stands)
        stays.append(Stay(stand, await reserve(database, actor, stand, now, ends), ends))
    ids = [*later.values(), *(one.contract_id for one in stays)]

    async def all_ready() -> bool:
        return len(await pins_known(database, ids)) == len(ids)

    await eventually(all_ready, PATIENCE)
    pins = await pins_known(database, ids)
    for stay in stays:
        stay.pin = pins[stay.contract_id]
        stay.later_pin = pins.get(later.get(stay.stand.key_id, stay.contract_id), "")
        stay.tries_early = TRIES if stay.stand.key_id in later else 0
    print(f"  {len(ids)} PINs ready in {time.perf_counter() - began:.1f} s", flush=True)
    return stays


async def pins_known(database: Database, contract_ids: list[UUID]) -> dict[UUID, str]:
    """Give the PINs of key contracts that their automats have said they know, now or before."""
    row = table_of(LockerContract).c
    known = select(row.key_contract_id, row.id, row.sealed_pin).where(
        row.key_contract_id.in_(contract_ids), row.synced_at.is_not(None)
    )
    async with database.reading() as connection:
        found = (await connection.execute(known)).all()
    return {one.key_contract_id: one.sealed_pin.opened(of=one.id) for one in found}


async def play(
    stays: list[Stay],
    orders: Orders,
    victims: Victims,
    chance: random.Random,
    options: argparse.Namespace,
) -> Tally:
    """Let guests come and go while things are killed."""
    tally, began = Tally(), time.perf_counter()
    kill_at = sorted(chance.uniform(0.02, 0.98) * options.events for _ in range(options.kills))
    while tally.events < options.events:
        stay = chance.choice(stays)
        step(stay, tally)
        if not chance.randrange(ORDER_EVERY):
            orders.give(stay.stand)
        if kill_at and tally.events >= kill_at[0]:
            kill_at.pop(0)
            await kill(victims, chance, tally)
        await asyncio.sleep(STEP_SECONDS)
    seconds = time.perf_counter() - began
    print(
        f"  {tally.events} door events in {seconds:.0f} s; killed: {dict(tally.kills)}", flush=True
    )
    return tally


def step(stay: Stay, tally: Tally) -> None:
    """Take the key out and bring it back; or, when the stay is over, try the PIN all the same."""
    cabinet = stay.stand.firmware.cabinet
    if cabinet.lockers[LOCKER].door_open:
        cabinet.close_door(LOCKER)
        tally.events += 2
    if stay.tries_early and stay.taken:
        stay.tries_early -= 1
        tally.early += 1
        try_in_vain(stay, stay.later_pin, tally)
    made = turn(stay) if clock() < stay.ends_at - timedelta(seconds=1) else 0
    tally.events += made
    if made:
        return
    if stay.tried_late < TRIES and clock() >= stay.ends_at:
        stay.tried_late += 1
        tally.late += 1
        try_in_vain(stay, stay.pin, tally)
    cabinet.force_door(9)
    cabinet.close_door(9)
    tally.events += 2


def try_in_vain(stay: Stay, pin: str, tally: Tally) -> None:
    """Type a PIN out of its time; count it when that opens a door."""
    cabinet = stay.stand.firmware.cabinet
    cabinet.press(f"{pin}#")
    if cabinet.lockers[0].door_open:
        tally.outside += 1
        cabinet.close_door(0)


def turn(stay: Stay) -> int:
    """Take the key out and bring it back; gives how many door events that made."""
    cabinet, events = stay.stand.firmware.cabinet, 0
    for act in ("take", "put"):
        cabinet.press(f"{stay.pin}#")
        if not cabinet.lockers[0].door_open:
            return events
        try:
            if act == "take":
                key = cabinet.take_key(0)
                stay.taken += 1
            else:
                cabinet.put_key(0, key.tag)
        except Impossible:
            return events
        finally:
            cabinet.close_door(0)
            events += 2
    return events


async def kill(victims: Victims, chance: random.Random, tally: Tally) -> None:
    """Kill the broker or the link, and start it again after up to two seconds."""
    victim = chance.choice(["broker", "empty broker", "link"])
    tally.kills[victim] += 1
    if victim == "link":
        victims.link.kill()
        await asyncio.sleep(chance.uniform(0, 2))
        victims.link.start()
        return
    victims.broker.kill()
    await asyncio.sleep(chance.uniform(0, 2))
    if victim == "empty broker":
        victims.broker.forget()
    await asyncio.to_thread(victims.broker.start)


async def settle(database: Database, stays: list[Stay], orders: Orders, tally: Tally) -> bool:
    """Wait until all was heard, and compare."""
    began = time.perf_counter()
    logs = [one.stand.firmware.cabinet.log for one in stays]
    try:
        await eventually(lambda: all(one.oldest_number > one.last_number for one in logs), PATIENCE)
        await eventually(orders.are_over, PATIENCE)
    except AssertionError:
        print("  NOT all was heard, or answered")
    print(f"  all heard {time.perf_counter() - began:.0f} s later", flush=True)
    taken = {one.stand.key_id: one.taken for one in stays}
    lost, twice = await compared(database, taken, [one.stand for one in stays])
    not_done, done_twice = await orders.compared()
    print(f"  reports: {sum(one.last_number for one in logs)}; keys taken: {sum(taken.values())}")
    print(f"  lost: {lost}, applied twice: {twice}")
    print(f"  commands done but not opened: {not_done}, done twice or unasked: {done_twice}")
    print(f"  PINs typed before their time: {tally.early}, after it: {tally.late}")
    print(f"  PINs that opened outside their windows: {tally.outside}")
    for words, count in sorted((await strange(database)).items()):
        print(f"  strange {count} times: {words}")
    return not (lost or twice or not_done or done_twice or tally.outside)


async def run(options: argparse.Namespace) -> bool:
    """Run it on each database that was asked for."""
    well = True
    with tempfile.TemporaryDirectory() as folder:
        urls = {"postgresql": options.postgresql, "sqlite": f"sqlite:///{folder}/soak.db"}
        for name, url in urls.items():
            if url and options.only in {None, name}:
                well = await soak(url, Path(folder), options) and well
    return well


def read_options() -> argparse.Namespace:
    """Read what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", help="an empty database")
    parser.add_argument("--only", choices=("postgresql", "sqlite"))
    parser.add_argument("--automats", type=int, default=200)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", default="1")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(not asyncio.run(run(read_options())))
