"""What is live is found by the indexes that only hold what is live."""

from uuid import UUID

import pytest
from sqlalchemy import literal, select

from models.contracts import LockerContract
from models.live_contracts import is_live
from resolvers.work import Work

ID = UUID(int=7)


@pytest.mark.parametrize(
    ("column", "index"),
    [
        ("key_id", "live_locker_contracts_of_keys"),
        ("locker_id", "live_locker_contracts_of_lockers"),
        ("automat_id", "live_locker_contracts_of_automats"),
    ],
)
async def test_sqlite_takes_the_index_of_what_is_live(work: Work, column: str, index: str) -> None:
    connection = await work.connection()
    if connection.dialect.name != "sqlite":
        pytest.skip("PostgreSQL reads small tables whole")
    row = LockerContract
    asked = select(row.id).where(getattr(row, column) == literal(ID), is_live(row))
    written = asked.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})

    plan = await connection.exec_driver_sql(f"explain query plan {written}", (ID.hex,))

    assert index in plan.all()[0].detail
