"""Locker contracts are found by the indexes that only hold what is live, or past."""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import ColumnElement, literal, select

from models.contracts import LockerContract
from models.live_contracts import is_live, is_past
from resolvers.work import Work

ID = UUID(int=7)
State = Callable[[type[LockerContract]], ColumnElement[bool]]


@pytest.mark.parametrize(
    ("column", "state", "index"),
    [
        ("key_id", is_live, "live_locker_contracts_of_keys"),
        ("locker_id", is_live, "live_locker_contracts_of_lockers"),
        ("automat_id", is_live, "live_locker_contracts_of_automats"),
        ("automat_id", is_past, "past_locker_contracts_of_automats"),
    ],
)
async def test_sqlite_takes_the_index_of_what_is_live_or_past(
    work: Work, column: str, state: State, index: str
) -> None:
    connection = await work.connection()
    if connection.dialect.name != "sqlite":
        pytest.skip("PostgreSQL reads small tables whole")
    row = LockerContract
    asked = select(row.id).where(getattr(row, column) == literal(ID), state(row))
    written = asked.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})

    plan = await connection.exec_driver_sql(f"explain query plan {written}", (ID.hex,))

    assert index in plan.all()[0].detail
