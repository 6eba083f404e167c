"""The second wall, on PostgreSQL: a connection stands for one organization and sees only its rows.

A connection that stands for an organization has the role of the application, which owns nothing,
and names the organization in a setting; the policies of all tables compare rows with it (see
`models.walls`). What stands for none keeps the login's own role, which sees all: signing in, jobs
before they are claimed, commands, migrations.

It holds for rows that a query of ours forgets to narrow. It does not hold against somebody who can
run SQL of their own: a login may always take its own role back.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from models.dialects.plans import ONCE_FOR_ALL, PLANNED_ONCE

APPLICATION = "livionkey_application"
"""What a connection that stands for an organization may do; roles belong to the whole server."""
SYSTEM = "livionkey_system"
"""Sees the rows of all; the login that owns the tables, or serves, is a member of it."""
SETTING = "livionkey.organization"

WALLED, STANDS_FOR = "walled", "stands_for"
"""Marks in `connection.info`: there is a wall, and for whom a reader stands until it is told."""
ORGANIZATION = "organization"
"""In the execution options of a writer: for whom its transaction stands."""

THE_ORGANIZATION = f"(select nullif(current_setting('{SETTING}', true), '')::uuid)"
"""Whom the connection stands for; null for nobody. Asked once for each statement, not each row."""
IS_THEIRS = f"case when organization_id = {THE_ORGANIZATION} then true end is not null"
"""Whether a row is theirs, in words that no index answers and of which PostgreSQL expects that they
hold for nearly every row: so each statement keeps the plan that it has without a wall. With a plain
`=` lookups by id became scans of an organization's whole tables, forty times slower in a push.
"""

_HAS_WALL = f"""
    select coalesce((
      select pg_has_role(oid, case when current_setting('server_version_num')::int >= 160000
        then 'set' else 'member' end)
      from pg_roles where rolname = '{APPLICATION}'
    ), false) and coalesce((
      select relrowsecurity and relforcerowsecurity
      from pg_class where oid = to_regclass('organization_units')
    ), false)
"""  # noqa: S608 - all of it is our own words
_STAND_FOR = f"select set_config('role', %s, false), set_config('{SETTING}', %s, false)"
BEGIN = "begin"


def look_for_wall(connection: Any, record: Any) -> None:
    """Find out, once for each new connection, whether it can stand for an organization."""
    cursor = connection.cursor()
    cursor.execute(_HAS_WALL)
    record.info[WALLED] = cursor.fetchone()[0]
    cursor.close()


async def stand_for(connection: AsyncConnection, organization_id: UUID | None) -> None:
    """Let a reader stand for an organization, or for none, until it is told otherwise.

    Readers go from hand to hand and keep what they were told last, so that nothing is sent while
    the same organization reads on. One whose telling fails half-way is told again.
    """
    within = connection.sync_connection
    if within is None or not within.info.get(WALLED):
        return
    if within.info.get(STANDS_FOR) == organization_id:
        return
    within.info[STANDS_FOR] = ...
    told = ("none", "") if organization_id is None else (APPLICATION, str(organization_id))
    await connection.exec_driver_sql(_STAND_FOR, told)
    within.info[STANDS_FOR] = organization_id


def begin_for(connection: Connection) -> None:
    """Begin a writer's transaction, and say for whom and how, in one message; all end with it."""
    options = connection.get_execution_options()
    said = [BEGIN]
    if options.get(ORGANIZATION) is not None and connection.info.get(WALLED):
        said.append(_until_the_end(options[ORGANIZATION]))
    if options.get(PLANNED_ONCE):
        said.append(ONCE_FOR_ALL)
    connection.exec_driver_sql("; ".join(said))


async def narrow(session: AsyncSession, organization_id: UUID) -> None:
    """Let a transaction stand for an organization from here on: it had to find out which."""
    connection = await session.connection()
    within = connection.sync_connection
    if within is not None and within.info.get(WALLED):
        await connection.exec_driver_sql(_until_the_end(organization_id))


def _until_the_end(organization_id: UUID) -> str:
    """Write what says, until the end of a transaction, for whom it stands."""
    return f"set local role {APPLICATION}; set local {SETTING} = '{organization_id}'"
