"""The second wall of every table: whose rows are seen, and what is never changed (PostgreSQL).

It is built at the end of every migration, from the models: a table that a later migration brings
has its part of it at once. See `models.dialects.row_security` for what it does.
"""

from sqlalchemy import Connection, Table, text
from sqlalchemy.exc import DBAPIError

from models.dialects.row_security import APPLICATION, IS_THEIRS, SYSTEM
from models.tables import metadata

TRAILS = frozenset(
    {"automat_selections", "custody_entries", "event_seals", "events", "settings_versions"}
)
"""What is written once: whoever stands for an organization may neither change nor remove it."""
ONLY_READ = frozenset({"event_seals"})
"""What of a trail only the system writes: whoever makes events does not close them as well."""
EMPTIED = {"events": "personal"}
"""What may be emptied of a trail: what it says of a contact that is erased."""
RECEIPTS = frozenset({"erasures", "signatures"})
"""What is never removed: time, and only the system, takes something out of it."""
SHARED: dict[str, str] = {"link_authorities": "select, insert"}
"""What whoever stands for an organization may do with tables that belong to none; else nothing."""
VIEWS = ("automats_on_the_map",)
"""What they see of tables in another way, see `models.dialects.nearest_search`."""

ALL = "select, insert, update, delete"
ROLES = (APPLICATION, SYSTEM)
BY_ORGANIZATION, BY_SYSTEM = "organization", "system"
"""The policies of each table."""

_MEMBERSHIPS = text("""
    select rolname, pg_has_role(oid, 'usage') and pg_has_role(
      oid, case when cast(current_setting('server_version_num') as int) >= 160000
        then 'set' else 'member' end
    ) as is_member
    from pg_roles where rolname in (:application, :system)
""")
"""Whether the login has what a role has without taking it, and may take it."""
_WALLED = text("""
    select relrowsecurity and relforcerowsecurity and (
      select count(*) from pg_policy
      where polrelid = pg_class.oid and polname in (:organization, :system)
    ) = 2
    from pg_class where oid = cast(:name as regclass)
""")


def owned_tables() -> list[Table]:
    """List the tables whose rows belong to organizations."""
    return [table for table in metadata.sorted_tables if "organization_id" in table.c]


def rights(table: Table) -> str:
    """Say what whoever stands for an organization may do with a table; nothing when empty."""
    if "organization_id" not in table.c:
        return SHARED.get(table.name, "")
    if table.name in TRAILS:
        return "select" if table.name in ONLY_READ else "select, insert"
    return "select, insert, update" if table.name in RECEIPTS else ALL


def raise_walls(connection: Connection) -> str | None:
    """Build what is missing of the wall, in the transaction of a migration.

    Returns:
        What an administrator of the database has to do first, when the login may not make roles;
        there is no wall then, and all else works. None when the wall stands.
    """
    if connection.dialect.name != "postgresql":
        return None
    if not _has_roles(connection):
        return _what_to_run(connection)
    _grant(connection)
    for table in owned_tables():
        if not _is_walled(connection, table.name):
            _wall(connection, table.name)
    return None


def _has_roles(connection: Connection) -> bool:
    """Make the roles, and the login a member of both, as far as it may."""
    known = _roles(connection)
    for role in ROLES:
        if role not in known:
            _try(connection, f"create role {role} nologin")
    known = _roles(connection)
    for role in ROLES:
        if not known.get(role, True):
            _try(connection, f"grant {role} to current_user")
    known = _roles(connection)
    return all(known.get(role) for role in ROLES)


def _roles(connection: Connection) -> dict[str, bool]:
    """Tell which of our roles there are, and of which the login is a whole member."""
    rows = connection.execute(_MEMBERSHIPS, {"application": APPLICATION, "system": SYSTEM})
    return {row.rolname: row.is_member for row in rows}


def _try(connection: Connection, statement: str) -> None:
    """Run what the login may not be allowed to, or another migration does at the same moment."""
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(statement)
    except DBAPIError:
        """What came of it is asked afterwards."""


def _what_to_run(connection: Connection) -> str:
    login, known = _one(connection, "select quote_ident(current_user)"), _roles(connection)
    made = [f"create role {role} nologin;" for role in ROLES if role not in known]
    said = " ".join([*made, f"grant {', '.join(ROLES)} to {login};"])
    return (
        "There is no row-level security, because the login may not make roles: let the database's "
        f"administrator run `{said}`, and then run `livionkey migrate` again."
    )


def _grant(connection: Connection) -> None:
    """Give both roles what they need, and the application no more than that."""
    run, roles = connection.exec_driver_sql, ", ".join(ROLES)
    tables = metadata.sorted_tables
    names = ", ".join(table.name for table in tables)
    schema = _one(connection, "select quote_ident(current_schema())")
    run(f"grant usage on schema {schema} to {roles}")
    run(f"grant {ALL} on {names} to {SYSTEM}")
    run(f"grant select on alembic_version to {SYSTEM}")
    run(f"grant select on {', '.join(VIEWS)} to {roles}")
    run(f"revoke all on {names} from {APPLICATION}")
    for some in {rights(table) for table in tables} - {""}:
        those = ", ".join(table.name for table in tables if rights(table) == some)
        run(f"grant {some} on {those} to {APPLICATION}")
    for table, column in EMPTIED.items():
        run(f"grant update ({column}) on {table} to {APPLICATION}")


def _is_walled(connection: Connection, table: str) -> bool:
    """Tell whether a table has its policies: to give them to it again would lock it."""
    told = {"name": table, "organization": BY_ORGANIZATION, "system": BY_SYSTEM}
    return bool(connection.execute(_WALLED, told).scalar_one())


def _wall(connection: Connection, table: str) -> None:
    run = connection.exec_driver_sql
    for policy, role, whose in (
        (BY_ORGANIZATION, APPLICATION, IS_THEIRS),
        (BY_SYSTEM, SYSTEM, "true"),
    ):
        run(f"drop policy if exists {policy} on {table}")
        run(f"create policy {policy} on {table} to {role} using ({whose}) with check ({whose})")
    run(f"alter table {table} enable row level security")
    run(f"alter table {table} force row level security")


def _one(connection: Connection, question: str) -> str:
    return str(connection.exec_driver_sql(question).scalar_one())
