"""The command that makes a network of ways, on which distances on foot are measured."""

from pathlib import Path
from typing import Annotated

import typer

from geo.services.providers import OPENSTREETMAP
from geo.walking import files
from geo.walking.loaded import file_in
from geo.walking.network import Network
from geo.walking.ways import read_ways
from schema.commands.terminal import output
from schema.settings import settings

walking_commands = typer.Typer(no_args_is_help=True, help="Distances on foot.")


@walking_commands.callback()
def walking() -> None:
    """Distances on foot."""


@walking_commands.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="A map: .osm.pbf.")],
    *,
    licence: Annotated[
        str, typer.Option(help="Whose map it is, and under which licence.")
    ] = OPENSTREETMAP,
) -> None:
    """Make the network of ways of this installation from a map; the one before is replaced.

    It lies in the data folder. Processes that run take it when they are started again. Policies
    with `walkingDistance` then measure on foot within it, and say so of each distance.
    """
    arrays = files.arrays_of(read_ways(file), licence)
    network = Network(arrays)
    files.write(arrays, file_in(settings().data_folder))
    output.print(
        f"{file.name}: {len(arrays.latitudes)} points and {len(arrays.pieces)} pieces of ways; "
        f"ways are {network.detour:.2f} times as long as straight lines there. {licence}",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
