"""The commands about evidence: writing a contract's bundle, and checking one without a server."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from models.accounts import WayIn
from models.contracts import KeyContract
from models.database import Database
from models.errors import InvalidInput
from resolvers.evidence.exporting import Asker, export, note_exported
from resolvers.evidence.gathering import Gathered
from resolvers.outside.on_demand import loaded
from schema.commands.on_database import on_database
from schema.commands.terminal import errors, output
from schema.context import clock
from schema.operating.outside import outside_for
from schema.scalars import from_id
from schema.settings import settings

evidence_commands = typer.Typer(
    no_args_is_help=True, help="Evidence of what was signed, which can be checked by anybody."
)


@evidence_commands.command("export")
def export_bundle(
    contract: Annotated[str, typer.Argument(help="The id of the key contract.")],
    *,
    output_file: Annotated[
        Path, typer.Option("--output", help="The file to write; one that is there is kept.")
    ],
) -> None:
    """Write a contract's evidence into one file."""
    writing = partial(_written, contract=contract, file=output_file)
    gathered = on_database(writing)
    errors.print(f"{output_file}: the evidence of {gathered.contract['reference']}.", markup=False)


@evidence_commands.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(help="A bundle of evidence.")],
    *,
    trust: Annotated[
        list[Path] | None,
        typer.Option(help="A root certificate to trust, PEM or DER; may be repeated."),
    ] = None,
    trust_own: Annotated[
        bool,
        typer.Option(
            "--trust-own",
            help="Trust the certificates in the bundle: it is whole, but anybody may have made it.",
        ),
    ] = False,
) -> None:
    """Check a bundle: a line for each thing that was checked.

    Exit status 0 when all is good and it was said whom to trust, by --trust or --trust-own;
    otherwise 1. It needs no server, no database and no network.
    """
    if trust and trust_own:
        raise InvalidInput("Give --trust or --trust-own, not both.")
    checking = loaded("resolvers.evidence.checking")
    roots = [root for path in trust or () for root in _roots(checking, path)]
    findings = checking.check_bundle(file, roots)
    for one in findings:
        mark = "good  " if one.is_good else "BROKEN"
        output.print(
            f"{mark} {one.what}: {one.words}", markup=False, highlight=False, soft_wrap=True
        )
    broken = sum(not one.is_good for one in findings)
    if broken:
        raise InvalidInput(f"{file} is not whole: {broken} of {len(findings)} checks failed.")
    if not trust and not trust_own:
        raise InvalidInput(
            f"{file} is whole, but anybody may have made it: give --trust with the root "
            "certificate of whoever should have, or --trust-own to go without."
        )
    errors.print(f"{file} is whole: {len(findings)} checks passed.", markup=False)


async def _written(database: Database, *, contract: str, file: Path) -> Gathered:
    contract_id = from_id(KeyContract, contract)
    outside = outside_for(settings())
    try:
        with file.open("x+b") as target, removed_unless_done(file):
            gathered = await export(database, outside, contract_id, target, clock())
            by = Asker(WayIn.COMMAND)
            await note_exported(database, gathered.contract["id"], clock(), by=by)
            return gathered
    except FileExistsError as error:
        raise InvalidInput(f"{file} is there already; choose another name.") from error
    except OSError as error:
        reason = error.strerror or error
        raise InvalidInput(f"{file} cannot be written ({reason}).") from error


@contextmanager
def removed_unless_done(file: Path) -> Iterator[None]:
    """Leave no half of a file behind."""
    try:
        yield
    except BaseException:
        file.unlink()
        raise


def _roots(checking: Any, path: Path) -> list[bytes]:
    try:
        found: list[bytes] = checking.certificates_in(path.read_bytes())
    except ValueError as error:
        raise InvalidInput(f"{path}: that is no certificate.") from error
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read ({error.strerror}).") from error
    return found
