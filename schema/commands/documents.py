"""The commands about trusted documents: what an organization's clients may ask by a digest."""

from pathlib import Path
from typing import Annotated

import typer

from models.database import Database
from models.errors import InvalidInput, NotFound
from models.organizations import OrganizationUnit
from models.trusted_documents import TrustedDocument
from resolvers import trusted_documents
from resolvers.work import Work, system
from schema.api import schema
from schema.commands.on_database import on_database
from schema.context import clock
from schema.guards.guarded import check_document
from schema.scalars import from_id

document_commands = typer.Typer(no_args_is_help=True, help="Trusted documents.")


@document_commands.callback()
def documents() -> None:
    """Trusted documents: what an organization's clients may ask by a digest."""


@document_commands.command("trust")
def trust(
    files: Annotated[
        list[Path], typer.Argument(exists=True, dir_okay=False, help="GraphQL documents.")
    ],
    *,
    organization: Annotated[str, typer.Option(help="The id of the organization.")],
) -> None:
    """Trust documents; prints the id by which each is asked for, and its file.

    All of them are checked before any of them is trusted.
    """
    texts = {file: checked(file) for file in files}

    async def add(database: Database) -> list[TrustedDocument]:
        organization_id = from_id(OrganizationUnit, organization)
        async with database.writing() as session:
            unit = await session.get(OrganizationUnit, organization_id)
            if unit is None or unit.parent_id is not None:
                raise NotFound(f"There is no organization with the id {organization}.")
            owner = system(unit.id, unit.clock_ahead)
            work = Work(session, owner, owner.time(clock()))
            return [
                await trusted_documents.trust(work, text=text, name=file.stem)
                for file, text in texts.items()
            ]

    for file, document in zip(files, on_database(add), strict=True):
        typer.echo(f"sha256:{document.digest} {file}")


def checked(file: Path) -> str:
    """Read a document.

    Raises:
        InvalidInput: It is no text in UTF-8, or could not be executed.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{file} cannot be read as a text in UTF-8.") from error
    if problem := check_document(schema, text):
        raise InvalidInput(f"{file}: {problem}")
    return text
