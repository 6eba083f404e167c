"""`livionkey keys`: the keys by which secrets in the database are encrypted, and turning them."""

import asyncio
from functools import partial

import typer
from rich.table import Table

from models.database import Database
from models.errors import InvalidInput
from models.sealer import LOOKS_EVERY_SECONDS
from resolvers.keys_at_rest import KnownKey, come_with, known_keys
from resolvers.outside.encryption_keys import KeyFile
from resolvers.resealing import reseal
from schema.commands.on_database import on_database
from schema.commands.terminal import errors, output
from schema.context import clock
from schema.operating.keys_at_rest import provider_for
from schema.settings import settings

SAID = (
    "LIVIONKEY_ENCRYPTION_KEYS says the keys, so no other place can be written: set a new one in "
    "front of them, start every process again, then run: livionkey keys reencrypt"
)

key_commands = typer.Typer(
    no_args_is_help=True, help="The keys by which secrets in the database are encrypted."
)


@key_commands.command("list")
def show() -> None:
    """List the keys by their names, with how many secrets each of them seals."""
    table = Table("name", "use", "used since", "secrets", "here", "state")
    for key in on_database(known_keys):
        counted = str(key.sealed) if key.use == "sealing" else "-"
        here = "yes" if key.is_here else "no"
        table.add_row(
            key.name, key.use, f"{key.used_since:%Y-%m-%d %H:%M}", counted, here, _state(key)
        )
    output.print(table)


def _state(key: KnownKey) -> str:
    if key.use == "marking":
        return "marks"
    if key.is_first:
        return "encrypts"
    return "needed" if key.retired_at is None else "not needed, but for old copies"


@key_commands.command("rotate")
def rotate() -> None:
    """Make a new key in the file of keys, and encrypt every secret with it, while all goes on.

    Processes that share the file find the new key by themselves. The former ones stay in it: older
    copies of the database need them.
    """
    provider = provider_for(settings())
    if not isinstance(provider, KeyFile):
        raise InvalidInput(SAID)
    on_database(_nothing)
    provider.add()
    on_database(partial(_reencrypted, wait_seconds=LOOKS_EVERY_SECONDS))


@key_commands.command("reencrypt")
def reencrypt() -> None:
    """Encrypt every secret with the first key; it may be stopped, and goes on when run again."""
    on_database(partial(_reencrypted, wait_seconds=0))


async def _nothing(_database: Database) -> None:
    """Only see that the keys are there."""


async def _reencrypted(database: Database, *, wait_seconds: float) -> None:
    """Encrypt all, and once more what others have written until they knew the new key too."""
    database.sealer.look()
    await come_with(database, clock())
    done = await reseal(database, clock())
    if wait_seconds:
        await asyncio.sleep(wait_seconds)
        done += await reseal(database, clock())
    errors.print(f"{done} secrets are encrypted anew, by the key {database.sealer.names[0]}.")
