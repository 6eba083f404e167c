"""Sixteen partners push reservations at once: `./dev bench upserts`.

    python tests/benchmarks/upserts.py [--postgresql URL] [--seconds N] [--entities N]

A real server answers on loopback; clients push stays of two days for entities whose keys lie at
desks, again and again, so that lockers, keys and PINs are fought for. Printed are the outcomes,
upserts a second, p50 and p99, and how many pairs overlap afterwards by a query of its own: 0.
"""

import argparse
import asyncio
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import httpx2

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from factories import STATION, make_automat, make_desk, make_entity, make_key, placed
from sqlalchemy import text

from models.accounts import Role
from models.database import Database
from models.migrating import migrate
from models.places import Coordinates
from resolvers import accounts, organizations
from resolvers.work import Work
from schema.context import clock

CLIENTS = 16
AUTOMATS = 12
PUSH = """
mutation($input: ReservationUpsertInput!) {
  reservationUpsert(input: $input) {
    outcome
    userErrors { code }
    reservation { status keyContract { lockerContracts { pin locker { index } } } }
  }
}
"""
OVERLAPS = {
    "lockers": ("locker_contracts", "a.locker_id = b.locker_id", "starts_at", "live"),
    "PINs": (
        "locker_contracts",
        "a.automat_id = b.automat_id and a.pin = b.pin",
        "sync_at",
        "live",
    ),
    "keys": ("key_allocations", "a.key_id = b.key_id", "starts_at", "held"),
}
ALIVE = {
    "live": "{0}.state in ('planned', 'syncing', 'ready')",
    "held": "{0}.live and {0}.exclusive",
}


async def prepare(database: Database, entities: int) -> tuple[str, list[str]]:
    """Make automats, entities and their keys; gives a partner's token and the external ids."""
    names = [f"apartment-{number}" for number in range(entities)]
    chance = random.Random(1)
    async with database.writing() as session:
        work = Work(session, organizations.founder(), clock())
        await organizations.found(work, name="Pushed")
        _, token = await accounts.create_token(work, role=Role.PARTNER)
        for number in range(AUTOMATS):
            await make_automat(work, f"Automat {number}", near_station(chance))
        desk = await make_desk(work)
        for name in names:
            where = placed(near_station(chance))
            entity = await make_entity(work, None, external_id=name, found=where)
            await make_key(work, entity, desk=desk)
    return token, names


def near_station(chance: random.Random) -> Coordinates:
    """Give a place in the town."""
    return Coordinates(
        STATION.latitude + chance.gauss(0, 0.02), STATION.longitude + chance.gauss(0, 0.04)
    )


async def pushing(
    client: httpx2.AsyncClient, number: int, names: list[str], until: float
) -> list[tuple[float, str]]:
    """Push until the time is over; gives the milliseconds and the outcome of each."""
    chance = random.Random(number)
    tomorrow = clock().replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=1)
    done = []
    while time.perf_counter() < until:
        starts_at = tomorrow + timedelta(days=chance.randrange(120))
        pushed = {
            "externalId": f"{number}-{chance.randrange(10_000)}",
            "entityExternalId": chance.choice(names),
            "contacts": [{"name": "Aino Virtanen"}],
            "startsAt": starts_at.isoformat(),
            "endsAt": (starts_at + timedelta(days=2)).isoformat(),
        }
        begin = time.perf_counter()
        answer = await client.post("/graphql", json={"query": PUSH, "variables": {"input": pushed}})
        milliseconds = (time.perf_counter() - begin) * 1_000
        payload = answer.json()["data"]["reservationUpsert"]
        refusals = [error["code"] for error in payload["userErrors"]]
        status = payload["reservation"]["status"] if payload["reservation"] else ""
        done.append((milliseconds, refusals[0] if refusals else f"{payload['outcome']} {status}"))
    return done


async def overlaps(database: Database) -> dict[str, int]:
    """Count pairs that share a moment, without the help of any constraint."""
    found = {}
    async with database.reading() as connection:
        for what, (table, same, starts, alive) in OVERLAPS.items():
            both = " and ".join(ALIVE[alive].format(one) for one in "ab")
            count = f"""select count(*) from {table} a join {table} b on {same} and a.id < b.id
                where {both} and (b.ends_at is null or a.{starts} < b.ends_at)
                  and (a.ends_at is null or b.{starts} < a.ends_at)"""
            found[what] = (await connection.execute(text(count))).scalar_one()
    return found


def server(url: str, port: int) -> "subprocess.Popen[bytes]":
    """Start one worker of the API."""
    command = [sys.executable, "-c", "from schema.cli import main; main()", "serve"]
    settings = {"LIVIONKEY_DATABASE_URL": url, "LIVIONKEY_PORT": str(port)}
    return subprocess.Popen(
        command,
        cwd=tempfile.gettempdir(),
        env={**os.environ, **settings, "PYTHONPATH": str(ROOT), "LIVIONKEY_LOG_LEVEL": "error"},
    )


async def bench(url: str, options: argparse.Namespace) -> None:
    """Run it on one database and print the figures."""
    database = Database(url)
    await migrate(database)
    token, names = await prepare(database, options.entities)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = server(url, port)
    try:
        base = f"http://127.0.0.1:{port}"
        headers = {"authorization": f"Bearer {token}"}
        async with httpx2.AsyncClient(base_url=base, headers=headers, timeout=60) as client:
            await ready(client)
            begin = time.perf_counter()
            until = begin + options.seconds
            clients = [pushing(client, number, names, until) for number in range(CLIENTS)]
            done = [one for some in await asyncio.gather(*clients) for one in some]
            seconds = time.perf_counter() - begin
    finally:
        process.terminate()
        process.wait(20)
    shown(url.partition(":")[0], done, seconds)
    print("  pairs that overlap:", await overlaps(database))
    await database.dispose()


async def ready(client: httpx2.AsyncClient) -> None:
    """Wait until the server can serve."""
    for _ in range(300):
        try:
            if (await client.get("/ready")).status_code == httpx2.codes.OK:
                return
        except httpx2.TransportError:
            pass
        await asyncio.sleep(0.1)
    raise SystemExit("the server did not start")


def shown(name: str, done: list[tuple[float, str]], seconds: float) -> None:
    """Print the figures of one database."""
    times = [milliseconds for milliseconds, _ in done]
    p50, p99 = statistics.median(times), statistics.quantiles(times, n=100)[-1]
    print(f"{name}: {len(done) / seconds:.0f} upserts/s, p50 {p50:.0f} ms, p99 {p99:.0f} ms")
    for outcome, count in Counter(outcome for _, outcome in done).most_common():
        print(f"  {count:6} {outcome}")


async def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", help="an empty database")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--entities", type=int, default=400)
    options = parser.parse_args()
    if options.postgresql:
        await bench(options.postgresql, options)
    with tempfile.TemporaryDirectory() as folder:
        await bench(f"sqlite:///{folder}/bench.db", options)


asyncio.run(main())
