"""New credentials for an automat at work: nothing is lost between two sets, or counts twice."""

import json
from datetime import timedelta
from uuid import UUID

from brokers import Broker
from linked import eventually, linking
from linked_house import House, house, link_row, worker
from sqlalchemy import select
from talking import Client

from automat_link.messages.reports import DoorOpened
from automat_link.simulator.flash import MemoryFlash
from automat_link.simulator.network import NONE, Faults
from automat_link.topics import Topic
from models.automat_links import AutomatLink
from models.automat_reports import AutomatReport, ReportKind
from models.automats import Automat
from models.database import Database
from resolvers.automat_links.credentials import Credentials
from resolvers.automat_reports.keeping import SAID_BY_FORMER
from schema.scalars import from_id

ROTATE = """mutation($input: AutomatCredentialsRotateInput!) {
  automatCredentialsRotate(input: $input) { credentials userErrors { code message } }
}"""
DEAF = Faults(loss=1.0, topics=frozenset({Topic.WANT_HEARD}))
LONG = 60.0
SECOND = timedelta(seconds=1)


async def rotated(home: House) -> Credentials:
    """Issue new credentials by GraphQL; the former ones still work."""
    made = (await home.client.ask(ROTATE, input={"id": home.automat}))["automatCredentialsRotate"]
    assert made["userErrors"] == []
    return Credentials.from_file(json.loads(made["credentials"]))


def openings(home: House) -> list[UUID]:
    """List the ids of the kept reports that tell of a door that was opened."""
    return [one.id for one in home.cabinet.log.read() if isinstance(one, DoorOpened)]


def happen(home: House, times: int) -> list[UUID]:
    """Let doors be forced; gives the ids of the reports of it."""
    before = set(openings(home))
    for _ in range(times):
        home.cabinet.force_door(5)
        home.cabinet.close_door(5)
    return [one for one in openings(home) if one not in before]


def is_all_heard(home: House) -> bool:
    return home.cabinet.log.oldest_number > home.cabinet.log.last_number


async def reports_of_automat(home: House) -> list[AutomatReport]:
    """Read what was reported by all credentials, but for places of what was said before."""
    row, id = AutomatReport, from_id(Automat, home.automat)
    told = select(row).where(row.automat_id == id).order_by(row.id)
    async with home.client.database.writing() as session:
        found = (await session.scalars(told)).all()
    return [one for one in found if one.problem != SAID_BY_FORMER]


async def has_come(home: House, ids: list[UUID]) -> bool:
    known = {one.report_id for one in await reports_of_automat(home) if one.applied_at}
    return set(ids) <= known


async def test_what_was_not_heard_before_new_credentials_is_said_by_them_once(
    own_database: Database, broker: Broker, client: Client
) -> None:
    async with linking(own_database, broker), house(client, broker) as home:
        ids = happen(home, 2)
        await eventually(lambda: is_all_heard(home), LONG)
        new = await rotated(home)
        ids += happen(home, 1)
        await eventually(lambda: is_all_heard(home), LONG)
        waiting, working = await both_rows(home, new)
        assert (waiting.activated_at, working.revoked_at) == (None, None)

        home.firmware.network.faults = DEAF
        came = happen(home, 3)
        await eventually(lambda: has_come(home, came), LONG)
        home.firmware.network.cut()
        never_came = happen(home, 3)
        kept = home.cabinet.log.last_number - home.cabinet.log.oldest_number + 1
        await home.firmware.renew(new, MemoryFlash())
        assert (home.cabinet.log.oldest_number, home.cabinet.log.last_number) == (1, kept)
        home.firmware.network.faults = NONE
        home.firmware.network.mend()
        last = happen(home, 1)

        await eventually(lambda: is_all_heard(home), LONG)
        told = await reports_of_automat(home)
        activated, revoked = await both_rows(home, new)

    opened = [one for one in told if one.kind is ReportKind.DOOR_OPENED]
    assert [one.report_id for one in opened] == [*ids, *came, *never_came, *last]
    assert all(one.applied_at is not None and one.problem for one in opened), "by force, each once"
    assert activated.activated_at is not None
    assert revoked.revoked_at is not None
    assert activated.heard_up_to >= kept
    assert all(abs((one.moment or one.received_at) - one.happened_at) < SECOND for one in opened)


async def both_rows(home: House, new: Credentials) -> tuple[AutomatLink, AutomatLink]:
    database = home.client.database
    return await link_row(database, new), await link_row(database, home.credentials)


async def test_a_pin_that_was_known_before_opens_after_a_rotation_and_the_key_is_out(
    own_database: Database, broker: Broker, client: Client
) -> None:
    async with (
        worker(own_database),
        linking(own_database, broker),
        house(client, broker) as home,
    ):
        id = (await home.reserve(2))["id"]
        await eventually(lambda: home.phase_is(id, "DEFAULT", "READY"), LONG)
        pin = (await home.phases(id))["DEFAULT"]["pin"]
        home.firmware.network.cut()
        await home.fetch(pin, 0)

        await home.firmware.renew(await rotated(home), MemoryFlash())
        home.firmware.network.mend()

        await eventually(lambda: home.key_is("OUT"), LONG)
        await home.bring_back(pin, 0)
        await eventually(lambda: home.key_is("IN_STORAGE"), LONG)
        assert await home.chain() == ["REGISTERED", "FETCHED", "RETURNED"]
