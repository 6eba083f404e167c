"""`livionkey simulate` as people start it: automats of an organization, or of a folder of files."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest
from brokers import Broker
from commands import CommandLine
from factories import MARKET_SQUARE, make_automat, make_entity, make_key
from linked import eventually, linking
from linked_house import install
from outsides import SECRET_KEY
from sqlalchemy import select
from talking import Client

from models.automat_links import AutomatLink
from models.automats import Locker, LockerState
from models.database import Database
from models.organizations import OrganizationUnit
from schema.scalars import to_id

LONG = 90.0


@pytest.fixture
def commands(own_database: Database, broker: Broker, tmp_path: Path) -> CommandLine:
    url = own_database.url.render_as_string(hide_password=False)
    settings = {
        "database_url": url.replace("+aiosqlite", "").replace("+psycopg", ""),
        "mqtt_url": broker.link_url,
        "mqtt_public_url": broker.url,
        "secret_key": SECRET_KEY,
    }
    return CommandLine(tmp_path, settings)


@contextmanager
def simulating(commands: CommandLine, *words: str) -> Iterator[subprocess.Popen[str]]:
    """Run a simulator, and stop it as Ctrl+C does."""
    process = commands.start("simulate", *words)
    try:
        yield process
        process.send_signal(signal.SIGINT)
        assert process.wait(LONG) == 0, (commands.folder / "log").read_text()
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


async def links(client: Client) -> list[AutomatLink]:
    rows = select(AutomatLink).where(AutomatLink.organization_id == client.organization_id)
    async with client.database.writing() as session:
        return list((await session.scalars(rows)).all())


async def are_connected(client: Client, count: int) -> bool:
    return sum(link.connected for link in await links(client)) == count


async def heard_up_to(client: Client, number: int) -> bool:
    return [link.heard_up_to for link in await links(client)] == [number]


async def test_the_automats_of_an_organization_come_alive_with_their_keys_and_go_on(
    commands: CommandLine, client: Client, broker: Broker, own_database: Database
) -> None:
    async with client.working() as work:
        automat = await make_automat(work)
        apartment = await make_entity(work, MARKET_SQUARE)
        await make_key(work, apartment, automat=automat, rfid_tag="04A1B2C3")
    id = to_id(OrganizationUnit, client.organization_id)

    async with linking(own_database, broker):
        with simulating(commands, "--organization", id):
            await eventually(lambda: are_connected(client, 1), LONG)
            await eventually(lambda: heard_up_to(client, 2), LONG)
        await eventually(lambda: are_connected(client, 0), LONG)
        with simulating(commands, "--organization", id):
            await eventually(lambda: heard_up_to(client, 3), LONG)

    assert len(await links(client)) == 1
    async with client.working() as work:
        locker = await work.first(
            work.own(Locker).where(Locker.automat_id == automat.id, Locker.index == 0)
        )
    assert locker is not None
    assert locker.state is LockerState.WITH_KEY


async def test_two_simulators_never_run_the_same_automat(
    commands: CommandLine, client: Client, broker: Broker, own_database: Database
) -> None:
    async with client.working() as work:
        await make_automat(work)
        await make_automat(work)
    id = to_id(OrganizationUnit, client.organization_id)

    async with linking(own_database, broker):
        with simulating(commands, "--organization", id, "--leave-out", "1"):
            await eventually(lambda: are_connected(client, 1), LONG)
            with simulating(commands, "--organization", id):
                await eventually(lambda: are_connected(client, 2), LONG)
                refusal = commands.refusal("simulate", "--organization", id)

    assert "Another simulator runs them" in refusal


async def test_credentials_as_partners_get_them_are_enough(
    commands: CommandLine, client: Client, broker: Broker, own_database: Database, tmp_path: Path
) -> None:
    _, made = await install(client, broker)
    folder = tmp_path / "credentials"
    folder.mkdir()
    (folder / "one.json").write_bytes(orjson.dumps(made.as_file()))

    async with linking(own_database, broker):
        with simulating(commands, "--credentials", str(folder)):
            await eventually(lambda: are_connected(client, 1), LONG)


def test_one_says_either_whose_automats_or_where_their_credentials_are(
    commands: CommandLine,
) -> None:
    assert commands.run("simulate").returncode == 2
    assert commands.run("simulate", "--scenario", "flood").returncode == 2


def test_an_organization_that_is_not_there_is_refused(commands: CommandLine) -> None:
    assert "no organization" in commands.refusal("simulate", "--organization", "unknown")


def test_an_organization_without_automats_is_refused(commands: CommandLine, client: Client) -> None:
    id = to_id(OrganizationUnit, client.organization_id)

    assert "no automat to simulate" in commands.refusal("simulate", "--organization", id)


def test_a_day_of_guests_is_for_sandboxes_alone(
    commands: CommandLine, client: Client, tmp_path: Path
) -> None:
    id = to_id(OrganizationUnit, client.organization_id)
    (tmp_path / "credentials").mkdir()

    refusal = commands.refusal("simulate", "--organization", id, "--scenario", "day")
    refused = commands.run(
        "simulate", "--credentials", str(tmp_path / "credentials"), "--scenario", "day"
    )

    assert refusal == "The clock of an organization that is not a sandbox cannot be moved."
    assert refused.returncode == 2


def test_without_a_broker_nothing_is_simulated(commands: CommandLine, client: Client) -> None:
    id = to_id(OrganizationUnit, client.organization_id)
    none = {"mqtt_url": "", "mqtt_public_url": ""}

    assert "LIVIONKEY_MQTT_URL" in commands.refusal("simulate", "--organization", id, **none)
