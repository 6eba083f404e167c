"""SQLite is told what to expect of every index, so that it looks things up by what is rare."""

from collections.abc import Sequence

import pytest
from sqlalchemy import text

from models.database import Database
from models.dialects.expectations import ROWS, rows_found
from models.migrating import migrate
from models.tables import metadata

OF_ONE = "select tbl, idx, stat from sqlite_stat1 order by tbl, idx"


@pytest.mark.parametrize(
    ("table", "columns", "is_unique", "rows"),
    [
        ("locker_contracts", ["organization_id", "id"], False, [ROWS, 10]),
        ("locker_contracts", ["key_contract_id"], False, [10]),
        ("key_allocations", ["key_id", "starts_at"], False, [10, 5]),
        ("jobs", ["kind", "subject_id"], True, [ROWS // 4, 1]),
        ("key_allocations", ["live"], False, [ROWS // 4]),
    ],
)
def test_an_organization_has_all_rows_a_choice_many_and_anything_else_few(
    table: str, columns: Sequence[str], *, is_unique: bool, rows: list[int]
) -> None:
    of_table = metadata.tables[table].c
    assert rows_found([of_table[name] for name in columns], is_unique=is_unique) == rows


async def test_every_index_is_told_of_and_told_the_same_again(own_database: Database) -> None:
    if not own_database.is_sqlite:
        pytest.skip("PostgreSQL counts by itself")
    async with own_database.reading() as connection:
        told = (await connection.execute(text(OF_ONE))).all()
        named = "select name from sqlite_schema where type = 'index' and tbl_name in ({})"
        ours = named.format(", ".join(f"'{name}'" for name in metadata.tables))
        indexes = set((await connection.execute(text(ours))).scalars())

    await migrate(own_database)

    assert indexes <= {row.idx for row in told}
    async with own_database.reading() as connection:
        assert (await connection.execute(text(OF_ONE))).all() == told
