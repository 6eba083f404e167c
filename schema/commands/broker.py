"""`livionkey broker`: the files of the broker between automats and the link, ready to start."""

import os
import pwd
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from automat_link import broker as configuration
from automat_link.broker import CONNECTIONS, LINK_PORT, PORT, Listening
from models.database import Database
from models.errors import InvalidInput
from resolvers.automat_links import authority, broker_folder
from resolvers.outside.secret import Secret
from schema.commands.on_database import on_database
from schema.commands.terminal import errors
from schema.context import clock
from schema.operating.outside import outside_for
from schema.settings import settings

THIS_MACHINE = "127.0.0.1"
DONE = """\
Start it:   mosquitto -c {folder}/mosquitto.conf
The link:   LIVIONKEY_MQTT_URL=mqtts://{link}:{link_port}
Automats:   LIVIONKEY_MQTT_PUBLIC_URL=mqtts://{host}:{port}
Revoking:   LIVIONKEY_BROKER_FOLDER={folder}"""


def broker(
    folder: Annotated[Path, typer.Argument(help="Where to; what is there is written anew.")],
    *,
    host: Annotated[
        list[str],
        typer.Option(help="A name or address by which automats reach it; may be repeated."),
    ],
    address: Annotated[
        str, typer.Option(help="On which address of this machine it listens for automats.")
    ] = "0.0.0.0",  # noqa: S104 - automats come from everywhere, with certificates
    port: Annotated[int, typer.Option(min=1, max=65_535, help="On which port.")] = PORT,
    link_address: Annotated[
        str, typer.Option(help="On which address it listens for the link.")
    ] = THIS_MACHINE,
    link_port: Annotated[int, typer.Option(min=1, max=65_535, help="On which port.")] = LINK_PORT,
    connections: Annotated[
        int, typer.Option(min=1, help="How many automats may be connected at once.")
    ] = CONNECTIONS,
    user: Annotated[
        str,
        typer.Option(help="Who it runs as, when it is started as root; the folder becomes theirs."),
    ] = "mosquitto",
) -> None:
    """Write the files of a broker: Mosquitto's configuration, who may say what, and certificates.

    They are of this installation's own authority, which is made when there is none yet. While
    `livionkey link` runs on the same machine with LIVIONKEY_BROKER_FOLDER, it keeps the list of
    revoked certificates and the broker's own certificate fresh.
    """
    where = folder.absolute()
    listening = Listening(
        port=port,
        address=address,
        link_port=link_port,
        link_address=link_address,
        connections=connections,
        user=user,
    )
    secret = outside_for(settings()).secret
    hosts = list(dict.fromkeys([*host, link_address, "localhost"]))
    made = on_database(partial(_certificates, secret=secret, hosts=hosts, now=clock()))
    try:
        _write(where, configuration.files(where, listening) | made, user)
    except OSError as error:
        raise InvalidInput(f"{where} cannot be written ({error.strerror}).") from error
    told = DONE.format(
        folder=where, host=host[0], port=port, link=link_address, link_port=link_port
    )
    errors.print(told, markup=False, highlight=False, soft_wrap=True)


async def _certificates(
    database: Database, *, secret: Secret, hosts: list[str], now: datetime
) -> dict[str, str]:
    return await authority.broker_files(database, secret, hosts, now)


def _write(folder: Path, files: dict[str, str], user: str) -> None:
    broker_folder.make(folder, _owner(user))
    for name, content in files.items():
        broker_folder.write(folder, name, content)
    broker_folder.tell_the_broker(folder)  # one that runs already reads all but its ports again


def _owner(user: str) -> tuple[int, int] | None:
    """Tell whose the folder is to be: the broker's user where we are root, else ours."""
    if os.geteuid():
        return None
    try:
        found = pwd.getpwnam(user)
    except KeyError:
        raise InvalidInput(f"There is no user {user}; install mosquitto, or name one.") from None
    return found.pw_uid, found.pw_gid
