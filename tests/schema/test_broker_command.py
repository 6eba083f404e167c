"""`livionkey broker`: one command from nothing to a broker that can be started."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from brokers import HOST, Broker, free_ports, tls_of
from commands import CommandLine
from cryptography import x509
from outsides import SECRET, SECRET_KEY

from models.database import Database
from resolvers.automat_links import authority, broker_folder


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a folder that Mosquitto's own user can reach, too."""
    made = Path(tempfile.mkdtemp(prefix="livionkey broker-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def commands(own_database: Database, folder: Path) -> CommandLine:
    url = own_database.url.render_as_string(hide_password=False)
    settings = {
        "database_url": url.replace("+aiosqlite", "").replace("+psycopg", ""),
        "secret_key": SECRET_KEY,
        "data_folder": str(folder / "data"),
    }
    return CommandLine(folder, settings)


async def says_hello(broker: Broker) -> bool:
    """Tell whether the broker speaks TLS with whoever has a certificate of its authority."""
    tls = tls_of(broker.link(), broker.issuer.certificate)
    reading, writing = await asyncio.open_connection(HOST, broker.link_port, ssl=tls)
    writing.close()
    await writing.wait_closed()
    return reading.at_eof()


async def test_its_files_start_a_broker(
    commands: CommandLine, own_database: Database, folder: Path
) -> None:
    where = folder / "broker"
    port, link_port = free_ports()
    ports = ("--port", str(port), "--link-port", str(link_port), "--address", HOST)

    told = commands.run("broker", str(where), "--host", HOST, "--host", "b.example", *ports)

    assert told.returncode == 0, told.stderr
    assert f"LIVIONKEY_MQTT_URL=mqtts://{HOST}:{link_port}\n" in told.stderr
    assert f"LIVIONKEY_MQTT_PUBLIC_URL=mqtts://{HOST}:{port}\n" in told.stderr
    server = x509.load_pem_x509_certificate(broker_folder.read(where, broker_folder.SERVER))
    assert authority.hosts_of(server) == [HOST, "b.example", "localhost"]
    async with own_database.writing() as session:
        issuer = await authority.issuer(session, SECRET, datetime.now(UTC))
    broker = Broker(where, issuer)
    broker.port, broker.link_port = port, link_port
    try:
        broker.start()
        assert await says_hello(broker)
        assert (where / broker_folder.PROCESS).is_file()
    finally:
        broker.kill()


def test_it_can_be_repeated_with_the_same_authority(commands: CommandLine, folder: Path) -> None:
    found = []
    for _ in range(2):
        commands.done("broker", str(folder / "broker"), "--host", "b.example")
        found.append((folder / "broker" / broker_folder.AUTHORITY).read_text())

    assert found[0] == found[1]


def test_what_cannot_be_written_is_refused_in_one_line(commands: CommandLine, folder: Path) -> None:
    (folder / "file").touch()

    told = commands.refusal("broker", str(folder / "file"), "--host", "b.example")

    assert "cannot be written" in told


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives folders away")
def test_a_user_that_is_not_there_is_refused(commands: CommandLine, folder: Path) -> None:

    told = commands.refusal("broker", str(folder / "b"), "--host", "x", "--user", "nobody-here")

    assert told == "There is no user nobody-here; install mosquitto, or name one."
