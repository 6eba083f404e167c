"""What it takes to refuse: `./dev bench attacks`.

    python tests/benchmarks/attacks.py --postgresql URL [--times N]

Each request of `tests/attacks.py` goes through the whole application in this process, with limits,
masking and a token in place, as an attacker would send it: again and again, the same one, and once
with a comment that makes it a text that nobody has seen. The work is the time of the process, and
its ratio to that of `{ __typename }` in the same run. Figures only.
"""

import argparse
import asyncio
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import httpx2  # the path comes first
import keyed  # the same
from attacks import ATTACKS, Attack  # the same
from bounding import bounded  # the same
from talking import Client, new_client  # the same

from models.database import Database  # the same
from models.migrating import migrate  # the same
from resolvers.points import Size  # the same
from schema.guards.bounds import STAFF  # the same

keyed.use()
PLAIN = Attack("", b'{"query": "{ __typename }"}')
ENDLESS = Size(most=1e12, per_second=1e6, purse=1e11)
"""Who attacks has points enough here: it is the refusal that is measured."""
AIM_MILLISECONDS = 10.0


async def send(client: Client, attack: Attack, body: bytes) -> httpx2.Response:
    """Send a request."""
    headers = {"authorization": f"Bearer {client.tokens[attack.role]}", **attack.headers}
    return await client.http.request(attack.method, attack.address, content=body, headers=headers)


async def work_of(client: Client, attack: Attack, times: int, *, new: bool) -> float:
    """Measure the milliseconds of work of one request: the median of several."""
    taken = []
    for number in range(times):
        body = unseen(attack.body, number) if new else attack.body
        began = time.process_time()
        await send(client, attack, body)
        taken.append((time.process_time() - began) * 1_000)
    return statistics.median(taken)


def unseen(body: bytes, number: int) -> bytes:
    """Make a document that no memory knows, by a comment at its beginning."""
    return body.replace(b'"query":"', b'"query":"#%d\\n' % number, 1)


async def measure(url: str, times: int) -> None:
    """Measure all attacks and print what came out."""
    database = Database(url)
    await migrate(database)
    async with (
        new_client(database) as owner,
        bounded(owner, ENDLESS, introspectors=STAFF) as client,
    ):
        plain = await work_of(client, PLAIN, times * 5, new=False)
        say(f"{'{ __typename }':44} {plain:8.2f} ms")
        say(f"{'refused':44} {'again':>11} {'ratio':>7} {'unseen':>11} {'ratio':>7}")
        slow = []
        for name, attack in ATTACKS.items():
            again = await work_of(client, attack, times, new=False)
            new = await work_of(client, attack, times, new=True)
            say(
                f"{name[:44]:44} {again:8.2f} ms {again / plain:7.1f} "
                f"{new:8.2f} ms {new / plain:7.1f}"
            )
            slow += [name] if max(again, new) > AIM_MILLISECONDS else []
        say(f"{len(ATTACKS)} attacks, {len(slow)} above {AIM_MILLISECONDS:g} ms: {slow}")
    await database.dispose()


def say(line: str) -> None:
    """Print a line of the result."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", required=True, help="an empty database")
    parser.add_argument("--times", type=int, default=20, help="for each figure")
    chosen = parser.parse_args()
    asyncio.run(measure(chosen.postgresql, chosen.times))
