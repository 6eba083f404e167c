"""The way into the demo: its data, loaded once, and tokens that are made anew at each start."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from geo.index.embedded import EmbeddedGeocoder
from models.accounts import Role, Token, WayIn
from models.database import Database
from models.errors import InvalidInput, NotFound
from models.organizations import OrganizationUnit
from resolvers import accounts
from resolvers.work import Reading, Work, system
from schema.demo.loading import SOURCE, customer_id, load_data
from schema.scalars import to_id

OWNER = "kotikatu"
"""The organization whose tokens the newcomer gets."""

STAFF, PARTNER = "demo staff", "demo partner"
"""The names of the tokens, by which those of the last start are found and taken back."""


@dataclass(frozen=True, slots=True)
class DemoAccess:
    """What a newcomer needs. Tokens are kept as hashes only, so nobody can tell them again.

    Args:
        organization_id: The property manager whose flats the demo is about.
        staff_token: May do everything in that organization.
        partner_token: Pushes reservations, as a property management system does.
        query: The main job, to be pasted into GraphiQL.
    """

    organization_id: UUID
    staff_token: str
    partner_token: str
    query: str


async def load_demo(
    database: Database, geocoder: EmbeddedGeocoder, now: datetime
) -> DemoAccess | None:
    """Fill an empty database with the demo, and give new tokens for it.

    Args:
        database: A migrated database.
        geocoder: Knows the addresses that were imported into that database.
        now: The moment of the start.

    Returns:
        The way in; None when the database holds organizations already and the demo's is not one.
    """
    roots = await organizations_of(database)
    if not roots:
        await load_data(database, geocoder, now)
        roots = await organizations_of(database)
    if customer_id(OWNER) not in roots:
        return None
    return await new_access(database, roots[customer_id(OWNER)], now)


async def organizations_of(database: Database) -> dict[str | None, UUID]:
    """List the organizations of a database by their customer ids."""
    roots = select(OrganizationUnit.customer_id, OrganizationUnit.id).where(
        OrganizationUnit.parent_id.is_(None)
    )
    async with database.reading() as connection:
        return {row.customer_id: row.id for row in await connection.execute(roots)}


async def id_of_the_demo(database: Database) -> str:
    """Give the id of the demo's organization, as clients write it.

    Raises:
        NotFound: The database holds no demo.
    """
    roots = await organizations_of(database)
    if customer_id(OWNER) not in roots:
        raise NotFound("There is no demo in this database; run: livionkey demo")
    return to_id(OrganizationUnit, roots[customer_id(OWNER)])


async def new_access(database: Database, organization_id: UUID, now: datetime) -> DemoAccess:
    """Make tokens for this start, and take back those of the last one."""
    async with database.writing() as session:
        work = Work(session, system(organization_id, way_in=WayIn.COMMAND), now)
        for token_id in await demo_tokens(work):
            await accounts.revoke_token(work, token_id)
        _, staff = await accounts.create_token(work, role=Role.ADMIN, name=STAFF)
        _, partner = await accounts.create_token(
            work, role=Role.PARTNER, name=PARTNER, source=SOURCE
        )
    return DemoAccess(organization_id, staff, partner, main_job(now))


async def check_no_demo(database: Database) -> None:
    """Refuse to serve a database for real that the tokens of a demo open.

    They were shown on a screen, and belong to an organization that is made up.

    Raises:
        InvalidInput: It is the database of a demo, and its tokens are still good.
    """
    roots = await organizations_of(database)
    if customer_id(OWNER) not in roots:
        return
    async with database.reading() as connection:
        reading = Reading(connection, system(roots[customer_id(OWNER)]), datetime.now(UTC))
        if await demo_tokens(reading):
            raise InvalidInput(
                "The tokens of the demo open this database: serve it with `livionkey demo --serve`,"
                " take them back with `livionkey demo --close`, or use a database of its own."
            )


async def close_demo(database: Database) -> None:
    """Take back the tokens of the demo."""
    roots = await organizations_of(database)
    if customer_id(OWNER) in roots:
        async with database.writing() as session:
            owner = system(roots[customer_id(OWNER)], way_in=WayIn.COMMAND)
            work = Work(session, owner, datetime.now(UTC))
            for token_id in await demo_tokens(work):
                await accounts.revoke_token(work, token_id)


async def demo_tokens(work: Reading) -> Sequence[UUID]:
    """List the demo's tokens that still open the door."""
    return await work.scalars(
        select(Token.id).where(
            Token.organization_id == work.actor.organization_id,
            Token.name.in_((STAFF, PARTNER)),
            Token.revoked_at.is_(None),
        )
    )


def main_job(now: datetime) -> str:
    """Write the query of the main job: a stay that begins tomorrow, from an address to a PIN."""
    starts_at = (now + timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)
    stay = {"STARTS_AT": starts_at, "ENDS_AT": starts_at + timedelta(days=3)}
    query = MAIN_JOB
    for name, moment in stay.items():
        query = query.replace(name, moment.strftime("%Y-%m-%dT%H:%M:%SZ"))
    return query


MAIN_JOB = """\
mutation {
  reservationUpsert(input: {
    externalId: "my-first-stay"
    entityExternalId: "demo-apartment-1"
    contacts: [{name: "Aino Virtanen", email: "aino@example.com"}]
    startsAt: "STARTS_AT"
    endsAt: "ENDS_AT"
  }) {
    outcome
    userErrors { code message }
    reservation {
      status
      unfulfilledMessage
      entity { name placement { matchedAddress precision } }
      selection {
        method
        automat { name }
        candidates {
          rank
          automat { name }
          distanceMetres
          freeLockers
          rejections { code message }
        }
      }
      keyContract {
        reference
        lockerContracts { pin locker { index } automat { name address { text } } }
      }
    }
  }
}
"""
