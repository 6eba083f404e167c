"""A database from before secrets were sealed: they are sealed there, and found as before."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy import Connection

from models.base import table_of
from models.codes import AutomatCode, BackupCode
from models.contracts import LockerContract
from models.database import Database
from models.keys import Key
from models.marks import Marked
from models.migrating import configuration, migrate
from models.sealed import Sealed

NOON = datetime(2027, 1, 1, 12, tzinfo=UTC)
PIN, RETURN_CODE, BACKUP_CODE = "918273645", "736450918", "9182736450"
FOREIGN = {
    "organization_units": ("organization_id",),
    "automats": ("unit_id",),
    "lockers": ("automat_id",),
    "keys": ("selected_automat_id",),
    "key_contracts": (),
    "locker_contracts": ("key_contract_id", "automat_id", "locker_id"),
    "backup_codes": ("key_id",),
    "automat_codes": ("automat_id", "locker_id", "locker_contract_id"),
}
"""The tables that rows are made in, in this order, and what a row of each refers to."""
SAID: dict[str, dict[str, Any]] = {
    "locker_contracts": {"pin": PIN, "state": "planned", "kind": "default"},
    "keys": {"return_code": RETURN_CODE},
    "backup_codes": {"code": BACKUP_CODE},
    "automat_codes": {"code": PIN, "use": "fetch"},
}


@pytest.fixture
async def former(empty_url: str) -> AsyncIterator[Database]:
    """Give a database as it was, with a code of each kind."""
    database = Database(empty_url)
    async with database.administering() as connection:
        await connection.run_sync(before_and_filled)
    yield database
    await database.dispose()


def before_and_filled(connection: Connection) -> None:
    command.upgrade(configuration(connection), "0016")
    id = uuid4()
    for name, refers in FOREIGN.items():
        table = sa.Table(name, sa.MetaData(), autoload_with=connection, resolve_fks=False)
        given = {"id": id, "organization_id": id} | dict.fromkeys(refers, id) | SAID.get(name, {})
        values = {column.name: plain(column, given) for column in table.columns}
        columns = [sa.column(one.name, sa.Uuid() if is_id(one.name) else None) for one in table.c]
        there = {one: value for one, value in values.items() if value is not None}
        connection.execute(sa.insert(sa.table(name, *columns)).values(there))


def is_id(name: str) -> bool:
    return name == "id" or (name.endswith("_id") and name not in {"device_id", "hardware_id"})


def plain(column: sa.Column[Any], given: dict[str, Any]) -> Any:
    """Fill in what a row must have and nobody looks at."""
    if column.name in given or column.nullable or column.server_default is not None:
        return given.get(column.name)
    kind = str(column.type).upper()
    if "TIMESTAMP" in kind:
        return NOON
    if "JSON" in kind:
        return sa.literal_column("'{}'")
    return 0 if "INT" in kind else False if "BOOL" in kind else "x"


async def test_what_was_plain_is_sealed_and_found_and_not_there_twice(former: Database) -> None:
    await migrate(former)

    for model, column, code, among in (
        (LockerContract, "pin", PIN, "automat_id"),
        (Key, "return_code", RETURN_CODE, "organization_id"),
        (AutomatCode, "code", PIN, "automat_id"),
        (BackupCode, "code", BACKUP_CODE, "organization_id"),
    ):
        table = table_of(model).c
        columns = table.id, table[f"sealed_{column}"], table[among]
        async with former.reading() as connection:
            id, sealed, of = (await connection.execute(sa.select(*columns))).one()
            same = sa.select(table.id).where(table[f"{column}_mark"] == Marked(code, of=of))

            assert sealed.opened(of=id) == code
            assert (await connection.execute(same)).scalar_one() == id
    again = {"id": uuid4(), "organization_id": of, "key_id": id, "made_at": NOON}
    codes = {"sealed_code": Sealed(code, of=id), "code_mark": Marked(code, of=of)}
    with pytest.raises(sa.exc.IntegrityError, match=r"(?i)unique"):
        async with former.administering() as connection:
            await connection.execute(table_of(BackupCode).insert(), again | codes)
