"""A house whose automat is linked: a real broker, a link, a worker, and a simulated cabinet.

All is done as people do it: staff by GraphQL, guests at the keypad.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

from brokers import Broker
from documents import UPSERT, stay, written
from factories import MARKET_SQUARE, make_entity, make_key
from linked import clock, eventually
from sqlalchemy import select
from talking import Client, new_client

from automat_link.sealing import key_of_automat, seal
from automat_link.simulator.cabinet import Cabinet
from automat_link.simulator.clock import Clock
from automat_link.simulator.firmware import Firmware
from automat_link.simulator.flash import MemoryFlash
from automat_link.simulator.line import Line, tls_of
from automat_link.simulator.network import NONE, Faults, Network
from automat_link.topics import IN_CLEAR, Topic, topic
from models.accounts import Role
from models.automat_links import AutomatLink
from models.automat_reports import AutomatReport
from models.automats import Automat
from models.database import Database
from models.entities import ReservableEntity
from models.keys import Key
from resolvers.automat_links.credentials import Credentials
from resolvers.timers import HANDLERS
from schema.operating.working import Worker
from schema.scalars import from_id, to_id

INSTALL = """mutation($input: AutomatInstallInput!) { automatInstall(input: $input) {
  credentials installationPin automat { id } userErrors { code message }
} }"""
FETCH = """query($id: ID!) { reservation(id: $id) { status keyContract {
  id status lockerContracts { kind state pin syncedAt locker { index state } }
} } }"""
KEY = """query($id: ID!) { key(id: $id) {
  status storage { ... on AutomatStorage { automat { id } locker { index } } }
  custody(first: 50) { edges { node { number kind source contradiction } } }
} }"""
TAG = "04A1B2C3"
_numbers = count(1)


def cabinet_of(credentials: Credentials, faults: Faults = NONE, **clock: Any) -> Firmware:
    """Build a cabinet for credentials; it has no power yet."""
    cabinet = Cabinet(30, Clock(**clock))
    return Firmware(credentials, cabinet, flash=MemoryFlash(), network=Network(faults))


@dataclass
class House:
    """An apartment whose key lives in locker 0 of an automat."""

    client: Client
    firmware: Firmware
    credentials: Credentials
    automat: str
    apartment: str
    key: str
    tag: str = TAG

    @property
    def cabinet(self) -> Cabinet:
        return self.firmware.cabinet

    async def reserve(self, days: float, **given: Any) -> dict[str, Any]:
        """Push a stay that begins now."""
        begins = clock().replace(microsecond=0)
        times = {"startsAt": written(begins), "endsAt": written(begins + timedelta(days=days))}
        pushed = stay(entityId=self.apartment, **(times | given))
        answer = await self.client.ask(UPSERT, Role.PARTNER, input=pushed)
        assert answer["reservationUpsert"]["userErrors"] == []
        made: dict[str, Any] = answer["reservationUpsert"]["reservation"]
        return made

    async def reservation(self, id: str) -> dict[str, Any]:
        found: dict[str, Any] = (await self.client.ask(FETCH, id=id))["reservation"]
        return found

    async def phases(self, id: str) -> dict[str, dict[str, Any]]:
        """Give the locker contracts of a reservation by their kinds."""
        contract = (await self.reservation(id))["keyContract"]
        return {one["kind"]: one for one in contract["lockerContracts"]}

    async def phase_is(self, id: str, kind: str, state: str) -> bool:
        return (await self.phases(id)).get(kind, {}).get("state") == state

    async def the_key(self) -> dict[str, Any]:
        found: dict[str, Any] = (await self.client.ask(KEY, id=self.key))["key"]
        return found

    async def key_is(self, status: str) -> bool:
        return bool((await self.the_key())["status"] == status)

    async def chain(self) -> list[str]:
        """Tell what became of the key, and check that its chain has no gap."""
        links = [edge["node"] for edge in (await self.the_key())["custody"]["edges"]]
        assert [one["number"] for one in links] == list(range(1, len(links) + 1))
        assert not any(one["contradiction"] for one in links), links
        return [one["kind"] for one in links]

    async def type(self, pin: str, seconds: float = 60) -> None:
        """Type a PIN that the cabinet should know."""
        await eventually(lambda: any(one.code == pin for one in self.cabinet.codes.known), seconds)
        self.cabinet.press(f"{pin}#")

    async def fetch(self, pin: str, index: int) -> None:
        """Type a PIN, take the key, and shut the door."""
        await self.type(pin)
        self.cabinet.take_key(index)
        self.cabinet.close_door(index)

    async def bring_back(self, pin: str, index: int) -> None:
        """Type a PIN, put the key in, and shut the door."""
        await self.type(pin)
        self.cabinet.put_key(index, self.tag)
        self.cabinet.close_door(index)


async def install(client: Client, broker: Broker) -> tuple[str, Credentials]:
    """Install an automat by GraphQL; gives its id and its credentials."""
    number = next(_numbers)
    given = {
        "deviceId": f"linked-{number}",
        "name": f"Linked {number}",
        "model": "LIVIONKEY_30",
        "address": {"text": "Mannerheimintie 12, Helsinki"},
        "coordinates": {"latitude": 60.17, "longitude": 24.94},
    }
    made = (await client.ask(INSTALL, input=given))["automatInstall"]
    assert made["userErrors"] == []
    return made["automat"]["id"], Credentials.from_file(json.loads(made["credentials"]))


@asynccontextmanager
async def linked_client(database: Database, broker: Broker) -> AsyncIterator[Client]:
    """Make an organization that knows where automats reach the broker."""
    async with new_client(database, broker=broker.url) as client:
        yield client


@asynccontextmanager
async def house(
    client: Client, broker: Broker, faults: Faults = NONE, *, tag: str = TAG, **clock: Any
) -> AsyncIterator[House]:
    """Have a house with an automat that has power, and a key in it."""
    automat, credentials = await install(client, broker)
    firmware = cabinet_of(credentials, faults, **clock)
    async with client.working() as work:
        apartment = await make_entity(work, MARKET_SQUARE)
        row = await work.get(Automat, from_id(Automat, automat))
        key = await make_key(work, apartment, automat=row, rfid_tag=tag)
    firmware.cabinet.fill(0, tag)
    apartment_id, key_id = to_id(ReservableEntity, apartment.id), to_id(Key, key.id)
    firmware.start()
    try:
        yield House(client, firmware, credentials, automat, apartment_id, key_id, tag)
    finally:
        await firmware.stop()


@asynccontextmanager
async def speaking_as(credentials: Credentials) -> AsyncIterator[Line]:
    """Connect with credentials, to say whatever a cabinet would never say."""
    async with Line(credentials, tls_of(credentials)) as line:
        yield line


async def say(line: Line, credentials: Credentials, what: Topic, payload: bytes) -> None:
    """Say something, sealed as an automat does it."""
    if what not in IN_CLEAR:
        payload = sealed(credentials, what, payload)
    await say_as_it_is(line, credentials, what, payload)


async def say_as_it_is(line: Line, credentials: Credentials, what: Topic, payload: bytes) -> None:
    """Say something that was sealed before, or was not."""
    await line.publish(topic(credentials.link_id, what), payload, qos=1)


def sealed(credentials: Credentials, what: Topic, message: bytes) -> bytes:
    """Seal a message as the automat with these credentials does it."""
    key = key_of_automat(credentials.codes_key)
    return seal(key, topic(credentials.link_id, what), message)


async def link_row(database: Database, credentials: Credentials) -> AutomatLink:
    """Read what is known of credentials."""
    async with database.writing() as session:
        found = await session.get(AutomatLink, credentials.link_id)
        assert found is not None
        return found


async def reports_of(database: Database, credentials: Credentials) -> list[AutomatReport]:
    """Read what was reported, by number."""
    row = AutomatReport
    told = select(row).where(row.link_id == credentials.link_id).order_by(row.number)
    async with database.writing() as session:
        return list((await session.scalars(told)).all())


@asynccontextmanager
async def worker(database: Database) -> AsyncIterator[None]:
    """Have a worker at work for what becomes due."""
    working = Worker(database, HANDLERS, clock)
    running = asyncio.create_task(working.run())
    try:
        yield
    finally:
        working.stop()
        await running
