"""Reservations by the hundred thousand: `./dev bench upserts`.

    python tests/benchmarks/upserts.py [--postgresql URL] [--only postgresql|sqlite]
        [--automats N] [--entities N] [--reservations N]

A partner pushes stays to a real server on loopback: with 1 000 live reservations in place, in bulk
until there are all of them (two calls at once on PostgreSQL, one after the other on SQLite), and
then one by one, by sixteen at once, unchanged ones again, and other ends for stays whose key is
out. Beside them stands what the database alone takes to keep a row, in the same transactions. In
the end a query of its own counts pairs that overlap.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Iterable
from datetime import timedelta
from itertools import islice
from pathlib import Path

import httpx2

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import keyed  # the same
from _bare_rows import BareRows  # the path comes first
from _estate import furnish  # the same
from _partner import Partner  # the same
from _servers import SERVE, server  # the same
from _written import writes_of  # the same
from overlapping import overlaps  # the same

from models.accounts import Actor, Role  # the same
from models.database import Database  # the same
from models.migrating import migrate  # the same
from resolvers.handover.desks import KeyName, hand_over  # the same
from resolvers.work import Work  # the same
from schema.context import clock  # the same

keyed.use()

IN_ONE_CALL = 1_000
FEW = 1_000
SINGLES = 400
STREAMS = 16
AGAIN = 20_000
OUT = 200


async def each(streams: Iterable[Iterable[Awaitable[None]]]) -> list[float]:
    """Go through streams at once, each one after the other; gives the seconds of each."""

    async def one_by_one(some: Iterable[Awaitable[None]]) -> list[float]:
        taken = []
        for act in some:
            begin = time.perf_counter()
            await act
            taken.append(time.perf_counter() - begin)
        return taken

    together = await asyncio.gather(*(one_by_one(some) for some in streams))
    return sorted(seconds for some in together for seconds in some)


def say(what: str, taken: list[float], rest: str = "") -> None:
    """Print how long single acts took."""
    p50, p99 = taken[len(taken) // 2], taken[len(taken) * 99 // 100]
    print(f"  {what:46} p50 {p50 * 1e3:6.1f} ms  p99 {p99 * 1e3:6.1f} ms  {rest}", flush=True)


def say_rate(what: str, rows: int, seconds: float, rest: str) -> None:
    """Print how many rows went in a second."""
    print(f"  {what:46} {rows / seconds:8.0f} a second  {rest}", flush=True)


async def one_by_one(partner: Partner, bare: BareRows, what: str) -> float:
    """Push single stays in a row; gives the median."""
    taken = await each([[partner.push(stay) for stay in partner.stays(SINGLES)]])
    plain = await each([[bare.keep_one() for _ in range(SINGLES)]])
    ratio = taken[len(taken) // 2] / plain[len(plain) // 2]
    say(what, taken, f"{ratio:.0f} times a bare row")
    return taken[len(taken) // 2]


async def in_bulk(partner: Partner, bare: BareRows, what: str, count: int, streams: int) -> None:
    """Push stays in calls of a thousand."""
    calls = [partner.stays(IN_ONE_CALL) for _ in range(count // IN_ONE_CALL)]
    begin = time.perf_counter()
    taken = await each(
        [[partner.push_all(one) for one in calls[n::streams]] for n in range(streams)]
    )
    rate = count / (time.perf_counter() - begin)
    plain = await each([[bare.keep(IN_ONE_CALL) for _ in range(3)]])
    longest = f"longest call {taken[-1]:.1f} s"
    ratio = IN_ONE_CALL / plain[1] / rate
    say_rate(what, count, count / rate, f"{longest}, a bare row is {ratio:.0f} times as fast")


async def again(partner: Partner, database: Database, count: int) -> None:
    """Push what is there already."""
    stays = list(islice(partner.estate.stays(0), count))
    calls = [stays[at : at + IN_ONE_CALL] for at in range(0, count, IN_ONE_CALL)]
    taken: list[float] = []

    async def push_them() -> None:
        taken.extend(await each([[partner.push_all(one) for one in calls]]))

    written = await writes_of(database, push_them())
    rest = f"{sum(written.values())} writes, counted by the database: {written}"
    say_rate(f"{count} unchanged", count, sum(taken), rest)


async def extend(partner: Partner, database: Database) -> None:
    """Move the ends of stays whose keys are out."""
    estate, now = partner.estate, clock()
    numbers = [number for number in range(10 * OUT) if number * 7919 % estate.entities % 2 == 0]
    stays = []
    for number in numbers[:OUT]:
        stay = estate.stay(number, starts_at=now) | {"externalId": f"now-{number}"}
        stays.append(stay | {"endsAt": (now + timedelta(days=2)).isoformat()})
    await partner.push_all(stays)
    async with database.writing() as session:
        work = Work(session, Actor(organization_id=estate.organization_id, role=Role.ADMIN), now)
        for stay in stays:
            await hand_over(work, [KeyName(code=f"K{stay['entityExternalId']}")])
    later = (now + timedelta(days=2, hours=6)).isoformat()
    taken = await each([[partner.push(stay | {"endsAt": later}) for stay in stays]])
    say(f"{OUT} extensions while the key is out", taken)


async def measure(url: str, options: argparse.Namespace, *serving: str) -> None:
    """Run it on one database and print the figures."""
    database = Database(url)
    await migrate(database)
    begin = time.perf_counter()
    size = {"automats": options.automats, "entities": options.entities}
    estate = await furnish(database, clock(), **size)
    print(
        f"{url.partition(':')[0]}: {size}, made in {time.perf_counter() - begin:.0f} s", flush=True
    )
    headers = {"authorization": f"Bearer {estate.token}"}
    with server(*SERVE, *serving, LIVIONKEY_DATABASE_URL=url) as at:
        base = {"base_url": at.address, "headers": headers, "timeout": 300}
        async with httpx2.AsyncClient(**base) as client, BareRows(database) as bare:
            partner = Partner(client, estate)
            await push(partner, bare, database, options)
        print(f"  peak memory of a server process: {at.peak_megabytes:.0f} MB")
    print("  outcomes:", dict(partner.outcomes))
    print("  pairs that overlap:", await overlaps(database), flush=True)
    await database.dispose()


async def push(
    partner: Partner, bare: BareRows, database: Database, options: argparse.Namespace
) -> None:
    """Go through all of it."""
    streams = 1 if database.is_sqlite else 2
    await partner.push_all(partner.stays(FEW))
    few = await one_by_one(partner, bare, f"one by one, with {FEW} in place")
    step = max(options.reservations // 5, IN_ONE_CALL)
    while partner.next + step <= options.reservations:
        what = f"in calls of {IN_ONE_CALL}, from {partner.next} on"
        await in_bulk(partner, bare, what, step, streams)
    rest = options.reservations - partner.next
    if rest >= IN_ONE_CALL:
        await in_bulk(partner, bare, "the rest of them", rest // IN_ONE_CALL * IN_ONE_CALL, streams)
    many = await one_by_one(partner, bare, f"one by one, with {partner.next} in place")
    print(f"  the cost of one has grown {many / few:.2f} times")
    await at_once(partner)
    await again(partner, database, min(AGAIN, partner.next))
    await extend(partner, database)


async def at_once(partner: Partner) -> None:
    """Push single stays in many streams."""
    begin = time.perf_counter()
    pushes = [[partner.push(stay) for stay in partner.stays(SINGLES // 4)] for _ in range(STREAMS)]
    taken = await each(pushes)
    rate = len(taken) / (time.perf_counter() - begin)
    say(f"{STREAMS} at once", taken, f"{rate:.0f} a second")


async def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", help="an empty database")
    parser.add_argument("--only", choices=("postgresql", "sqlite"))
    parser.add_argument("--automats", type=int, default=10_000)
    parser.add_argument("--entities", type=int, default=50_000)
    parser.add_argument("--reservations", type=int, default=200_000)
    options = parser.parse_args()
    if options.postgresql and options.only != "sqlite":
        await measure(options.postgresql, options, "--workers", "2")
    if options.only != "postgresql":
        with tempfile.TemporaryDirectory() as folder:
            await measure(f"sqlite:///{folder}/bench.db", options)


if __name__ == "__main__":
    asyncio.run(main())
