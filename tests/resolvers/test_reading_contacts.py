"""Contacts are read by their reservations, however many an organization has."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from resolvers.pushing import rows
from resolvers.work import Work


async def test_sqlite_looks_for_contacts_by_their_reservations(work: Work) -> None:
    connection = await work.connection()
    if connection.dialect.name != "sqlite":
        pytest.skip("PostgreSQL knows how many rows there are")
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, told: Any, *_rest: Any) -> None:
        asked.append((statement, told))

    event.listen(connection.sync_connection, "before_cursor_execute", note)
    found = await rows.contacts_of(work, [UUID(int=7)])
    nobody = await rows.contacts_of(work, [])
    event.remove(connection.sync_connection, "before_cursor_execute", note)

    [(statement, told)] = asked
    plan = await connection.exec_driver_sql(f"explain query plan {statement}", told)
    assert "(reservation_id=?)" in plan.all()[0].detail
    assert not found
    assert not nobody
