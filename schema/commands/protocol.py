"""`livionkey protocol`: what somebody needs who builds an automat."""

from pathlib import Path
from typing import Annotated

import typer

from automat_link import describing
from models.errors import InvalidInput


def protocol(
    folder: Annotated[Path, typer.Argument(help="Where to; it is made where there is none.")],
) -> None:
    """Write the page on the protocol of automats, and a JSON Schema of each message."""
    try:
        written = describing.write(folder)
    except OSError as error:
        raise InvalidInput(f"{folder} cannot be written: {error.strerror}.") from error
    for path in written:
        typer.echo(path)
