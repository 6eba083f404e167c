"""The commands about staff: the first administrator of an installation comes in by them."""

from typing import Annotated

import typer

from models.accounts import Role
from models.database import Database
from models.errors import NotFound
from models.organizations import OrganizationUnit
from models.people import folded_email
from resolvers.people import inviting
from resolvers.people.inviting import Newcomer
from resolvers.people.signing_in import enrolled
from resolvers.work import Work, system
from schema.access.people_changes import invitation_url
from schema.commands.on_database import on_database
from schema.context import clock
from schema.operating.outside import outside_for
from schema.scalars import from_id
from schema.settings import settings

person_commands = typer.Typer(no_args_is_help=True, help="Staff.")

Email = Annotated[str, typer.Option(help="By which they sign in.")]


@person_commands.command("invite")
def invite(
    *,
    organization: Annotated[str, typer.Option(help="The id of the organization.")],
    email: Email,
    role: Annotated[Role, typer.Option(help="What they may do.")],
    name: Annotated[
        str, typer.Option(help="What they are called; what is before the @ when left out.")
    ] = "",
) -> None:
    """Invite somebody; prints the link alone, good for six hours and one use, never shown again."""
    newcomer = Newcomer(email=email, name=name or email.partition("@")[0], role=role)

    async def make(database: Database) -> str:
        organization_id = from_id(OrganizationUnit, organization)
        async with database.writing() as session:
            unit = await session.get(OrganizationUnit, organization_id)
            if unit is None or unit.parent_id is not None:
                raise NotFound(f"There is no organization with the id {organization}.")
            owner = system(unit.id, unit.clock_ahead)
            work = Work(session, owner, owner.time(clock()))
            _, secret = await inviting.invite(work, newcomer)
        return secret

    typer.echo(link_of(on_database(make)))


@person_commands.command("renew")
def renew(*, email: Email) -> None:
    """Make a new link for somebody who lost theirs, or what they sign in with; prints it alone."""

    async def make(database: Database) -> str:
        async with database.reading() as connection:
            known = await enrolled(connection, folded_email(email))
        if known is None:
            raise NotFound("Nobody signs in with that e-mail address; invite them.")
        async with database.writing(known.owner.organization_id) as session:
            work = Work(session, known.owner, known.owner.time(clock()))
            _, secret = await inviting.renew(work, known.person_id)
        return secret

    typer.echo(link_of(on_database(make)))


def link_of(secret: str) -> str:
    """Write the link of an invitation to this installation."""
    return invitation_url(outside_for(settings()).public_url, secret)
