"""Many automats of one organization at a real broker, with a link in a process of its own."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from brokers import Broker
from commands import CommandLine
from factories import MARKET_SQUARE, make_automat, make_entity, make_key, push
from linked import clock
from linked_house import TAG, cabinet_of
from linking import contract_of
from outsides import SECRET, SECRET_KEY
from sqlalchemy import func, select

from automat_link.simulator.firmware import Firmware
from models.accounts import Actor
from models.automat_links import AutomatLink
from models.automat_reports import AutomatReport
from models.base import table_of
from models.contracts import LockerContract, LockerContractState
from models.database import Database
from models.entities import ReservableEntity
from resolvers import organizations
from resolvers.automat_links import credentials
from resolvers.work import Work


@dataclass(frozen=True, slots=True)
class Stand:
    """One automat with a key in locker 0, which opens one apartment."""

    automat_id: UUID
    entity: ReservableEntity
    key_id: UUID
    firmware: Firmware


async def furnish(database: Database, broker: Broker, count: int) -> tuple[Actor, list[Stand]]:
    """Make an organization with so many automats; they have no power yet."""
    actor = organizations.founder()
    async with database.writing() as session:
        await organizations.found(Work(session, actor, clock()), name="Linked")
    stands = []
    for number in range(count):
        async with database.writing() as session:
            stands.append(await _stand(Work(session, actor, clock()), broker, number))
    return actor, stands


async def _stand(work: Work, broker: Broker, number: int) -> Stand:
    automat = await make_automat(work, f"Automat {number}")
    made = await credentials.issue(work, automat, SECRET, broker.url)
    entity = await make_entity(work, MARKET_SQUARE, name=f"A {number}", external_id=f"A {number}")
    key = await make_key(work, entity, automat=automat, rfid_tag=f"{TAG}{number:06X}")
    firmware = cabinet_of(made)
    firmware.cabinet.fill(0, key.rfid_tag)
    return Stand(automat.id, entity, key.id, firmware)


async def reserve(
    database: Database, actor: Actor, stand: Stand, begins: datetime, ends: datetime
) -> UUID:
    """Push a stay in the apartment of a stand; gives the id of its key contract."""
    async with database.writing() as session:
        work = Work(session, actor, clock())
        made, _ = await push(
            work, stand.entity, starts_at=begins, ends_at=ends, automat_id=stand.automat_id
        )
        return (await contract_of(work, made)).id


async def ready_since(database: Database, contract_ids: list[UUID]) -> dict[UUID, datetime]:
    """Tell since when the PINs of contracts are known to be there, where they are."""
    row = table_of(LockerContract).c
    ready = select(row.key_contract_id, row.synced_at).where(
        row.key_contract_id.in_(contract_ids), row.state == LockerContractState.READY
    )
    async with database.reading() as connection:
        return dict((await connection.execute(ready)).all())


async def heard(database: Database) -> int:
    """Count the reports of all automats that took effect."""
    async with database.reading() as connection:
        counted = select(func.coalesce(func.sum(AutomatLink.heard_up_to), 0))
        found: int = (await connection.execute(counted)).scalar_one()
        return found


async def kept(database: Database) -> int:
    """Count the reports of all automats that are in the database."""
    async with database.reading() as connection:
        counted = select(func.count()).select_from(table_of(AutomatReport))
        found: int = (await connection.execute(counted)).scalar_one()
        return found


class LinkProcess:
    """`livionkey link`, which can be killed and started again.

    Args:
        folder: Where its log is.
        url: Its database.
        broker: Its broker.
    """

    def __init__(self, folder: Path, url: str, broker: Broker) -> None:
        settings = {"database_url": url, "mqtt_url": broker.link_url, "secret_key": SECRET_KEY}
        self._commands = CommandLine(folder, settings | {"log_level": "warning"})
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it."""
        self.process = self._commands.start("link")

    def kill(self) -> None:
        """Kill it (SIGKILL)."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@contextmanager
def link_process(folder: Path, url: str, broker: Broker) -> Iterator[LinkProcess]:
    """Have a link at work in a process of its own, whatever happens."""
    link = LinkProcess(folder, url, broker)
    link.start()
    try:
        yield link
    finally:
        link.kill()
