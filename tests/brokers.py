"""A real Mosquitto of this machine's packages, on ports of its own, with a folder of its own.

`running_broker()` stands alone, with an authority of its own, for automats without a database;
`broker_of(database)` trusts the authority of an installation. Both listen for automats at `url` and
for links at `link_url`. As root, Mosquitto goes on as its own user, which must be able to read the
folder, so it is not made where pytest keeps its files.
"""

import os
import pwd
import random
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

from outsides import SECRET

from automat_link.broker import Listening, files
from models.database import Database
from resolvers.automat_links import authority, broker_folder
from resolvers.automat_links.credentials import Credentials, new_credentials
from resolvers.automat_links.issuing import Identity, Issuer
from resolvers.outside.secret import Secret

HOST = "127.0.0.1"
SECONDS = 60.0
PORTS = 20_000, 32_000
"""Below those that Linux gives to outgoing connections, so that a broker gets its own again."""


def mosquitto() -> str:
    """Find the broker; `./dev test` installs it."""
    folders = f"{os.environ.get('PATH', os.defpath)}:/usr/local/sbin:/usr/sbin"
    found = shutil.which("mosquitto", path=folders)
    assert found, "mosquitto is not installed: `./dev test` does it"
    return found


def free_ports() -> tuple[int, int]:
    """Find two ports that nobody listens on, and which no outgoing connection gets meanwhile."""
    while True:
        first = random.randrange(*PORTS, 2)
        with (
            suppress(OSError),
            socket.create_server((HOST, first)),
            socket.create_server((HOST, first + 1)),
        ):
            return first, first + 1


def its_user() -> tuple[int, int] | None:
    """Tell who the broker goes on as: its own user when we are root, else ourselves."""
    if os.geteuid():
        return None
    user = pwd.getpwnam("mosquitto")
    return user.pw_uid, user.pw_gid


class Broker:
    """One broker that can be started, stopped, killed, and started again empty.

    Args:
        folder: Its own.
        issuer: The authority that it trusts.
    """

    def __init__(self, folder: Path, issuer: Issuer) -> None:
        self.folder = folder
        self.issuer = issuer
        self.port, self.link_port = free_ports()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where automats connect, by the names of settings and credentials."""
        return f"mqtts://{HOST}:{self.port}"

    @property
    def link_url(self) -> str:
        """Where links connect."""
        return f"mqtts://{HOST}:{self.link_port}"

    def put(self, certificates: dict[str, str], *, connections: int = 2_000) -> None:
        """Write its files."""
        listening = Listening(
            port=self.port,
            address=HOST,
            link_port=self.link_port,
            connections=connections,
        )
        broker_folder.make(self.folder, its_user())
        for name, content in (files(self.folder, listening) | certificates).items():
            broker_folder.write(self.folder, name, content)

    def start(self) -> None:
        """Start it, and wait until it listens."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  # our own words
                [mosquitto(), "-c", str(self.folder / "mosquitto.conf")], stdout=log, stderr=log
            )
        self._wait(self.port)
        self._wait(self.link_port)

    def stop(self) -> None:
        """End it in an orderly way; it writes down what it keeps."""
        if self._process:
            self._process.terminate()
            self._process.wait(SECONDS)
            self._process = None

    def kill(self) -> None:
        """End it at once (SIGKILL)."""
        if self._process:
            self._process.kill()
            self._process.wait(SECONDS)
            self._process = None

    def forget(self) -> None:
        """Throw away all that it kept; it has to be down."""
        for file in (self.folder / "data").iterdir():
            file.unlink()

    def restart(self, *, empty: bool = False) -> None:
        """Kill it and start it again, with what it kept or without."""
        self.kill()
        if empty:
            self.forget()
        self.start()

    def reload(self) -> None:
        """Let it read its certificates and the list of revoked ones again (SIGHUP)."""
        broker_folder.tell_the_broker(self.folder)

    @property
    def log(self) -> str:
        """What it said."""
        return (self.folder / "log").read_text()

    def credentials(self, link_id: UUID | None = None, now: datetime | None = None) -> Credentials:
        """Make credentials that it accepts; those of a database are made by its use cases."""
        moment = now or datetime.now(UTC)
        return new_credentials(self.issuer, link_id or uuid4(), self.url, moment)

    def link(self) -> Identity:
        """Make a certificate for a link."""
        return self.issuer.link(datetime.now(UTC))

    def _wait(self, port: int) -> None:
        assert self._process
        patient_until = time.monotonic() + SECONDS
        while time.monotonic() < patient_until:
            assert self._process.poll() is None, self.log
            with suppress(OSError), socket.create_connection((HOST, port), 1):
                return
            time.sleep(0.02)
        raise AssertionError(self.log)


def tls_of(identity: Identity | Credentials | None, authority: str) -> ssl.SSLContext:
    """Make what a client of a broker shows, and whom it trusts."""
    context = ssl.create_default_context(cadata=authority)
    if identity is not None and identity.private_key is not None:
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
            file.write(identity.certificate + identity.private_key)
            file.flush()
            context.load_cert_chain(file.name)
    return context


@contextmanager
def broker_in_a_folder(issuer: Issuer) -> Iterator[Broker]:
    """Give a broker that is not started yet; it is gone afterwards with its folder."""
    folder = Path(tempfile.mkdtemp(prefix="livionkey-broker-"))
    broker = Broker(folder, issuer)
    try:
        yield broker
    finally:
        broker.kill()
        shutil.rmtree(folder)


@contextmanager
def running_broker(*, connections: int = 2_000) -> Iterator[Broker]:
    """Run a broker with an authority of its own."""
    now = datetime.now(UTC)
    with broker_in_a_folder(Issuer.new(now)) as broker:
        server = broker.issuer.server([HOST, "localhost"], now)
        certificates = {
            broker_folder.AUTHORITY: server.authority,
            broker_folder.SERVER: server.certificate,
            broker_folder.SERVER_KEY: server.private_key,
            broker_folder.REVOKED: broker.issuer.revocations([], 1, now),
        }
        broker.put(certificates, connections=connections)
        broker.start()
        yield broker


@asynccontextmanager
async def broker_of(
    database: Database, secret: Secret = SECRET, *, connections: int = 2_000
) -> AsyncIterator[Broker]:
    """Run a broker that trusts the authority of an installation, with the secret of `outsides`."""
    now = datetime.now(UTC)
    made = await authority.broker_files(database, secret, [HOST, "localhost"], now)
    async with database.writing() as session:
        issuer = await authority.issuer(session, secret, now)
    with broker_in_a_folder(issuer) as broker:
        broker.put(made, connections=connections)
        broker.start()
        yield broker
