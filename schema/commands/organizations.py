"""The commands that make organizations, and their bearer tokens."""

from datetime import timedelta
from typing import Annotated

import typer

from models.accounts import Permission, Role, WayIn
from models.database import Database
from models.errors import NotFound
from models.organizations import OrganizationUnit
from resolvers import organizations
from resolvers.partners import tokens
from resolvers.work import Work, system
from schema.commands.on_database import on_database
from schema.context import clock
from schema.scalars import from_id, parse_instant, to_id

organization_commands = typer.Typer(no_args_is_help=True, help="Organizations.")
token_commands = typer.Typer(no_args_is_help=True, help="Bearer tokens.")


@organization_commands.command("create")
def create_organization(
    name: Annotated[str, typer.Argument(help="What it is called.")],
    *,
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="One for trying things, whose clock can be moved.")
    ] = False,
) -> None:
    """Make an organization; prints its id alone."""
    clock_ahead = timedelta() if sandbox else None

    async def create(database: Database) -> OrganizationUnit:
        async with database.writing() as session:
            work = Work(session, organizations.founder(WayIn.COMMAND), clock())
            return await organizations.found(work, name=name, clock_ahead=clock_ahead)

    typer.echo(to_id(OrganizationUnit, on_database(create).id))


def of_people_and_programs(role: Role) -> Role:
    """Refuse the role of displays: theirs come from a pairing code alone, bound to a station."""
    if role is Role.STATION:
        message = "a display gets its token by a pairing code, see signatureStationPairingCode."
        raise typer.BadParameter(message)
    return role


@token_commands.command("create")
def create_token(
    *,
    organization: Annotated[str, typer.Option(help="The id of the organization.")],
    role: Annotated[
        Role, typer.Option(callback=of_people_and_programs, help="What the token is for.")
    ],
    source: Annotated[str, typer.Option(help="Whose numbers external ids are.")] = "default",
    name: Annotated[str, typer.Option(help="To tell tokens apart.")] = "token",
    unit: Annotated[
        list[str] | None,
        typer.Option(help="The id of a unit that it reaches, with all below; may be repeated."),
    ] = None,
    expires: Annotated[
        str | None, typer.Option(help="When it ends: 2027-03-28T12:00:00Z; never by default.")
    ] = None,
    scope: Annotated[
        list[Permission] | None,
        typer.Option(help="What of its role's permissions it is for; may be repeated."),
    ] = None,
) -> None:
    """Make a bearer token; prints it alone, and it is never shown again."""
    expires_at = parse_instant(expires) if expires else None
    unit_ids = [from_id(OrganizationUnit, id) for id in unit] if unit else None

    async def create(database: Database) -> str:
        organization_id = from_id(OrganizationUnit, organization)
        async with database.writing() as session:
            unit = await session.get(OrganizationUnit, organization_id)
            if unit is None or unit.parent_id is not None:
                raise NotFound(f"There is no organization with the id {organization}.")
            owner = system(unit.id, unit.clock_ahead, WayIn.COMMAND)
            work = Work(session, owner, owner.time(clock()))
            _, text = await tokens.create(
                work,
                role=role,
                source=source,
                name=name,
                unit_ids=unit_ids,
                expires_at=expires_at,
                scopes=scope or None,
            )
        return text

    typer.echo(on_database(create))
