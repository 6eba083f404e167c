"""What files cost: `./dev bench files`.

    python tests/benchmarks/files.py --postgresql URL [--megabytes N] [--rounds N]

A file goes over its upload link into one worker of the API and comes back over its download link,
over real HTTP on this machine, one at a time and four at once. Megabytes a second, beside a plain
copy of the same file that also takes its SHA-256, and how far the server's memory grew meanwhile.
Figures only.
"""

import argparse
import asyncio
import hashlib
import os
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit
from uuid import UUID

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import keyed  # the same
from _servers import SERVE, Server, server  # the path comes first

from models.attachments import Attachment  # the same
from models.database import Database  # the same
from models.migrating import migrate  # the same
from resolvers import organizations  # the same
from resolvers.attachments import requesting, storing  # the same
from resolvers.outside.ports import Outside  # the same
from resolvers.work import Work  # the same
from schema.context import clock  # the same
from schema.operating.outside import outside_for  # the same
from schema.settings import Settings  # the same

keyed.use()

AT_ONCE = (1, 4)
PIECE = 256 * 1024
MEGABYTE = 1_000_000


class House:
    """An organization, whose attachments are announced and found here.

    Args:
        database: Where it is.
        outside: The same store and secret as the server has.
    """

    def __init__(self, database: Database, outside: Outside) -> None:
        self.database = database
        self.outside = outside
        self.actor = organizations.founder()

    async def found(self) -> None:
        """Make the organization."""
        async with self.database.writing() as session:
            work = Work(session, self.actor, clock())
            await organizations.found(work, name="Kotikatu")

    async def announce(self) -> tuple[UUID, str]:
        """Announce an attachment; gives its id and the secret for its bytes."""
        async with self.database.writing() as session:
            work = Work(session, self.actor, clock())
            owner = self.actor.organization_id
            attachment, secret = await requesting.request(
                work, subject="organization_unit_id", subject_id=owner, name="Large.pdf"
            )
        return attachment.id, secret

    async def link_to(self, id: UUID) -> str:
        """Sign the path at which an attachment is fetched."""
        async with self.database.writing() as session:
            attachment = await Work(session, self.actor, clock()).get(Attachment, id)
        if attachment.file_id is None:
            sys.exit(f"It was not stored: {attachment.reason}")
        url = storing.download_url(self.outside, attachment.file_id, "Large.pdf", clock())
        parts = urlsplit(url)
        return f"{parts.path}?{parts.query}"


def make_file(path: Path, megabytes: int) -> None:
    """Write a file that cannot be compressed, and that begins like a PDF."""
    with path.open("wb") as file:
        file.write(b"%PDF-1.7\n".ljust(MEGABYTE))
        for _ in range(megabytes - 1):
            file.write(os.urandom(MEGABYTE))


def copied(file: Path, to: Path) -> None:
    """Copy a file, and take its SHA-256 on the way."""
    digest = hashlib.sha256()
    with file.open("rb") as source, to.open("wb") as target:
        while piece := source.read(PIECE):
            digest.update(piece)
            target.write(piece)


def sent(at: Server, file: Path, secret: str) -> None:
    """Send a file over its upload link."""
    head = (
        "PUT /files/upload HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n"
        f"authorization: Bearer {secret}\r\ncontent-length: {file.stat().st_size}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", at.port)) as connection, file.open("rb") as source:
        connection.sendall(head.encode())
        connection.sendfile(source)
        answer = connection.recv(PIECE)
    assert answer.startswith(b"HTTP/1.1 201"), answer


def fetched(at: Server, path: str, size: int) -> None:
    """Fetch a file over its download link."""
    head = f"GET {path} HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", at.port)) as connection:
        connection.sendall(head.encode())
        taken = 0
        while piece := connection.recv(PIECE):
            taken += len(piece)
    assert taken > size, "The answer was cut off."


def timed(acts: Sequence[Callable[[], None]]) -> float:
    """Do several things at once; gives the seconds until the last one is done."""
    with ThreadPoolExecutor() as pool:
        begun = time.perf_counter()
        for done in [pool.submit(act) for act in acts]:
            done.result()
        return time.perf_counter() - begun


def grown(at: Server, acts: Sequence[Callable[[], None]]) -> tuple[float, float]:
    """Do things at once; gives the seconds for each, and by how much the server's memory peaked."""
    at.forget_peak()
    before = at.peak_megabytes
    seconds = timed(acts) / len(acts)
    return seconds, at.peak_megabytes - before


async def compare(url: str, megabytes: int, rounds: int) -> None:
    """Measure, and print what came out."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "large.pdf"
        make_file(file, megabytes)
        database = Database(url)
        await migrate(database)
        data = Path(folder) / "data"
        house = House(database, outside_for(Settings(_env_file=None, data_folder=data)))
        await house.found()
        settings = {"LIVIONKEY_DATABASE_URL": url, "LIVIONKEY_DATA_FOLDER": str(data)}
        with server(*SERVE, **settings, LIVIONKEY_FILE_MEGABYTES="1000") as at:
            await measure(at, house, file, megabytes * MEGABYTE, rounds)
        await database.dispose()


async def measure(at: Server, house: House, file: Path, size: int, rounds: int) -> None:
    """Measure copies, uploads and downloads in turns."""
    copies: list[float] = []
    figures: dict[str, list[tuple[float, float]]] = {}
    for _ in range(rounds):
        copies.append(timed([partial(copied, file, file.with_name("copy"))]))
        for count in AT_ONCE:
            announced = [await house.announce() for _ in range(count)]
            uploads = [partial(sent, at, file, secret) for _, secret in announced]
            figures.setdefault(f"upload, {count} at once", []).append(grown(at, uploads))
            paths = [await house.link_to(id) for id, _ in announced]
            downloads = [partial(fetched, at, path, size) for path in paths]
            figures.setdefault(f"download, {count} at once", []).append(grown(at, downloads))
    report(size, median(copies), figures)


def report(size: int, copy: float, figures: dict[str, list[tuple[float, float]]]) -> None:
    """Print the figures."""
    say(f"{size / MEGABYTE:.0f} MB; a copy with SHA-256: {size / copy / MEGABYTE:.0f} MB/s")
    for name, measured in figures.items():
        seconds = median(one[0] for one in measured)
        memory = max(one[1] for one in measured)
        say(
            f"{name:22} {size / seconds / MEGABYTE:6.0f} MB/s in all, {copy / seconds:5.2f} of the "
            f"copy; memory grew by {memory:5.1f} MB at most"
        )


def say(line: str) -> None:
    """Print a line of the result."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", required=True, help="an empty database")
    parser.add_argument("--megabytes", type=int, default=200, help="how large the file is")
    parser.add_argument("--rounds", type=int, default=3, help="of which the median counts")
    chosen = parser.parse_args()
    asyncio.run(compare(chosen.postgresql, chosen.megabytes, chosen.rounds))
