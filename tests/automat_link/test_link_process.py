"""`livionkey link` as people start it: a process of its own, that may be killed at any moment."""

import asyncio
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiomqtt import MqttError
from brokers import Broker
from commands import CommandLine
from linked import eventually
from linked_house import House, house, install, link_row, reports_of, speaking_as
from outsides import SECRET_KEY
from talking import Client

from models.automats import Automat
from models.database import Database
from resolvers.automat_links import revoking
from resolvers.automat_links.credentials import Credentials
from schema.scalars import from_id

LONG = 60.0


@pytest.fixture
def commands(own_database: Database, broker: Broker, tmp_path: Path) -> CommandLine:
    url = own_database.url.render_as_string(hide_password=False)
    settings = {
        "database_url": url.replace("+aiosqlite", "").replace("+psycopg", ""),
        "mqtt_url": broker.link_url,
        "mqtt_public_url": broker.url,
        "secret_key": SECRET_KEY,
        "broker_folder": str(broker.folder),
    }
    return CommandLine(tmp_path, settings)


@contextmanager
def link_process(commands: CommandLine) -> Iterator[subprocess.Popen[str]]:
    """Run a link, whatever happens."""
    process = commands.start("link")
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def test_without_a_broker_the_link_is_refused_in_one_line(commands: CommandLine) -> None:
    assert "LIVIONKEY_MQTT_URL" in commands.refusal("link", mqtt_url="")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("mqtt_url", "https://broker.example"),
        ("mqtt_url", "mqtt://broker.example"),
        ("mqtt_authority", "nowhere.pem"),
        ("broker_folder", "nowhere"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(
    commands: CommandLine, setting: str, value: str
) -> None:
    assert setting.upper() in commands.refusal("link", **{setting: value})


async def test_it_stops_when_it_is_told_to(
    commands: CommandLine, client: Client, broker: Broker
) -> None:
    with link_process(commands) as process:
        async with house(client, broker) as home:
            await heard(home, 1)
        process.send_signal(signal.SIGTERM)

        assert process.wait(20) == 0

    log = (commands.folder / "log").read_text()
    assert "has ended" in log
    assert "Traceback" not in log


async def test_killed_again_and_again_it_loses_nothing(
    commands: CommandLine, own_database: Database, client: Client, broker: Broker
) -> None:
    async with house(client, broker) as home:
        for _ in range(3):
            with link_process(commands):
                before = home.cabinet.log.last_number
                last = happen(home)
                await heard(home, before)
        with link_process(commands):
            await heard(home, last)

        await check_each_once(own_database, home, last)


async def test_the_broker_learns_from_it_who_was_taken_back(
    commands: CommandLine, client: Client, broker: Broker
) -> None:
    automat, credentials = await install(client, broker)
    async with client.working() as work:
        await revoking.revoke(work, from_id(Automat, automat))

    with link_process(commands):
        await eventually(lambda: is_kept_out(credentials), LONG)


async def is_kept_out(credentials: Credentials) -> bool:
    try:
        async with speaking_as(credentials):
            return False
    except MqttError:
        return True


def test_another_secret_is_refused_in_one_line(commands: CommandLine) -> None:
    other = {"secret_key": "another secret that nobody has ever seen"}

    line = commands.refusal("link", **other)

    assert "LIVIONKEY_SECRET_KEY" in line


async def test_without_a_broker_it_waits_and_says_so_once(
    commands: CommandLine, client: Client, broker: Broker
) -> None:
    broker.kill()
    try:
        with link_process(commands) as process:
            await eventually(lambda: "is away" in log_of(commands), LONG)
            await asyncio.sleep(5)
            assert process.poll() is None
            broker.start()
            await eventually(lambda: "is connected" in log_of(commands), LONG)
    finally:
        broker.restart()

    assert log_of(commands).count("is away") == 1


async def heard(home: House, number: int) -> None:
    """Wait until the automat was told that all up to a number was heard."""
    await eventually(lambda: home.cabinet.log.oldest_number > number, LONG)


def log_of(commands: CommandLine) -> str:
    return (commands.folder / "log").read_text()


def happen(home: House, times: int = 10) -> int:
    for _ in range(times):
        home.cabinet.force_door(5)
        home.cabinet.close_door(5)
    return home.cabinet.log.last_number


async def check_each_once(database: Database, home: House, number: int) -> None:
    told = [one for one in await reports_of(database, home.credentials) if one.number]
    assert [one.number for one in told][:number] == list(range(1, number + 1))
    assert all(one.applied_at is not None for one in told[:number])
    assert (await link_row(database, home.credentials)).heard_up_to >= number
