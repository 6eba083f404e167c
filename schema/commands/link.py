"""`livionkey link`: the process that talks to automats. Any number may run, on any machine."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from automat_link.connection import Broker, broker_at
from automat_link.link import Link
from models.database import Database
from models.errors import InvalidInput
from resolvers.automat_links import authority
from resolvers.outside.secret import NotOurs, Secret
from schema.commands.on_database import on_database
from schema.context import clock
from schema.operating.logs import write_logs
from schema.operating.outside import outside_for
from schema.serving import collect_rarely
from schema.settings import Settings, settings

NO_BROKER = (
    "LIVIONKEY_MQTT_URL is not set: there is no link to automats without a broker; "
    "`livionkey broker FOLDER` writes the files of one."
)

MADE_WITH_ANOTHER = (
    "LIVIONKEY_SECRET_KEY: the authority of automats was made with another secret; set that one "
    "too, behind a comma."
)


def link() -> None:
    """Talk to automats over the broker, until told to stop; any number may do it at once."""
    current = settings()
    check(current)
    collect_rarely()
    write_logs(current)
    secret = outside_for(current).secret
    on_database(partial(link_until_told, current=current, secret=secret))


def check(current: Settings) -> None:
    """Refuse settings with which no link can be.

    Raises:
        InvalidInput: There is no broker, or what is said of it makes no sense.
    """
    if not current.mqtt_url:
        raise InvalidInput(NO_BROKER)
    try:
        broker_at(current.mqtt_url, authority=_authority(current.mqtt_authority))
    except ValueError as error:
        raise InvalidInput(f"LIVIONKEY_MQTT_URL and LIVIONKEY_MQTT_AUTHORITY: {error}") from error
    folder = current.broker_folder
    if folder is not None and not folder.is_dir():
        raise InvalidInput(f"LIVIONKEY_BROKER_FOLDER: there is no folder {folder}.")


def _authority(file: Path | None) -> str | None:
    try:
        return None if file is None else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"LIVIONKEY_MQTT_AUTHORITY: {file} cannot be read.") from error


def the_link(database: Database, current: Settings, secret: Secret) -> Link:
    """Put a link together."""
    return Link(
        database,
        secret,
        clock,
        broker=partial(the_broker, database, current, secret),
        watch=the_watch(database, current, secret),
    )


async def the_broker(database: Database, current: Settings, secret: Secret) -> Broker:
    """Say where the broker is, and sign in by a fresh certificate of our authority."""
    hidden = current.mqtt_password
    ours = await authority.link_identity(database, secret, clock())
    return broker_at(
        current.mqtt_url,
        authority=_authority(current.mqtt_authority) or ours.authority,
        certificate=None if current.mqtt_username else f"{ours.certificate}{ours.private_key}",
        username=current.mqtt_username or None,
        password=hidden.get_secret_value() if hidden else None,
    )


def the_watch(
    database: Database, current: Settings, secret: Secret
) -> Callable[[], Awaitable[None]] | None:
    """Keep the broker's certificates and its list of revoked ones fresh, if they are kept here."""
    folder = current.broker_folder
    if folder is None:
        return None

    async def watch() -> None:
        await authority.refresh(database, secret, folder, clock())

    return watch


async def link_until_told(database: Database, current: Settings, secret: Secret) -> None:
    """Talk until a signal says to stop; a second one ends the process as it would any other."""
    try:
        await the_broker(database, current, secret)
    except NotOurs as error:
        raise InvalidInput(MADE_WITH_ANOTHER) from error
    talking, loop = the_link(database, current, secret), asyncio.get_running_loop()

    def told_to_stop() -> None:
        talking.stop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told_to_stop)
    await talking.run()
