"""What GraphQL costs: `./dev bench api`.

    python tests/benchmarks/api.py --postgresql URL [--seconds N]

One worker of the API answers three queries on the demo's data, with tokens, limits and masking in
place; beside it a bare Starlette and psycopg handler runs the very statements that each of them
made. Requests a second, the ratio, and the server's own CPU time for one request. Figures only.
"""

import argparse
import asyncio
import pickle
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import event

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import keyed  # the same
from _servers import SERVE, Server, server  # the path comes first
from small_api import client_of  # the same

from geo.index.embedded import EmbeddedGeocoder  # the same
from models.database import Database  # the same
from models.migrating import migrate  # the same
from schema.demo.access import load_demo  # the same
from schema.serving import assembled  # the same
from schema.settings import Settings  # the same

keyed.use()

CONNECTIONS = 16
ENTITY = '{ entity(externalId: "demo-apartment-1") { id } }'
QUERIES = {
    "one entity by id": "query($id: ID!) { entity(id: $id) { id kind name externalId "
    "address { text city } placement { precision coordinates { latitude longitude } } } }",
    "list of 50": "{ entities(first: 50) { edges { node { id kind name externalId "
    "organizationUnit { id name } } } } }",
    "nearest 10": "query($n: Int!) { nearestAutomats(near: {coordinates: {latitude: 60.1690, "
    "longitude: 24.9384}}, first: $n) { rank distanceMetres suitable freeLockers "
    "rejections { code message } automat { id name deviceId model } } }",
}

Recorded = dict[str, list[tuple[str, Any]]]
Bodies = dict[str, bytes]


async def prepare(url: str) -> tuple[str, Bodies, Recorded]:
    """Load the demo, and record the statements of each query as they are when it runs again."""
    database = Database(url)
    await migrate(database)
    access = await load_demo(database, EmbeddedGeocoder(database), datetime.now(UTC))
    if access is None:
        sys.exit("The database is not empty.")
    app = assembled(database, Settings(database_url=url))
    recorded: Recorded = {}
    current: list[tuple[str, Any]] = []

    @event.listens_for(database._readers.sync_engine, "before_cursor_execute")
    def record(*arguments: Any) -> None:
        current.append((arguments[2], arguments[3]))

    async with client_of(app, access.staff_token) as client:
        found = await client.post("/graphql", json={"query": ENTITY})
        variables = {"id": found.json()["data"]["entity"]["id"], "n": 10}
        bodies = {
            name: orjson.dumps({"query": query, "variables": variables})
            for name, query in QUERIES.items()
        }
        for name, body in bodies.items():
            for _ in range(2):
                current.clear()
                answer = await client.post(
                    "/graphql", content=body, headers={"content-type": "application/json"}
                )
            if "errors" in answer.json():
                sys.exit(f"{name}: {answer.text}")
            recorded[name] = list(current)
    await database.dispose()
    return access.staff_token, bodies, recorded


async def load(port: int, path: str, body: bytes, token: str, seconds: float) -> int:
    """Ask again and again on several connections; count the answers."""
    head = (
        f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
        f"authorization: Bearer {token}\r\ncontent-length: {len(body)}\r\n\r\n"
    ).encode()
    until = time.perf_counter() + seconds
    counts = await asyncio.gather(
        *(ask_repeatedly(port, head + body, until) for _ in range(CONNECTIONS))
    )
    return sum(counts)


async def ask_repeatedly(port: int, request: bytes, until: float) -> int:
    """Ask on one connection until the time is over."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answers = 0
    while time.perf_counter() < until:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            sys.exit(head.decode())
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        answers += 1
    writer.close()
    await writer.wait_closed()
    return answers


async def measured(
    at: Server, path: str, body: bytes, token: str, seconds: float
) -> tuple[float, float]:
    """Measure requests a second and milliseconds of CPU for each."""
    await load(at.port, path, body, token, seconds / 4)
    before = at.cpu_seconds
    answers = await load(at.port, path, body, token, seconds)
    return answers / seconds, (at.cpu_seconds - before) / answers * 1000


async def compare(url: str, seconds: float) -> None:
    """Measure both servers and print what came out."""
    token, bodies, recorded = await prepare(url)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "statements"
        file.write_bytes(pickle.dumps(recorded))
        api = server(*SERVE, LIVIONKEY_DATABASE_URL=url)
        bare = server("tests/benchmarks/_bare_api.py", url, str(file), "PORT")
        with api as api_at, bare as bare_at:
            say(f"{'query':18} {'GraphQL':>16} {'bare':>16} {'ratio':>6} {'CPU ratio':>9}")
            for name, body in bodies.items():
                plain = await measured(
                    bare_at, f"/{name.replace(' ', '%20')}", body, token, seconds
                )
                ours = await measured(api_at, "/graphql", body, token, seconds)
                say(
                    f"{name:18} {ours[0]:6.0f}/s {ours[1]:5.2f}ms {plain[0]:6.0f}/s "
                    f"{plain[1]:5.2f}ms {ours[0] / plain[0]:6.3f} {plain[1] / ours[1]:9.3f}"
                    f"   {len(recorded[name])} statements"
                )


def say(line: str) -> None:
    """Print a line of the result."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", required=True, help="an empty database")
    parser.add_argument("--seconds", type=float, default=4.0, help="for each figure")
    chosen = parser.parse_args()
    asyncio.run(compare(chosen.postgresql, chosen.seconds))
