"""`livionkey audit`: the trail, sealed, checked and given out."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from models.database import Database
from models.errors import InvalidInput, NotFound
from models.organizations import OrganizationUnit
from resolvers.clocks import every_system
from resolvers.trail import checking, files, sealing
from resolvers.trail.chains import Chain, Problem
from schema.commands.on_database import on_database
from schema.commands.terminal import errors, output
from schema.context import clock
from schema.scalars import from_id, to_id

audit_commands = typer.Typer(
    no_args_is_help=True, help="The trail of all that happened: sealed, checked, given out."
)
MOST_SHOWN = 50
"""How many problems are shown of one trail; all are counted."""
Organization = Annotated[
    str, typer.Option("--organization", help="The id of one; all of them when left out.")
]
Checking = Callable[[Chain, Callable[[Problem], None]], Awaitable[None]]


@audit_commands.command("seal")
def seal() -> None:
    """Seal now what is complete of every trail, which servers do once a minute."""
    sealed = on_database(lambda database: sealing.seal_all(database, clock()))
    errors.print(f"{sealed} events were sealed.", highlight=False)


@audit_commands.command("verify")
def verify(
    *,
    organization: Organization = "",
    file: Annotated[
        Path | None, typer.Option(help="A file that `audit export` wrote, checked by itself.")
    ] = None,
    noted: Annotated[
        str | None,
        typer.Option(
            help="The digest of a seal, as this command said it before: it has to be there still."
        ),
    ] = None,
) -> None:
    """Check that nothing of the trail was changed, removed or slipped in since it was sealed.

    One line for each event or seal that is not as it was, and exit status 1; otherwise a line for
    each organization, with the digest of its last seal. Note that elsewhere: whoever can write to
    the database could make a whole trail anew, but not one with the same digest.
    """
    if file is not None:
        if organization:
            raise InvalidInput("A file says by itself whose it is: leave --organization out.")
        wrong = _in_file(file, noted)
    else:
        wrong = on_database(lambda database: _in_database(database, organization, noted))
    if wrong:
        raise InvalidInput(f"The trail is not whole: {wrong} things are not as they were sealed.")


def _in_file(file: Path, noted: str | None) -> int:
    told, chain = _Told(str(file)), Chain(noted=noted)
    try:
        with file.open("rb") as lines:
            for problem in files.check(lines, chain):
                told.add(problem)
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}.") from error
    return told.end(chain)


async def _in_database(database: Database, organization: str, noted: str | None) -> int:
    wrong = 0
    for id in await _meant(database, organization):
        told, chain = _Told(to_id(OrganizationUnit, id)), Chain(noted=noted)
        async for problem in checking.check(database, id, chain):
            told.add(problem)
        wrong += told.end(chain)
    return wrong


async def _meant(database: Database, organization: str) -> list[UUID]:
    known = [owner.organization_id for owner in await every_system(database)]
    if not organization:
        return known
    id = from_id(OrganizationUnit, organization)
    if id not in known:
        raise NotFound(f"There is no organization with the id {organization}.")
    return [one for one in known if one == id]


class _Told:
    """What was said of one trail.

    Args:
        whose: What it is called.
    """

    def __init__(self, whose: str) -> None:
        self._whose = whose
        self._count = 0

    def add(self, problem: Problem) -> None:
        """Say what is wrong, unless that was said often enough."""
        self._count += 1
        if self._count <= MOST_SHOWN:
            self._say(str(problem))

    def end(self, chain: Chain) -> int:
        """Say how much there was; gives how much of it is wrong."""
        if self._count == 0:
            removed = f", of {chain.removed} the events were removed" if chain.removed else ""
            self._say(
                f"whole. {chain.number} seals{removed}, {chain.sealed} events in them and "
                f"{chain.loose} behind them. The last seal is {chain.digest}"
            )
        elif self._count > MOST_SHOWN:
            self._say(f"and {self._count - MOST_SHOWN} more.")
        return self._count

    def _say(self, words: str) -> None:
        output.print(f"{self._whose}: {words}", markup=False, highlight=False, soft_wrap=True)


@audit_commands.command("export")
def export(
    organization: Annotated[str, typer.Argument(help="The id of the organization.")],
    *,
    output_file: Annotated[
        Path, typer.Option("--output", help="The file to write; one that is there is kept.")
    ],
) -> None:
    """Write the trail of an organization with its seals, as JSON Lines.

    `livionkey audit verify --file` checks it without a database.
    """

    async def write(database: Database) -> int:
        (id,) = await _meant(database, organization)
        count = 0
        with output_file.open("xb") as target:
            async for line in files.lines(database, id, clock()):
                target.write(line)
                count += 1
        return count

    try:
        count = on_database(write)
    except FileExistsError as error:
        raise InvalidInput(f"{output_file} is there already; choose another name.") from error
    except OSError as error:
        raise InvalidInput(f"{output_file} cannot be written: {error.strerror}.") from error
    errors.print(f"{output_file}: {count} lines.", markup=False, highlight=False)
