"""What belongs to some reservations is found by those, however much an organization has."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from models.contracts import KeyContract
from models.jobs import JobKind
from models.reservations import Reservation
from resolvers import claims
from resolvers.planning.holdings import held_by
from resolvers.pushing import rows, tasks
from resolvers.upkeep import running
from resolvers.work import Work

ID = UUID(int=7)
Read = Callable[[Work], Awaitable[Any]]


async def next_due_of(work: Work, kinds: Iterable[JobKind]) -> Any:
    return await claims.next_due(await work.connection(), list(kinds))


@pytest.mark.parametrize(
    ("read", "ways"),
    [
        (lambda work: rows.contacts_of(work, [ID]), ["(reservation_id=?)"]),
        (lambda work: held_by(work, [ID]), ["(key_contract_id=?)", "(key_contract_id=?)"]),
        (lambda work: tasks.contracts_of(work, [ID]), ["(reservation_id=?)"]),
        (lambda work: work.locked(Reservation, [ID]), ["(id=?)"]),
        (
            lambda work: rows.known(work, [("partner", "stay")], lock=True),
            ["(organization_id=? AND source=? AND external_id=?)"],
        ),
        (
            lambda work: running.around(work, KeyContract(id=ID), None),
            ["(key_contract_id=?)", "(key_contract_id=?)"],
        ),
        (lambda work: next_due_of(work, JobKind), ["USING INDEX jobs_due_at_index"]),
    ],
    ids=["contacts", "held", "contracts", "locked", "known", "running", "due"],
)
async def test_sqlite_does_not_look_through_all_of_an_organization(
    work: Work, read: Read, ways: list[str]
) -> None:
    connection = await work.connection()
    if connection.dialect.name != "sqlite":
        pytest.skip("PostgreSQL knows how many rows there are")
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, told: Any, *_rest: Any) -> None:
        asked.append((statement, told))

    event.listen(connection.sync_connection, "before_cursor_execute", note)
    await read(work)
    event.remove(connection.sync_connection, "before_cursor_execute", note)

    plans = [
        (await connection.exec_driver_sql(f"explain query plan {statement}", told)).all()
        for statement, told in asked
    ]
    assert len(plans) == len(ways)
    for plan, way in zip(plans, ways, strict=True):
        assert way in plan[0].detail


async def test_nobody_has_no_contacts(work: Work) -> None:
    assert not await rows.contacts_of(work, [])
