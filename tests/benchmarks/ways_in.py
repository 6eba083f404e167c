"""What it costs to be let in: `./dev bench ways_in`.

    python tests/benchmarks/ways_in.py --postgresql URL [--requests N]

The same question, which takes one statement, is asked by each way in, and by a door that lets in
everybody without a look. Each figure is the median time of one request in this process, from the
first byte that the server reads to the last one that it writes, on both databases, and the median
of the CPU time of this process alone; with their ratios to the request without a door in the same
run. Rounds of all ways take turns, so that a machine that is busy for a moment is so for all of
them. Figures only.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import keyed  # the path comes first
from independent_signing import PartnersClient, private_key, public_pem  # the same
from outsides import PUBLIC_URL, outside_in  # the same
from talking import app_on, tokens_of_all_roles  # the same

from models.accounts import Actor, Role, new_token  # the same
from models.database import Database  # the same
from models.migrating import migrate  # the same
from models.partners import ServiceAccount  # the same
from resolvers import organizations  # the same
from resolvers.outside.ports import Outside  # the same
from resolvers.partners import (  # the same
    access_tokens,
    known,
    public_keys,
    service_accounts,
    signed_requests,
)
from resolvers.partners.assertions import Assertion  # the same
from resolvers.partners.uses import Uses  # the same
from resolvers.work import Work  # the same
from schema.api import schema  # the same
from schema.app import create_app  # the same
from schema.context import Context, clock  # the same
from schema.doors.known_actors import Memory  # the same
from schema.doors.presented import Presented  # the same
from schema.doors.signature_door import SignatureDoor  # the same
from schema.doors.token_door import TokenDoor  # the same
from schema.operating.geocoders import geocoder_for  # the same
from schema.scalars import to_id  # the same
from schema.settings import Settings  # the same

keyed.use()
ROUNDS = 10
URL = f"{PUBLIC_URL}/graphql"
BODY = orjson.dumps({"query": '{ entity(externalId: "nothing") { id } }'}).decode()
Headers = list[tuple[bytes, bytes]]


class Forgetful(Memory[Any]):
    """Remembers nobody, so that the database is asked each time."""

    def recall(self, _key: str, _now: Any) -> Any:
        """Give nobody."""
        return None


@dataclass
class Way:
    """One way in.

    Args:
        name: What it is called.
        app: The application behind its door.
        headers: Makes what is sent with each request.
        status: What the answer is.
    """

    name: str
    app: Any
    headers: Callable[[], Headers]
    status: int = 200


@dataclass
class House:
    """An organization, and what opens its door."""

    database: Database
    outside: Outside
    actor: Actor
    token: str
    partner: PartnersClient
    access: str


async def house_on(database: Database, folder: Path) -> House:
    """Make an organization with a token, a service account and its access token."""
    founder = organizations.founder()
    key = private_key()
    async with database.writing() as session:
        work = Work(session, founder, clock())
        await organizations.found(work, name="Kotikatu")
        token = (await tokens_of_all_roles(work))[Role.PARTNER]
        account, _ = await service_accounts.create(
            work, name="PMS", key=public_keys.read(public_pem(key))
        )
    async with database.reading() as connection:
        found = await known.find(connection, account.id)
    assert found is not None
    async with database.writing() as session:
        work = Work(session, found.actor, clock())
        access = await access_tokens.give(work, found, Assertion("one", clock()), None, clock())
    partner = PartnersClient.of(to_id(ServiceAccount, account.id), key)
    return House(database, outside_in(folder), found.actor, token, partner, access.text)


def app_behind(house: House, door: Callable[[Presented], Awaitable[Actor | None]]) -> Any:
    """Put the application together behind one door."""
    geocoder = geocoder_for(house.database, Settings(_env_file=None))[0]

    def make_context(_request: object, actor: Actor) -> Context:
        return Context(house.database, geocoder, house.outside, actor)

    async def nothing_missing() -> None:
        return None

    return create_app(
        schema, authenticate=door, make_context=make_context, what_is_missing=nothing_missing
    )


def ways_into(house: House) -> list[Way]:
    """List the ways in, beginning with the one that has no door."""
    database, uses = house.database, Uses(house.database)

    async def anybody(_presented: Presented) -> Actor:
        return house.actor

    tokens, asking = TokenDoor(database, uses), TokenDoor(database, uses)
    signatures, asking_signatures = (SignatureDoor(database, PUBLIC_URL, uses) for _ in range(2))
    asking._known = asking_signatures._known = Forgetful()
    wrong = new_token()[:-1] + "!"
    return [
        Way("no door", app_behind(house, anybody), list),
        Way("all doors, bearer, remembered", app_on(database, house.outside), bearer(house.token)),
        Way("bearer, remembered", app_behind(house, tokens), bearer(house.token)),
        Way("bearer, looked up", app_behind(house, asking), bearer(house.token)),
        Way("OAuth access, remembered", app_behind(house, tokens), bearer(house.access)),
        Way("OAuth access, looked up", app_behind(house, asking), bearer(house.access)),
        Way("signed, account remembered", app_behind(house, signatures), signed(house.partner)),
        Way("signed, looked up", app_behind(house, asking_signatures), signed(house.partner)),
        Way("bearer, not whole: refused", app_behind(house, tokens), bearer(wrong), 401),
    ]


def bearer(token: str) -> Callable[[], Headers]:
    """Make the header of a token."""
    return lambda: [(b"authorization", f"Bearer {token}".encode())]


def signed(partner: PartnersClient) -> Callable[[], Headers]:
    """Sign each request anew, which costs the client, and is not counted; times never repeat."""
    back = iter(range(10**6))

    def sign() -> Headers:
        call = partner.call("POST", URL, BODY, seconds_off=-next(back) / 1000)
        return [(name.encode(), value.encode()) for name, value in call.headers.items()]

    return sign


async def asked(way: Way) -> tuple[float, float]:
    """Ask once; gives the seconds that the application took, and those of them on the CPU."""
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"",
        "scheme": "http",
        "server": ("test", 80),
        "headers": [(b"content-type", b"application/json"), (b"host", b"test"), *way.headers()],
    }
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": BODY.encode(), "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        statuses.extend([message["status"]] if "status" in message else [])

    began, worked = time.perf_counter(), time.process_time()
    await way.app(scope, receive, send)
    took = time.perf_counter() - began, time.process_time() - worked
    if statuses != [way.status]:
        sys.exit(f"{way.name}: {statuses}")
    return took


async def measured(ways: list[Way], requests: int) -> dict[str, tuple[float, float]]:
    """Measure the ways in, in turns; the first round is thrown away."""
    times: dict[str, list[tuple[float, float]]] = {way.name: [] for way in ways}
    for number in range(ROUNDS + 1):
        for way in ways:
            took = [await asked(way) for _ in range(max(1, requests // ROUNDS))]
            times[way.name] += took if number else []
    return {
        name: (statistics.median(wall), statistics.median(cpu))
        for name, (wall, cpu) in ((name, zip(*took, strict=True)) for name, took in times.items())
    }


def parts(partner: PartnersClient) -> Iterator[tuple[str, float]]:
    """Measure the hash and the check of a signature of RSA with 2048 bits, by themselves."""
    headers = partner.call("POST", URL, BODY).headers
    at, signature = headers["x-timestamp"], headers["x-signature"]
    made = signed_requests.Signed(partner.account_id, at, "POST", URL, BODY.encode())
    read = signed_requests.signature_bytes(signature) or b""
    public: Any = private_key().public_key()
    yield "digest", per_call(lambda: made.digest)
    yield "check of RSA", per_call(lambda: signed_requests._is_of(public, made, read))


def per_call(act: Callable[[], object], times: int = 500) -> float:
    """Give the median seconds of one call."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        took.append(time.perf_counter() - began)
    return statistics.median(took)


async def compare(url: str, requests: int) -> None:
    """Measure on one database, and print."""
    database = Database(url)
    await migrate(database)
    with tempfile.TemporaryDirectory() as folder:
        house = await house_on(database, Path(folder))
        found = await measured(ways_into(house), requests)
    bare, bare_cpu = found["no door"]
    titles = f"{'a request':>10} {'ratio':>6} {'CPU':>10} {'more CPU':>10} {'ratio':>6}"
    print(f"\n{database.url.get_backend_name():32} {titles}")
    for name, (took, cpu) in found.items():
        print(
            f"{name:32} {took * 1e6:7.0f} us {took / bare:6.2f} {cpu * 1e6:7.0f} us "
            f"{(cpu - bare_cpu) * 1e6:7.0f} us {cpu / bare_cpu:6.2f}"
        )
    for name, took in parts(house.partner):
        print(f"{'  of which ' + name:32} {took * 1e6:7.0f} us")
    await database.dispose()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", required=True, help="an empty database")
    parser.add_argument("--requests", type=int, default=600, help="for each figure")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        asyncio.run(compare(f"sqlite:///{place}/ways.db", chosen.requests))
    asyncio.run(compare(chosen.postgresql, chosen.requests))
